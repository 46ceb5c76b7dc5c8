/** A backfill from plan to verify, on the test's own S3 and Batch. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { BackfillStatus } from '../../src/backfill/status.js';
import type { PlanVerification } from '../../src/backfill/verify-plan.js';
import { runCli } from '../cli/run.js';
import { s3Options, startS3 } from '../convert/s3-places.js';
import {
  type Backfill,
  backfillCli,
  backfillJson,
  JOB_ENV,
  plan,
  planArgs,
  runJob,
  SUBMIT,
  startBackfill,
  uidsInLake,
} from './backfill-places.js';

// children are whole processes, and a machine may be slow
vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 });

/** Units of two or three of the files; slices of a few units. */
const SMALL = ['--unit-bytes', '5000', '--slice-minutes', '0.003', '--vcpus', '1'];

const convertArgs = ({ s3 }: Pick<Backfill, 's3'>) => {
  const { archive, work, lake, region, endpointUrl } = s3Options(s3);
  const places = ['--work', work, '--lake', lake, '--region', region, '--endpoint-url', endpointUrl];
  return ['convert', archive, ...places, '--unit-bytes', '5000', '--workers', '1'];
};

describe('a backfill', () => {
  let backfill: Backfill;
  let uri: string;
  let slices: number;
  beforeAll(async () => {
    backfill = await startBackfill({ batches: 4, files: 3, events: 20 });
  });
  afterAll(() => backfill.stop());

  it('is planned, says what it takes, and the plan is the same again', async () => {
    const { code, stdout } = await runCli(planArgs(backfill, ...SMALL), { env: JOB_ENV });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Convert {7}12 files, .* in \d+ slices of \d+ units$/m);
    expect(stdout).toMatch(/^Passed over {3}4 _SUCCESS markers$/m);
    expect(stdout).toMatch(/^Estimated .* vCPU hours?$/m);
    expect(stdout).toMatch(/^Cost {10}about \$\d+\.\d\d: /m);
    const again = await plan(backfill, ...SMALL);
    expect(again).toMatchObject({ new: false, files: 12, known: 0, selection: 'none', found: { files: 12, markers: 4 } });
    expect(stdout).toContain(again.plan);
    uri = again.plan;
    slices = again.slices;
    expect(slices).toBeGreaterThan(2);
  });

  it('status says that it is not submitted, and resume refuses', async () => {
    expect(await backfillJson<BackfillStatus>(backfill, 'status', uri)).toMatchObject({
      state: 'planned',
      slices: { total: slices, done: 0, missing: slices },
      events: { read: 0 },
    });
    const refused = await backfillCli(backfill, 'resume', uri);
    expect([refused.code, refused.stderr]).toEqual([
      1,
      expect.stringMatching(/was not submitted; use .*\[BACKFILL_NOT_SUBMITTED\]/),
    ]);
  });

  it('names a queue that is not there in one sentence, and can be submitted afterwards', async () => {
    const { code, stderr } = await backfillCli(backfill, 'submit', uri, '--queue', 'queue', '--job-definition', 'nothing');
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^falconry: AWS Batch cannot take a job for the queue queue: it says: JobDefinition nothing not found; check .* \[BACKFILL_BATCH\]\n$/,
    );
  });

  it('runs: every child converts its slice, and every event is in the lake once', async () => {
    backfill.s3.resetCounts();
    const submitted = await backfillJson<{ slices: number; jobs: unknown[] }>(backfill, 'submit', uri, ...SUBMIT);
    expect(submitted).toMatchObject({ slices, jobs: [{ size: slices }] });
    const locked = await runCli(convertArgs(backfill), { env: JOB_ENV });
    expect(locked.stderr).toMatch(/the backfill s3:\/\/work.*plan\.json; end it with .*\[WORK_LOCKED\]/);
    await backfill.batch.idle();
    for (const child of backfill.batch.children) expect([child.status, child.output]).toEqual(['SUCCEEDED', expect.any(String)]);
    expect(await uidsInLake(backfill)).toEqual(backfill.uids);
  });

  it('logs JSON, with metrics in the embedded format', () => {
    const records = backfill.batch.children.flatMap(({ output }) =>
      output
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    );
    const metrics = records.filter(({ _aws }) => _aws !== undefined);
    expect(metrics).toHaveLength(slices);
    const { _aws, ...values } = metrics[0];
    expect(_aws.CloudWatchMetrics[0]).toMatchObject({ Namespace: 'Falconry', Dimensions: [['Lake']] });
    for (const { Name } of _aws.CloudWatchMetrics[0].Metrics) expect(values[Name]).toEqual(expect.any(Number));
    expect(metrics.reduce((sum, record) => sum + record.EventsWritten, 0)).toBe(backfill.uids.length);
    expect(records.filter(({ event }) => event === 'done')).toHaveLength(slices);
  });

  it('status tells the whole, and verify proves it and gives the lake free', async () => {
    const status = await backfillJson<BackfillStatus>(backfill, 'status', uri);
    expect(status).toMatchObject({
      state: 'complete',
      slices: { total: slices, done: slices, missing: 0 },
      events: { read: backfill.uids.length, written: backfill.uids.length, quarantined: 0, duplicate: 0, filtered: 0 },
      jobs: { waiting: 0, running: 0, succeeded: slices, failed: 0 },
      failures: {},
    });
    expect((await backfillCli(backfill, 'status', uri)).stdout).toMatch(/^\[#{30}\] 100 %\n/);
    const verified = await backfillJson<PlanVerification>(backfill, 'verify', uri);
    expect(verified).toMatchObject({ ok: true, files: 12, findings: [], objects: backfill.s3.keys('lake').length });
    expect(backfill.s3.keys('work').filter((key) => key.includes('/staging/') || key.includes('/lock/'))).toEqual([]);
  });

  it('again writes nothing new: resume has nothing, a job redone reads only ledgers, convert knows all files', async () => {
    const before = new Map(backfill.s3.keys('lake').map((key) => [key, backfill.s3.object('lake', key)!.etag]));
    expect((await backfillCli(backfill, 'resume', uri)).stdout).toMatch(/^Nothing is missing/);
    const job = [...backfill.batch.jobs.values()][0]!;
    backfill.s3.resetCounts();
    const redone = await runJob(job.request.containerOverrides.command, { AWS_BATCH_JOB_ARRAY_INDEX: '1' });
    expect(redone.code).toBe(0);
    expect(backfill.s3.count('ListObjectsV2').requests).toBe(0);
    expect((await backfillCli(backfill, 'verify', uri)).code).toBe(0);
    const converted = await runCli(convertArgs(backfill), { env: JOB_ENV });
    expect(converted.stdout).toMatch(/^Nothing new: 12 files are in the lake already/);
    expect(new Map(backfill.s3.keys('lake').map((key) => [key, backfill.s3.object('lake', key)!.etag]))).toEqual(before);
    const { code, stderr } = await runCli(planArgs(backfill, ...SMALL), { env: JOB_ENV });
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/nothing to convert .* 12 are in the lake already .*\[BACKFILL_EMPTY\]/),
    ]);
  });

  it('verify follows the journals of compaction: what was merged is accounted for, unless what replaces it is gone', async () => {
    const { s3 } = backfill;
    const held = (['work', 'lake'] as const).map((bucket) => {
      const objects = s3.keys(bucket).map((key) => [key, s3.object(bucket, key)!.bytes] as const);
      return { bucket, objects: new Map(objects) };
    });
    try {
      const { work, lake, region, endpointUrl } = s3Options(s3);
      const day = /eventDay=(\d{8})/.exec(s3.keys('lake')[0]!)![1]!;
      const before = s3.keys('lake');
      const places = ['--work', work, '--region', region, '--endpoint-url', endpointUrl];
      const compacted = await runCli(['compact', lake, '--day', day, '--grace', '0', ...places], { env: JOB_ENV });
      expect(compacted.code).toBe(0);
      const after = s3.keys('lake');
      const merged = before.filter((key) => !after.includes(key));
      expect(merged.length).toBeGreaterThan(1);

      const verified = await backfillJson<PlanVerification>(backfill, 'verify', uri);
      expect(verified).toMatchObject({ ok: true, objects: before.length, merged: merged.length, findings: [] });
      expect((await backfillCli(backfill, 'verify', uri)).stdout).toContain(`, ${merged.length} of them merged by compaction`);

      s3.put('lake', merged[0]!, held[1]!.objects.get(merged[0]!)!);
      const output = after.find((key) => !before.includes(key))!;
      s3.bucket('lake').delete(output);
      const { code, stdout } = await backfillCli(backfill, 'verify', uri, '--json');
      expect(code).toBe(1);
      const { findings } = JSON.parse(stdout) as PlanVerification;
      expect(new Set(findings.map(({ kind }) => kind))).toEqual(new Set(['object-came-back', 'object-missing']));
      const name = output.slice('root/'.length);
      for (const { kind, message } of findings)
        if (kind === 'object-missing') expect(message).toContain(`and ${name} of the journal`);
    } finally {
      for (const { bucket, objects } of held) {
        for (const key of s3.keys(bucket)) if (!objects.has(key)) s3.bucket(bucket).delete(key);
        for (const [key, bytes] of objects) s3.put(bucket, key, bytes);
      }
    }
  });

  it('verify looks for S3 where the command says, wherever the plan was made', async () => {
    const key = uri.slice('s3://work/'.length);
    const held = backfill.s3.object('work', key)!.bytes;
    const moved = held.toString('utf8').replace(backfill.s3.endpointUrl, 'http://127.0.0.1:9');
    expect(moved).toContain('http://127.0.0.1:9');
    backfill.s3.put('work', key, moved);
    try {
      expect((await backfillCli(backfill, 'verify', uri)).code).toBe(0);
      const { command } = [...backfill.batch.jobs.values()][0]!.request.containerOverrides;
      expect((await runJob(command, { AWS_BATCH_JOB_ARRAY_INDEX: '1' })).code).toBe(0);
    } finally {
      backfill.s3.put('work', key, held);
    }
  });

  it('verify finds an object that is gone, and one that is cut', async () => {
    const [gone, cut] = backfill.s3.keys('lake');
    const held = backfill.s3.object('lake', gone!)!.bytes;
    const whole = backfill.s3.object('lake', cut!)!.bytes;
    backfill.s3.bucket('lake').delete(gone!);
    backfill.s3.put('lake', cut!, whole.subarray(1));
    const { code, stdout } = await backfillCli(backfill, 'verify', uri, '--json');
    expect(code).toBe(1);
    const { findings } = JSON.parse(stdout) as PlanVerification;
    expect(findings.map(({ kind }) => kind).sort()).toEqual(['object-differs', 'object-missing']);
    backfill.s3.put('lake', gone!, held);
    backfill.s3.put('lake', cut!, whole);
  });

  it('leaves the same objects as convert', async () => {
    const s3 = await startS3();
    try {
      for (const key of backfill.s3.keys('archive')) s3.put('archive', key, backfill.s3.object('archive', key)!.bytes);
      expect((await runCli(convertArgs({ s3 }), { env: JOB_ENV })).code).toBe(0);
      const objects = (server: typeof s3) => server.keys('lake').map((key) => [key, server.object('lake', key)!.etag]);
      expect(objects(backfill.s3)).toEqual(objects(s3));
    } finally {
      await s3.stop();
    }
  });
});

