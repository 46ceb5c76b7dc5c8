/** `plan --replace` to `retire` and `verify`, with a mapping that really changed. */
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { Batch } from '../../src/backfill/batch-client.js';
import { type OpenPlan, openPlan } from '../../src/backfill/plan-file.js';
import { retirePlan } from '../../src/backfill/retire.js';
import { backfillStatus } from '../../src/backfill/status.js';
import { cancelPlan, finishPlan, resumePlan, submitPlan } from '../../src/backfill/submit.js';
import { verifyPlan } from '../../src/backfill/verify-plan.js';
import { publishUnit } from '../../src/convert/commit.js';
import { loadLayouts } from '../../src/convert/definitions.js';
import { finishEarlierRuns } from '../../src/convert/earlier-runs.js';
import { ledgerKey, publishedKey, readLedger } from '../../src/convert/ledger.js';
import { openLakePlace } from '../../src/convert/places.js';
import { readJournals } from '../../src/lake/journal.js';
import { verifyLake } from '../../src/lake/verify.js';
import { OCSF_VERSIONS } from '../../src/ocsf/schema.js';
import { mixedLines } from '../convert/made-archive.js';
import { REGION, s3Options } from '../convert/s3-places.js';
import { type Backfill, JOB_ENV, startBackfill } from './backfill-places.js';
import {
  compactDay,
  type Event,
  holdBuckets,
  type Install,
  kindsOf,
  LakeReader,
  openChangedInstall,
  openInstall,
  planWith,
  runSlices,
  submitOptions,
  uidsOf,
} from './replace-places.js';

vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 });

const FIRST = { from: '2026-03-02', to: '2026-03-03' };
const SECOND = { from: '2026-03-03', to: '2026-03-04' };
const [FIRST_DAY, SECOND_DAY] = ['20260302', '20260303'];

let before: Install;
let after: Install & { remove(): Promise<void> };
let backfill: Backfill;
let batch: Batch;
let lake: LakeReader;

beforeAll(async () => {
  Object.assign(process.env, JOB_ENV);
  [before, after] = await Promise.all([openInstall(), openChangedInstall()]);
  backfill = await startBackfill({ batches: 2, files: 2, events: 12 }, { slots: 0 });
  batch = new Batch({ region: REGION, endpointUrl: backfill.batch.endpointUrl });
  lake = await LakeReader.open(backfill.s3);
});
afterAll(async () => {
  batch.close();
  await lake.close();
  await backfill.stop();
  await after.remove();
});

const open = (uri: string): Promise<OpenPlan> => openPlan(uri, { region: REGION, endpointUrl: backfill.s3.endpointUrl });
const submit = (plan: OpenPlan) => submitPlan(plan, batch, submitOptions(backfill));

/** A backfill from plan to verify. */
async function converted(install: Install, range: Record<string, unknown>): Promise<OpenPlan> {
  const plan = await open((await planWith(install, backfill, range)).plan);
  await submit(plan);
  await runSlices(install, plan);
  expect(await verifyPlan(plan)).toMatchObject({ ok: true });
  await finishPlan(plan);
  return plan;
}

/** A replace up to where `retire` comes. */
async function reconverted(install: Install, range: Record<string, unknown> = FIRST): Promise<OpenPlan> {
  const plan = await open((await planWith(install, backfill, { ...range, replace: true })).plan);
  await submit(plan);
  await runSlices(install, plan);
  return plan;
}

async function retired(plan: OpenPlan): Promise<void> {
  await retirePlan(plan, { grace: 0 });
  expect(await verifyPlan(plan)).toMatchObject({ ok: true });
  await finishPlan(plan);
}

const objectsOf = (day: string) => backfill.s3.keys('lake').filter((key) => key.includes(`eventDay=${day}`));
const onDay = (day: string) => (event: Event) => event.day === day;
/** of connections and processes: Informational 1, Low 2 */
const severities = (events: Event[]) => [...new Set(events.map(({ severity }) => severity))].sort();

async function offences(): Promise<string[]> {
  const { lake: uri, work, endpointUrl } = s3Options(backfill.s3);
  const place = await openLakePlace({ lake: uri, work, region: REGION, endpointUrl });
  const layouts = OCSF_VERSIONS.flatMap((version) => loadLayouts(version));
  const journals = await readJournals(place.work, place.lakeId);
  const { findings } = await verifyLake(place.lake, { layouts, journals, threads: 1 });
  return findings.filter(({ level }) => level === 'offence').map(({ rule }) => rule);
}

