/** What a compaction did, as `--json` prints it. */
import type { SkippedObject } from './facts.js';

/** One record of a journal that this run wrote, or in a dry run would write. */
export interface MergeReport {
  /** ext/…/eventDay=…/ */
  partition: string;
  inputs: number;
  inputBytes: number;
  inputRows: number;
  /** absent in a dry run */
  outputs: { path: string; rows: number; bytes: number; minTime: number; maxTime: number }[];
  duplicates: number;
}

export interface CompactReport {
  day: string;
  lake: string;
  work: string;
  dryRun: boolean;
  partitions: { found: number; compacted: number; unchanged: number };
  /**
   * found = merged + compact + replaced + claimed + unpublished + skipped. `compact`: left as they are; `replaced`: an earlier merge has
   * taken their rows, or a backfill has converted them anew, they are deleted now; `claimed`: a backfill is converting them anew;
   * `unpublished`: their unit is still being published; `skipped`: not Falconry's, or not readable
   */
  objects: {
    found: number;
    merged: number;
    compact: number;
    replaced: number;
    claimed: number;
    unpublished: number;
    skipped: number;
    /** outputs */
    written: number;
  };
  /** read = written + duplicates */
  rows: { read: number; written: number; duplicates: number };
  bytes: { read: number; written: number };
  /** merges that an earlier run had begun and this one finished */
  finished: number;
  merges: MergeReport[];
  /** by reason */
  skipped: Partial<Record<SkippedObject['reason'], number>>;
  /** the first few that are not foreign */
  skippedObjects: SkippedObject[];
  stopped: boolean;
  seconds: number;
}

const SHOWN_SKIPPED = 20;

export function newCompactReport(base: Pick<CompactReport, 'day' | 'lake' | 'work' | 'dryRun'>): CompactReport {
  return {
    ...base,
    partitions: { found: 0, compacted: 0, unchanged: 0 },
    objects: { found: 0, merged: 0, compact: 0, replaced: 0, claimed: 0, unpublished: 0, skipped: 0, written: 0 },
    rows: { read: 0, written: 0, duplicates: 0 },
    bytes: { read: 0, written: 0 },
    finished: 0,
    merges: [],
    skipped: {},
    skippedObjects: [],
    stopped: false,
    seconds: 0,
  };
}

export function addSkipped(report: CompactReport, skipped: readonly SkippedObject[]): void {
  for (const one of skipped) {
    report.objects.skipped++;
    report.skipped[one.reason] = (report.skipped[one.reason] ?? 0) + 1;
    if (one.reason !== 'foreign' && report.skippedObjects.length < SHOWN_SKIPPED) report.skippedObjects.push(one);
  }
}

export function addMerge(report: CompactReport, merge: MergeReport): void {
  report.merges.push(merge);
  report.objects.merged += merge.inputs;
  report.rows.read += merge.inputRows;
  report.bytes.read += merge.inputBytes;
  report.rows.duplicates += merge.duplicates;
  for (const { rows, bytes } of merge.outputs) {
    report.objects.written++;
    report.rows.written += rows;
    report.bytes.written += bytes;
  }
}

/** Checks the sums one last time. */
export function finishCompactReport(report: CompactReport, seconds: number): CompactReport {
  const { found, merged, compact, replaced, claimed, unpublished, skipped } = report.objects;
  if (!report.stopped && found !== merged + compact + replaced + claimed + unpublished + skipped) {
    throw new Error(
      `${found} objects found, but ${merged} merged + ${compact} compact + ${replaced} replaced + ${claimed} claimed + ${unpublished} unpublished + ${skipped} skipped`,
    );
  }
  const { read, written, duplicates } = report.rows;
  if (!report.dryRun && read !== written + duplicates)
    throw new Error(`${read} rows read, but ${written} written + ${duplicates} duplicates`);
  report.seconds = Math.round(seconds * 1000) / 1000;
  return report;
}
