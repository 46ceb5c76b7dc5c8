/** Buffers of one size for blocks, used again once their reader is done with them. */

const MiB = 1024 * 1024;

/** Bytes of a block's buffer unless told. */
export const DEFAULT_BLOCK_CAPACITY = 16 * MiB;

/**
 * Lends buffers of `capacity` bytes. A block outlives the reading that filled it, so only its holder knows when it is free:
 * `give` it back then. The pool never holds more buffers than were lent at one time; their old bytes are not cleared.
 */
export class BlockPool {
  readonly #idle: Uint8Array[] = [];

  constructor(readonly capacity: number = DEFAULT_BLOCK_CAPACITY) {
    if (!Number.isInteger(capacity) || capacity < 1) throw new RangeError(`a block of ${capacity} bytes cannot be`);
  }

  /** Buffers that lie ready. */
  get idle(): number {
    return this.#idle.length;
  }

  take(): Uint8Array {
    return this.#idle.pop() ?? new Uint8Array(this.capacity);
  }

  /**
   * Takes a block's buffer back. Small blocks come in buffers of their own (see `LineCutter`), and a buffer moved to another
   * thread has no bytes left: both are let go.
   *
   * @throws RangeError when the buffer was given back before: two blocks would share it
   */
  give(bytes: Uint8Array): void {
    if (bytes.byteLength !== this.capacity) return;
    if (this.#idle.includes(bytes)) throw new RangeError('a block was given back twice');
    this.#idle.push(bytes);
  }
}
