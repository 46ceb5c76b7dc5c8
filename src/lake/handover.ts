/**
 * The hand-over of batches to DuckDB: the project's one unsafe place.
 *
 * An Arrow string view and DuckDB's `duckdb_string_t` are the same 16 bytes but for the last 8: (buffer, offset) there, an address
 * here. So the buffers are placed in DuckDB's memory, and a column of views becomes a column of strings by turning one into
 * the other. What must hold, and is checked here:
 *
 * - every view of a set row lies inside its buffer (an `Error` otherwise: nothing is read out of bounds);
 * - a null row becomes an empty string, never a stale address;
 * - the buffers hold valid UTF-8 (the scanner's promise: it reads only what `isUtf8` accepted, and escapes become UTF-8);
 * - a batch's own buffers (texts made, the rows' text) stay where they are until the next batch is placed: DuckDB asks for a batch only
 *   when it has copied the one before into its row group, as it must with the vectors of any scan, which are filled anew;
 * - what lasts (constants, keys) stays until {@link PlacedBuffers.release}, which whoever calls COPY must call *after* COPY has ended: a
 *   garbage collector frees what no later line names, and Bun's does so at once.
 *
 * `safe: true` is the twin that copies every string by DuckDB's own call; a test compares the two.
 */
import duckdb from '@duckdb/node-bindings';
import { type Column, INLINE } from '../normalize/column.js';
import { BUFFER, FIRST_OF_BATCH } from '../normalize/constants.js';
import type { Batch } from '../normalize/normalizer.js';
import { client } from './duckdb-client.js';

const SLOTS = 2048;
const BUFFERS = Object.keys(BUFFER).length;

/** Copies of a batch's buffers in DuckDB's memory, by their index in the batch. */
export class PlacedBuffers {
  private readonly lasting = new TextChunks();
  private readonly passing = new TextChunks();
  private readonly low = new Uint32Array(BUFFERS);
  private readonly high = new Uint32Array(BUFFERS);
  /** NaN: no such buffer */
  private readonly lengths = new Float64Array(BUFFERS).fill(Number.NaN);
  private strings = new Int32Array(SLOTS * 4);
  private released = false;

  /** Places the buffers of a batch; those of the batch before go, but for what only grows. */
  place(buffers: readonly Uint8Array[]): void {
    if (this.released) throw new Error('these buffers were released');
    this.passing.clear();
    this.lengths.fill(Number.NaN, FIRST_OF_BATCH);
    buffers.forEach((bytes, index) => {
      if (index >= FIRST_OF_BATCH) this.put(this.passing, index, bytes);
      else if (this.lengths[index] !== bytes.length) this.put(this.lasting, index, bytes);
    });
  }

  /** The views of `rows` rows as DuckDB strings, in a buffer that the next call overwrites. */
  address(column: Column, rows: number): ArrayBuffer {
    if (this.released) throw new Error('these buffers were released');
    const { ints, validity } = column;
    const { low, high, lengths } = this;
    if (this.strings.length < rows * 4) this.strings = new Int32Array(rows * 8);
    const out = this.strings;
    for (let row = 0; row < rows; row++) {
      const at = row << 2;
      if ((validity[row >> 3]! & (1 << (row & 7))) === 0) {
        out[at] = 0;
        out[at + 1] = 0;
        out[at + 2] = 0;
        out[at + 3] = 0;
        continue;
      }
      const length = ints[at]!;
      out[at] = length;
      out[at + 1] = ints[at + 1]!;
      if (length <= INLINE && length >= 0) {
        out[at + 2] = ints[at + 2]!;
        out[at + 3] = ints[at + 3]!;
        continue;
      }
      const buffer = ints[at + 2]!;
      const offset = ints[at + 3]!;
      // one comparison a side; NaN (no such buffer) fails too
      if (!(offset >= 0 && length >= 0 && offset + length <= lengths[buffer]!)) {
        throw new Error(`${column.path}: a view of ${length} bytes at ${offset} is outside buffer ${buffer}`);
      }
      const address = low[buffer]! + offset;
      out[at + 2] = address;
      out[at + 3] = high[buffer]! + (address > 0xffffffff ? 1 : 0);
    }
    return out.buffer as ArrayBuffer;
  }

  /** Frees the copies. Call it after the COPY that reads them, never before. */
  release(): void {
    if (this.released) return;
    this.released = true;
    this.passing.clear();
    this.lasting.clear();
  }

  private put(chunks: TextChunks, index: number, bytes: Uint8Array): void {
    this.lengths[index] = bytes.length;
    if (bytes.length === 0) return;
    const address = chunks.add(bytes);
    this.low[index] = address.low;
    this.high[index] = address.high;
  }
}

/** Texts of any size in the memory of DuckDB's vectors. */
class TextChunks {
  private readonly chunks: duckdb.DataChunk[] = [];
  private vector: duckdb.Vector | undefined;
  private used = 0;

  /** Copies bytes; tells where they lie now, as the halves of an address. */
  add(bytes: Uint8Array): { low: number; high: number } {
    if (this.vector === undefined || this.used === SLOTS) this.addChunk();
    // DuckDB keeps up to 12 bytes inside the slot, which has no address: such a buffer is padded
    const placed = bytes.length > INLINE ? bytes : Uint8Array.from({ length: INLINE + 1 }, (_, i) => bytes[i] ?? 0);
    const slot = this.used++;
    const vector = this.vector!;
    duckdb.vector_assign_string_element_len(vector, slot, placed);
    const view = duckdb.vector_get_data(vector, (slot + 1) * 16);
    const at = new DataView(view.buffer, view.byteOffset + slot * 16, 16);
    if (at.getUint32(0, true) !== placed.length) throw new Error('a placed buffer has another length than was given');
    return { low: at.getUint32(8, true), high: at.getUint32(12, true) };
  }

