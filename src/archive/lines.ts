/** Inflated chunks to blocks of whole lines. */
import type { LineBlock, OversizeLine } from './block.js';
import type { BlockBuffer } from './block-buffer.js';

const NEWLINE = 10;
const HEAD_BYTES = 64 * 1024;

/** A piece of a file in the order of its bytes. */
export type LinePart = { kind: 'lines'; block: LineBlock } | { kind: 'oversize'; line: OversizeLine };

/** An oversize line that is being passed over. */
interface Skipped {
  offset: number;
  length: number;
  head: Uint8Array;
}

/**
 * Cuts one file's bytes into blocks: every byte is copied once into the buffer, and the beginning of a line that the block's end would cut
 * moves to its front. A block is valid until the next part is asked for.
 *
 * Holds, besides the buffer, at most 64 KiB of an oversize line.
 */
export class LineCutter {
  /** bytes in use, and of these the whole lines */
  #used = 0;
  #whole = 0;
  /** inflated offset of the buffer's first byte */
  #offset = 0;
  #firstLine = 1;
  #lines = 0;
  #addedNewline = 0;
  #skipped: Skipped | undefined;

  /** @param limit bytes of the longest line that goes into a block, its newline counted */
  constructor(
    private readonly buffer: BlockBuffer,
    private readonly limit: number,
  ) {
    buffer.reset();
  }

  /** Lines so far, oversize ones counted, an unfinished one not. */
  get lines(): number {
    return this.#lines;
  }

  /** Bytes so far of the line that has no newline yet. */
  get partialLine(): number {
    return this.#skipped?.length ?? this.#used - this.#whole;
  }

  /** Inflated bytes so far, those of an added newline not counted. */
  get inflatedBytes(): number {
    if (this.#skipped) return this.#skipped.offset + this.#skipped.length;
    return this.#offset + this.#used - this.#addedNewline;
  }

  /** Takes the next bytes; the chunk may be reused when this generator is done. */
  *write(chunk: Uint8Array): Generator<LinePart, void, void> {
    let from = 0;
    while (from < chunk.length) {
      if (this.#skipped) {
        const newline = chunk.indexOf(NEWLINE, from);
        this.#skip(this.#skipped, chunk.subarray(from, newline < 0 ? chunk.length : newline));
        from = newline < 0 ? chunk.length : newline + 1;
        if (newline >= 0) yield this.#endSkipped(this.#skipped, 1);
        continue;
      }
      const { end, next } = this.#survey(chunk, from);
      if (end > from) {
        this.#append(chunk, from, end);
        this.#whole = this.#used;
        from = end;
      }
      if (next === 'all') {
        this.#append(chunk, from, chunk.length);
        from = chunk.length;
      } else {
        // first, so that what has begun of a line that is not kept is not moved
        if (next === 'oversize') this.#beginSkipping();
        if (this.#whole > 0) {
          yield this.#block();
          this.#moveOn();
        } else if (next === 'cut') this.buffer.grow(this.#used, this.limit);
      }
    }
  }

  /** The end of a sound file: a last line without a newline gets one. */
  *end(): Generator<LinePart, void, void> {
    if (this.#skipped) yield this.#endSkipped(this.#skipped, 0);
    if (this.#used > this.#whole) {
      // There is room: the survey counts the newline that is still to come.
      this.buffer.bytes[this.#used++] = NEWLINE;
      this.#addedNewline = 1;
      this.#whole = this.#used;
      this.#lines++;
    }
    yield* this.flush();
  }

  /** The end of a damaged file: its whole lines; a partial one stays behind as {@link partialLine}. */
  *flush(): Generator<LinePart, void, void> {
    if (this.#whole === 0) return;
    yield this.#block();
    this.#moveOn();
  }

  /**
   * How far the whole lines from `from` on go into the block (`end`), and what is next: `all` of the rest fits too, a new
   * block (`cut`), or a line that is `oversize`. Counts the lines.
   */
  #survey(chunk: Uint8Array, from: number): { end: number; next: 'all' | 'cut' | 'oversize' } {
    const room = this.buffer.bytes.length - this.#used;
    let end = from;
    let begun = this.#used - this.#whole;
    for (;;) {
      const newline = chunk.indexOf(NEWLINE, end);
      // A newline is still to come where there is none, and counts.
      const stop = newline < 0 ? chunk.length + 1 : newline + 1;
      if (begun + stop - end > this.limit) return { end, next: 'oversize' };
      if (stop - from > room) return { end, next: 'cut' };
      if (newline < 0) return { end, next: 'all' };
      this.#lines++;
      end = stop;
      begun = 0;
    }
  }

  #append(chunk: Uint8Array, from: number, to: number): void {
    if (from === to) return;
    this.buffer.bytes.set(from === 0 && to === chunk.length ? chunk : chunk.subarray(from, to), this.#used);
    this.#used += to - from;
  }

  /** The whole lines as a block. */
  #block(): LinePart {
    const length = this.#whole;
    const block = { bytes: this.buffer.bytes.subarray(0, length), length, offset: this.#offset, firstLine: this.#firstLine };
    return { kind: 'lines', block };
  }

  /** The block was read: what has begun behind it moves to the front. */
  #moveOn(): void {
    const length = this.#whole;
    this.buffer.bytes.copyWithin(0, length, this.#used);
    this.#used -= length;
    this.#whole = 0;
    this.#offset += length;
    this.#firstLine = this.#lines + 1;
  }

  /** Drops the line that has begun, but for its head; whole lines before it stay. */
  #beginSkipping(): void {
    const skipped = { offset: this.#offset + this.#whole, length: 0, head: new Uint8Array(0) };
    this.#skip(skipped, this.buffer.bytes.subarray(this.#whole, this.#used));
    this.#skipped = skipped;
    this.#used = this.#whole;
  }

  #skip(skipped: Skipped, bytes: Uint8Array): void {
    const missing = HEAD_BYTES - skipped.head.length;
    if (missing > 0) skipped.head = Buffer.concat([skipped.head, bytes.subarray(0, missing)]);
    skipped.length += bytes.length;
  }

  #endSkipped({ offset, length, head }: Skipped, newline: 0 | 1): LinePart {
    this.#lines++;
    const line = { line: this.#lines, offset, length, head };
    this.#skipped = undefined;
    this.#offset = offset + length + newline;
    this.#firstLine = this.#lines + 1;
    return { kind: 'oversize', line };
  }
}