describe('what goes wrong', () => {
  it('an input that changed fails its slice with 65, is not tried again, and the rest is converted', async () => {
    const backfill = await startBackfill({ batches: 1, files: 6, events: 20 });
    try {
      const { plan: uri } = await plan(backfill, '--unit-bytes', '1', '--slice-minutes', '30');
      const key = backfill.s3.keys('archive').find((each) => each.endsWith('part-00002.gz'))!;
      backfill.s3.put('archive', key, backfill.s3.object('archive', backfill.s3.keys('archive').at(-1)!)!.bytes);
      const submitted = await backfillJson<{ jobs: { size: number }[] }>(backfill, 'submit', uri, ...SUBMIT);
      expect(submitted.jobs).toMatchObject([{ size: 1 }]);
      await backfill.batch.idle();
      expect(backfill.batch.children).toMatchObject([{ status: 'FAILED', attempts: 1, exitCode: 65 }]);
      const status = await backfillJson<BackfillStatus>(backfill, 'status', uri);
      expect(status).toMatchObject({ state: 'incomplete', units: { total: 6, published: 5 }, slices: { done: 0, missing: 1 } });
      expect(status.failures.BACKFILL_INPUT_CHANGED!.example).toMatch(/^input-changed: slice 0: .*part-00002\.gz has changed/);
      expect(status.failures['exit code 65']).toEqual({ count: 1, example: 'slice 0' });
      const verified = await backfillCli(backfill, 'verify', uri);
      expect([verified.code, verified.stdout]).toEqual([
        1,
        expect.stringMatching(/slice 0: missing-unit: 1 files? .*part-00002\.gz/),
      ]);
    } finally {
      await backfill.stop();
    }
  });

  it('SIGTERM stops a child with 143, leaves no partial object, and cancel gives the lake back', async () => {
    let started: () => void = () => {};
    const running = new Promise<void>((resolve) => (started = resolve));
    const backfill = await startBackfill(
      { batches: 1, files: 6, events: 40 },
      { slots: 1, onStart: (child) => child.process!.stdout!.once('data', () => started()) },
    );
    try {
      const { plan: uri } = await plan(backfill, ...SMALL);
      await backfillJson(backfill, 'submit', uri, ...SUBMIT);
      await running;
      const cancelled = await backfillJson<{ stopped: number; running: number }>(backfill, 'cancel', uri);
      expect(cancelled.running).toBe(0);
      expect(cancelled.stopped).toBeGreaterThan(1);
      expect(backfill.batch.children.map(({ status }) => status)).not.toContain('RUNNING');
      expect([143, 0]).toContain(backfill.batch.children[0]!.exitCode);
      expect(backfill.s3.keys('work').filter((key) => key.includes('/lock/'))).toEqual([]);
      await backfillJson(backfill, 'resume', uri);
      await backfill.batch.idle();
      expect(await uidsInLake(backfill)).toEqual(backfill.uids);
      expect((await backfillCli(backfill, 'verify', uri)).code).toBe(0);
    } finally {
      await backfill.stop();
    }
  });

  it('a conversion between plan and submit makes the plan stale', async () => {
    const backfill = await startBackfill({ batches: 1, files: 2, events: 10 });
    try {
      const { plan: uri } = await plan(backfill);
      backfill.s3.put(
        'archive',
        'fdr/data/another/part-00000.gz',
        backfill.s3.object('archive', backfill.s3.keys('archive')[1]!)!.bytes,
      );
      expect((await runCli(convertArgs(backfill), { env: JOB_ENV })).code).toBe(0);
      const { code, stderr } = await backfillCli(backfill, 'submit', uri, ...SUBMIT);
      expect([code, stderr]).toEqual([1, expect.stringMatching(/make the plan again\. \[BACKFILL_PLAN_STALE\]/)]);
      expect(backfill.s3.keys('work').filter((key) => key.includes('/lock/'))).toEqual([]);
    } finally {
      await backfill.stop();
    }
  });
});
