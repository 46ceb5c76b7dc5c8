/**
 * `compact`: for a closed day, merges each partition's small and overlapping objects into time-ordered ones of the target size, and
 * removes duplicates. Killed at any instant and run again, every event is in the lake once, and no object is lost.
 *
 * All partitions are published first; then, when readers that have listed the lake before have had their time, the inputs are deleted.
 */
import { setTimeout } from 'node:timers/promises';
import { loadLayouts, PRODUCT_VERSION } from '../convert/definitions.js';
import { readUnitStates } from '../convert/ledger.js';
import { closeLakePlace, type LakePlace, openLakePlace } from '../convert/places.js';
import { DuckDBReader } from '../lake/duckdb-reader.js';
import { checkFilter, lakeObjects } from '../lake/lake-objects.js';
import { outOfMemory } from '../lake/out-of-memory.js';
import { type Partition, partitionPrefix } from '../lake/partition.js';
import { OCSF_VERSIONS } from '../ocsf/schema.js';
import { isS3Uri } from '../store/open.js';
import type { ObjectStore } from '../store/store.js';
import { checkClosed } from './closed-day.js';
import { nothingToCompact } from './errors.js';
import { type CompactOptions, type FilledCompactOptions, fillCompactOptions } from './options.js';
import { type CompactionRoom, compactPartition, type PendingDeletion } from './partition.js';
import { deleteInputs } from './publish.js';
import { type CompactReport, finishCompactReport, newCompactReport } from './report.js';

export interface CompactProgress {
  phase: 'merging' | 'waiting' | 'deleting';
  /** partitions done, or in the last two phases records whose inputs are deleted */
  done: number;
  total: number;
  rowsWritten: number;
  /** until the next deletion */
  secondsLeft: number;
}

export interface CompactHooks {
  onProgress?: (progress: CompactProgress) => void;
  /** stops cleanly: a merge under way is given up, committed ones stay */
  signal?: AbortSignal;
  /** default the clock's */
  now?: () => number;
  /** only these partitions, all of the day; default all of the day in the lake */
  partitions?: readonly Partition[];
}

const DEFAULT_GRACE_S3 = 60;

/**
 * Compacts a day. Stopped by `signal` it returns what is done, with `stopped` set.
 *
 * @throws FalconryError: OPTION_INVALID, WORK_NEEDED, DAY_OPEN, COMPACT_NOTHING, and what stores throw
 */
export async function compact(options: CompactOptions, hooks: CompactHooks = {}): Promise<CompactReport> {
  const begun = performance.now();
  const filled = fillCompactOptions(options);
  checkFilter(filterOf(filled));
  const now = hooks.now ?? Date.now;
  checkClosed(filled, now());
  const place = await openLakePlace(filled);
  const report = newCompactReport({ day: filled.day, lake: filled.lake, work: place.workUri, dryRun: filled.dryRun });
  try {
    await run(place, filled, hooks, report);
    return finishCompactReport(report, (performance.now() - begun) / 1000);
  } finally {
    await closeLakePlace(place);
  }
}

const filterOf = ({ day, source }: FilledCompactOptions) => ({ day, ...(source === undefined ? {} : { source }) });

async function run(place: LakePlace, filled: FilledCompactOptions, hooks: CompactHooks, report: CompactReport): Promise<void> {
  const partitions = hooks.partitions ?? (await partitionsOf(place.lake, filled));
  const signal = hooks.signal ?? new AbortController().signal;
  const reader = await DuckDBReader.open({
    memoryLimitMiB: filled.memoryMib,
    ...(filled.threads === undefined ? {} : { threads: filled.threads }),
  });
  let rowsWritten = 0;
  let done = 0;
  const tell = (phase: CompactProgress['phase'], total: number, secondsLeft = 0) =>
    hooks.onProgress?.({ phase, done, total, rowsWritten, secondsLeft });
  const room: CompactionRoom = {
    place,
    reader,
    layouts: OCSF_VERSIONS.flatMap((version) => loadLayouts(version)),
    options: {
      targetBytes: filled.objectBytes,
      rowGroupRows: filled.rowGroupRows,
      compressionLevel: filled.compressionLevel,
      productVersion: PRODUCT_VERSION,
      dryRun: filled.dryRun,
    },
    unpublished: await unpublishedUnits(place),
    report,
    signal,
    onProgress: (rows) => {
      rowsWritten += rows;
      tell('merging', partitions.length);
    },
  };
  const pending: PendingDeletion[] = [];
  try {
    for (const partition of partitions) {
      tell('merging', partitions.length);
      signal.throwIfAborted();
      pending.push(...(await compactOne(room, partition)));
      done++;
    }
    done = 0;
    if (!filled.dryRun) {
      const grace = (filled.grace ?? (isS3Uri(filled.lake) ? DEFAULT_GRACE_S3 : 0)) * 1000;
      await deletePending(place, pending, grace, signal, (phase, secondsLeft) => {
        tell(phase, pending.length, secondsLeft);
        if (phase === 'deleting') done++;
      });
    }
  } catch (error) {
    if (!signal.aborted) throw error;
    report.stopped = true;
  } finally {
    await reader.close();
  }
}

async function compactOne(room: CompactionRoom, partition: Partition): Promise<PendingDeletion[]> {
  try {
    return await compactPartition(room, partition);
  } catch (error) {
    throw outOfMemory(error, {
      doing: `merge ${partitionPrefix(partition)}`,
      limitMiB: room.reader.memoryLimitMiB,
      advice: 'give more with --memory-mib, fewer --threads, or a smaller --row-group-rows; nothing was lost, run it again',
    });
  }
}

/** Deletes what published records replace, each when its readers have had their time. */
async function deletePending(
  place: LakePlace,
  pending: PendingDeletion[],
  graceMs: number,
  signal: AbortSignal,
  tell: (phase: 'waiting' | 'deleting', secondsLeft: number) => void,
): Promise<void> {
  for (const { prefix, record, publishedAt } of pending.sort((a, b) => a.publishedAt - b.publishedAt)) {
    for (let left = publishedAt + graceMs - Date.now(); left > 0; left = publishedAt + graceMs - Date.now()) {
      tell('waiting', Math.ceil(left / 1000));
      await setTimeout(Math.min(left, 1000), undefined, { signal });
    }
    signal.throwIfAborted();
    tell('deleting', 0);
    await deleteInputs(place, prefix, record);
  }
}

/** The day's partitions, in order. */
export async function partitionsOf(lake: ObjectStore, filled: FilledCompactOptions): Promise<Partition[]> {
  const partitions = new Map<string, Partition>();
  for await (const entry of lakeObjects(lake, filterOf(filled))) {
    if (entry.kind === 'object') partitions.set(partitionPrefix(entry.partition), entry.partition);
  }
  const what = `day ${filled.day}${filled.source === undefined ? '' : ` in source ${filled.source}`}`;
  if (partitions.size === 0) throw nothingToCompact(lake.uri, what);
  return [...partitions.values()];
}

/** Units that are committed and not yet published: their objects are still being written. */
async function unpublishedUnits({ work, lakeId }: LakePlace): Promise<Set<string>> {
  const { committed, published } = await readUnitStates(work, lakeId);
  return new Set([...committed].filter((unit) => !published.has(unit)));
}
