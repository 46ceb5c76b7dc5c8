/** Gzip to inflated chunks, with the engine's zlib. */
import { createGunzip } from 'node:zlib';
import { freeNow } from '../store/spent-buffer.js';
import { BrokenFile } from './broken-file.js';

/** Inflated bytes that zlib hands over at a time; 64 KiB would cost a quarter of the speed. */
const CHUNK_BYTES = 512 * 1024;

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
  readonly #stream = createGunzip({ chunkSize: CHUNK_BYTES });
  #output: Uint8Array[] = [];
  #settle: (error?: Error) => void = () => {};
  #fed = 0;
  #inflated = 0;
  /** the last member is complete and something else follows: zlib takes no more */
  #ended = false;

  constructor(private readonly limits: InflateLimits) {
    this.#stream.on('data', (chunk: Uint8Array) => this.#output.push(chunk));
    this.#stream.on('error', (error) => this.#settle(error));
    this.#stream.on('end', () => {
      this.#ended = true;
      this.#settle();
    });
  }

  /**
   * Yields what the piece inflates to; a chunk is there until the next one is asked for.
   *
   * @throws PieceFailed when there is an error in a piece of more than one byte; of a single byte BrokenFile `gzip-corrupt`
   * @throws BrokenFile `gzip-bomb`; `gzip-corrupt` for what is not padding after the last member
   */
  async *write(piece: Uint8Array): AsyncGenerator<Uint8Array, void, void> {
    if (!this.#ended) {
      const error = await this.#feed(piece);
      const output = this.#output;
      this.#output = [];
      for (const chunk of output) {
        this.#inflated += chunk.length;
        this.#checkBomb(this.#fed + piece.length);
        yield chunk;
        // zlib fills a buffer over several chunks, and has begun another before it hands over the last
        const { buffer, byteOffset, length } = chunk;
        if (buffer.byteLength === CHUNK_BYTES && byteOffset + length === CHUNK_BYTES) freeNow(buffer as ArrayBuffer);
      }
      if (error) throw this.#failure(error, piece.length);
    }
    if (this.#ended) this.#checkPadding(piece);
    this.#fed += piece.length;
  }

  /** @throws BrokenFile `gzip-truncated` when a member is incomplete */
  async finish(): Promise<void> {
    if (this.#ended) return;
    const error = await new Promise<Error | undefined>((resolve) => {
      this.#settle = resolve;
      this.#stream.end();
    });
    if (!error) return;
    if (!isZlibError(error, 'Z_BUF_ERROR')) throw error;
    throw new BrokenFile('gzip-truncated', this.#fed, `the gzip data breaks off after ${this.#fed} bytes`, { cause: error });
  }

  destroy(): void {
    this.#stream.destroy();
  }

  /** Resolves when all output of these bytes is there, with the error if zlib finds one in them. */
  #feed(bytes: Uint8Array): Promise<Error | undefined> {
    return new Promise((resolve) => {
      this.#settle = resolve;
      // With an error the 'error' event follows.
      this.#stream.write(bytes, (error) => !error && resolve(undefined));
    });
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

  #checkPadding(piece: Uint8Array): void {
    const from = Math.max(0, this.#stream.bytesWritten - this.#fed);
    const garbage = piece.subarray(from).findIndex((byte) => byte !== 0);
    if (garbage < 0) return;
    const at = this.#fed + from + garbage;
    throw new BrokenFile('gzip-corrupt', at, `after the end of the gzip data and its padding, byte ${at} is not zero`);
  }
}

/** zlib's words where all inflates and the CRC or length at the end does not fit: nobody can tell where the damage lies. */
const CHECKSUM = /^incorrect (data|length) check$/;

/** Other codes (no memory) say nothing about the file. */
const isZlibError = (error: Error, code: string) => (error as NodeJS.ErrnoException).code === code;
