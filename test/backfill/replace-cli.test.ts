/** A replace as a user runs it, with real jobs: a day goes to another OCSF version. */
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { runCli } from '../cli/run.js';
import { type Backfill, backfillCli, JOB_ENV, plan, planArgs, SUBMIT, startBackfill, uidsInLake } from './backfill-places.js';

// children are whole processes, and a machine may be slow
vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 });

const DAY = ['--from', '2026-03-02', '--to', '2026-03-03', '--vcpus', '1'];
const REPLACE = [...DAY, '--replace', '--ocsf', '1.3.0'];

let backfill: Backfill;
let first: string;
let uri: string;
beforeAll(async () => {
  backfill = await startBackfill({ batches: 1, files: 2, events: 8 });
  first = (await plan(backfill, ...DAY)).plan;
  expect((await backfillCli(backfill, 'submit', first, ...SUBMIT)).code).toBe(0);
  await backfill.batch.idle();
  expect((await backfillCli(backfill, 'verify', first)).code).toBe(0);
});
afterAll(() => backfill.stop());

const sources = () => [...new Set(backfill.s3.keys('lake').map((key) => key.split('/')[2]!.slice(0, 6)))].sort();

it('the plan says what will go, and refuses in one sentence what it cannot do', async () => {
  const { code, stdout } = await runCli(planArgs(backfill, ...REPLACE), { env: JOB_ENV });
  expect(code).toBe(0);
  expect(stdout).toMatch(
    /^Replace {7}2 objects, 8 rows, [\d.]+ KiB of Parquet, of 1 earlier unit; readers see their events twice from the first new object until "retire"$/m,
  );
  uri = /^Plan {10}(\S+)$/m.exec(stdout)![1]!;
  const half = REPLACE.map((arg) => (arg === '2026-03-02' ? '2026-03-02T12:00:00Z' : arg));
  const refused = await runCli(planArgs(backfill, ...half), { env: JOB_ENV });
  expect([refused.code, refused.stderr]).toEqual([
    2,
    expect.stringMatching(
      /^falconry: \S+part-00000\.gz was converted for times from 2026-03-02T00:00:00Z to 2026-03-03T00:00:00Z, and replacing [^\n]+; give --from and --to that hold all of it, or neither\. \[BACKFILL_REPLACE_WIDER\]\n$/,
    ),
  ]);
  const plain = await backfillCli(backfill, 'retire', first);
  expect([plain.code, plain.stderr]).toEqual([2, expect.stringMatching(/^falconry: [^\n]+ \[BACKFILL_NO_REPLACE\]\n$/)]);
});

it('submit, status, retire, verify: each says what is next', async () => {
  expect((await backfillCli(backfill, 'submit', uri, ...SUBMIT)).code).toBe(0);
  await backfill.batch.idle();
  expect(sources()).toEqual(['fdr12_', 'fdr13_']);
  const status = await backfillCli(backfill, 'status', uri);
  expect(status.stdout).toMatch(/^Replace {2}0 of 2 objects of earlier units retired, 8 rows in all$/m);
  expect(status.stdout).toContain(`All slices are done, beside what they replace. Next: falconry backfill retire ${uri}\n`);
  const early = await backfillCli(backfill, 'verify', uri);
  expect([early.code, early.stdout]).toEqual([
    1,
    expect.stringMatching(
      /^ {2}not-retired: what this replaces, 2 objects, was not retired yet; use "falconry backfill retire"$/m,
    ),
  ]);
  const retired = await backfillCli(backfill, 'retire', uri, '--grace', '0');
  expect([retired.code, retired.stdout]).toEqual([
    0,
    expect.stringMatching(/^Retired 2 objects, 8 rows, [\d.]+ KiB of 1 earlier unit\.\n\nNext: falconry backfill verify s3:/),
  ]);
  const verified = await backfillCli(backfill, 'verify', uri);
  expect([verified.code, verified.stdout]).toEqual([
    0,
    expect.stringMatching(/^Replaced: 2 objects, 8 rows, of 1 earlier unit; none is in the lake any more\.$/m),
  ]);
  expect(sources()).toEqual(['fdr13_']);
  expect((await uidsInLake(backfill)).length).toBe(8);
  expect(backfill.s3.keys('work').filter((key) => key.includes('/lock/'))).toEqual([]);
});

it('the earlier plan says that it was replaced', async () => {
  const verified = await backfillCli(backfill, 'verify', first);
  expect([verified.code, verified.stdout]).toEqual([0, expect.stringContaining(', 2 of them replaced by a later backfill.')]);
  const status = await backfillCli(backfill, 'status', first);
  expect(status.stdout).toMatch(/^Since {4}1 of these units was replaced by a later backfill$/m);
});
