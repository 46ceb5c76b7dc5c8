/** Reads a row of a filled batch back as plain values, as JSON has them: for people and tests, never on the way to Parquet. */
import type { Column } from './column.js';
import type { Batch } from './normalizer.js';

/** An integer beyond 2^53 is its digits, a timestamp RFC 3339, `unmapped` an object. */
export type PlainValue = string | number | boolean | PlainValue[] | PlainRow;
export interface PlainRow {
  [name: string]: PlainValue;
}

/** The row as an object; what is absent is left out. Attributes stand in the order of the columns. */
export function rowValues({ columns, buffers }: Batch, row: number): PlainRow {
  return members(columns, row, buffers);
}

/** Every column of a batch, by node index of its class plan. */
export function columnsByNode(top: readonly Column[]): Column[] {
  const nodes: Column[] = [];
  const add = (column: Column): void => {
    nodes.push(column);
    if (column.type === 'map') return;
    const inside = column.type === 'list' ? column.children[0]!.children : column.children;
    for (const child of inside) add(child);
  };
  for (const column of top) add(column);
  return nodes;
}

/** The value of a column that is set at this row. */
export function valueAt(column: Column, row: number, buffers: readonly Uint8Array[]): PlainValue {
  const { ints, type, children } = column;
  switch (type) {
    case 'struct':
      return members(children, row, buffers);
    case 'list':
      return itemsOf(column, row).map((item) => valueAt(children[0]!, item, buffers));
    case 'map': {
      const [key, value] = children as [Column, Column];
      // the data chose the names: an object without a prototype takes __proto__ for one like any other
      const map: PlainRow = Object.create(null);
      for (const item of itemsOf(column, row)) map[textAt(key, item, buffers)] = textAt(value, item, buffers);
      return map;
    }
    case 'string':
      return textAt(column, row, buffers);
    case 'integer':
      return ints[row]!;
    case 'long': {
      const long = longAt(column, row);
      return Number.isSafeInteger(Number(long)) ? Number(long) : String(long);
    }
    case 'timestamp':
      return new Date(Number(longAt(column, row) / 1000n)).toISOString();
    case 'float':
      return column.floats[row]!;
    case 'boolean':
      return column.flags[row] === 1;
  }
}

function members(columns: readonly Column[], row: number, buffers: readonly Uint8Array[]): PlainRow {
  const object: PlainRow = {};
  for (const column of columns) if (column.isSet(row)) object[column.node.name] = valueAt(column, row, buffers);
  return object;
}

function itemsOf({ offsets }: Column, row: number): number[] {
  const from = offsets[row]!;
  return Array.from({ length: offsets[row + 1]! - from }, (_, i) => from + i);
}

function longAt({ ints }: Column, row: number): bigint {
  return (BigInt(ints[row * 2 + 1]!) << 32n) | BigInt(ints[row * 2]! >>> 0);
}

function textAt({ ints, bytes }: Column, row: number, buffers: readonly Uint8Array[]): string {
  const length = ints[row * 4]!;
  if (length <= 12) return decode(bytes, row * 16 + 4, length);
  return decode(buffers[ints[row * 4 + 2]!]!, ints[row * 4 + 3]!, length);
}

function decode(bytes: Uint8Array, offset: number, length: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + offset, length).toString('utf8');
}
