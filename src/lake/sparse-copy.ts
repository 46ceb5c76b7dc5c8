/**
 * The footer of an object as a local file of the object's size that holds nothing else: DuckDB reads what a footer says from it
 * without the object being downloaded.
 */
import { type FileHandle, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { storeError } from '../store/errors.js';
import type { ObjectInfo, ObjectStore } from '../store/store.js';
import { localFolder } from './local-copy.js';

/** Most footers fit; for one that does not the rest is fetched too. */
const TAIL_BYTES = 256 * 1024;
/** The footer's length and the magic bytes. */
const TRAILER_BYTES = 8;

let copies = 0;

export interface FooterFile {
  path: string;
  /** Removes what was copied. */
  remove(): Promise<void>;
}

/** An object's own file, or its copy without rows. What is no Parquet comes as it is. */
export async function footerFile(store: ObjectStore, info: ObjectInfo, scratch: string): Promise<FooterFile> {
  const folder = localFolder(store);
  if (folder !== undefined) return { path: join(folder, info.key), remove: async () => {} };
  const path = join(scratch, `footer-${copies++}.parquet`);
  const remove = () => rm(path, { force: true });
  try {
    await copyFooter(store, info, path);
    return { path, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

async function copyFooter(store: ObjectStore, info: ObjectInfo, path: string): Promise<void> {
  const file = await open(path, 'w');
  try {
    await file.truncate(info.size);
    if (info.size === 0) return;
    const start = Math.max(0, info.size - TAIL_BYTES);
    const tail = await copyRange(store, info, file, start);
    if (tail.length < TRAILER_BYTES) return;
    const needed = tail.readUInt32LE(tail.length - TRAILER_BYTES) + TRAILER_BYTES;
    if (needed > tail.length && needed <= info.size) await copyRange(store, info, file, info.size - needed, start - 1);
  } catch (error) {
    throw storeError(error, { where: path, doing: 'written' });
  } finally {
    await file.close();
  }
}

async function copyRange(store: ObjectStore, info: ObjectInfo, file: FileHandle, start: number, end?: number): Promise<Buffer> {
  const parts: Buffer[] = [];
  const range = { start, ...(end === undefined ? {} : { end }), ...(info.etag === undefined ? {} : { ifMatch: info.etag }) };
  for await (const part of await store.read(info.key, range)) parts.push(part as Buffer);
  const bytes = Buffer.concat(parts);
  await file.write(bytes, 0, bytes.length, start);
  return bytes;
}
