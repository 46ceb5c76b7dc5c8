/**
 * A replace that ends at every request it makes, and one whose process is killed: given again it goes on, no reader misses an event, and in
 * the end every event is there once.
 */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Batch } from '../../src/backfill/batch-client.js';
import { type OpenPlan, openPlan } from '../../src/backfill/plan-file.js';
import { retirePlan } from '../../src/backfill/retire.js';
import { backfillStatus } from '../../src/backfill/status.js';
import { cancelPlan, resumePlan, submitPlan } from '../../src/backfill/submit.js';
import { verifyPlan } from '../../src/backfill/verify-plan.js';
import { startCli } from '../cli/run.js';
import { CREDENTIALS, REGION } from '../convert/s3-places.js';
import type { Operation } from '../support/s3/request.js';
import { type Backfill, JOB_ENV, startBackfill } from './backfill-places.js';
import {
  holdBuckets,
  type Install,
  LakeReader,
  openChangedInstall,
  openInstall,
  planWith,
  runSlices,
  submitOptions,
  uidsOf,
} from './replace-places.js';

vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 });

const DAY = { from: '2026-03-02', to: '2026-03-03' };

interface Request {
  operation: Operation;
  bucket: string;
  key: string;
}
const isWrite = ({ operation }: Request) => operation === 'PutObject' || operation === 'DeleteObject';

let after: Install & { remove(): Promise<void> };
let backfill: Backfill;
let batch: Batch;
let lake: LakeReader;
let plan: OpenPlan;
/** requests that are still answered */
let left = Number.POSITIVE_INFINITY;
let requests: Request[] = [];
let onRequest: (request: Request) => void = () => {};
/** what the readers missed */
let missed: string[] = [];
/** to where the plan is made, and to where all is converted */
let planned: () => void;
let converted: () => void;

beforeAll(async () => {
  Object.assign(process.env, JOB_ENV);
  const before = await openInstall();
  after = await openChangedInstall();
  const allow = (...[operation, bucket, key]: [Operation, string, string]) => {
    if (left <= 0) return false;
    left--;
    requests.push({ operation, bucket, key });
    onRequest({ operation, bucket, key });
    return true;
  };
  backfill = await startBackfill(
    { batches: 2, files: 2, events: 12 },
    { slots: 0, s3: { principals: [{ ...CREDENTIALS, allow }] } },
  );
  batch = new Batch({ region: REGION, endpointUrl: backfill.batch.endpointUrl });
  lake = await LakeReader.open(backfill.s3);
  const open = async (uri: string) => openPlan(uri, { region: REGION, endpointUrl: backfill.s3.endpointUrl });
  const first = await open((await planWith(before, backfill, DAY)).plan);
  await submitPlan(first, batch, submitOptions(backfill));
  await runSlices(before, first);
  await cancelPlan(first, batch, 30_000);
  plan = await open((await planWith(after, backfill, { ...DAY, replace: true })).plan);
  planned = holdBuckets(backfill.s3);
  await submitPlan(plan, batch, submitOptions(backfill));
  await runSlices(after, plan);
  await lake.read();
  converted = holdBuckets(backfill.s3);
});
afterAll(async () => {
  batch.close();
  await lake.close();
  await plan.place.work.close();
  await backfill.stop();
  await after.remove();
});

/** The events of the day, in order: of four in a row the first two are. */
const uids = () => backfill.uids.filter((uid) => Number(/-(\d+)$/.exec(uid)![1]) % 4 < 2);

/** Readers look at each write. */
function watchReaders(): void {
  missed = [];
  onRequest = (request) => {
    if (!isWrite(request)) return;
    const there = new Set(lake.now().map(({ uid }) => uid));
    missed.push(...uids().filter((uid) => !there.has(uid)));
  };
}

/** Runs something that ends with its `alive`th request, as a process does that is killed; then again as a whole. */
async function endAt(alive: number, run: () => Promise<unknown>): Promise<void> {
  left = alive;
  try {
    await expect(run()).rejects.toMatchObject({ code: 'STORE_ACCESS_DENIED' });
  } finally {
    left = Number.POSITIVE_INFINITY;
  }
}

/** The requests of a whole run, to end at each of them. */
async function requestsOf(run: () => Promise<unknown>): Promise<Request[]> {
  requests = [];
  await run();
  return [...requests];
}

const claims = () =>
  backfill.s3.keys('work').filter((key) => /\/compaction\/.*\.json$/.test(key)).length -
  backfill.s3.keys('work').filter((key) => key.endsWith('.released')).length;

