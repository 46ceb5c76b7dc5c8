/** A child alone: what it asks of S3, and two attempts at one slice. */
import { afterEach, expect, it, vi } from 'vitest';
import type { PlanVerification } from '../../src/backfill/verify-plan.js';
import { CREDENTIALS } from '../convert/s3-places.js';
import type { Operation } from '../support/s3/request.js';
import { type Backfill, backfillJson, plan, runJob, SUBMIT, startBackfill, uidsInLake } from './backfill-places.js';

// children are whole processes, and a machine may be slow
vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 });

/** No slots: the test runs the children itself. */
let backfill: Backfill;
let requests: { operation: Operation; bucket: string; key: string }[] = [];

async function submitted(archive: {
  batches: number;
  files: number;
  events: number;
}): Promise<{ uri: string; command: string[] }> {
  const allow = (operation: Operation, bucket: string, key: string) => {
    requests.push({ operation, bucket, key });
    return true;
  };
  backfill = await startBackfill(archive, { slots: 0, s3: { principals: [{ ...CREDENTIALS, allow }] } });
  // one slice of a unit a batch
  const { plan: uri, slices } = await plan(backfill, '--unit-bytes', '5000', '--slice-minutes', '30', '--vcpus', '2');
  expect(slices).toBe(1);
  await backfillJson(backfill, 'submit', uri, ...SUBMIT);
  requests = [];
  backfill.s3.resetCounts();
  return { uri, command: [...backfill.batch.jobs.values()][0]!.request.containerOverrides.command };
}
afterEach(() => backfill.stop());

const count = (operation: Operation, bucket?: string, key = /(?:)/): number =>
  requests.filter((each) => each.operation === operation && (bucket ?? each.bucket) === each.bucket && key.test(each.key)).length;

it('reads each file once, lists nothing, and writes no more than objects, ledgers, marks and its record', async () => {
  const { command } = await submitted({ batches: 3, files: 3, events: 20 });
  const { code, output } = await runJob(command, {});
  expect([code, output]).toEqual([0, expect.stringContaining('"event":"done"')]);
  expect(await uidsInLake(backfill)).toEqual(backfill.uids);

  const objects = backfill.s3.keys('lake').length;
  const units = backfill.s3.keys('work').filter((key) => key.endsWith('.published')).length;
  expect(units).toBeGreaterThan(1);
  expect(backfill.s3.count('ListObjectsV2').requests).toBe(0);
  expect(count('GetObject', 'archive')).toBe(backfill.files);
  expect(requests.filter(({ bucket }) => bucket === 'archive')).toHaveLength(backfill.files);
  expect(count('GetObject', 'lake')).toBe(0);
  // the plan, its submission and the slice
  expect(count('GetObject', 'work')).toBe(3);
  expect(count('PutObject', 'lake')).toBe(objects);
  expect(count('PutObject', 'work', /\/staging\//)).toBe(objects);
  expect(count('PutObject', 'work')).toBe(objects + 2 * units + 1);
  expect(count('CreateMultipartUpload')).toBe(0);

  requests = [];
  expect((await runJob(command, {})).code).toBe(0);
  expect(count('PutObject', 'lake') + count('GetObject', 'archive')).toBe(0);
  expect(backfill.s3.count('ListObjectsV2').requests).toBe(0);
  // its record, which stands already
  expect(count('PutObject')).toBe(1);
});

it('two attempts at one slice at once leave one ledger and one set of objects a unit', async () => {
  const { uri, command } = await submitted({ batches: 2, files: 3, events: 20 });
  const attempts = await Promise.all(['1', '2'].map((attempt) => runJob(command, { AWS_BATCH_JOB_ATTEMPT: attempt })));
  // the slower may find that the quicker has cleared what it was to publish, and is then tried again
  for (const { code } of attempts) expect([0, 75]).toContain(code);
  expect(attempts.map(({ code }) => code)).toContain(0);
  for (const { code } of attempts) if (code === 75) expect((await runJob(command, {})).code).toBe(0);
  expect(await uidsInLake(backfill)).toEqual(backfill.uids);
  const verified = await backfillJson<PlanVerification>(backfill, 'verify', uri);
  expect(verified).toMatchObject({ ok: true, objects: backfill.s3.keys('lake').length, events: { read: backfill.uids.length } });
  expect(backfill.s3.keys('work').filter((key) => key.includes('/staging/'))).toEqual([]);
  expect(backfill.s3.keys('work').filter((key) => /\/ledger\/.*\.json$/.test(key))).toHaveLength(verified.units);
});
