/** From an object that a notice names to an archive file as it lies there now, or to the reason why there is none. */
import { classifyKey } from '../archive/feed.js';
import type { PlannedFile } from '../convert/unit-converter.js';
import { isKey } from '../store/key.js';
import type { ObjectInfo, ObjectStore } from '../store/store.js';
import { inputDiffers, inputGone } from './errors.js';
import type { NoticedObject } from './notice.js';

/** A bucket whose new objects are converted, or a prefix in one. */
export interface ArchiveBucket {
  bucket: string;
  /** empty, or ending in `/` */
  prefix: string;
  /** the objects below the prefix */
  store: ObjectStore;
  /** what begins the keys of Falconry's own objects there */
  own: readonly string[];
}

/** An archive file to be converted; `key` is relative to the archive, as convert has it. */
export interface RealtimeInput extends PlannedFile {
  bucket: string;
  /** the whole key in the bucket */
  bucketKey: string;
  md5?: string;
}

/**
 * Why a notice brings no file. `foreign`: no file of an archive; `own`: an object of Falconry's; `refused`: a name that no store
 * takes; `gone`: deleted since.
 */
export const PASSED_OVER = ['marker', 'foreign', 'own', 'refused', 'empty', 'gone'] as const;
export type PassedOver = (typeof PASSED_OVER)[number];

export type ResolvedInput =
  | { input: RealtimeInput /** another object than the notice's lies there */; replaced: boolean }
  | PassedOver;

/**
 * Looks at the object as it is now. Notices come late, twice and in any order: what lies there counts, and its own notice then finds it done.
 *
 * @throws NOTICE_INPUT_GONE, NOTICE_INPUT_DIFFERS for a file of FDR's batch message; what the store throws
 */
export async function resolveInput(archive: ArchiveBucket, object: NoticedObject): Promise<ResolvedInput> {
  const { bucket, prefix, store, own } = archive;
  const { key: bucketKey, md5 } = object;
  if (!isKey(bucketKey)) return 'refused';
  if (!bucketKey.startsWith(prefix)) return 'foreign';
  const key = bucketKey.slice(prefix.length);
  if (own.some((ownPrefix) => key.startsWith(ownPrefix))) return 'own';
  const found = classifyKey(key, prefix);
  if (found.kind !== 'data') return found.kind;
  const info = md5 === undefined ? await store.head(key) : await headBatchFile(store, key, object);
  if (info === undefined) return 'gone';
  if (info.size === 0) return 'empty';
  const etag = await store.etag(info);
  const { feed, canonicalKey } = found;
  const input = { bucket, bucketKey, key, canonicalKey, size: info.size, etag, feed, ...(md5 === undefined ? {} : { md5 }) };
  return { input, replaced: object.etag !== undefined && object.etag !== etag };
}

/**
 * A file of FDR's batch message: it must be there.
 *
 * @throws NOTICE_INPUT_GONE, NOTICE_INPUT_DIFFERS
 */
export async function headBatchFile(
  store: ObjectStore,
  key: string,
  { bucket, size, ...rest }: NoticedObject,
): Promise<ObjectInfo> {
  const where = `s3://${bucket}/${rest.key}`;
  const info = await store.head(key);
  if (info === undefined) throw inputGone(where);
  if (info.size !== size) throw inputDiffers(where, 'size', `${info.size}`, `${size}`);
  return info;
}
