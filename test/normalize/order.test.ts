/** Rows in order: by time, `metadata.uid`, reading, whatever the number of rows of one millisecond. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { orderRows } from '../../src/normalize/order.js';
import { RowTable } from '../../src/normalize/row-table.js';

interface Row {
  time: number;
  uid: string;
  group: number;
}

const table = new RowTable();

function ordered(rows: readonly Row[], groups: number): number[][] {
  table.reset();
  for (const [index, { time, uid, group }] of rows.entries()) {
    const bytes = Buffer.from(`before ${uid} behind`);
    table.appendRow({
      route: 0,
      alternative: 0,
      eventType: 0,
      time,
      entries: new Int32Array(0),
      bytes,
      textStart: 0,
      textLength: bytes.length,
      uidStart: 'before '.length,
      uidLength: Buffer.byteLength(uid),
    });
    table.group[index] = group;
  }
  return orderRows(table, groups).map((group) => [...group]);
}

/** The same in the plainest way. */
function expected(rows: readonly Row[], groups: number): number[][] {
  const byOrder = (a: number, b: number) =>
    rows[a]!.time - rows[b]!.time || Buffer.compare(Buffer.from(rows[a]!.uid), Buffer.from(rows[b]!.uid)) || a - b;
  return Array.from({ length: groups }, (_, group) => [...rows.keys()].filter((row) => rows[row]!.group === group).sort(byOrder));
}

const DAY = Date.UTC(2026, 2, 2);
/** Few times and uids, so that runs of one millisecond have from one to a hundred rows, and some rows are equal. */
const row = (times: number) =>
  fc.record({
    time: fc.integer({ min: 0, max: times }).map((ms) => DAY + ms),
    uid: fc.oneof(fc.constantFrom('', 'a', 'ab', 'b', 'é'), fc.uuid()),
    group: fc.integer({ min: 0, max: 2 }),
  });

it.each([0, 3, 20, 1000, 86_399_999])('of times within %i ms', (times) => {
  fc.assert(
    fc.property(fc.array(row(times), { maxLength: 120 }), (rows) => {
      expect(ordered(rows, 3)).toEqual(expected(rows, 3));
    }),
    { seed: 20260302, numRuns: 200 },
  );
});