describe('a replace', () => {
  let first: OpenPlan;
  let replacing: OpenPlan;
  let old: string[];
  const sizes = { units: 0, objects: 0, rows: 0 };
  let restore: () => void;
  afterAll(() => restore());

  it('of what the same mapping made has nothing to convert', async () => {
    first = await converted(before, FIRST);
    await converted(before, SECOND);
    expect(uidsOf(await lake.read())).toEqual(backfill.uids);
    restore = holdBuckets(backfill.s3);
    await expect(planWith(before, backfill, { ...FIRST, replace: true })).rejects.toThrow(/4 are in the lake already/);
  });

  it('is planned: it says what will be retired, and the other day is none of it', async () => {
    old = objectsOf(FIRST_DAY);
    const report = await planWith(after, backfill, { ...FIRST, replace: true });
    Object.assign(sizes, { units: first.plan.units, objects: old.length, rows: backfill.uids.length / 2 });
    expect(report).toMatchObject({ files: 4, known: 0, replace: { ...sizes, left: 0 } });
    expect(await planWith(after, backfill, { ...FIRST, replace: true })).toMatchObject({ new: false, plan: report.plan });
    replacing = await open(report.plan);
    expect(await backfillStatus(replacing)).toMatchObject({
      state: 'planned',
      replace: { ...sizes, retiredObjects: 0, done: false },
    });
    await expect(retirePlan(replacing)).rejects.toThrow(/was not submitted/);
    await expect(retirePlan(first)).rejects.toThrow(/replaces nothing/);
  });

  it('once submitted, compaction leaves alone what it replaces and takes the rest', async () => {
    await submit(replacing);
    const { objects, merges } = await compactDay(before, backfill, FIRST_DAY);
    expect([objects.found, objects.claimed, merges]).toEqual([old.length, old.length, []]);
    expect(objectsOf(FIRST_DAY)).toEqual(old);
    expect((await compactDay(before, backfill, SECOND_DAY)).objects).toMatchObject({ claimed: 0 });
    expect(await backfillStatus(replacing)).toMatchObject({ state: 'incomplete', slices: { missing: 1 } });
  });

  it('cannot be retired before all is converted', async () => {
    await expect(retirePlan(replacing, { grace: 0 })).rejects.toThrow(
      /Nothing was retired: .*missing-unit: .*falconry backfill resume/,
    );
    expect(objectsOf(FIRST_DAY)).toEqual(old);
  });

  it('converted, its events are there twice, and status, verify and the lake’s verify say so', async () => {
    await runSlices(after, replacing);
    const events = await lake.read();
    expect(uidsOf(events.filter(onDay(SECOND_DAY!)))).toHaveLength(backfill.uids.length / 2);
    expect(events.filter(onDay(FIRST_DAY!))).toHaveLength(backfill.uids.length);
    expect(await backfillStatus(replacing)).toMatchObject({
      state: 'converted',
      slices: { missing: 0 },
      replace: { done: false },
    });
    const verified = await verifyPlan(replacing);
    expect([verified.ok, [...kindsOf(verified)]]).toEqual([false, ['not-retired']]);
    expect(await verifyPlan(first)).toMatchObject({ ok: true, replaced: 0 });
    expect(await offences()).toEqual([]);
    expect(await resumePlan(replacing, batch, {})).toBeUndefined();
  });

  it('retired, every event is there once, as the new mapping has it; the other day is as it was', async () => {
    const report = await retirePlan(replacing, { grace: 0 });
    expect(report).toMatchObject({ new: true, ...sizes, cameBack: 0 });
    const events = await lake.read();
    expect(uidsOf(events)).toEqual(backfill.uids);
    expect(severities(events.filter(onDay(FIRST_DAY!)))).toEqual([1, 2]);
    expect(severities(events.filter(onDay(SECOND_DAY!)))).toEqual([1]);
    expect(objectsOf(FIRST_DAY!).filter((key) => old.includes(key))).toEqual([]);
    expect(await backfillStatus(replacing)).toMatchObject({
      state: 'complete',
      replace: { retiredObjects: old.length, done: true },
    });
    expect(await verifyPlan(replacing)).toMatchObject({ ok: true, retired: sizes, findings: [] });
    await finishPlan(replacing);
    expect(await offences()).toEqual([]);
  });

  it('the earlier plan says what became of it', async () => {
    expect(await verifyPlan(first)).toMatchObject({ ok: true, objects: old.length, replaced: old.length, findings: [] });
    expect(await backfillStatus(first)).toMatchObject({ state: 'complete', replacedUnits: first.plan.units });
  });

  it('again writes nothing', async () => {
    backfill.s3.resetCounts();
    expect(await retirePlan(replacing, { grace: 0 })).toMatchObject({ new: false, ...sizes, cameBack: 0 });
    expect(await resumePlan(replacing, batch, {})).toBeUndefined();
    await expect(submit(replacing)).rejects.toThrow(/was submitted before/);
    await expect(planWith(after, backfill, { ...FIRST, replace: true })).rejects.toThrow(/4 are in the lake already/);
    await runSlices(after, replacing);
    // the slice's own record, which is refused since it stands
    expect(backfill.s3.count('PutObject')).toMatchObject({ requests: 1, failed: 1 });
    expect(backfill.s3.count('DeleteObject').requests).toBe(0);
  });

  it('a late writer of the earlier plan brings nothing back', async () => {
    const { lake: uri, work, endpointUrl } = s3Options(backfill.s3);
    const place = await openLakePlace({ lake: uri, work, region: REGION, endpointUrl });
    const there = backfill.s3.keys('lake');
    for (const unit of (await first.place.readUnitNames()).flat()) {
      const ledger = await readLedger(place.work, ledgerKey(place.lakeId, unit));
      await place.work.delete(publishedKey(place.lakeId, unit));
      for (const { staged, bytes } of ledger.objects) await place.work.write(staged, Buffer.alloc(bytes));
      await publishUnit(place, ledger, undefined);
    }
    expect(backfill.s3.keys('lake')).toEqual(there);
    const { known, replayed } = await finishEarlierRuns(place);
    expect(known.size).toBe(4);
    // its quarantined lines are converted anew, so that they must not be replayed
    for (const unit of (await first.place.readUnitNames()).flat()) expect(replayed).toContain(`quarantine/${unit}.ndjson.gz`);
  });

  it('an object that came back all the same is found, and goes when it is retired again, or compacted', async () => {
    const key = old[0]!;
    const come = () => backfill.s3.put('lake', key, backfill.s3.object('lake', objectsOf(FIRST_DAY!)[0]!)!.bytes);
    come();
    expect([...kindsOf(await verifyPlan(replacing))]).toEqual(['object-came-back']);
    expect([...kindsOf(await verifyPlan(first))]).toEqual(['object-came-back']);
    expect(await offences()).toEqual(['replaced_object']);
    expect(await retirePlan(replacing, { grace: 0 })).toMatchObject({ new: false, cameBack: 1 });
    expect(await verifyPlan(replacing)).toMatchObject({ ok: true });
    come();
    await compactDay(after, backfill, FIRST_DAY!);
    expect(await verifyPlan(replacing)).toMatchObject({ ok: true });
    expect(uidsOf(await lake.read())).toEqual(backfill.uids);
  });

  it('back to the mapping before: other units than the first time, and every event once', async () => {
    const back = await reconverted(before);
    const names = (await back.place.readUnitNames()).flat();
    expect(names.filter((name) => old.some((key) => key.includes(name)))).toEqual([]);
    await retired(back);
    const events = await lake.read();
    expect(uidsOf(events)).toEqual(backfill.uids);
    expect(severities(events)).toEqual([1]);
    // what compaction has merged meanwhile went as well
    expect(await verifyPlan(replacing)).toMatchObject({ ok: true });
    expect(await offences()).toEqual([]);
  });
});

