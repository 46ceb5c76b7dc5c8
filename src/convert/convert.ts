/**
 * The main job on one machine: finds the archive's files, skips those a ledger holds, groups the rest into units and has worker
 * threads convert them. What is committed stays; a run that is stopped or killed goes on where it was.
 */
import { sep } from 'node:path';
import { Piscina } from 'piscina';
import { type ArchiveFile, type FoundCounts, findFiles } from '../archive/find.js';
import { streamUnits, unitId } from '../archive/unit.js';
import { errorFromRecord } from '../error.js';
import { folderOf, isS3Uri, openStore } from '../store/open.js';
import type { ObjectStore } from '../store/store.js';
import type { CommitPlace } from './commit.js';
import { type ConversionSetup, storeOptions } from './conversion-room.js';
import { loadCompiled, PRODUCT_VERSION } from './definitions.js';
import { finishEarlierRuns, type KnownFiles, knownFiles } from './earlier-runs.js';
import { rangeOverlaps, workInExt, workNeeded } from './errors.js';
import { fileIdentity, lakeIdOf } from './ledger.js';
import { type ConvertOptions, type FilledOptions, fillOptions, rowIdentity } from './options.js';
import { withoutOwn } from './own-objects.js';
import { addFound, addLedger, type ConvertReport, finishReport, newReport } from './report.js';
import { newProgress, PROGRESS, type SharedProgress, STOP } from './shared-progress.js';
import { coverage, rangeText, type TimeRange } from './time-range.js';
import type { PlannedFile } from './unit-converter.js';
import { takeLock } from './work-lock.js';
import type { UnitAnswer, UnitTask } from './worker.js';

const UNIT_FILES = 512;

/** How far a run is; `found` grows while files are still being listed. */
export interface Progress {
  phase: 'listing' | 'converting';
  filesFound: number;
  bytesFound: number;
  filesKnown: number;
  bytesKnown: number;
  unitsDone: number;
  events: number;
  compressedBytes: number;
  inflatedBytes: number;
}

export interface ConvertHooks {
  onProgress?: (progress: Progress) => void;
  /** stops cleanly: running units are given up, committed ones stay */
  signal?: AbortSignal;
}

export interface Places extends CommitPlace {
  archive: ObjectStore;
  workUri: string;
}

/**
 * Converts an archive. Stopped by `signal` it returns what is complete, with `stopped` set.
 *
 * @throws FalconryError: OPTION_INVALID, ARCHIVE_NOT_FOUND, ARCHIVE_EMPTY, WORK_LOCKED, and what stores throw
 */
export async function convert(options: ConvertOptions, hooks: ConvertHooks = {}): Promise<ConvertReport> {
  const begun = performance.now();
  const filled = fillOptions(options);
  const places = await openPlaces(filled);
  const { mapping, beyondLayout } = loadCompiled(filled.ocsf, filled.mappings);
  const { work, lakeId, workUri, workFolder } = places;
  const report = newReport({
    ocsf: filled.ocsf,
    mapping: mapping.mappingVersion,
    lake: filled.lake,
    work: workUri,
    beyondLayout,
  });
  const lock = await takeLock(work, lakeId);
  try {
    const { known, published } = await finishEarlierRuns(places);
    report.units.published = published;
    const identity = rowIdentity(filled, mapping.mappingVersion, PRODUCT_VERSION);
    const progress = newProgress();
    const setup: ConversionSetup = {
      mapping,
      options: filled,
      productVersion: PRODUCT_VERSION,
      lakeId,
      workUri,
      workFolder,
      identity,
      progress,
    };
    await runUnits(places, setup, known, report, hooks);
    return finishReport(report, (performance.now() - begun) / 1000);
  } finally {
    await lock.release();
    await Promise.all([places.archive.close(), work.close(), places.lake.close()]);
  }
}

/** What a run would read, without reading it. */
export interface DryRun {
  files: number;
  bytes: number;
  known: number;
  feeds: Partial<Record<string, number>>;
  units: number;
  found: FoundCounts;
  /** the custom sources that events can go to */
  sources: { source: string; class: string }[];
  lake: string;
  work: string;
}

export async function dryRun(options: ConvertOptions): Promise<DryRun> {
  const filled = fillOptions(options);
  const places = await openPlaces(filled);
  const { mapping } = loadCompiled(filled.ocsf, filled.mappings);
  const known = await knownFiles(places);
  const finding = findFiles(withoutOwn(places.archive, filled.lake, places.workUri));
  const result: DryRun = {
    files: 0,
    bytes: 0,
    known: 0,
    feeds: {},
    units: 0,
    found: finding.counts,
    sources: mapping.classes.map((cls) => ({ source: cls.source, class: cls.name })),
    lake: filled.lake,
    work: places.workUri,
  };
  const planned = planFiles(places.archive, finding, known, rangeOf(filled), () => result.known++);
  for await (const unit of streamUnits(planned, { bytes: filled.unitBytes, files: UNIT_FILES })) {
    result.units++;
    result.files += unit.files.length;
    result.bytes += unit.bytes;
    result.feeds[unit.feed] = (result.feeds[unit.feed] ?? 0) + unit.files.length;
  }
  return result;
}

