/**
 * Replay: quarantined lines tried again, after a mapping or data fix. A quarantine file is a unit of its own: the lines that can now be
 * converted are published, those that still cannot lie in a new quarantine file, and the ledger keeps the old one from being replayed twice.
 */

import { archiveNotFound } from '../archive/errors.js';
import { unitId } from '../archive/unit.js';
import { commitUnit, convertInScratch, publishUnit } from './commit.js';
import { type ConversionSetup, openRoom } from './conversion-room.js';
import { openPlaces } from './convert.js';
import { loadCompiled, PRODUCT_VERSION } from './definitions.js';
import { finishEarlierRuns } from './earlier-runs.js';
import { type ConvertOptions, fillOptions, rowIdentity } from './options.js';
import { addLedger, type ConvertReport, finishReport, newReport } from './report.js';
import { newProgress } from './shared-progress.js';
import { convertUnit, type UnitInput } from './unit-converter.js';
import { takeLock } from './work-lock.js';

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
  const { mapping, beyondLayout } = loadCompiled(filled.ocsf, filled.mappings);
  const { work, lakeId, workUri, workFolder } = places;
  const report: ReplayReport = {
    ...newReport({ ocsf: filled.ocsf, mapping: mapping.mappingVersion, lake: filled.lake, work: workUri, beyondLayout }),
    unchanged: 0,
  };
  const lock = await takeLock(work, lakeId);
  try {
    const { replayed } = await finishEarlierRuns(places);
    const identity = rowIdentity(filled, mapping.mappingVersion, PRODUCT_VERSION);
    const setup: ConversionSetup = {
      mapping,
      options: filled,
      productVersion: PRODUCT_VERSION,
      lakeId,
      workUri,
      workFolder,
      identity,
      progress: newProgress(),
    };
    const { setup: _setup, place, ...tools } = await openRoom(setup);
    for await (const object of places.archive.list('')) {
      if (!object.key.endsWith(SUFFIX)) continue;
      report.files.found++;
      const etag = await places.archive.etag(object);
      const name = object.key.slice(object.key.lastIndexOf('/') + 1);
      const file: UnitInput = {
        key: object.key,
        canonicalKey: `quarantine/${name}`,
        size: object.size,
        etag,
        feed: 'quarantine',
      };
      if (replayed.has(file.canonicalKey)) {
        report.files.known++;
        continue;
      }
      const unit = unitId({ files: [file] }, identity);
      const room = { ...tools, signal: new AbortController().signal, onProgress: () => {} };
      const outcome = await convertInScratch(place, unit, async (scratch, attempt, keepStaged) => {
        const converted = await convertUnit(room, unit, [file], scratch);
        if (converted.outcomes.quarantined === converted.outcomes.read) return undefined;
        keepStaged();
        const { ledger, localPaths } = await commitUnit(
          place,
          unit,
          identity,
          converted,
          attempt,
          (performance.now() - begun) / 1000,
        );
        await publishUnit(place, ledger, localPaths);
        return ledger;
      });
      if (outcome === undefined) report.unchanged++;
      else addLedger(report, outcome);
    }
    tools.writer.close();
    if (report.files.found === 0) throw archiveNotFound(filled.archive);
    return finishReport(report, (performance.now() - begun) / 1000) as ReplayReport;
  } finally {
    await lock.release();
    await Promise.all([places.archive.close(), work.close(), places.lake.close()]);
  }
}
