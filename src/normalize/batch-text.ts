/** The text of a batch's rows, copied together: what is handed over with the batch. */
import { grown, type RowTable } from './row-table.js';

export class BatchText {
  bytes: Uint8Array = new Uint8Array(1 << 16);
  private length = 0;

  get used(): Uint8Array {
    return this.bytes.subarray(0, this.length);
  }

  reset(): void {
    this.length = 0;
  }

  /** Copies a row's text to the end; returns where it begins. */
  add({ text, chunk, textStart, textLength }: RowTable, row: number): number {
    const to = this.length;
    this.length = to + textLength[row]!;
    if (this.length > this.bytes.length)
      this.bytes = grown(this.bytes, new Uint8Array(Math.max(this.length, this.bytes.length * 2)));
    const from = textStart[row]!;
    this.bytes.set(text.bytesOf(chunk[row]!).subarray(from, from + textLength[row]!), to);
    return to;
  }
}
