/** Objects as local files: DuckDB has no S3 here, so what is not local is downloaded first. */
import { createWriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { storeError } from '../store/errors.js';
import { LocalStore } from '../store/local.js';
import type { ObjectInfo, ObjectStore } from '../store/store.js';

/** The folder in which a store's keys are files, if there is one. */
export function localFolder(store: ObjectStore): string | undefined {
  return store instanceof LocalStore ? resolve(store.uri) : undefined;
}

/** An object's bytes as the file `path`, whose folders are made. Fails if the object is no longer the one that was listed. */
export async function download(store: ObjectStore, info: ObjectInfo, path: string): Promise<void> {
  const source = await store.read(info.key, info.etag === undefined ? {} : { ifMatch: info.etag });
  try {
    await mkdir(dirname(path), { recursive: true });
    await pipeline(source, createWriteStream(path));
  } catch (error) {
    source.destroy();
    await rm(path, { force: true });
    throw storeError(error, { where: path, doing: 'written' });
  }
}

/** Runs `work` on an object as a file. What was downloaded for it is deleted when it ends. */
export async function withLocalFile<T>(
  store: ObjectStore,
  info: ObjectInfo,
  scratch: string,
  work: (path: string) => Promise<T>,
): Promise<T> {
  const folder = localFolder(store);
  if (folder !== undefined) return work(join(folder, info.key));
  const path = join(scratch, 'object.parquet');
  try {
    await download(store, info, path);
    return await work(path);
  } finally {
    await rm(path, { force: true });
  }
}
