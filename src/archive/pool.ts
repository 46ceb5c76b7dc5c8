/** Buffers for blocks, used again once the blocks' readers are done with them. */

const MiB = 1024 * 1024;

/** Bytes of a block's buffer unless told. */
export const DEFAULT_BLOCK_CAPACITY = 16 * MiB;

/** A rest smaller than this part of a buffer is not lent again: blocks would become too small to be worth it. */
const LEAST_REST = 1 / 16;

/**
 * Lends room for blocks in buffers of `capacity` bytes. What a block leaves of its buffer is lent again, so that many small files
 * share one: fresh memory costs more than the bytes that are written to it.
 *
 * A block outlives the reading that filled it, so only its holder knows when it is free: `give` it back then. A buffer is used
 * again when all that was lent of it is back; its old bytes are not cleared. The pool never holds more buffers than were lent at
 * one time.
 */
export class BlockPool {
  readonly #idle: Uint8Array[] = [];
  /** what is lent, with the buffer that it is part of */
  readonly #lent = new Map<Uint8Array, Uint8Array>();
  /** how many parts of a buffer are lent */
  readonly #parts = new Map<Uint8Array, number>();
  /** the end of a buffer that is lent in part */
  #rest: { bytes: Uint8Array; of: Uint8Array } | undefined;

  constructor(readonly capacity: number = DEFAULT_BLOCK_CAPACITY) {
    if (!Number.isInteger(capacity) || capacity < 1) throw new RangeError(`a block of ${capacity} bytes cannot be`);
  }

  /** Buffers that lie ready whole. */
  get idle(): number {
    return this.#idle.length;
  }

  /** Room of any size up to `capacity`: the rest of a buffer that others use too, or a whole one. */
  take(): Uint8Array {
    const rest = this.#rest;
    if (rest === undefined) return this.takeWhole();
    this.#rest = undefined;
    return this.#lend(rest.bytes, rest.of);
  }

  /** Room of `capacity` bytes. */
  takeWhole(): Uint8Array {
    const buffer = this.#idle.pop() ?? new Uint8Array(this.capacity);
    return this.#lend(buffer, buffer);
  }

  /**
   * Makes a block of the first `length` bytes of lent room; what is left of it is lent to others.
   *
   * @returns the block, which takes the room's place: give it back in its stead
   * @throws RangeError when the room is not lent
   */
  cut(room: Uint8Array, length: number): Uint8Array {
    const of = this.#lent.get(room);
    if (of === undefined) throw new RangeError('a block was cut from room that is not lent');
    const block = this.#lend(room.subarray(0, length), of);
    const bytes = room.subarray(length);
    if (bytes.length >= this.capacity * LEAST_REST && bytes.length > (this.#rest?.bytes.length ?? 0)) this.#rest = { bytes, of };
    this.give(room);
    return block;
  }

  /**
   * Takes a block or room back. What was moved to another thread has no bytes left: its buffer is let go.
   *
   * @throws RangeError when it is not lent, or was given back before: two blocks would share it
   */
  give(bytes: Uint8Array): void {
    const of = this.#lent.get(bytes);
    if (of === undefined) throw new RangeError('a block was given back that is not lent');
    this.#lent.delete(bytes);
    const parts = this.#parts.get(of)! - 1;
    if (parts > 0) {
      this.#parts.set(of, parts);
      return;
    }
    this.#parts.delete(of);
    if (this.#rest?.of === of) this.#rest = undefined;
    if (of.byteLength === this.capacity) this.#idle.push(of);
  }

  #lend(bytes: Uint8Array, of: Uint8Array): Uint8Array {
    this.#lent.set(bytes, of);
    this.#parts.set(of, (this.#parts.get(of) ?? 0) + 1);
    return bytes;
  }
}
