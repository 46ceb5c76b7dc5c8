/**
 * Reads a batch's columns back as plain objects, and checks on the way what DuckDB takes for granted: views inside their buffers
 * with the right prefix and zeros behind short texts, valid UTF-8, no value inside a struct that is null, map keys that are unique.
 */
import type { Column } from '../../src/normalize/column.js';
import type { Batch, Normalizer } from '../../src/normalize/normalizer.js';

export type Row = Record<string, unknown>;

export interface PlacedRow {
  class: string;
  tenant: string;
  day: number;
  row: Row;
}

/** The window's rows in the order in which their lines were read. */
export function rowsAsRead(normalizer: Normalizer): PlacedRow[] {
  const found: PlacedRow[] = [];
  for (const { group, order } of normalizer.sortedGroups()) {
    for (let start = 0; start < order.length; ) {
      const batch = normalizer.batch(group, order, start);
      rowsOf(batch).forEach((row, i) => {
        if (found[order[start + i]!] !== undefined) throw new Error('a row stands in two places');
        found[order[start + i]!] = {
          class: normalizer.mapping.classes[group.class]!.name,
          tenant: group.tenant,
          day: group.day,
          row,
        };
      });
      start += batch.rows;
    }
  }
  for (let i = 0; i < found.length; i++) if (found[i] === undefined) throw new Error(`row ${i} is in no group`);
  return found;
}

export function rowsOf(batch: Batch): Row[] {
  const { columns, buffers, rows } = batch;
  return Array.from({ length: rows }, (_, row) => members(columns, row, buffers));
}

function members(columns: readonly Column[], row: number, buffers: readonly Uint8Array[]): Row {
  const object: Row = {};
  for (const column of columns)
    if (column.isSet(row)) object[column.node.name] = fieldOf(column, row, buffers);
    else if (column.type === 'struct') assertEmpty(column, row);
  return object;
}

function assertEmpty(column: Column, row: number): void {
  for (const child of column.children) {
    if (child.isSet(row)) throw new Error(`${child.path} has a value, but ${column.path} is null`);
    if (child.type === 'struct') assertEmpty(child, row);
  }
}

function fieldOf(column: Column, row: number, buffers: readonly Uint8Array[]): unknown {
  const { ints, type, children } = column;
  const long = () => (BigInt(ints[row * 2 + 1]!) << 32n) | BigInt(ints[row * 2]! >>> 0);
  switch (type) {
    case 'struct':
      return members(children, row, buffers);
    case 'list':
      return itemsOf(column, row).map((item) => {
        if (!children[0]!.isSet(item)) throw new Error(`${column.path}: item ${item} is null`);
        return fieldOf(children[0]!, item, buffers);
      });
    case 'map': {
      const pairs = itemsOf(column, row).map((item) => {
        if (!children[0]!.isSet(item) || !children[1]!.isSet(item)) throw new Error(`${column.path}: a null key or value`);
        return [textOf(children[0]!, item, buffers), textOf(children[1]!, item, buffers)] as const;
      });
      const map = new Map(pairs);
      if (map.size < pairs.length) throw new Error(`${column.path}: a key twice in ${pairs.map(([key]) => key).join()}`);
      return map;
    }
    case 'string':
      return textOf(column, row, buffers);
    case 'integer':
      return ints[row];
    case 'long':
      return Number.isSafeInteger(Number(long())) ? Number(long()) : long();
    case 'timestamp':
      if (long() % 1000n !== 0n) throw new Error(`${column.path}: ${long()} is no whole millisecond`);
      return new Date(Number(long() / 1000n));
    case 'float':
      return column.floats[row];
    case 'boolean':
      return column.flags[row] === 1;
  }
}

function itemsOf(column: Column, row: number): number[] {
  const from = column.offsets[row]!;
  const end = column.offsets[row + 1]!;
  if (end < from || end > column.items) throw new Error(`${column.path}: items ${from} to ${end} of ${column.items}`);
  return Array.from({ length: end - from }, (_, i) => from + i);
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function textOf({ ints, bytes, path }: Column, row: number, buffers: readonly Uint8Array[]): string {
  const [length, prefix, buffer, offset] = ints.subarray(row * 4, row * 4 + 4) as unknown as [number, number, number, number];
  const inline = bytes.subarray(row * 16 + 4, row * 16 + 16);
  if (length <= 12) {
    if (inline.subarray(length).some((byte) => byte !== 0)) throw new Error(`${path}: bytes behind a short text`);
    return utf8.decode(inline.subarray(0, length));
  }
  const text = buffers[buffer]?.subarray(offset, offset + length);
  if (text?.length !== length) throw new Error(`${path}: a view of ${length} bytes at ${offset} leaves buffer ${buffer}`);
  if (new DataView(text.buffer, text.byteOffset).getInt32(0, true) !== prefix) throw new Error(`${path}: a wrong prefix`);
  return utf8.decode(text);
}
