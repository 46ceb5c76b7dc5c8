/** Lines through the real normalizer, and rows as the text of an `out.json`. */
import { createHash } from 'node:crypto';
import { loadCompiled } from '../../src/convert/definitions.js';
import { Normalizer, type Outcomes } from '../../src/normalize/normalizer.js';
import type { OcsfVersion } from '../../src/ocsf/schema.js';
import { type Row, windowRows } from '../support/batch-rows.js';

export interface Converted {
  outcomes: Outcomes;
  /** in the order of the lines */
  rows: Row[];
  quarantined: string[];
}

export class Converter {
  private readonly normalizer: Normalizer;

  constructor(version: OcsfVersion) {
    this.normalizer = new Normalizer(loadCompiled(version).mapping, { dedupe: false });
  }

  /** @param text NDJSON, its last line ended too */
  convert(text: string): Converted {
    const { normalizer } = this;
    const bytes = Buffer.from(text);
    const outcomes: Outcomes = { read: 0, written: 0, quarantined: 0, duplicate: 0, filtered: 0 };
    const quarantined: string[] = [];
    normalizer.startUnit();
    normalizer.add({ bytes: new Uint8Array(bytes), length: bytes.length, offset: 0, firstLine: 1 }, outcomes, ({ reason, line }) => {
      quarantined.push(`line ${line}: ${reason}`);
    });
    const place = new Map(uidsOf(text).map((uid, line) => [uid, line]));
    const rows = windowRows(normalizer).sort((a, b) => place.get(uidOf(a))! - place.get(uidOf(b))!);
    normalizer.reset();
    return { outcomes, rows, quarantined };
  }
}

/** What must stand in `metadata.uid` of each line's row: FDR's own id, else a hash of the line. */
export function uidsOf(text: string): string[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { id?: string }).id ?? createHash('sha256').update(line).digest('hex'));
}

export function uidOf(row: Row): string {
  return (row.metadata as { uid: string }).uid;
}

const LINE_WIDTH = 130;

/** JSON with whatever fits on a line on one line. */
export function jsonText(value: unknown, indent = ''): string {
  if (typeof value === 'bigint') return `"${value}"`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const inner = `${indent}  `;
  const entries = Array.isArray(value)
    ? value.map((item) => ['', item] as const)
    : Object.entries(value).map(([key, item]) => [`${JSON.stringify(key)}: `, item] as const);
  const [open, close, pad] = Array.isArray(value) ? ['[', ']', ''] : ['{', '}', ' '];
  if (entries.length === 0) return open + close;
  const flat = `${open}${pad}${entries.map(([key, item]) => key + jsonText(item, inner)).join(', ')}${pad}${close}`;
  if (indent !== '' && !flat.includes('\n') && indent.length + flat.length < LINE_WIDTH) return flat;
  return `${open}\n${entries.map(([key, item]) => inner + key + jsonText(item, inner)).join(',\n')}\n${indent}${close}`;
}
