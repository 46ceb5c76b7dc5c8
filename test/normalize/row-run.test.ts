/** Rows that went to disk as sorted runs and came back merged: the same rows, in the same order, as of one window. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadCompiled } from '../../src/convert/definitions.js';
import { BATCH_ROWS } from '../../src/normalize/batch.js';
import type { Group } from '../../src/normalize/groups.js';
import { Normalizer } from '../../src/normalize/normalizer.js';
import { MergedRuns, RowRunReader, RowRunWriter } from '../../src/normalize/row-run.js';
import { type Row, rowsOf } from './rows.js';

const GOLDEN = join(import.meta.dirname, '../golden');
const IN_ORDER = Int32Array.from({ length: BATCH_ROWS }, (_, row) => row);

/** Rows of each group, in order. */
type Rows = Record<string, Row[]>;

let normalizer: Normalizer;
let lines: string[];
beforeAll(() => {
  normalizer = new Normalizer(loadCompiled('1.2.0').mapping, { dedupe: false });
  lines = readdirSync(GOLDEN, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name !== 'fdrv2')
    .flatMap(({ name }) =>
      readFileSync(join(GOLDEN, name, 'in.ndjson'), 'utf8')
        .trimEnd()
        .split('\n'),
    );
  const like = JSON.parse(lines.find((line) => line.includes('"ProcessRollup2"'))!);
  // longer than what is read at a time, fields of more than 64 KiB, keys that no mapping knows, and equal times and ids
  lines.push(JSON.stringify({ ...like, id: 'long', CommandLine: 'x'.repeat(700_000), ['k'.repeat(5000)]: 'further' }));
  for (let i = 0; i < 40; i++) lines.push(JSON.stringify({ ...like, id: `twin-${i % 3}`, [`Own${i}`]: 'é'.repeat(i) }));
});

const nameOf = ({ class: cls, day, tenant }: Group) => `${cls} ${day} ${tenant}`;

function add(some: readonly string[]): void {
  const bytes = Uint8Array.from(Buffer.from(`${some.join('\n')}\n`));
  const outcomes = { read: 0, written: 0, quarantined: 0, duplicate: 0, filtered: 0 };
  normalizer.add({ bytes, length: bytes.length, offset: 0, firstLine: 1 }, outcomes, ({ reason }) => expect.fail(reason));
  expect(outcomes.written).toBe(some.length);
}

function ofOneWindow(): Rows {
  normalizer.startUnit();
  add(lines);
  const rows: Rows = {};
  for (const { group, order } of normalizer.sortedGroups()) {
    const of: Row[] = (rows[nameOf(group)] = []);
    while (of.length < order.length) of.push(...rowsOf(normalizer.batch(group, order, of.length)));
  }
  return rows;
}

/** @param batchRows rows that come back at a time */
function ofRuns(windows: number, batchRows: number): Rows {
  normalizer.startUnit();
  const spilled = new Map<string, { group: Group; runs: Uint8Array[] }>();
  const size = Math.ceil(lines.length / windows);
  for (let start = 0; start < lines.length; start += size) {
    add(lines.slice(start, start + size));
    for (const { group, order } of normalizer.sortedGroups()) {
      const pieces: Uint8Array[] = [];
      const writer = new RowRunWriter((bytes) => pieces.push(bytes.slice()));
      for (const row of order) writer.add(normalizer.rows, row);
      writer.flush();
      const run = Buffer.concat(pieces);
      expect(run.length).toBe(writer.bytes);
      const known = spilled.get(nameOf(group)) ?? { group: { ...group }, runs: [] };
      known.runs.push(run);
      spilled.set(nameOf(group), known);
    }
    normalizer.reset();
  }
  const rows: Rows = {};
  for (const [name, { group, runs }] of spilled) {
    const of: Row[] = (rows[name] = []);
    const merged = new MergedRuns(runs.map(readerOf));
    while (merged.row !== undefined) {
      normalizer.reset();
      for (; normalizer.rows.count < batchRows && merged.row !== undefined; merged.advance())
        merged.row.appendTo(normalizer.rows);
      of.push(...rowsOf(normalizer.batch(group, IN_ORDER.subarray(0, normalizer.rows.count), 0)));
    }
  }
  return rows;
}

function readerOf(run: Uint8Array): RowRunReader {
  let at = 0;
  return new RowRunReader((into) => into.set(run.subarray(at, (at += into.length))), run.length);
}

describe('runs, merged', () => {
  it.each([
    [1, BATCH_ROWS],
    [2, 7],
    [9, 100],
    [400, BATCH_ROWS],
  ])('of %i windows, %i rows at a time, are the rows of one window', (windows, batchRows) => {
    const [wanted, got] = [ofOneWindow(), ofRuns(windows, batchRows)];
    expect(Object.values(wanted).flat().length).toBe(lines.length);
    expect(new Set(Object.keys(got))).toEqual(new Set(Object.keys(wanted)));
    for (const [name, rows] of Object.entries(wanted)) expect(got[name], name).toEqual(rows);
  });
});

it('a run that is cut short is an error, and no row is made up', () => {
  normalizer.startUnit();
  add(lines.slice(0, 3));
  const pieces: Uint8Array[] = [];
  const writer = new RowRunWriter((bytes) => pieces.push(bytes.slice()));
  for (let row = 0; row < 3; row++) writer.add(normalizer.rows, row);
  writer.flush();
  const reader = readerOf(Buffer.concat(pieces).subarray(0, writer.bytes - 8));
  expect([reader.next(), reader.next()]).toEqual([true, true]);
  expect(() => reader.next()).toThrow(/middle of a row/);
});
