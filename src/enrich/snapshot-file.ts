/**
 * A snapshot as a file: `FALCFACT`, the length of a JSON header (uint32), the header, then the tables' arrays, each at a multiple of
 * 8 bytes. Read whole into shared memory, which all worker threads look up in; nothing is copied for them.
 */
import { createHash } from 'node:crypto';
import { closeSync, openSync, writeSync } from 'node:fs';
import { z } from 'zod';
import { snapshotBroken } from './errors.js';
import { TABLES, type TableName } from './fact-feeds.js';
import { type FactArrays, FactTable } from './fact-table.js';

const MAGIC = Buffer.from('FALCFACT');
const FORMAT = 1;

const SECTIONS = [
  'keyHeap',
  'keyEnds',
  'keySlots',
  'first',
  'versions',
  'times',
  'values',
  'rows',
  'textHeap',
  'textEnds',
] as const;
type Section = (typeof SECTIONS)[number];

const count = z.number().int().min(0);
const HeaderSchema = z.object({
  format: z.literal(FORMAT),
  tables: z.array(
    z.object({
      name: z.enum(TABLES),
      fields: z.array(z.string()),
      /** byte offset from the header's end, and bytes */
      sections: z.record(z.enum(SECTIONS), z.tuple([count, count])),
    }),
  ),
});
type Header = z.output<typeof HeaderSchema>;

export type SnapshotTables = Record<TableName, FactTable>;

function arraysOf(arrays: FactArrays): Record<Section, Uint8Array | Uint32Array | Float64Array> {
  const { keys, first, versions, times, values, rows, texts } = arrays;
  return {
    keyHeap: keys.heap,
    keyEnds: keys.ends,
    keySlots: keys.slots,
    first,
    versions,
    times,
    values,
    rows,
    textHeap: texts.heap,
    textEnds: texts.ends,
  };
}

const padded = (bytes: number): number => (bytes + 7) & ~7;
const padding = (bytes: number): Uint8Array => new Uint8Array(Math.ceil(bytes / 8) * 8 - bytes);

/**
 * Writes a local file.
 *
 * @returns its bytes, and its id: 32 hex digits of its SHA-256
 */
export function writeSnapshot(path: string, tables: SnapshotTables): { bytes: number; id: string } {
  let offset = 0;
  const all: Uint8Array[] = [];
  const header: Header = {
    format: FORMAT,
    tables: TABLES.map((name) => {
      const sections = {} as Header['tables'][number]['sections'];
      for (const [section, array] of Object.entries(arraysOf(tables[name].arrays)) as [Section, Uint8Array][]) {
        const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
        sections[section] = [offset, bytes.length];
        const pad = padding(bytes.length);
        all.push(bytes, pad);
        offset += bytes.length + pad.length;
      }
      return { name, fields: [...tables[name].fields], sections };
    }),
  };
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(json.length);
  const head = Buffer.concat([MAGIC, length, json]);
  const hash = createHash('sha256');
  const file = openSync(path, 'w');
  let bytes = 0;
  try {
    for (const part of [head, padding(head.length), ...all]) {
      for (let done = 0; done < part.length; ) {
        const piece = part.subarray(done, done + (1 << 24));
        hash.update(piece);
        for (let written = 0; written < piece.length; ) written += writeSync(file, piece, written);
        done += piece.length;
      }
      bytes += part.length;
    }
  } finally {
    closeSync(file);
  }
  return { bytes, id: hash.digest('hex').slice(0, 32) };
}

/**
 * The tables of a snapshot that lies in memory; they look up in that memory.
 *
 * @param key names it in errors
 * @throws SNAPSHOT_BROKEN
 */
export function readSnapshot(memory: SharedArrayBuffer, key: string): SnapshotTables {
  const bytes = new Uint8Array(memory);
  if (bytes.length < 12 || MAGIC.some((byte, i) => bytes[i] !== byte)) throw snapshotBroken(key, 'it is no snapshot');
  const length = new DataView(memory).getUint32(8, true);
  let header: Header;
  try {
    header = HeaderSchema.parse(JSON.parse(Buffer.from(bytes.slice(12, 12 + length)).toString()));
  } catch (error) {
    throw snapshotBroken(key, 'its header cannot be read, or another version of Falconry wrote it', error);
  }
  const start = padded(12 + length);
  const tables: Partial<SnapshotTables> = {};
  for (const { name, fields, sections } of header.tables) {
    const section = (which: Section): [number, number] => {
      const [offset, size] = sections[which];
      if (start + offset + size > bytes.length) throw snapshotBroken(key, 'it is shorter than its header says');
      return [start + offset, size];
    };
    const of8 = (which: Section) => new Uint8Array(memory, ...section(which));
    const of32 = (which: Section) => {
      const [offset, size] = section(which);
      return new Uint32Array(memory, offset, size / 4);
    };
    const [timesAt, timesSize] = section('times');
    tables[name] = new FactTable(fields, {
      keys: { heap: of8('keyHeap'), ends: of32('keyEnds'), slots: of32('keySlots') },
      first: of32('first'),
      versions: of32('versions'),
      times: new Float64Array(memory, timesAt, timesSize / 8),
      values: of32('values'),
      rows: of32('rows'),
      texts: { heap: of8('textHeap'), ends: of32('textEnds') },
    });
  }
  for (const name of TABLES) if (tables[name] === undefined) throw snapshotBroken(key, `it lacks the table ${name}`);
  return tables as SnapshotTables;
}
