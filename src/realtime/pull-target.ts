/** Where a feed's files go: copied under their own keys, or converted into a lake. */
import type { ConversionRoom } from '../convert/conversion-tools.js';
import type { Ledger } from '../convert/ledger.js';
import { closeLakePlace, openLakePlace } from '../convert/places.js';
import { errorRecord } from '../error.js';
import { openStore, storeOptionsOf } from '../store/open.js';
import type { ObjectStore } from '../store/store.js';
import { sourceOf, withCheckedCopy } from './checked-copy.js';
import { type ArchiveBucket, headBatchFile, resolveInput } from './input.js';
import type { NoticedObject } from './notice.js';
import { ObjectConverter } from './object-converter.js';
import type { FilledPullOptions } from './pull-options.js';
import type { FileOutcome } from './pull-report.js';

/** A file of a batch message: its MD5 is known. */
export type BatchFile = NoticedObject & { md5: string };

export interface SettleOptions {
  signal: AbortSignal;
  redelivered: boolean;
  onProgress: ConversionRoom['onProgress'];
}

export interface SettledFile {
  outcome: FileOutcome;
  /** of a file that was converted */
  ledger?: Ledger;
  /** partitions, where they are to be; see publishUnit */
  registered?: number | undefined;
}

export interface PullTarget {
  /** files at a time */
  readonly width: number;
  /** When it returns, the file is durable. @throws NOTICE_INPUT_GONE, NOTICE_INPUT_DIFFERS, and what stores throw */
  settle(feed: ArchiveBucket, file: BatchFile, options: SettleOptions): Promise<SettledFile>;
  close(): Promise<void>;
}

/**
 * Opens where the files go. A place that cannot be reached is told here, before a message is taken whose tries it would use up.
 *
 * @throws what opening it throws; STORE_NO_BUCKET, STORE_NO_CREDENTIALS, STORE_WRONG_REGION, STORE_UNAVAILABLE
 */
export async function openTarget({ to, conversion, region, endpointUrl }: FilledPullOptions): Promise<PullTarget> {
  if (conversion === undefined) {
    const archive = await openStore(to!, storeOptionsOf({ region, endpointUrl }));
    await reach(archive);
    return new ArchiveTarget(archive);
  }
  const place = await openLakePlace(conversion);
  try {
    await Promise.all([reach(place.work), reach(place.lake)]);
  } finally {
    await closeLakePlace(place);
  }
  return new LakeTarget(await ObjectConverter.open(conversion));
}

/** Listing tells a bucket that is not there from one that is empty. Who may not list may still write. */
async function reach(store: ObjectStore): Promise<void> {
  try {
    for await (const _ of store.list('')) return;
  } catch (error) {
    if (errorRecord(error).code !== 'STORE_ACCESS_DENIED') throw error;
  }
}

/** Copies: the same keys, the same bytes. */
export class ArchiveTarget implements PullTarget {
  readonly width = 4;

  constructor(private readonly archive: ObjectStore) {}

  async settle(feed: ArchiveBucket, file: BatchFile, { signal }: SettleOptions): Promise<{ outcome: FileOutcome }> {
    const { key, md5, bucket } = file;
    if (await this.#holds(file)) return { outcome: 'known' };
    const info = await headBatchFile(feed.store, key, file);
    const input = { key, bucketKey: key, bucket, md5, size: info.size, etag: await feed.store.etag(info) };
    await withCheckedCopy(feed.store, input, signal, (path) => this.archive.writeFile(key, path, { consume: true }));
    return { outcome: 'copied' };
  }

  /** The ETag of a copy in parts says nothing: then the size counts. One that is another MD5 means to copy again. */
  async #holds({ key, size, md5 }: BatchFile): Promise<boolean> {
    const there = await this.archive.head(key);
    if (there === undefined || there.size !== size) return false;
    const etag = await this.archive.etag(there);
    return etag === md5 || etag.includes('-');
  }

  close(): Promise<void> {
    return this.archive.close();
  }
}

/** Converts, a unit a file, as the function behind one's own queue does. */
export class LakeTarget implements PullTarget {
  readonly width = 1;

  constructor(private readonly converter: ObjectConverter) {}

  async settle(feed: ArchiveBucket, file: BatchFile, { signal, redelivered, onProgress }: SettleOptions): Promise<SettledFile> {
    const resolved = await resolveInput(feed, file);
    if (typeof resolved === 'string') return { outcome: 'passedOver' };
    const input = { ...resolved.input, md5: file.md5 };
    const source = sourceOf(feed.store, input, signal);
    const conversion = await this.converter.convert(input, { source, signal, redelivered, onProgress });
    if (conversion.how !== 'converted') return { outcome: conversion.how };
    return { outcome: 'converted', ledger: conversion.ledger, registered: conversion.registered };
  }

  close(): Promise<void> {
    return this.converter.close();
  }
}