/** The archive, the work area and the lake of a conversion; nothing is read yet. */
export async function openPlaces(options: FilledOptions): Promise<Places> {
  if (isS3Uri(options.lake) && options.work === undefined) throw workNeeded(options.lake);
  const workUri = options.work ?? `${options.lake.replace(/[/\\]+$/, '')}/work`;
  const s3 = storeOptions(options);
  const [archive, work, lake] = await Promise.all([
    openStore(options.archive, s3),
    openStore(workUri, s3),
    openStore(options.lake, s3),
  ]);
  const workFolder = folderOf(workUri);
  const lakeFolder = folderOf(options.lake);
  const lakePath = lakeFolder ?? options.lake.replace(/\/+$/, '');
  const inside = workFolder?.startsWith(lakePath + sep) ?? workUri.startsWith(`${lakePath}/`);
  if (`${workFolder?.replaceAll(sep, '/') ?? workUri}/`.startsWith(`${lakePath.replaceAll(sep, '/')}/ext/`))
    throw workInExt(workUri);
  return { archive, work, lake, workUri, workFolder, lakeFolder, lakeId: lakeIdOf(lakePath, inside) };
}

const rangeOf = ({ from, to }: FilledOptions): TimeRange => ({
  from: from ?? Number.NEGATIVE_INFINITY,
  to: to ?? Number.POSITIVE_INFINITY,
});

/**
 * The archive's files that no ledger holds for the range asked, with their ETags, in byte order; a second copy of a file counts as known.
 *
 * @throws RANGE_OVERLAPS where a ledger holds a part of it
 */
async function* planFiles(
  archive: ObjectStore,
  files: AsyncIterable<ArchiveFile>,
  known: KnownFiles,
  asked: TimeRange,
  onKnown: (size: number) => void,
): AsyncGenerator<PlannedFile> {
  const planned = new Set<string>();
  for await (const file of files) {
    const { key, canonicalKey, size, feed } = file;
    const etag = await archive.etag(file);
    const identity = fileIdentity({ canonicalKey, size, etag });
    const done = known.get(identity) ?? [];
    const covered = coverage(done, asked);
    if (covered === 'part') throw rangeOverlaps(key, done.map(rangeText).join(' and '), rangeText(asked));
    if (covered === 'all' || planned.has(identity)) onKnown(size);
    else {
      planned.add(identity);
      yield { key, canonicalKey, size, feed, etag };
    }
  }
}

/** Hands units to the workers as the listing yields them, at most two a worker ahead. */
async function runUnits(
  places: Places,
  setup: ConversionSetup,
  known: KnownFiles,
  report: ConvertReport,
  hooks: ConvertHooks,
): Promise<void> {
  const { options, identity, progress } = setup;
  const pool = new Piscina<UnitTask, UnitAnswer>({
    filename: new URL('./worker.js', import.meta.url).href,
    minThreads: 1,
    maxThreads: options.workers,
    idleTimeout: 60_000,
    workerData: setup,
    concurrentTasksPerWorker: 1,
  });
  const stop = () => Atomics.store(progress, PROGRESS.stop, STOP);
  hooks.signal?.addEventListener('abort', stop, { once: true });
  if (hooks.signal?.aborted) stop();
  const finding = findFiles(withoutOwn(places.archive, options.lake, places.workUri));
  const running = new Set<Promise<void>>();
  let failure: Error | undefined;
  let bytesKnown = 0;
  const tell = (phase: Progress['phase']) => hooks.onProgress?.(progressOf(phase, finding.counts, report, bytesKnown, progress));
  const timer = setInterval(() => tell('converting'), 200);
  const stopping = () => failure !== undefined || hooks.signal?.aborted === true;
  try {
    const planned = planFiles(places.archive, finding, known, rangeOf(options), (size) => {
      report.files.known++;
      bytesKnown += size;
    });
    tell('listing');
    for await (const unit of streamUnits(planned, { bytes: options.unitBytes, files: UNIT_FILES })) {
      if (stopping()) break;
      report.units.planned++;
      const task: UnitTask = { unit: unitId(unit, identity), files: unit.files };
      const run = pool.run(task).then(
        (answer) => {
          if (answer.ok) addLedger(report, answer.ledger);
          else if (!stopping()) {
            failure = errorFromRecord(answer.error);
            stop();
          }
        },
        (error: Error) => {
          failure ??= error;
          stop();
        },
      );
      const tracked = run.finally(() => running.delete(tracked));
      running.add(tracked);
      while (running.size >= options.workers * 2) await Promise.race(running);
    }
    await Promise.all(running);
    addFound(report, finding.counts);
    tell('converting');
  } finally {
    clearInterval(timer);
    hooks.signal?.removeEventListener('abort', stop);
    await Promise.allSettled(running);
    await pool.destroy();
  }
  if (failure !== undefined) throw failure;
  report.stopped = hooks.signal?.aborted === true;
}

function progressOf(
  phase: Progress['phase'],
  found: FoundCounts,
  report: ConvertReport,
  bytesKnown: number,
  progress: SharedProgress,
): Progress {
  return {
    phase,
    filesFound: found.files,
    bytesFound: found.bytes,
    filesKnown: report.files.known,
    bytesKnown,
    unitsDone: report.units.converted,
    events: Number(Atomics.load(progress, PROGRESS.events)),
    compressedBytes: Number(Atomics.load(progress, PROGRESS.compressedBytes)),
    inflatedBytes: Number(Atomics.load(progress, PROGRESS.inflatedBytes)),
  };
}
