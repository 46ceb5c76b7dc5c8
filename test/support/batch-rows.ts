/** A batch's Arrow buffers as plain objects: members in the layout's order, nulls left out. */
import type { Column } from '../../src/normalize/column.js';
import { INLINE } from '../../src/normalize/column.js';
import type { Batch, Normalizer } from '../../src/normalize/normalizer.js';

export type Row = Record<string, unknown>;

/** All rows of the normalizer's window, class by class, each group's in its order. */
export function windowRows(normalizer: Normalizer): Row[] {
  const rows: Row[] = [];
  for (const { group, order } of normalizer.sortedGroups()) {
    for (let start = 0; start < order.length; ) {
      const batch = normalizer.batch(group, order, start);
      if (batch.rows === 0) throw new Error(`an empty batch at row ${start} of ${order.length}`);
      rows.push(...batchRows(batch));
      start += batch.rows;
    }
  }
  return rows;
}

export function batchRows(batch: Batch): Row[] {
  return Array.from({ length: batch.rows }, (_, row) => members(batch.columns, row, batch.buffers));
}

function members(columns: readonly Column[], row: number, buffers: readonly Uint8Array[]): Row {
  const object: Row = {};
  for (const column of columns) if (column.isSet(row)) object[column.node.name] = value(column, row, buffers);
  return object;
}

function value(column: Column, row: number, buffers: readonly Uint8Array[]): unknown {
  switch (column.type) {
    case 'struct':
      return members(column.children, row, buffers);
    case 'list':
    case 'map':
      return items(column, row, buffers);
    case 'string':
      return text(column, row, buffers);
    case 'integer':
      return column.ints[row];
    case 'float':
      return column.floats[row];
    case 'boolean':
      return column.flags[row] === 1;
    case 'long': {
      const long = int64(column, row);
      return Number.isSafeInteger(Number(long)) ? Number(long) : long;
    }
    case 'timestamp':
      return instant(int64(column, row));
  }
}

function items(column: Column, row: number, buffers: readonly Uint8Array[]): unknown {
  const from = column.offsets[row]!;
  const indexes = Array.from({ length: column.offsets[row + 1]! - from }, (_, i) => from + i);
  const [first, second] = column.children;
  if (column.type === 'list') return indexes.map((i) => (first!.isSet(i) ? value(first!, i, buffers) : null));
  return Object.fromEntries(indexes.map((i) => [text(first!, i, buffers), text(second!, i, buffers)]));
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function text(column: Column, row: number, buffers: readonly Uint8Array[]): string {
  const at = row * 4;
  const length = column.ints[at]!;
  if (length <= INLINE) return utf8.decode(column.bytes.subarray(row * 16 + 4, row * 16 + 4 + length));
  const offset = column.ints[at + 3]!;
  const bytes = buffers[column.ints[at + 2]!]!.subarray(offset, offset + length);
  if (bytes.length !== length) throw new RangeError(`${column.path}: a view of ${length} bytes at ${offset} leaves its buffer`);
  return utf8.decode(bytes);
}

function int64(column: Column, row: number): bigint {
  return (BigInt(column.ints[row * 2 + 1]!) << 32n) | BigInt(column.ints[row * 2]! >>> 0);
}

/** Microseconds since 1970 as RFC 3339. */
function instant(micros: bigint): string {
  const rest = ((micros % 1000n) + 1000n) % 1000n;
  const whole = new Date(Number((micros - rest) / 1000n)).toISOString();
  return rest === 0n ? whole : whole.replace('Z', `${String(rest).padStart(3, '0')}Z`);
}