describe('a process that ends', () => {
  it('at each request of submit: nothing of the lake changes, and again it claims once and sends once', async () => {
    const submit = () => submitPlan(plan, batch, submitOptions(backfill));
    planned();
    const there = backfill.s3.keys('lake');
    const all = await requestsOf(submit);
    const whole = claims();
    expect(whole).toBeGreaterThan(1);
    const jobs = backfill.batch.jobs.size;
    for (let alive = 0; alive < all.length; alive++) {
      planned();
      await endAt(alive, submit);
      expect(await backfillStatus(plan)).toMatchObject({ state: expect.stringMatching(/planned|incomplete/) });
      await submit().catch((error) => expect(error).toMatchObject({ code: 'BACKFILL_SUBMITTED' }));
      expect([alive, claims()]).toEqual([alive, whole]);
      expect(backfill.s3.keys('lake')).toEqual(there);
    }
    expect(backfill.batch.jobs.size).toBe(jobs);
  });

  it('at each request of cancel, before anything is converted: again it takes back all claims, and resume claims again', async () => {
    const cancel = () => cancelPlan(plan, batch, 30_000);
    planned();
    await submitPlan(plan, batch, submitOptions(backfill));
    const whole = claims();
    const submitted = holdBuckets(backfill.s3);
    // Batch's jobs end with the first: those that follow ask less often
    await cancel();
    submitted();
    const all = await requestsOf(cancel);
    expect(claims()).toBe(0);
    for (let alive = 0; alive < all.length; alive++) {
      submitted();
      await endAt(alive, cancel);
      await cancel();
      expect([alive, claims()]).toEqual([alive, 0]);
      expect(backfill.s3.keys('work').filter((key) => key.includes('/lock/'))).toEqual([]);
    }
    await resumePlan(plan, batch, { endpointUrl: backfill.s3.endpointUrl });
    expect(claims()).toBe(whole);
  });

  it('at each request of retire: no reader misses an event, status and verify say how far it is, and again it ends', async () => {
    const retire = () => retirePlan(plan, { grace: 0 });
    converted();
    watchReaders();
    const old = lake.now().length / 2;
    expect(old).toBe(uids().length);
    const all = await requestsOf(retire);
    const from = all.findIndex((request) => isWrite(request));
    expect(all.length - from).toBeGreaterThan(12);
    for (let alive = from; alive < all.length; alive++) {
      converted();
      const before = backfill.s3.keys('lake').length;
      await endAt(alive, retire);
      const isDone = backfill.s3.keys('work').some((key) => key.endsWith('retired.json'));
      const status = await backfillStatus(plan);
      expect(status).toMatchObject({ state: isDone ? 'complete' : 'converted', replace: { done: isDone } });
      expect(status.replace!.retiredObjects).toBeLessThanOrEqual(before - backfill.s3.keys('lake').length);
      expect(await verifyPlan(plan)).toMatchObject({ ok: isDone });
      await retire();
      expect([alive, uidsOf(lake.now())]).toEqual([alive, uids()]);
      expect(new Set(lake.now().map(({ severity }) => severity))).toEqual(new Set([1, 2]));
      expect(await verifyPlan(plan)).toMatchObject({ ok: true });
    }
    expect(missed).toEqual([]);
  });
});

describe('falconry backfill retire, killed', () => {
  const stages: [string, (request: Request) => boolean][] = [
    ['when the first claim is published', ({ key }) => /\/compaction\/.*\.published$/.test(key)],
    ['when the first object goes', ({ operation, bucket }) => operation === 'DeleteObject' && bucket === 'lake'],
    ['when a claim is done', ({ key, operation }) => /\.deleted$/.test(key) && operation === 'PutObject'],
    ['when the first unit is retired', ({ key }) => key.endsWith('.retired')],
    ['when it notes its end', ({ key, operation }) => key.endsWith('retired.json') && operation === 'PutObject'],
  ];
  for (const [name, isStage] of stages) {
    it(name, async () => {
      converted();
      watchReaders();
      const readers = onRequest;
      const args = ['backfill', 'retire', plan.place.uri, '--grace', '0', '--endpoint-url', backfill.s3.endpointUrl];
      const { child, finished } = startCli(args, { env: JOB_ENV });
      let struck = 0;
      onRequest = (request) => {
        readers(request);
        if (isStage(request)) struck += Number(child.kill('SIGKILL'));
      };
      expect([(await finished).signal, struck > 0]).toEqual(['SIGKILL', true]);
      onRequest = readers;
      await retirePlan(plan, { grace: 0 });
      expect(uidsOf(lake.now())).toEqual(uids());
      expect(await verifyPlan(plan)).toMatchObject({ ok: true });
      expect(missed).toEqual([]);
    });
  }
});
