/**
 * The fields of a batch's rows, unpacked by slot: for each slot its values' places, row after row, in text that was copied together.
 * So the kernels read side by side what lies all over the window, and what is handed over with a batch is its own text alone.
 */
import type { BatchText } from './batch-text.js';
import { FLAG_SHIFT, FURTHER, grown, LENGTH_BITS, MOST_LENGTH, PLACEHOLDER, type RowTable, WIDE } from './row-table.js';

/** Text of a batch, unless a single row has more: a batch of very long rows has fewer of them. */
const MOST_BYTES = 16 * 1024 * 1024;
/** Beyond the rows of a batch, so that neighbouring slots do not fall on the same cache lines. */
const GAP = 16;

export class BatchFields {
  /** where a value begins in {@link bytes}, at `slotAt(slot) + position` */
  readonly offset: Int32Array;
  /** bytes of a value; -1: no such field; -2 - n: a placeholder of n bytes */
  readonly length: Int32Array;
  /** by position: the row's first further field, and behind the last row the end of them */
  readonly firstFurther: Int32Array;
  /** of further fields, the field's id in the dictionary, or -1 - n where its key is the n bytes behind the value */
  furtherField = new Int32Array(1 << 12);
  furtherOffset = new Int32Array(1 << 12);
  furtherLength = new Int32Array(1 << 12);
  private furtherCount = 0;
  private readonly stride: number;

  /**
   * @param slots of the route that has the most
   * @param text what the offsets point into
   */
  constructor(
    batchRows: number,
    private readonly slots: number,
    private readonly text: BatchText,
  ) {
    this.stride = batchRows + GAP;
    this.offset = new Int32Array(slots * this.stride);
    this.length = new Int32Array(slots * this.stride);
    this.firstFurther = new Int32Array(batchRows + 1);
  }

  get bytes(): Uint8Array {
    return this.text.bytes;
  }

  /** Where the values of a slot begin in {@link offset} and {@link length}. */
  slotAt(slot: number): number {
    return slot * this.stride;
  }

  /** Forgets all: the first `rows` positions have no fields. */
  reset(rows: number): void {
    const { length, stride } = this;
    for (let at = 0, end = this.slots * stride; at < end; at += stride) length.fill(-1, at, at + rows);
    this.furtherCount = 0;
  }

  /**
   * Takes up to `most` rows from `order[start]` on.
   *
   * @returns how many it has taken: at least one
   */
  take(rows: RowTable, order: Int32Array, start: number, most: number): number {
    const count = fitting(rows, order, start, most);
    this.text.reset();
    this.reset(count);
    for (let position = 0; position < count; position++) {
      const row = order[start + position]!;
      this.firstFurther[position] = this.furtherCount;
      this.unpack(rows, row, position, this.text.add(rows, row));
    }
    this.firstFurther[count] = this.furtherCount;
    return count;
  }

  /** Puts the fields of a row at a position; its text begins at `text`. */
  unpack(rows: RowTable, row: number, position: number, text: number): void {
    const { entries } = rows;
    const { offset, length, stride } = this;
    let at = rows.firstEntry[row]!;
    const end = rows.firstEntry[row + 1]!;
    let from = text;
    while (at < end) {
      const entry = entries[at]!;
      let n: number;
      let id: number;
      let flags: number;
      if (entry !== WIDE) {
        n = entry & MOST_LENGTH;
        id = (entry & ((1 << FLAG_SHIFT) - 1)) >> LENGTH_BITS;
        flags = entry >> FLAG_SHIFT;
        at++;
      } else {
        const code = entries[at + 1]!;
        n = entries[at + 2]!;
        at += 3;
        if (code < 0) {
          this.addFurther(-1 - ~code, from, n);
          from += n + ~code;
          continue;
        }
        id = code >> 2;
        flags = code & 3;
      }
      if ((flags & FURTHER) === 0) {
        const to = id * stride + position;
        offset[to] = from;
        length[to] = (flags & PLACEHOLDER) === 0 ? n : -2 - n;
      } else this.addFurther(id, from, n);
      from += n;
    }
  }

  private addFurther(field: number, offset: number, length: number): void {
    const at = this.furtherCount++;
    if (at === this.furtherField.length) {
      this.furtherField = grown(this.furtherField, new Int32Array(at * 2));
      this.furtherOffset = grown(this.furtherOffset, new Int32Array(at * 2));
      this.furtherLength = grown(this.furtherLength, new Int32Array(at * 2));
    }
    this.furtherField[at] = field;
    this.furtherOffset[at] = offset;
    this.furtherLength[at] = length;
  }
}

function fitting({ textLength }: RowTable, order: Int32Array, start: number, most: number): number {
  let bytes = textLength[order[start]!]!;
  let count = 1;
  while (count < most && (bytes += textLength[order[start + count]!]!) <= MOST_BYTES) count++;
  return count;
}