describe('a replace, compaction and others', () => {
  let restore: () => void;
  beforeAll(() => {
    restore = holdBuckets(backfill.s3);
  });
  afterEach(() => restore());

  it('retires what compaction has made of the units, and of nothing else', async () => {
    const small = objectsOf(FIRST_DAY!);
    await compactDay(before, backfill, FIRST_DAY!);
    const merged = objectsOf(FIRST_DAY!);
    expect(merged.length).toBeLessThan(small.length);
    const replacing = await reconverted(after);
    expect(replacing.plan.replace).toMatchObject({ objects: merged.length, rows: backfill.uids.length / 2 });
    await retired(replacing);
    expect(objectsOf(FIRST_DAY!).filter((key) => merged.includes(key))).toEqual([]);
    expect(uidsOf(await lake.read())).toEqual(backfill.uids);
    expect(severities(lake.now())).toEqual([1, 2]);
    expect(await offences()).toEqual([]);
  });

  it('is refused before anything is converted where compaction has merged them with others', async () => {
    const planned = await open((await planWith(after, backfill, { ...FIRST, replace: true })).plan);
    const { s3 } = backfill;
    for (const key of s3.keys('archive')) {
      if (key.endsWith('part-00000.gz'))
        s3.put('archive', key.replace('fdr/', 'other/'), s3.object('archive', key)!.bytes.subarray());
    }
    // the same events under other names: another archive of the same customer
    for (const key of s3.keys('archive').filter((each) => each.startsWith('other/'))) {
      s3.put('archive', key.replace('part-', 'copy-'), s3.object('archive', key)!.bytes);
      s3.bucket('archive').delete(key);
    }
    await converted(before, { ...FIRST, archive: 's3://archive/other' });
    await compactDay(before, backfill, FIRST_DAY!);
    const refused = planWith(after, backfill, { ...FIRST, replace: true });
    await expect(refused).rejects.toMatchObject({ code: 'BACKFILL_REPLACE_MIXED', exitCode: 2 });
    await expect(refused).rejects.toThrow(
      /^Compaction has merged events .* in ext\/.*\.parquet.*, such as those of ext\/.*; give --from and --to/,
    );
    await expect(submit(planned)).rejects.toMatchObject({ code: 'BACKFILL_PLAN_STALE' });
    expect(s3.keys('work').filter((key) => key.includes('/lock/'))).toEqual([]);
    for (const key of s3.keys('archive')) if (key.startsWith('other/')) s3.bucket('archive').delete(key);
  });

  it('is refused on submit where compaction has not ended since the plan, and claims nothing then', async () => {
    const planned = await open((await planWith(after, backfill, { ...FIRST, replace: true })).plan);
    await compactDay(before, backfill, FIRST_DAY!);
    for (const key of backfill.s3.keys('work')) if (key.endsWith('.deleted')) backfill.s3.bucket('work').delete(key);
    await expect(submit(planned)).rejects.toThrow(
      /^A compaction of fdr12_\w+ on 20260302 is not at its end, .*run "falconry compact"/,
    );
    expect(backfill.s3.keys('work').filter((key) => key.includes('/lock/') || key.endsWith('claims.json'))).toEqual([]);
    await compactDay(before, backfill, FIRST_DAY!);
    await submit(planned);
    await runSlices(after, planned);
    await retired(planned);
    expect(uidsOf(await lake.read())).toEqual(backfill.uids);
  });

  it('cancelled before anything is converted it is as if it had never been; resume begins again', async () => {
    const planned = await open((await planWith(after, backfill, { ...FIRST, replace: true })).plan);
    await submit(planned);
    await cancelPlan(planned, batch, 30_000);
    expect((await compactDay(before, backfill, FIRST_DAY!)).objects).toMatchObject({ claimed: 0 });
    expect(await offences()).toEqual([]);
    await resumePlan(planned, batch, { endpointUrl: backfill.s3.endpointUrl });
    expect((await compactDay(before, backfill, FIRST_DAY!)).objects.claimed).toBeGreaterThan(0);
    await runSlices(after, planned);
    await retired(planned);
    expect(uidsOf(await lake.read())).toEqual(backfill.uids);
  });

  it('cancelled when it was converted it stays claimed; the same again takes it up and has nothing left to convert', async () => {
    const planned = await reconverted(after);
    await cancelPlan(planned, batch, 30_000);
    expect((await compactDay(before, backfill, FIRST_DAY!)).objects.claimed).toBeGreaterThan(0);
    const rest = await planWith(after, backfill, { ...FIRST, replace: true });
    expect(rest).toMatchObject({ slices: 0, files: 0, known: 4, replace: { units: planned.plan.replace!.units } });
    const taking = await open(rest.plan);
    expect(await submit(taking)).toMatchObject({ slices: 0, jobs: [], replaces: true });
    expect(await backfillStatus(taking)).toMatchObject({ state: 'converted' });
    await retired(taking);
    expect(uidsOf(await lake.read())).toEqual(backfill.uids);
    expect(await offences()).toEqual([]);
  });

  it('a plan that was cancelled is not resumed when its files were converted by another meanwhile', async () => {
    const { s3 } = backfill;
    const file = 'fdr/data/late/part-00000.gz';
    s3.put('archive', file, gzipSync(mixedLines('late', 4)));
    const cancelled = await open((await planWith(before, backfill, FIRST)).plan);
    await submit(cancelled);
    await cancelPlan(cancelled, batch, 30_000);
    await converted(before, { ...FIRST, dedupe: true });
    await expect(resumePlan(cancelled, batch, {})).rejects.toMatchObject({ code: 'BACKFILL_PLAN_STALE' });
    expect(s3.keys('work').filter((key) => key.includes('/lock/'))).toEqual([]);
    expect(uidsOf((await lake.read()).filter(({ uid }) => uid.startsWith('late')))).toEqual(['late-0', 'late-1']);
    s3.bucket('archive').delete(file);
  });
});
