/** The one buffer that blocks of lines are built in, file after file. */

/** Small enough that what was inflated is still in the processor's cache when it is scanned. */
export const DEFAULT_BLOCK_BYTES = 512 * 1024;

/** Room for one block; one reader at a time. In a file with longer lines it grows, so that the next file must begin anew. */
export class BlockBuffer {
  bytes: Uint8Array;

  /** @param capacity bytes at first, and of a block of ordinary lines */
  constructor(private readonly capacity: number = DEFAULT_BLOCK_BYTES) {
    if (!Number.isInteger(capacity) || capacity < 1) throw new RangeError(`a block of ${capacity} bytes cannot be`);
    this.bytes = new Uint8Array(capacity);
  }

  /** A file begins: where its blocks end must not hang on the lines of other files. */
  reset(): void {
    if (this.bytes.length > this.capacity) this.bytes = new Uint8Array(this.capacity);
  }

  /** Doubles the room, up to `most` bytes; the first `used` bytes stay. */
  grow(used: number, most: number): void {
    const bytes = new Uint8Array(Math.min(most, this.bytes.length * 2));
    bytes.set(this.bytes.subarray(0, used));
    this.bytes = bytes;
  }
}
