/** A batch read by Arrow's own library, also through its IPC format, says what the batch's buffers say. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MapRow, type RecordBatch, StructRow, Table, tableFromIPC, tableToIPC, Vector } from 'apache-arrow';
import { describe, expect, it } from 'vitest';
import { loadCompiled, PACKAGE_ROOT } from '../../src/convert/definitions.js';
import { Normalizer } from '../../src/normalize/normalizer.js';
import { recordBatch } from '../../src/normalize/record-batch.js';
import { rowsOf } from './rows.js';

const golden = join(PACKAGE_ROOT, 'test', 'golden');
/** the event types' lines; the feeds' stand in a folder of their own */
const lines = readdirSync(golden)
  .map((name) => join(golden, name, 'in.ndjson'))
  .filter((path) => existsSync(path))
  .map((path) => readFileSync(path, 'utf8'));

/** Arrow's values as {@link rowsOf} has them: nulls left out, times as dates, integers as numbers where they are safe. */
function plain(value: unknown, timestamp = false): unknown {
  if (value instanceof MapRow) return new Map([...value].map(([key, item]) => [key, item]));
  if (value instanceof StructRow) {
    const members = [...value].filter(([, member]) => member !== null);
    return Object.fromEntries(members.map(([name, member]) => [name, plain(member, name === 'time_dt')]));
  }
  if (value instanceof Vector) return [...value].map((item) => plain(item));
  // Arrow gives a microsecond timestamp as milliseconds
  if (timestamp) return new Date(Number(value));
  if (typeof value === 'bigint' && Number.isSafeInteger(Number(value))) return Number(value);
  return value;
}

function rowsByArrow(batch: RecordBatch): unknown[] {
  return [...new Table([batch])].map((row) => plain(row));
}

describe('recordBatch', () => {
  it('reads back as the rows of the batch, for every class', () => {
    const normalizer = new Normalizer(loadCompiled('1.2.0').mapping, { dedupe: false });
    const bytes = Buffer.from(lines.join('').replace(/\n*$/, '\n'));
    const outcomes = { read: 0, written: 0, quarantined: 0, duplicate: 0, filtered: 0 };
    normalizer.startUnit();
    normalizer.add({ bytes, length: bytes.length, offset: 0, firstLine: 1 }, outcomes, () => {});
    expect(outcomes.written).toBeGreaterThan(500);
    const classes = new Set<number>();
    for (const { group, order } of normalizer.sortedGroups()) {
      classes.add(group.class);
      for (let start = 0; start < order.length; ) {
        const batch = normalizer.batch(group, order, start);
        const rows = rowsOf(batch);
        const arrow = recordBatch(batch);
        expect(rowsByArrow(arrow)).toEqual(rows);
        const [sent] = tableFromIPC(tableToIPC(new Table([arrow]))).batches;
        expect(rowsByArrow(sent!)).toEqual(rows);
        start += batch.rows;
      }
    }
    expect(classes.size).toBeGreaterThan(20);
  });
});
