/** Converts one slice of a plan: what a Batch child does. Every unit that is committed stays, whatever ends the attempt. */
import { type CommitPlace, publishUnit } from '../convert/commit.js';
import { conversionSetup } from '../convert/conversion-setup.js';
import { addCounts, noCounts } from '../convert/counts.js';
import { addOutcomes, type Ledger, ledgerKey, noOutcomes, publishedKey, readLedger } from '../convert/ledger.js';
import { openCompiled } from '../convert/open-compiled.js';
import { rowIdentity } from '../convert/options.js';
import { PRODUCT_VERSION } from '../convert/package-root.js';
import { closePlaces, openPlaces } from '../convert/places.js';
import { addRegistered } from '../convert/report.js';
import { PROGRESS, STOP } from '../convert/shared-progress.js';
import { openUnitPool } from '../convert/unit-pool.js';
import { errorFromRecord, FalconryError } from '../error.js';
import type { JobLog } from '../job/log.js';
import { inputChanged, planOutdated } from './errors.js';
import { inOrder } from './in-order.js';
import { conversionOf, type Done, type OpenPlan, type Plan, sliceName } from './plan-file.js';
import { readSlice, type Slice } from './slice-file.js';

export interface SliceHooks {
  log: JobLog;
  /** gives up the units under way; committed ones stay */
  signal: AbortSignal;
}

/**
 * Converts the units of a slice that no ledger holds, publishes what was committed and not published, and records the slice as done.
 * Can be repeated, and run beside another attempt at the same slice: a unit has one ledger and one set of objects.
 *
 * @returns what the slice became; undefined where it was stopped
 * @throws BACKFILL_PLAN_OUTDATED, BACKFILL_INPUT_CHANGED once all other units are done, and what stores throw
 */
export async function runSlice(open: OpenPlan, number: number, { log, signal }: SliceHooks): Promise<Done | undefined> {
  const begun = performance.now();
  const { plan, place } = open;
  const options = conversionOf(open, { workers: plan.vcpus });
  const { mapping } = await openCompiled(options.ocsf);
  checkIdentity(place.uri, plan, rowIdentity(options, mapping.mappingVersion, PRODUCT_VERSION));
  const slice = await readSlice(open, number);
  const places = await openPlaces(options);
  const stagingId = `backfill-${plan.id}`;
  const setup = { ...conversionSetup(options, places, mapping, undefined), stagingId };
  const { progress } = setup;
  const pool = openUnitPool(setup);
  const commitPlace: CommitPlace = { ...places, stagingId };
  let failure: FalconryError | undefined;
  const counted: { partitions?: { registered: number } } = {};
  const count = (registered: number | undefined) => addRegistered(counted, registered);
  const stop = () => Atomics.store(progress, PROGRESS.stop, STOP);
  signal.addEventListener('abort', stop, { once: true });

  const convert = async (unit: Slice['units'][number]): Promise<Ledger | undefined> => {
    if (signal.aborted || (failure !== undefined && failure.code !== 'BACKFILL_INPUT_CHANGED')) return undefined;
    try {
      const earlier = await finishEarlier(commitPlace, unit.unit, count);
      if (earlier !== undefined) return earlier;
      const answer = await pool.run({ unit: unit.unit, files: unit.files });
      if (!answer.ok) throw inputError(number, unit, errorFromRecord(answer.error));
      count(answer.registered);
      log.info('unit', { slice: number, unit: unit.unit, ...answer.ledger.outcomes, seconds: answer.ledger.seconds });
      return answer.ledger;
    } catch (error) {
      if (signal.aborted) return undefined;
      if (!(error instanceof FalconryError)) throw error;
      if (failure === undefined || failure.code === 'BACKFILL_INPUT_CHANGED') failure = error;
      if (error.code !== 'BACKFILL_INPUT_CHANGED') stop();
      return undefined;
    }
  };
  try {
    const ledgers: Ledger[] = [];
    for await (const ledger of inOrder(slice.units, options.workers * 2, convert)) if (ledger !== undefined) ledgers.push(ledger);
    if (failure !== undefined) throw failure;
    if (signal.aborted) return undefined;
    const done = { ...sumOf(number, ledgers, (performance.now() - begun) / 1000), ...counted };
    await place.write(`done/${sliceName(number)}.json`, done, { ifAbsent: true });
    tellMetrics(log, plan, done, ledgers);
    return done;
  } finally {
    signal.removeEventListener('abort', stop);
    await pool.destroy();
    await closePlaces(places);
  }
}