  /** Frees all of them. */
  clear(): void {
    for (const chunk of this.chunks) duckdb.data_chunk_reset(chunk);
    this.chunks.length = 0;
    this.vector = undefined;
  }

  private addChunk(): void {
    // BLOB, since a batch's text as a whole need not be valid UTF-8: the ends of shrunk texts stay in it
    const chunk = duckdb.create_data_chunk([client.BLOB.toLogicalType().logical_type]);
    this.chunks.push(chunk);
    this.vector = duckdb.data_chunk_get_vector(chunk, 0);
    this.used = 0;
  }
}

/** Writes a batch into DuckDB's chunk. `placed` holds the batch's buffers; without it strings are copied one by one (safe). */
export function writeChunk(chunk: duckdb.DataChunk, batch: Batch, placed: PlacedBuffers | undefined): void {
  duckdb.data_chunk_set_size(chunk, batch.rows);
  batch.columns.forEach((column, index) => {
    writeVector(duckdb.data_chunk_get_vector(chunk, index), column, batch.rows, batch.buffers, placed);
  });
}

function writeVector(
  vector: duckdb.Vector,
  column: Column,
  rows: number,
  buffers: readonly Uint8Array[],
  placed: PlacedBuffers | undefined,
): void {
  duckdb.vector_ensure_validity_writable(vector);
  duckdb.copy_data_to_vector_validity(vector, 0, column.validity.buffer as ArrayBuffer, 0, ((rows + 63) >> 6) << 3);
  const isEmpty = !anySet(column, rows);
  switch (column.type) {
    case 'struct':
      column.children.forEach((child, i) => {
        writeVector(duckdb.struct_vector_get_child(vector, i), child, rows, buffers, placed);
      });
      return;
    case 'list':
    case 'map':
      writeList(vector, column, rows, buffers, placed);
      return;
    case 'string':
      if (isEmpty) return;
      if (placed === undefined) copyStrings(vector, column, rows, buffers);
      else duckdb.copy_data_to_vector(vector, 0, placed.address(column, rows), 0, rows * 16);
      return;
    case 'integer':
      if (!isEmpty) duckdb.copy_data_to_vector(vector, 0, column.ints.buffer as ArrayBuffer, 0, rows * 4);
      return;
    case 'long':
    case 'timestamp':
      if (!isEmpty) duckdb.copy_data_to_vector(vector, 0, column.ints.buffer as ArrayBuffer, 0, rows * 8);
      return;
    case 'float':
      if (!isEmpty) duckdb.copy_data_to_vector(vector, 0, column.floats.buffer as ArrayBuffer, 0, rows * 8);
      return;
    case 'boolean':
      if (!isEmpty) duckdb.copy_data_to_vector(vector, 0, column.flags.buffer as ArrayBuffer, 0, rows);
      return;
  }
}

/** Of the list being written; DuckDB copies them. The upper halves stay 0. */
let entries = new Int32Array(SLOTS * 4);

/** DuckDB's list entry is (offset, length) as two uint64, where Arrow has one int32 offset more than rows. */
function writeList(
  vector: duckdb.Vector,
  column: Column,
  rows: number,
  buffers: readonly Uint8Array[],
  placed: PlacedBuffers | undefined,
): void {
  if (entries.length < rows * 4) entries = new Int32Array(rows * 8);
  for (let row = 0; row < rows; row++) {
    const from = column.offsets[row]!;
    entries[row * 4] = from;
    entries[row * 4 + 2] = column.offsets[row + 1]! - from;
  }
  const { items } = column;
  duckdb.list_vector_reserve(vector, Math.max(items, 1));
  duckdb.list_vector_set_size(vector, items);
  duckdb.copy_data_to_vector(vector, 0, entries.buffer as ArrayBuffer, 0, rows * 16);
  const child = duckdb.list_vector_get_child(vector);
  if (column.type === 'list') {
    writeVector(child, column.children[0]!, items, buffers, placed);
    return;
  }
  column.children.forEach((member, i) => {
    writeVector(duckdb.struct_vector_get_child(child, i), member, items, buffers, placed);
  });
}

function copyStrings(vector: duckdb.Vector, column: Column, rows: number, buffers: readonly Uint8Array[]): void {
  for (let row = 0; row < rows; row++) {
    if (!column.isSet(row)) continue;
    const length = column.ints[row * 4]!;
    const text =
      length <= INLINE
        ? column.bytes.slice(row * 16 + 4, row * 16 + 4 + length)
        : buffers[column.ints[row * 4 + 2]!]!.slice(column.ints[row * 4 + 3]!, column.ints[row * 4 + 3]! + length);
    if (text.length !== length) throw new Error(`${column.path}: a view of ${length} bytes is outside its buffer`);
    duckdb.vector_assign_string_element_len(vector, row, text);
  }
}

function anySet(column: Column, rows: number): boolean {
  const { words } = column;
  const whole = rows >> 5;
  for (let w = 0; w < whole; w++) if (words[w] !== 0) return true;
  const rest = rows & 31;
  return rest > 0 && (words[whole]! & ((1 << rest) - 1)) !== 0;
}
