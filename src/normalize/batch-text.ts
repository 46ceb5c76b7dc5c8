/**
 * The text of a batch's rows, copied together in the batch's order: what the kernels read lies side by side, and what is handed over
 * with the batch is no more than the batch's own.
 */
import type { RowTable } from './row-table.js';

/** Text of a batch, unless a single row has more: a batch of very long lines has fewer rows. */
const MOST_BYTES = 16 * 1024 * 1024;

/** Text of the rows of a batch, by their position in it. */
export interface TextOfRows {
  bytes: Uint8Array;
  /** where a row's text begins */
  at: Int32Array;
}

export class BatchText implements TextOfRows {
  bytes: Uint8Array = new Uint8Array(1 << 16);
  length = 0;
  readonly at: Int32Array;

  constructor(batchRows: number) {
    this.at = new Int32Array(batchRows);
  }

  reset(): void {
    this.length = 0;
  }

  get used(): Uint8Array {
    return this.bytes.subarray(0, this.length);
  }

  /**
   * Takes the text of up to `most` rows from `order[start]` on.
   *
   * @returns how many rows it has taken: at least one
   */
  gather(rows: RowTable, blocks: readonly Uint8Array[], order: Int32Array, start: number, most: number): number {
    const count = this.fitting(rows, order, start, most);
    for (let i = 0; i < count; i++) this.at[i] = this.add(rows, blocks, order[start + i]!);
    return count;
  }

  /** Copies the text of one row to the end; returns where it begins. */
  add({ block, textStart, textLength }: RowTable, blocks: readonly Uint8Array[], row: number): number {
    const from = textStart[row]!;
    const to = this.length;
    this.length = to + textLength[row]!;
    if (this.length > this.bytes.length) this.grow();
    this.bytes.set(blocks[block[row]!]!.subarray(from, from + textLength[row]!), to);
    return to;
  }

  private fitting({ textLength }: RowTable, order: Int32Array, start: number, most: number): number {
    let bytes = textLength[order[start]!]!;
    let count = 1;
    while (count < most && (bytes += textLength[order[start + count]!]!) <= MOST_BYTES) count++;
    return count;
  }

  private grow(): void {
    const next = new Uint8Array(Math.max(this.length, this.bytes.length * 2));
    next.set(this.bytes);
    this.bytes = next;
  }
}
