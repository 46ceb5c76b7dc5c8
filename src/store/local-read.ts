/** Bytes of an open file as a stream. */
import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { changed, storeError } from './errors.js';
import type { ByteRange } from './range.js';

/** inflate works best on large chunks */
const CHUNK_BYTES = 512 * 1024;

/** Streams a range and closes the file. A file that got shorter meanwhile ends with `STORE_CHANGED`, never early. */
export class FileRange extends Readable {
  #next: number;

  constructor(
    private readonly handle: FileHandle,
    private readonly range: ByteRange,
    private readonly where: string,
  ) {
    super({ highWaterMark: CHUNK_BYTES });
    this.#next = range.start;
  }

  override _read(): void {
    this.#chunk().then(
      (chunk) => this.push(chunk),
      (error) => this.destroy(storeError(error, { where: this.where, doing: 'read' })),
    );
  }

  async #chunk(): Promise<Buffer | null> {
    const length = Math.min(CHUNK_BYTES, this.range.end + 1 - this.#next);
    if (length <= 0) return null;
    const { bytesRead, buffer } = await this.handle.read(Buffer.allocUnsafe(length), 0, length, this.#next);
    if (bytesRead === 0) throw changed(this.where);
    this.#next += bytesRead;
    return bytesRead === length ? buffer : buffer.subarray(0, bytesRead);
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    this.handle.close().then(() => callback(error), callback);
  }
}

/** MD5 of the whole file, hex, at one chunk of memory. Leaves the file open. */
export async function md5OfFile(handle: FileHandle): Promise<string> {
  const hash = createHash('md5');
  const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  for (let position = 0; ; ) {
    const { bytesRead } = await handle.read(buffer, 0, CHUNK_BYTES, position);
    if (bytesRead === 0) return hash.digest('hex');
    hash.update(buffer.subarray(0, bytesRead));
    position += bytesRead;
  }
}
