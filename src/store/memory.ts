/** An object store in memory, for tests. */
import { createHash } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { changed, notFound, storeError } from './errors.js';
import { checkKey, checkPrefix, compareKeys } from './key.js';
import { byteRange } from './range.js';
import type { ListOptions, ObjectInfo, ObjectStore, ReadOptions, WriteOptions, WriteResult } from './store.js';

interface Held extends ObjectInfo {
  etag: string;
  bytes: Buffer;
}

/** Behaves as S3 does, with the ETag of every object its MD5. */
export class MemoryStore implements ObjectStore {
  readonly #objects = new Map<string, Held>();

  constructor(readonly uri = 'memory:') {}

  async *list(prefix: string, { after }: ListOptions = {}): AsyncGenerator<ObjectInfo> {
    checkPrefix(prefix);
    const keys = [...this.#objects.keys()].filter((key) => key.startsWith(prefix)).sort(compareKeys);
    for (const key of keys) {
      if (after !== undefined && compareKeys(key, after) <= 0) continue;
      const info = await this.head(key);
      if (info) yield info;
    }
  }

  async head(key: string): Promise<ObjectInfo | undefined> {
    checkKey(key);
    const held = this.#objects.get(key);
    if (!held) return undefined;
    const { bytes: _, ...info } = held;
    return info;
  }

  async etag(object: ObjectInfo): Promise<string> {
    return object.etag ?? this.#get(object.key).etag;
  }

  async read(key: string, options: ReadOptions = {}): Promise<Readable> {
    checkKey(key);
    const { bytes, etag } = this.#get(key);
    if (options.ifMatch !== undefined && options.ifMatch !== etag) throw changed(this.#where(key));
    const { start, end } = byteRange(options, bytes.length, this.#where(key));
    return Readable.from(bytes.length === 0 ? [] : [Buffer.from(bytes.subarray(start, end + 1))], { objectMode: false });
  }

  async write(key: string, body: Uint8Array | string, options: WriteOptions = {}): Promise<WriteResult> {
    checkKey(key);
    if (options.ifAbsent && this.#objects.has(key)) return { written: false };
    const bytes = Buffer.from(body as Uint8Array);
    const etag = createHash('md5').update(bytes).digest('hex');
    this.#objects.set(key, { key, size: bytes.length, etag, lastModified: new Date(), bytes });
    return { written: true };
  }

  async writeFile(key: string, path: string, options: { consume?: boolean } = {}): Promise<void> {
    checkKey(key);
    const bytes = await readFile(path).catch((error) => {
      throw storeError(error, { where: path, doing: 'read' });
    });
    await this.write(key, bytes);
    if (options.consume) await rm(path);
  }

  async delete(key: string): Promise<void> {
    checkKey(key);
    this.#objects.delete(key);
  }

  async close(): Promise<void> {}

  #get(key: string): Held {
    const held = this.#objects.get(key);
    if (!held) throw notFound(this.#where(key));
    return held;
  }

  #where(key: string): string {
    return `${this.uri}${key}`;
  }
}
