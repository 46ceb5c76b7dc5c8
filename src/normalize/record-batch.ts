/** A batch as an Arrow RecordBatch, nothing copied but what Arrow packs differently: booleans, and the rows' offsets where shared. */
import {
  Bool,
  type Data,
  type DataType,
  Field,
  Float64,
  Int32,
  Int64,
  List,
  Map_,
  makeData,
  RecordBatch,
  Schema,
  Struct,
  TimestampMicrosecond,
  Utf8View,
} from 'apache-arrow';
import type { Column } from './column.js';
import type { Batch } from './normalizer.js';

/** Valid as long as the batch: until the next one of the same class is filled. */
export function recordBatch(batch: Batch): RecordBatch {
  const children = batch.columns.map((column) => arrowData(column, batch.rows, batch.buffers));
  const fields = batch.columns.map((column, i) => new Field(column.node.name, children[i]!.type, true));
  const data = makeData({ type: new Struct(fields), length: batch.rows, nullCount: 0, children });
  return new RecordBatch(new Schema(fields), data as never);
}

function arrowData(column: Column, rows: number, buffers: readonly Uint8Array[]): Data<DataType> {
  const nullBitmap = column.validity.subarray(0, (rows + 7) >> 3);
  const base = { length: rows, nullCount: -1, nullBitmap };
  switch (column.type) {
    case 'string':
      return makeData({
        ...base,
        type: new Utf8View(),
        views: new Uint8Array(cleared(column, rows).buffer),
        variadicBuffers: [...buffers],
      } as never);
    case 'integer':
      return makeData({ ...base, type: new Int32(), data: column.ints.subarray(0, rows) });
    case 'long':
    case 'timestamp': {
      const type = column.type === 'long' ? new Int64() : new TimestampMicrosecond('UTC');
      return makeData({ ...base, type, data: new BigInt64Array(column.ints.buffer, 0, rows) } as never);
    }
    case 'float':
      return makeData({ ...base, type: new Float64(), data: column.floats.subarray(0, rows) });
    case 'boolean':
      return makeData({ ...base, type: new Bool(), data: packed(column.flags, rows) });
    case 'struct': {
      const children = column.children.map((child) => arrowData(child, rows, buffers));
      const fields = column.children.map((child, i) => new Field(child.node.name, children[i]!.type, true));
      return makeData({ ...base, type: new Struct(fields), children } as never);
    }
    case 'list': {
      const child = arrowData(column.children[0]!, column.items, buffers);
      const type = new List(new Field('element', child.type, true));
      return makeData({ ...base, type, valueOffsets: column.offsets.subarray(0, rows + 1), child } as never);
    }
    case 'map': {
      const children = column.children.map((member) => arrowData(member, column.items, buffers));
      const fields = column.children.map(
        (member, i) => new Field(member.node.name, children[i]!.type, member.node.name !== 'key'),
      );
      const entries = makeData({
        type: new Struct(fields),
        length: column.items,
        nullCount: 0,
        children,
      } as never) as unknown as Data<Struct>;
      const type = new Map_(new Field('entries', entries.type, false) as never);
      return makeData({ ...base, type, valueOffsets: column.offsets.subarray(0, rows + 1), child: entries } as never);
    }
  }
}

/** The views of rows that are set; those of null rows are left over from earlier batches. */
function cleared(column: Column, rows: number): Int32Array {
  const views = column.ints.slice(0, rows * 4);
  for (let row = 0; row < rows; row++) if (!column.isSet(row)) views.fill(0, row * 4, row * 4 + 4);
  return views;
}

function packed(flags: Uint8Array, rows: number): Uint8Array {
  const bits = new Uint8Array((rows + 7) >> 3);
  for (let row = 0; row < rows; row++) if (flags[row] !== 0) bits[row >> 3]! |= 1 << (row & 7);
  return bits;
}
