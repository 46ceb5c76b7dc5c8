/** A gzip file of lines, written as a stream: memory is a few chunks, whatever its size. */
import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { finished } from 'node:stream/promises';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { createGzip, type Gzip } from 'node:zlib';
import { cannotWrite } from './errors.js';

/** Fixed, so that the bytes are. It compresses as FDR's own files do, 5 to 6 times. */
const LEVEL = 4;
const CHUNK = 256 * 1024;
/** Bytes that may wait for the compressor, which works on another thread. */
const WAITING = 4 * CHUNK;
/** Bytes of UTF-8 that a UTF-16 unit can need. */
const WORST = 3;

export class Sink {
  /** inflated */
  bytes = 0;
  lines = 0;
  private readonly gzip: Gzip;
  private readonly file: WriteStream;
  private readonly done: Promise<void>;
  private chunk = Buffer.allocUnsafeSlow(CHUNK);
  private used = 0;

  private constructor(
    readonly path: string,
    absolute: string,
  ) {
    const settings = { level: LEVEL, memLevel: 9, chunkSize: CHUNK, highWaterMark: WAITING };
    this.gzip = createGzip(settings);
    this.file = createWriteStream(absolute);
    this.gzip.on('error', (cause) => this.file.destroy(cause));
    this.gzip.pipe(this.file);
    this.done = finished(this.file).catch((cause) => {
      throw cannotWrite(path, cause);
    });
    // The error is thrown where the sink is closed; until then nobody waits for it.
    this.done.catch(() => this.gzip.destroy());
  }

  /** Opens `path` below `root` and makes its folders. */
  static async open(root: string, path: string): Promise<Sink> {
    const absolute = join(root, path);
    try {
      await mkdir(dirname(absolute), { recursive: true });
    } catch (cause) {
      throw cannotWrite(path, cause);
    }
    return new Sink(path, absolute);
  }

  /** Adds a line and its newline. True: {@link drain} before the next. */
  add(line: string): boolean {
    this.lines++;
    const most = (line.length + 1) * WORST;
    let flushed = false;
    if (most > CHUNK - this.used) {
      if (this.used > 0) this.flush();
      flushed = true;
      if (most > CHUNK) {
        this.write(Buffer.from(`${line}\n`));
        return true;
      }
    }
    this.used += this.chunk.write(line, this.used);
    this.chunk[this.used++] = 10;
    return flushed;
  }

  /** Adds bytes as they are and waits until there is room for more. */
  async addBytes(bytes: Uint8Array): Promise<void> {
    if (this.used > 0) this.flush();
    this.write(bytes);
    await this.drain();
  }

  /** Lets the compressor take its next chunk, and catch up where it is behind. */
  async drain(): Promise<void> {
    if (this.gzip.writableNeedDrain) await Promise.race([once(this.gzip, 'drain'), this.done]);
    else await nextTurn();
  }

  /** Ends the file; returns its compressed bytes once they are on disk. */
  async close(): Promise<number> {
    if (this.used > 0) this.flush();
    this.gzip.end();
    await this.done;
    return this.file.bytesWritten;
  }

  /** Gives the file up as it is, after a failure elsewhere. */
  abandon(): void {
    this.gzip.destroy();
    this.file.destroy();
  }

  private flush(): void {
    this.write(this.chunk.subarray(0, this.used));
    this.chunk = Buffer.allocUnsafeSlow(CHUNK);
    this.used = 0;
  }

  private write(bytes: Uint8Array): void {
    this.bytes += bytes.length;
    this.gzip.write(bytes);
  }
}
