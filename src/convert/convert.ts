/**
 * The main job on one machine: finds the archive's files, skips those a ledger holds, groups the rest into units and has worker
 * threads convert them. What is committed stays; a run that is stopped or killed goes on where it was.
 */
import { type FoundCounts, findFiles } from '../archive/find.js';
import { streamUnits, unitId } from '../archive/unit.js';
import { errorFromRecord } from '../error.js';
import type { ConversionSetup } from './conversion-room.js';
import { conversionSetup } from './conversion-setup.js';
import { finishEarlierRuns, type KnownFiles } from './earlier-runs.js';
import { openCompiled } from './open-compiled.js';
import { type ConvertOptions, fillOptions } from './options.js';
import { withoutOwn } from './own-objects.js';
import { closePlaces, openPlaces, type Places } from './places.js';
import { planFiles, rangeOf, UNIT_FILES } from './plan-files.js';
import { addFound, addLedger, addRegistered, type ConvertReport, finishReport, newReport } from './report.js';
import { PROGRESS, type SharedProgress, STOP } from './shared-progress.js';
import { snapshotFor } from './snapshot.js';
import { openUnitPool, type UnitPool } from './unit-pool.js';
import { takeLock } from './work-lock.js';
import type { UnitTask } from './worker.js';

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

/**
 * Converts an archive. Stopped by `signal` it returns what is complete, with `stopped` set.
 *
 * @throws FalconryError: OPTION_INVALID, ARCHIVE_NOT_FOUND, ARCHIVE_EMPTY, WORK_LOCKED, and what stores throw
 */
export async function convert(options: ConvertOptions, hooks: ConvertHooks = {}): Promise<ConvertReport> {
  const begun = performance.now();
  const filled = fillOptions(options);
  const places = await openPlaces(filled);
  const { mapping, beyondLayout } = await openCompiled(filled.ocsf, filled.mappings);
  const { work, lakeId, workUri } = places;
  const snapshot = await snapshotFor(filled, places);
  const report = newReport({
    ocsf: filled.ocsf,
    mapping: mapping.mappingVersion,
    lake: filled.lake,
    work: workUri,
    beyondLayout,
  });
  const lock = await takeLock(work, lakeId);
  try {
    const setup = conversionSetup(filled, places, mapping, snapshot);
    // its threads start while earlier runs are finished and the archive is listed
    const pool = openUnitPool(setup);
    try {
      const { known, published, registered } = await finishEarlierRuns(places);
      report.units.published = published;
      addRegistered(report, registered);
      await runUnits(places, setup, pool, known, report, hooks);
    } finally {
      await pool.destroy();
    }
    return finishReport(report, (performance.now() - begun) / 1000);
  } finally {
    await lock.release();
    await closePlaces(places);
  }
}

/** Hands units to the workers as the listing yields them, at most two a worker ahead. */
async function runUnits(
  places: Places,
  setup: ConversionSetup,
  pool: UnitPool,
  known: KnownFiles,
  report: ConvertReport,
  hooks: ConvertHooks,
): Promise<void> {
  const { options, identity, progress } = setup;
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
          if (answer.ok) {
            addLedger(report, answer.ledger);
            addRegistered(report, answer.registered);
          } else if (!stopping()) {
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
