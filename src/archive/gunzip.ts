/**
 * Gzip to inflated chunks, with the engine's zlib, on the thread that asks: handing every piece to another thread and waiting for it took a
 * tenth of a conversion (decision 018).
 */
import { Gunzip as SyncGunzip, type ZlibOptions } from 'minizlib';
import { freeNow } from '../store/spent-buffer.js';
import { BrokenFile } from './broken-file.js';

/** Inflated bytes that zlib hands over at a time: of most pieces all; 64 KiB would cost a quarter of the speed. */
const ZLIB: ZlibOptions & { chunkSize: number } = { chunkSize: 512 * 1024 };

/** When a file counts as a bomb. */
export interface InflateLimits {
  /** inflated / compressed, checked once `bombFloor` inflated bytes are passed */
  maxRatio: number;
  bombFloor: number;
  /** inflated bytes of one file */
  maxInflated: number;
}

/** zlib found an error in a piece and threw away what it had inflated of it: feed the piece again, byte by byte. */
export class PieceFailed extends Error {
  constructor(
    /** compressed offset of the piece */
    readonly offset: number,
    options: { cause: unknown },
  ) {
    super(`zlib failed in the piece at ${offset}`, options);
  }
}

/**
 * Inflates one gzip file, member after member; zero bytes after the last one are padding. Feed it one piece at a time, then
 * `finish`; `destroy` it in any case. All that zlib inflates of a piece is held until taken: deflate grows at most 1,032 times.
 */
export class Gunzip {
  readonly #zlib = new SyncGunzip(ZLIB);
  #output: Uint8Array<ArrayBuffer>[] = [];
  #error: Error | undefined;
  #fed = 0;
  #inflated = 0;
  /** the last member is complete and something else follows: zlib takes no more */
  #ended = false;

  constructor(private readonly limits: InflateLimits) {
    this.#zlib.on('data', (chunk) => this.#output.push(chunk as Buffer<ArrayBuffer>));
    this.#zlib.on('error', (error) => {
      // zlib's own words are in the cause
      this.#error = (error as Error).cause as Error;
    });
  }

  /**
   * Yields what the piece inflates to; a chunk is there until the next one is asked for.
   *
   * @throws PieceFailed when there is an error in a piece of more than one byte; of a single byte BrokenFile `gzip-corrupt`
   * @throws BrokenFile `gzip-bomb`; `gzip-corrupt` for what is not padding after the last member
   */
  *write(piece: Uint8Array): Generator<Uint8Array, void, void> {
    let taken = 0;
    if (!this.#ended) {
      taken = this.#feed(piece);
      const output = this.#output;
      this.#output = [];
      for (const chunk of output) {
        this.#inflated += chunk.length;
        this.#checkBomb(this.#fed + piece.length);
        yield chunk;
        if (chunk.buffer.byteLength === chunk.length) freeNow(chunk.buffer);
      }
      if (this.#error) throw this.#failure(this.#error, piece.length);
      this.#ended = taken < piece.length;
    }
    if (this.#ended) this.#checkPadding(piece.subarray(taken), taken);
    this.#fed += piece.length;
  }

  /** @throws BrokenFile `gzip-truncated` when a member is incomplete */
  finish(): void {
    if (this.#ended) return;
    this.#zlib.end();
    const error = this.#error;
    if (!error) return;
    if (!isZlibError(error, 'Z_BUF_ERROR')) throw error;
    throw new BrokenFile('gzip-truncated', this.#fed, `the gzip data breaks off after ${this.#fed} bytes`, { cause: error });
  }

  destroy(): void {
    this.#zlib.close();
  }

  /** @returns how many of these bytes zlib took: all, unless something else than a member follows one, or there is an error */
  #feed(bytes: Uint8Array): number {
    this.#zlib.write(bytes);
    return this.#zlib.handle?.bytesWritten ?? 0;
  }

  #failure(error: Error, pieceLength: number): Error {
    if (!isZlibError(error, 'Z_DATA_ERROR')) return error;
    if (pieceLength > 1) return new PieceFailed(this.#fed, { cause: error });
    const message = CHECKSUM.test(error.message)
      ? `the checksum of the gzip data that ends at byte ${this.#fed} is wrong: some of its lines may hold wrong values`
      : `the gzip data is corrupt after ${this.#fed} bytes: ${error.message}`;
    return new BrokenFile('gzip-corrupt', this.#fed, message, { cause: error });
  }

  #checkBomb(fed: number): void {
    const { maxRatio, bombFloor, maxInflated } = this.limits;
    const ratio = this.#inflated > bombFloor && this.#inflated > fed * maxRatio;
    if (!ratio && this.#inflated <= maxInflated) return;
    const limit = ratio ? `${maxRatio} times` : `${maxInflated} bytes`;
    const message = `${fed} compressed bytes become ${this.#inflated} or more, above the limit of ${limit}`;
    throw new BrokenFile('gzip-bomb', fed, message);
  }

  /** @param from where these bytes begin in the piece that is fed */
  #checkPadding(bytes: Uint8Array, from: number): void {
    const garbage = bytes.findIndex((byte) => byte !== 0);
    if (garbage < 0) return;
    const at = this.#fed + from + garbage;
    throw new BrokenFile('gzip-corrupt', at, `after the end of the gzip data and its padding, byte ${at} is not zero`);
  }
}

/** zlib's words where all inflates and the CRC or length at the end does not fit: nobody can tell where the damage lies. */
const CHECKSUM = /^incorrect (data|length) check$/;

/** Other codes (no memory) say nothing about the file. */
const isZlibError = (error: Error, code: string) => (error as NodeJS.ErrnoException).code === code;
