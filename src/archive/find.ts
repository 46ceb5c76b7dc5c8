/** Finds the files of an archive. */
import { resolve } from 'node:path';
import { isKey } from '../store/key.js';
import type { ObjectInfo, ObjectStore } from '../store/store.js';
import { archiveEmpty, archiveNotFound } from './errors.js';
import { type FileFeed, type ForeignReason, KeyClassifier } from './feed.js';

export interface ArchiveFile extends ObjectInfo {
  feed: FileFeed;
  /** the same wherever the archive lies: see {@link classifyKey} */
  canonicalKey: string;
}

/** What a listing met. `listed` is the sum of files, markers, empty, foreign, archived and refused ones. */
export interface FoundCounts {
  listed: number;
  files: number;
  /** compressed bytes of the files */
  bytes: number;
  feeds: Partial<Record<FileFeed, number>>;
  markers: number;
  /** `.gz` files of no bytes */
  empty: number;
  foreign: Partial<Record<ForeignReason, number>>;
  /** by storage class: must be restored before they can be read */
  archived: Record<string, number>;
  /** objects with names that no store reads: a segment `..`, a leading `/`, bytes that are no UTF-8 */
  refused: number;
  /** keys of the first few of these */
  refusedKeys: string[];
  /** keys of the first few empty, foreign and archived objects */
  examples: string[];
}

/** S3's classes that give no bytes without a restore. GLACIER_IR does. */
const ARCHIVED_CLASSES = new Set(['GLACIER', 'DEEP_ARCHIVE']);

const EXAMPLES = 5;

/** Tells an archive's files from what else a listing meets, and counts both. */
export class FileFinder {
  readonly counts: FoundCounts = {
    listed: 0,
    files: 0,
    bytes: 0,
    feeds: {},
    markers: 0,
    empty: 0,
    foreign: {},
    archived: {},
    refused: 0,
    refusedKeys: [],
    examples: [],
  };
  readonly #classifier: KeyClassifier;

  /** @param uri the archive's */
  constructor(private readonly uri: string) {
    this.#classifier = new KeyClassifier(rootPath(uri));
  }

  /** The object as a file, if it is one. */
  take(object: ObjectInfo): ArchiveFile | undefined {
    const { counts } = this;
    counts.listed++;
    if (!isKey(object.key)) {
      counts.refused++;
      if (counts.refusedKeys.length < EXAMPLES) counts.refusedKeys.push(object.key);
      return undefined;
    }
    const found = this.#classifier.classify(object.key);
    if (found.kind === 'marker') {
      counts.markers++;
      return undefined;
    }
    if (found.kind === 'foreign') increment(counts.foreign, found.reason);
    else if (object.size === 0) counts.empty++;
    else if (ARCHIVED_CLASSES.has(object.storageClass ?? '')) increment(counts.archived, object.storageClass!);
    else {
      counts.files++;
      counts.bytes += object.size;
      increment(counts.feeds, found.feed);
      return fileOf(object, found.feed, found.canonicalKey);
    }
    if (counts.examples.length < EXAMPLES) counts.examples.push(object.key);
    return undefined;
  }

  /** Call it when the listing has ended. @throws ARCHIVE_NOT_FOUND, ARCHIVE_EMPTY where it held no file */
  finish(): void {
    const { counts, uri } = this;
    if (counts.listed === 0) throw archiveNotFound(uri);
    if (counts.files === 0) throw archiveEmpty(uri, describe(counts));
  }
}

/** One listing of an archive: iterate it once; `counts` are complete when the iteration ends. */
export class Finding implements AsyncIterable<ArchiveFile> {
  readonly #finder: FileFinder;

  constructor(private readonly store: Pick<ObjectStore, 'uri' | 'list'>) {
    this.#finder = new FileFinder(store.uri);
  }

  get counts(): FoundCounts {
    return this.#finder.counts;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<ArchiveFile, void, void> {
    for await (const object of this.store.list('')) {
      const file = this.#finder.take(object);
      if (file) yield file;
    }
    this.#finder.finish();
  }
}

/**
 * Lists the archive that is the whole of a store: its readable files in byte order of their keys.
 *
 * @throws ARCHIVE_NOT_FOUND, ARCHIVE_EMPTY at the end of an iteration that yielded nothing; what the store throws
 */
export function findFiles(store: Pick<ObjectStore, 'uri' | 'list'>): Finding {
  return new Finding(store);
}

/** Member by member: spreading millions of objects costs more than all else that finding does. */
function fileOf({ key, size, etag, lastModified, storageClass }: ObjectInfo, feed: FileFeed, canonicalKey: string): ArchiveFile {
  const file: ArchiveFile = { key, size, feed, canonicalKey };
  if (etag !== undefined) file.etag = etag;
  if (lastModified !== undefined) file.lastModified = lastModified;
  if (storageClass !== undefined) file.storageClass = storageClass;
  return file;
}

/** The path of a store's root: folders above it may name the feed. */
function rootPath(uri: string): string {
  const s3 = /^s3:\/\/[^/]*\/?(.*)$/i.exec(uri);
  return s3 ? s3[1] : resolve(uri).replaceAll('\\', '/');
}

function increment<K extends string>(counts: Partial<Record<K, number>>, key: K): void {
  counts[key] = (counts[key] ?? 0) + 1;
}

const FOREIGN_TEXT: Record<ForeignReason, string> = { folder: 'folder markers', hidden: 'hidden', 'not-gz': 'not .gz' };

function describe({ markers, empty, foreign, archived, refused, refusedKeys, examples }: FoundCounts): string {
  const parts: string[] = [];
  if (markers > 0) parts.push(`${markers} _SUCCESS markers`);
  if (empty > 0) parts.push(`${empty} empty files`);
  for (const [reason, count] of Object.entries(foreign))
    parts.push(`${count} objects that are ${FOREIGN_TEXT[reason as ForeignReason]}`);
  for (const [storageClass, count] of Object.entries(archived)) parts.push(`${count} in ${storageClass} (restore them first)`);
  if (refused > 0) parts.push(`${refused} with names that cannot be read (rename them)`);
  const example = examples[0] ?? refusedKeys[0];
  const first = example === undefined ? '' : `; the first is ${JSON.stringify(example)}`;
  return `${parts.join(', ')}${first}`;
}
