/** What a user can do wrong, each in one sentence that says what to do. */
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { PLAN_FORMAT } from '../../src/backfill/plan-file.js';
import { runCli } from '../cli/run.js';
import { CREDENTIALS } from '../convert/s3-places.js';
import type { Operation } from '../support/s3/request.js';
import { type Backfill, backfillCli, JOB_ENV, plan, planArgs, runJob, SUBMIT, startBackfill } from './backfill-places.js';

// children are whole processes, and a machine may be slow
vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 });

let backfill: Backfill;
let uri: string;
let denied: (operation: Operation, bucket: string, key: string) => boolean = () => false;
beforeAll(async () => {
  const allow = (...request: [Operation, string, string]) => !denied(...request);
  backfill = await startBackfill(
    { batches: 1, files: 2, events: 5 },
    { slots: 0, s3: { principals: [{ ...CREDENTIALS, allow }] } },
  );
  uri = (await plan(backfill)).plan;
});
afterAll(() => backfill.stop());

const oneSentence = (code: string) => new RegExp(`^falconry: [^\\n]+\\. \\[${code}\\]\\n$`);
const failure = (code: string, text: string | RegExp) => ({
  stdout: '',
  stderr: expect.stringMatching(oneSentence(code)),
  text: expect.stringMatching(text),
});
const seen = ({ stdout, stderr }: { stdout: string; stderr: string }) => ({ stdout, stderr, text: stderr });

it('a queue that is not there', async () => {
  const finished = await backfillCli(backfill, 'submit', uri, '--queue', 'quue', '--job-definition', 'convert');
  expect(finished.code).toBe(1);
  expect(seen(finished)).toEqual(failure('BACKFILL_BATCH', /JobQueue quue not found; check the queue/));
});

it('no permission for AWS Batch', async () => {
  backfill.batch.denied = true;
  try {
    const finished = await backfillCli(backfill, 'submit', uri, ...SUBMIT);
    expect(finished.code).toBe(1);
    expect(seen(finished)).toEqual(failure('BACKFILL_BATCH', /the AWS credentials are not allowed to/));
  } finally {
    backfill.batch.denied = false;
  }
});

it("no permission for the archive, as another account's bucket answers", async () => {
  denied = (_, bucket) => bucket === 'archive';
  try {
    const finished = await runCli(planArgs(backfill), { env: JOB_ENV });
    expect(finished.code).toBe(1);
    expect(seen(finished)).toEqual(
      failure('STORE_ACCESS_DENIED', /^falconry: s3:\/\/archive\/fdr.* cannot be listed: access is denied/),
    );
  } finally {
    denied = () => false;
  }
});

it('a range in which nothing lies', async () => {
  const range = ['--from', '2019-01-01', '--to', '2019-02-01'];
  for (const how of [['--probe'], ['--template', 'data/{yyyy}/{MM}/{dd}/']]) {
    const finished = await runCli(planArgs(backfill, ...range, ...how), { env: JOB_ENV });
    expect(finished.code).toBe(2);
    expect(finished.stdout).toBe('');
    expect(finished.stderr).toMatch(/^falconry: [^\n]+ \[(BACKFILL_EMPTY|ARCHIVE_NOT_FOUND)\]\n$/);
  }
});

it('a plan of another format, a broken one, and one of another mapping version', async () => {
  const key = uri.slice('s3://work/'.length);
  const text = backfill.s3.object('work', key)!.bytes.toString('utf8');
  try {
    backfill.s3.put('work', key, text.replace(`"format":${PLAN_FORMAT}`, '"format":0'));
    expect(seen(await backfillCli(backfill, 'status', uri))).toEqual(
      failure('BACKFILL_PLAN_VERSION', /has format 0, which this version does not read; make it again/),
    );
    backfill.s3.put('work', key, `{"format":${PLAN_FORMAT}}`);
    expect(seen(await backfillCli(backfill, 'status', uri))).toEqual(failure('BACKFILL_BROKEN', /make the plan again/));
    backfill.s3.put('work', key, text.replace(/"mapping":"[^"]*"/, '"mapping":"0.0.1"'));
    expect(backfill.s3.object('work', key)!.bytes.toString('utf8')).not.toBe(text);
    const submission = { number: 1, slices: [0], jobs: [], queue: 'queue', jobDefinition: 'convert' };
    backfill.s3.put('work', key.replace('plan.json', 'submissions/0001.json'), JSON.stringify(submission));
    const job = ['node', 'dist/jobs/convert-slice.js', uri.replace('plan.json', 'submissions/0001.json')];
    const { code, output } = await runJob([...job, '--endpoint-url', backfill.s3.endpointUrl], {});
    expect(code).toBe(65);
    const last = JSON.parse(output.trimEnd().split('\n').at(-1)!);
    expect(last).toMatchObject({
      level: 'error',
      code: 'BACKFILL_PLAN_OUTDATED',
      message: expect.stringMatching(/mapping 0\.0\.1, .*plan again/),
    });
  } finally {
    backfill.s3.put('work', key, text);
    backfill.s3.bucket('work').delete(key.replace('plan.json', 'submissions/0001.json'));
  }
});

it('a submission that names no slice, and arguments that are none, end a child with 65', async () => {
  const submission = { number: 1, slices: [0], jobs: [], queue: 'queue', jobDefinition: 'convert' };
  const key = uri.slice('s3://work/'.length).replace('plan.json', 'submissions/0001.json');
  backfill.s3.put('work', key, JSON.stringify(submission));
  const job = ['node', 'dist/jobs/convert-slice.js'];
  const beyond = await runJob([...job, `s3://work/${key}`, '--offset', '1', '--endpoint-url', backfill.s3.endpointUrl], {});
  expect([beyond.code, JSON.parse(beyond.output)]).toMatchObject([65, { code: 'BACKFILL_NO_SLICE' }]);
  const bare = await runJob(job, {});
  expect([bare.code, bare.output]).toEqual([65, expect.stringMatching(/^convert-slice: one submission is needed; usage: /)]);
});