function checkIdentity(uri: string, plan: Plan, here: Record<string, string>): void {
  for (const name of new Set([...Object.keys(plan.identity), ...Object.keys(here)])) {
    // what the lake had retired when the plan was made: no matter of the version
    if (name === 'retired') continue;
    if (plan.identity[name] !== here[name]) throw planOutdated(uri, name, plan.identity[name] ?? 'unknown', here[name] ?? 'none');
  }
}

/** The ledger of a unit that an earlier attempt has committed, published by now. */
async function finishEarlier(
  place: CommitPlace,
  unit: string,
  onPublished: (registered: number | undefined) => void,
): Promise<Ledger | undefined> {
  const key = ledgerKey(place.lakeId, unit);
  if ((await place.work.head(key)) === undefined) return undefined;
  const ledger = await readLedger(place.work, key);
  if ((await place.work.head(publishedKey(place.lakeId, unit))) === undefined)
    onPublished(await publishUnit(place, ledger, undefined));
  return ledger;
}

function inputError(slice: number, unit: Slice['units'][number], error: FalconryError): FalconryError {
  if (error.code !== 'STORE_CHANGED' && error.code !== 'STORE_NOT_FOUND') return error;
  const named = unit.files.filter(({ key }) => error.message.includes(key));
  const file = named.sort((a, b) => b.key.length - a.key.length)[0];
  return file === undefined ? error : inputChanged(slice, file.key, error.code === 'STORE_NOT_FOUND', error);
}

function sumOf(slice: number, ledgers: readonly Ledger[], seconds: number): Done {
  const done: Done = {
    slice,
    outcomes: noOutcomes(),
    filtered: noCounts(),
    quarantine: noCounts(),
    files: 0,
    damagedFiles: 0,
    bytes: { compressed: 0, inflated: 0, written: 0 },
    objects: 0,
    seconds,
  };
  for (const ledger of ledgers) {
    addOutcomes(done.outcomes, ledger.outcomes);
    addCounts(done.filtered, ledger.filtered);
    addCounts(done.quarantine, ledger.quarantine);
    for (const file of ledger.files) {
      done.files++;
      if (file.damage !== undefined) done.damagedFiles++;
      done.bytes.compressed += file.size;
      done.bytes.inflated += file.inflatedBytes;
    }
    for (const object of ledger.objects) done.bytes.written += object.bytes;
    done.objects += ledger.objects.length;
  }
  return done;
}

function tellMetrics(log: JobLog, plan: Plan, done: Done, ledgers: readonly Ledger[]): void {
  const newest = ledgers.flatMap(({ objects }) => objects).reduce((most, { maxTime }) => Math.max(most, maxTime), 0);
  const { read, written, quarantined, duplicate, filtered } = done.outcomes;
  log.metrics(
    { Lake: plan.lakeId },
    {
      EventsRead: [read, 'Count'],
      EventsWritten: [written, 'Count'],
      EventsQuarantined: [quarantined, 'Count'],
      EventsDuplicate: [duplicate, 'Count'],
      EventsFiltered: [filtered, 'Count'],
      DamagedFiles: [done.damagedFiles, 'Count'],
      CompressedBytes: [done.bytes.compressed, 'Bytes'],
      WrittenBytes: [done.bytes.written, 'Bytes'],
      // of all threads together, reading to staging; the whole slice is by the clock
      ConvertSeconds: [ledgers.reduce((sum, { seconds }) => sum + seconds, 0), 'Seconds'],
      SliceSeconds: [done.seconds, 'Seconds'],
      ...(newest > 0 ? { LagSeconds: [Math.max(0, (Date.now() - newest) / 1000), 'Seconds'] as [number, 'Seconds'] } : {}),
    },
  );
}
