/** Finds the files of an archive. */
import { resolve } from 'node:path';
import { isKey } from '../store/key.js';
import type { ObjectInfo, ObjectStore } from '../store/store.js';
import { archiveEmpty, archiveNotFound } from './errors.js';
import { classifyKey, type FileFeed, type ForeignReason } from './feed.js';

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

/** One listing of an archive: iterate it once; `counts` are complete when the iteration ends. */
export class Finding implements AsyncIterable<ArchiveFile> {
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

  constructor(private readonly store: Pick<ObjectStore, 'uri' | 'list'>) {}

  async *[Symbol.asyncIterator](): AsyncGenerator<ArchiveFile, void, void> {
    const { counts, store } = this;
    const root = rootPath(store.uri);
    for await (const object of store.list('')) {
      counts.listed++;
      const file = this.#take(object, root);
      if (!file) continue;
      counts.files++;
      counts.bytes += file.size;
      increment(counts.feeds, file.feed);
      yield file;
    }
    if (counts.listed === 0) throw archiveNotFound(store.uri);
    if (counts.files === 0) throw archiveEmpty(store.uri, describe(counts));
  }

  #take(object: ObjectInfo, root: string): ArchiveFile | undefined {
    const { counts } = this;
    if (!isKey(object.key)) {
      counts.refused++;
      if (counts.refusedKeys.length < EXAMPLES) counts.refusedKeys.push(object.key);
      return undefined;
    }
    const found = classifyKey(object.key, root);
    if (found.kind === 'marker') counts.markers++;
    else {
      if (found.kind === 'foreign') increment(counts.foreign, found.reason);
      else if (object.size === 0) counts.empty++;
      else if (ARCHIVED_CLASSES.has(object.storageClass ?? '')) increment(counts.archived, object.storageClass!);
      else return { ...object, feed: found.feed, canonicalKey: found.canonicalKey };
      if (counts.examples.length < EXAMPLES) counts.examples.push(object.key);
    }
    return undefined;
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
