/** The order of rows inside an object: a total one, so that the same input gives the same bytes. */
import type { RowTable } from './row-table.js';

/** ties up to which insertion is the quicker sort */
const INSERTION = 16;

/** Rows of the table by group, each group sorted by time, then `metadata.uid` by bytes, then the order of reading. */
export function orderRows(rows: RowTable, groups: number): Int32Array[] {
  const sizes = new Int32Array(groups);
  for (let row = 0; row < rows.count; row++) sizes[rows.group[row]!]!++;
  const members = Array.from(sizes, (size) => new Int32Array(size));
  const filled = new Int32Array(groups);
  for (let row = 0; row < rows.count; row++) {
    const group = rows.group[row]!;
    members[group]![filled[group]!++] = row;
  }
  return members.map((group) => sortGroup(group, rows));
}

/** Times of a group lie in one UTC day: (time within the day, position) fits a float64 exactly, and sorts fast. */
function sortGroup(group: Int32Array, rows: RowTable): Int32Array {
  const count = group.length;
  if (count < 2) return group;
  let first = Number.POSITIVE_INFINITY;
  for (let i = 0; i < count; i++) first = Math.min(first, rows.time[group[i]!]!);
  const scale = 2 ** Math.ceil(Math.log2(count + 1));
  const keys = new Float64Array(count);
  for (let i = 0; i < count; i++) keys[i] = (rows.time[group[i]!]! - first) * scale + i;
  keys.sort();
  const sorted = new Int32Array(count);
  for (let i = 0; i < count; i++) sorted[i] = group[keys[i]! % scale]!;

  let start = 0;
  for (let i = 1; i <= count; i++) {
    if (i < count && rows.time[sorted[i]!] === rows.time[sorted[start]!]) continue;
    if (i - start > 1) sortTies(sorted, start, i, rows);
    start = i;
  }
  return sorted;
}

/** Rows of one millisecond. Mostly they are a few: then the engine's sort costs more by its set-up than by its comparisons. */
function sortTies(sorted: Int32Array, start: number, end: number, rows: RowTable): void {
  if (end - start > INSERTION) {
    sorted.subarray(start, end).sort((a, b) => compareUid(rows, a, b) || a - b);
    return;
  }
  for (let i = start + 1; i < end; i++) {
    const row = sorted[i]!;
    let at = i;
    // they come in the order of reading, and equal ones stay in it
    for (; at > start && compareUid(rows, sorted[at - 1]!, row) > 0; at--) sorted[at] = sorted[at - 1]!;
    sorted[at] = row;
  }
}

function compareUid({ text, chunk, uidStart, uidLength }: RowTable, a: number, b: number): number {
  const lengthA = uidLength[a]!;
  const lengthB = uidLength[b]!;
  const bytesA = text.bytesOf(chunk[a]!);
  const bytesB = text.bytesOf(chunk[b]!);
  const offsetA = uidStart[a]!;
  const offsetB = uidStart[b]!;
  for (let i = 0, shorter = Math.min(lengthA, lengthB); i < shorter; i++) {
    const difference = bytesA[offsetA + i]! - bytesB[offsetB + i]!;
    if (difference !== 0) return difference;
  }
  return lengthA - lengthB;
}
