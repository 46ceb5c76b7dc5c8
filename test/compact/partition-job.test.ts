/** The Batch job: a plan of partitions, a child each, and how each ends. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { runCli } from '../cli/run.js';
import { treeOf } from '../fault/watched-run.js';
import { DAY, LakeFixture } from '../lake/lake-fixture.js';
import { eventAt, verifyCompacted, writeUnit } from './small-lake.js';

const JOB = join(import.meta.dirname, '../../dist/jobs/compact-partition.js');
let lake: LakeFixture;
let plan: string;

beforeEach(async () => {
  lake = await LakeFixture.make();
  plan = join(lake.folder, 'work/compaction-plans/night.json');
  for (const accountId of ['external_cid1', 'external_cid2']) {
    for (const unit of ['a', 'b']) await writeUnit(lake, unit, [eventAt(1, 1), eventAt(2, 2)], { partition: { accountId } });
  }
});
afterEach(() => lake.remove());

function runJob(args: string[], index?: number): Promise<{ code: number; lines: Record<string, unknown>[]; stderr: string }> {
  const env = { ...process.env, ...(index === undefined ? {} : { AWS_BATCH_JOB_ARRAY_INDEX: String(index) }) };
  return new Promise((resolve) => {
    execFile(process.execPath, [JOB, ...args], { env }, (error, stdout, stderr) => {
      const lines = stdout.split('\n').filter((line) => line !== '');
      resolve({ code: Number(error?.code ?? 0), lines: lines.map((line) => JSON.parse(line)), stderr });
    });
  });
}

it('an array of children compacts the partitions of a plan, one each; a plain job does them all', async () => {
  const written = await runCli(['compact', lake.folder, '--day', DAY, '--plan', plan]);
  expect([written.code, written.stderr]).toEqual([0, '']);
  expect(written.stdout).toContain(`2 partitions of ${DAY} in ${plan}`);
  const again = await runCli(['compact', lake.folder, '--day', DAY, '--plan', plan]);
  expect([again.code, again.stderr.includes('[PLAN_EXISTS]')]).toEqual([2, true]);

  const first = await runJob([plan], 1);
  expect(first.code).toBe(0);
  expect(first.lines.map(({ event }) => event)).toEqual(['begin', 'done']);
  expect(first.lines[1]).toMatchObject({ partitions: { found: 1, compacted: 1 }, rows: { read: 4, written: 2, duplicates: 2 } });
  const inLake = () => treeOf(join(lake.folder, 'ext')).filter((path) => path.endsWith('.parquet')).length;
  expect(inLake()).toBe(3);
  expect((await runJob([plan])).lines[1]).toMatchObject({ partitions: { found: 2, compacted: 1, unchanged: 1 } });
  expect(inLake()).toBe(2);
  expect(await verifyCompacted(lake)).toMatchObject({ offences: 0, rows: 4 });
});

it('what can never work ends with 65: no such child, no plan, a file that is none', async () => {
  await runCli(['compact', lake.folder, '--day', DAY, '--plan', plan]);
  const beyond = await runJob([plan], 2);
  expect([beyond.code, beyond.lines[0]!.code]).toEqual([65, 'PLAN_NO_PARTITION']);
  const absent = await runJob([`${plan}.absent`], 0);
  expect([absent.code, absent.lines[0]!.code]).toEqual([65, 'STORE_NOT_FOUND']);
  await lake.put('work/compaction-plans/other.json', '{}');
  const other = await runJob([join(lake.folder, 'work/compaction-plans/other.json')], 0);
  expect([other.code, other.lines[0]!.code]).toEqual([65, 'PLAN_BROKEN']);
  expect((await runJob([])).stderr).toContain('usage: compact-partition <plan>');
}, 60_000);
