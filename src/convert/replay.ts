/**
 * Replay: quarantined lines tried again, after a mapping or data fix. A quarantine file is a unit of its own: the lines that can now be
 * converted are published, those that still cannot lie in a new quarantine file, and the ledger keeps the old one from being replayed twice.
 */

import { archiveNotFound } from '../archive/errors.js';
import { unitId } from '../archive/unit.js';
import { commitUnit, convertInScratch, publishUnit } from './commit.js';
import { type ConversionSetup, type OpenRoom, openRoom } from './conversion-room.js';
import { conversionSetup } from './conversion-setup.js';
import { finishEarlierRuns } from './earlier-runs.js';
import { openCompiled } from './open-compiled.js';
import { type ConvertOptions, fillOptions } from './options.js';
import { closePlaces, openPlaces, type Places } from './places.js';
import { addLedger, addRegistered, type ConvertReport, finishReport, newReport } from './report.js';
import { snapshotFor } from './snapshot.js';
import { convertUnit, type UnitInput } from './unit-converter.js';
import { takeLock } from './work-lock.js';
import type { PublishedUnit } from './worker.js';

const SUFFIX = '.ndjson.gz';

export interface ReplayReport extends ConvertReport {
  /** files in which no line can be converted yet: they stay as they are */
  unchanged: number;
}

/**
 * @param options as for `convert`; `archive` is the quarantine file's folder
 * @throws FalconryError: ARCHIVE_NOT_FOUND where there is no quarantine file, QUARANTINE_BROKEN, WORK_LOCKED, and what stores throw
 */
export async function replay(options: ConvertOptions): Promise<ReplayReport> {
  const begun = performance.now();
  const filled = fillOptions({ ...options, workers: 1 });
  const places = await openPlaces(filled);
  const { mapping, beyondLayout } = await openCompiled(filled.ocsf, filled.mappings);
  const { work, lakeId, workUri } = places;
  const snapshot = await snapshotFor(filled, places);
  const report: ReplayReport = {
    ...newReport({ ocsf: filled.ocsf, mapping: mapping.mappingVersion, lake: filled.lake, work: workUri, beyondLayout }),
    unchanged: 0,
  };
  const lock = await takeLock(work, lakeId);
  try {
    const { replayed, registered } = await finishEarlierRuns(places);
    addRegistered(report, registered);
    const setup = conversionSetup(filled, places, mapping, snapshot);
    await replayFiles(places, setup, replayed, report);
    if (report.files.found === 0) throw archiveNotFound(filled.archive);
    return finishReport(report, (performance.now() - begun) / 1000) as ReplayReport;
  } finally {
    await lock.release();
    await closePlaces(places);
  }
}

async function replayFiles(
  places: Places,
  setup: ConversionSetup,
  replayed: ReadonlySet<string>,
  report: ReplayReport,
): Promise<void> {
  const { setup: _, ...room } = await openRoom(setup);
  try {
    for await (const object of places.archive.list('')) {
      if (!object.key.endsWith(SUFFIX)) continue;
      report.files.found++;
      const name = object.key.slice(object.key.lastIndexOf('/') + 1);
      const canonicalKey = `quarantine/${name}`;
      if (replayed.has(canonicalKey)) {
        report.files.known++;
        continue;
      }
      const { key, size } = object;
      const etag = await places.archive.etag(object);
      const unit = await replayFile(room, setup.identity, { key, canonicalKey, size, etag, feed: 'quarantine' });
      if (unit === undefined) {
        report.unchanged++;
        continue;
      }
      addLedger(report, unit.ledger);
      addRegistered(report, unit.registered);
    }
  } finally {
    room.writer.close();
  }
}

/** Undefined where no line of the file can be converted yet: nothing is committed then. */
async function replayFile(
  { place, ...tools }: Omit<OpenRoom, 'setup'>,
  identity: Record<string, string>,
  file: UnitInput,
): Promise<PublishedUnit | undefined> {
  const begun = performance.now();
  const unit = unitId({ files: [file] }, identity);
  const room = { ...tools, signal: new AbortController().signal, onProgress: () => {} };
  return convertInScratch(place, unit, async (scratch, attempt, keepStaged) => {
    const converted = await convertUnit(room, unit, [file], scratch);
    if (converted.outcomes.quarantined === converted.outcomes.read) return undefined;
    keepStaged();
    const seconds = (performance.now() - begun) / 1000;
    const { ledger, localPaths } = await commitUnit(place, unit, identity, converted, attempt, seconds);
    return { ledger, registered: await publishUnit(place, ledger, localPaths) };
  });
}
