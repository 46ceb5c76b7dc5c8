/** Lines through the real normalizer, and rows as the text of an `out.json`. */
import { createHash } from 'node:crypto';
import { loadCompiled } from '../../src/convert/definitions.js';
import { Normalizer, type Outcomes, type QuarantinedLine } from '../../src/normalize/normalizer.js';
import type { OcsfVersion } from '../../src/ocsf/schema.js';
import { type Row, rowsAsRead } from '../normalize/rows.js';
import { frozen } from '../support/frozen.js';

export interface Converted {
  outcomes: Outcomes;
  /** in the order of the lines; times as text, `unmapped` as an object */
  rows: Row[];
  quarantined: string[];
}

export class Converter {
  private readonly normalizer: Normalizer;

  constructor(version: OcsfVersion) {
    // event types share what is equal in their routes: no row may leave a trace there
    this.normalizer = new Normalizer(frozen(loadCompiled(version).mapping), { dedupe: false });
  }

  /**
   * @param text NDJSON, its last line ended too
   * @param feed the secondary feed that the lines are rows of
   */
  convert(text: string, feed?: string): Converted {
    const { normalizer } = this;
    const bytes = Uint8Array.from(Buffer.from(text));
    const outcomes: Outcomes = { read: 0, written: 0, quarantined: 0, duplicate: 0, filtered: 0 };
    const quarantined: string[] = [];
    normalizer.startUnit();
    const onQuarantine = ({ reason, line }: QuarantinedLine) => {
      quarantined.push(`line ${line}: ${reason}`);
    };
    normalizer.add({ bytes, length: bytes.length, offset: 0, firstLine: 1 }, outcomes, onQuarantine, feed);
    return { outcomes, rows: rowsAsRead(normalizer).map(({ row }) => plainRow(row)), quarantined };
  }
}

/** Times as text, maps as objects. */
export const plainRow = (row: Row): Row => plain(row) as Row;

function plain(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString();
  if (value instanceof Map) return Object.fromEntries(value);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, plain(member)]));
}

/** What must stand in `metadata.uid` of each line's row: FDR's own id, else a hash of the line. */
export function uidsOf(text: string): string[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { id?: string }).id ?? createHash('sha256').update(line).digest('hex'));
}

const LINE_WIDTH = 130;

/**
 * JSON with whatever fits on a line on one line.
 *
 * @param indent of the line that the value begins on
 * @param used columns of that line taken by the indent and the key
 */
export function jsonText(value: unknown, indent = '', used = 0): string {
  if (typeof value === 'bigint') return `"${value}"`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const isList = Array.isArray(value);
  const entries: [key: string, item: unknown][] = isList
    ? value.map((item) => ['', item])
    : Object.entries(value).map(([key, item]) => [`${JSON.stringify(key)}: `, item]);
  const [open, close] = isList ? '[]' : '{}';
  if (entries.length === 0) return `${open}${close}`;
  const pad = isList ? '' : ' ';
  const flat = `${open}${pad}${entries.map(([key, item]) => key + jsonText(item, ' ')).join(', ')}${pad}${close}`;
  if (indent !== '' && !flat.includes('\n') && used + flat.length < LINE_WIDTH) return flat;
  const inner = `${indent}  `;
  const lines = entries.map(([key, item]) => inner + key + jsonText(item, inner, inner.length + key.length));
  return `${open}\n${lines.join(',\n')}\n${indent}${close}`;
}
