/**
 * Object stores: one interface over local folders, S3 and (for tests) memory. Keys use `/`, never start with one, and are
 * taken literally: a store refuses a key that would leave its root. Every error is a `FalconryError` from errors.ts.
 */
import type { Readable } from 'node:stream';

export interface ObjectInfo {
  key: string;
  /** bytes */
  size: number;
  /** S3's ETag without quotes; a local store leaves it out here and computes MD5 in {@link ObjectStore.etag} */
  etag?: string;
  lastModified?: Date;
  /** S3 only: STANDARD, GLACIER … */
  storageClass?: string;
}

export interface ReadOptions {
  /** fail with `STORE_CHANGED` unless the object still has this ETag */
  ifMatch?: string;
  /** first byte, inclusive */
  start?: number;
  /** last byte, inclusive */
  end?: number;
}

export interface ListOptions {
  /** only keys after this one, which need not exist */
  after?: string;
}

export interface WriteOptions {
  /** write only if the key is free (`If-None-Match: *`); otherwise nothing changes and `written` is false */
  ifAbsent?: boolean;
}

export interface WriteResult {
  written: boolean;
}

export interface ObjectStore {
  /** what the user named: a path or `s3://bucket/prefix` */
  readonly uri: string;
  /**
   * Every object whose key begins with `prefix` (end it with `/` to mean a folder, leave it empty to mean all), in byte order of the
   * keys. An absent prefix lists nothing; an absent bucket is an error.
   */
  list(prefix: string, options?: ListOptions): AsyncIterable<ObjectInfo>;
  head(key: string): Promise<ObjectInfo | undefined>;
  /** The ETag of an object listed or headed before: what it carries, else the MD5 of its bytes. */
  etag(object: ObjectInfo): Promise<string>;
  /**
   * The bytes as a stream. Errors before the first byte reject; later ones end the stream with the error: it is never short. A range
   * is cut to the object; one that begins past its end fails with `STORE_BAD_RANGE`.
   */
  read(key: string, options?: ReadOptions): Promise<Readable>;
  /** A small object whole. */
  write(key: string, body: Uint8Array | string, options?: WriteOptions): Promise<WriteResult>;
  /**
   * A finished local file as an object. Never visible in part. `consume`: the caller gives the file away; it is gone afterwards (a
   * local store renames it).
   */
  writeFile(key: string, path: string, options?: { consume?: boolean }): Promise<void>;
  /** Absent keys are not an error. */
  delete(key: string): Promise<void>;
  close(): Promise<void>;
}
