/** What lies under a lake's `ext/`, in byte order of the keys: objects, and what does not belong there. */
import { opendir } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import { LocalStore } from '../store/local.js';
import { isTemporary } from '../store/local-write.js';
import type { ObjectInfo, ObjectStore } from '../store/store.js';
import { lakeBadFilter } from './errors.js';
import { MAX_SOURCE_NAME, type Partition, parseObjectKey } from './partition.js';

/** Which part of a lake is meant. */
export interface LakeFilter {
  source?: string;
  /** UTC, yyyymmdd */
  day?: string;
}

/** A Parquet object at a place that Security Lake's path rules allow. */
export interface LakeObject {
  kind: 'object';
  info: ObjectInfo;
  partition: Partition;
}

/**
 * Something else: `leftover` is a temporary file (readers skip it or a killed writer left it), `foreign` no Parquet object,
 * `misplaced` a Parquet object whose key breaks the path rules.
 */
export interface LakeStray {
  kind: 'leftover' | 'foreign' | 'misplaced';
  info: ObjectInfo;
  reason: string;
}

const ACCOUNT = /^(?:\d{12}|external|external_.{1,255})$/;
const REGION = /^[a-z]{2,}(?:-[a-z]+)+-\d+$/;
const SOURCE = /^[a-z0-9_]+$/;
/** Glue and Athena skip names that begin so. */
const LEFTOVER = /^[._]|\.tmp$/;

/** @throws LAKE_BAD_FILTER for a filter that no lake can match */
export function checkFilter({ source, day }: LakeFilter): void {
  if (source !== undefined && !SOURCE.test(source)) throw lakeBadFilter('source', source, 'a name of a-z, 0-9 and _');
  if (day !== undefined && !isDay(day)) throw lakeBadFilter('day', day, 'a date as yyyymmdd');
}

/** Lists a lake. Marks of folders (S3 keys that end in `/`) are left out; a local store's own temporary files are not listed. */
export async function* lakeObjects(store: ObjectStore, filter: LakeFilter): AsyncGenerator<LakeObject | LakeStray> {
  for await (const info of store.list(filter.source === undefined ? 'ext/' : `ext/${filter.source}/`)) {
    if (info.key.endsWith('/')) continue;
    const entry = classify(info);
    if (entry.kind === 'object' && filter.day !== undefined && entry.partition.eventDay !== filter.day) continue;
    yield entry;
  }
}

function classify(info: ObjectInfo): LakeObject | LakeStray {
  const name = info.key.slice(info.key.lastIndexOf('/') + 1);
  if (LEFTOVER.test(name)) return { kind: 'leftover', info, reason: 'the name of a temporary file' };
  if (!name.endsWith('.parquet')) return { kind: 'foreign', info, reason: 'no Parquet object' };
  const parsed = parseObjectKey(info.key);
  if (parsed === undefined) {
    const expected = 'ext/<source>/region=<r>/accountId=<a>/eventDay=<yyyymmdd>/<name>.parquet';
    return { kind: 'misplaced', info, reason: `the path is not ${expected}` };
  }
  const { partition } = parsed;
  const reason = partitionProblem(partition);
  return reason === undefined ? { kind: 'object', info, partition } : { kind: 'misplaced', info, reason };
}

function partitionProblem({ source, region, accountId, eventDay }: Partition): string | undefined {
  if (source.length > MAX_SOURCE_NAME)
    return `the source name has ${source.length} characters, Security Lake takes ${MAX_SOURCE_NAME}`;
  if (!REGION.test(region)) return `"${region}" is no AWS region`;
  if (!ACCOUNT.test(accountId)) return `"${accountId}" is neither an AWS account nor external or external_<id>`;
  if (!isDay(eventDay)) return `${eventDay} is no date`;
  return undefined;
}

function isDay(text: string): boolean {
  const match = /^(\d{4})(\d\d)(\d\d)$/.exec(text);
  if (match === null) return false;
  const iso = `${match[1]}-${match[2]}-${match[3]}`;
  const date = new Date(`${iso}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(iso);
}

/** First and last millisecond of a UTC day, the last exclusive. */
export function dayBounds(day: string): { from: number; to: number } {
  const from = Date.UTC(Number(day.slice(0, 4)), Number(day.slice(4, 6)) - 1, Number(day.slice(6, 8)));
  return { from, to: from + 86_400_000 };
}

/** The keys of a local lake's temporary files, which its store does not list; none elsewhere. */
export async function* localLeftovers(store: ObjectStore, filter: LakeFilter): AsyncGenerator<string> {
  if (!(store instanceof LocalStore)) return;
  const root = resolve(store.uri);
  const folder = join(root, 'ext', filter.source ?? '');
  try {
    for await (const entry of await opendir(folder, { recursive: true })) {
      if (entry.isFile() && isTemporary(entry.name))
        yield relative(root, join(entry.parentPath, entry.name)).split(sep).join('/');
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
