/** A folder as an object store. */
import { constants } from 'node:fs';
import { type FileHandle, mkdir, open, realpath, stat, unlink } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { ABSENT, unless } from './errno.js';
import { type Attempt, changed, keyRefused, leavesRoot, notAFolder, notFound, storeError } from './errors.js';
import { checkKey, checkPrefix, compareKeys } from './key.js';
import { FileRange, md5OfFile } from './local-read.js';
import { isInside, walkFolder } from './local-walk.js';
import { isTemporary, placeFile, writeWhole } from './local-write.js';
import { byteRange } from './range.js';
import type { ListOptions, ObjectInfo, ObjectStore, ReadOptions, WriteOptions, WriteResult } from './store.js';

/** Nothing of this name can hold an object: absent, or its path leads in a circle of links. */
const NO_OBJECT = [...ABSENT, 'ELOOP'];

/**
 * Files below a folder, made when first written to. A key is a relative path; none leads outside the folder, neither by `..` nor
 * by a link. Writes are atomic and on disk when they return. An ETag is the MD5 of the bytes.
 */
export class LocalStore implements ObjectStore {
  readonly uri: string;
  readonly #folder: string;

  constructor(folder: string) {
    this.uri = folder;
    this.#folder = resolve(folder);
  }

  async *list(prefix: string, { after }: ListOptions = {}): AsyncGenerator<ObjectInfo> {
    checkPrefix(prefix);
    const attempt: Attempt = { where: this.#where(prefix), doing: 'listed' };
    try {
      const root = await this.#root();
      if (root === undefined) return;
      for await (const object of walkFolder(root, prefix)) {
        if (after === undefined || compareKeys(object.key, after) > 0) yield object;
      }
    } catch (error) {
      throw storeError(error, attempt);
    }
  }

  async head(key: string): Promise<ObjectInfo | undefined> {
    const path = await this.#find(key, 'read');
    if (!path) return undefined;
    const stats = await this.#attempt(key, 'read', unless(ABSENT, stat(path)));
    return stats?.isFile() ? { key, size: stats.size, lastModified: stats.mtime } : undefined;
  }

  async etag(object: ObjectInfo): Promise<string> {
    if (object.etag !== undefined) return object.etag;
    const handle = await this.#open(object.key);
    try {
      return await this.#attempt(object.key, 'read', md5OfFile(handle));
    } finally {
      await handle.close();
    }
  }

  async read(key: string, options: ReadOptions = {}): Promise<Readable> {
    const handle = await this.#open(key);
    try {
      if (options.ifMatch !== undefined && (await md5OfFile(handle)) !== options.ifMatch) throw changed(this.#where(key));
      const { size } = await handle.stat();
      return new FileRange(handle, byteRange(options, size, this.#where(key)), this.#where(key));
    } catch (error) {
      await handle.close();
      throw storeError(error, { where: this.#where(key), doing: 'read' });
    }
  }

  async write(key: string, body: Uint8Array | string, options: WriteOptions = {}): Promise<WriteResult> {
    checkLocalKey(key);
    const work = async () => writeWhole(await this.#place(key), body, options.ifAbsent ?? false);
    return { written: await this.#attempt(key, 'written', work()) };
  }

  async writeFile(key: string, path: string, options: { consume?: boolean } = {}): Promise<void> {
    checkLocalKey(key);
    await this.#attempt(path, 'read', stat(path), path);
    const work = async () => placeFile(path, await this.#place(key), options.consume ?? false);
    await this.#attempt(key, 'written', work());
  }

  async delete(key: string): Promise<void> {
    checkLocalKey(key);
    const root = await this.#root();
    const folder = root && (await this.#attempt(key, 'deleted', unless(NO_OBJECT, realpath(dirname(join(root, key))))));
    if (!root || !folder) return;
    if (!isInside(root, folder)) throw leavesRoot(this.#where(key), root);
    await this.#attempt(key, 'deleted', unless([...ABSENT, 'EISDIR'], unlink(join(folder, basename(key)))));
  }

  async close(): Promise<void> {}

  #where(key: string): string {
    return join(this.#folder, key);
  }

  async #attempt<T>(key: string, doing: Attempt['doing'], work: Promise<T>, where = this.#where(key)): Promise<T> {
    try {
      return await work;
    } catch (error) {
      throw storeError(error, { where, doing });
    }
  }

  /** The folder without links; undefined while it does not exist. */
  async #root(): Promise<string | undefined> {
    const root = await this.#attempt('', 'read', unless(['ENOENT'], realpath(this.#folder)));
    if (root && !(await stat(root)).isDirectory()) throw notAFolder({ where: this.#folder, doing: 'read' });
    return root;
  }

  /** The key's path without links; undefined if nothing is there. */
  async #find(key: string, doing: Attempt['doing']): Promise<string | undefined> {
    checkLocalKey(key);
    const root = await this.#root();
    const path = root && (await this.#attempt(key, doing, unless(NO_OBJECT, realpath(join(root, key)))));
    if (root && path && !isInside(root, path)) throw leavesRoot(this.#where(key), root);
    return path;
  }

  /** Opened without waiting, so that a pipe cannot hold us up. */
  async #open(key: string): Promise<FileHandle> {
    const path = await this.#find(key, 'read');
    if (!path) throw notFound(this.#where(key));
    const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
    const handle = await this.#attempt(key, 'read', open(path, flags));
    if ((await handle.stat()).isFile()) return handle;
    await handle.close();
    throw notFound(this.#where(key));
  }

  /** Where to write a key: its folder is made, and lies inside the root. */
  async #place(key: string): Promise<string> {
    let root = await this.#root();
    if (root === undefined) {
      await mkdir(this.#folder, { recursive: true });
      root = await realpath(this.#folder);
    }
    const folder = await makeFolder(root, dirname(join(root, key)), this.#where(key));
    return join(folder, basename(key));
  }
}

/** Makes a folder link by link, so that nothing is made where a link leads outside. */
async function makeFolder(root: string, path: string, where: string): Promise<string> {
  let real = await unless(['ENOENT'], realpath(path));
  if (real === undefined) {
    const parent = await makeFolder(root, dirname(path), where);
    await unless(['EEXIST'], mkdir(join(parent, basename(path))));
    real = await realpath(join(parent, basename(path)));
  }
  if (!isInside(root, real)) throw leavesRoot(where, root);
  return real;
}

function checkLocalKey(key: string): void {
  checkKey(key);
  if (/\/\/|\/$/.test(key)) throw keyRefused(key, 'it has an empty segment, which no file name can be');
  if (isTemporary(basename(key))) throw keyRefused(key, 'the name is kept for temporary files');
}
