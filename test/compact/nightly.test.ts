/** The nightly job: which days, shared without gaps or overlaps, and what it says where there is nothing. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { childOf, closedDays } from '../../src/compact/nightly.js';
import { runNightlyJob } from '../../src/compact/nightly-job.js';
import { partitionPrefix } from '../../src/lake/partition.js';
import { DAY, DAY_START, LakeFixture } from '../lake/lake-fixture.js';
import { eventAt, verifyCompacted, writeUnit } from './small-lake.js';

const HOUR = 3_600_000;

describe('closedDays', () => {
  it('begins with the day that has just closed, and looks back', () => {
    // 2024-06-10 ends at the 11th, 00:00, and closes two days later
    expect(closedDays(DAY_START + 72 * HOUR - 1, 2, 2)).toEqual(['20240608', '20240609']);
    expect(closedDays(DAY_START + 72 * HOUR, 2, 2)).toEqual(['20240609', '20240610']);
    expect(closedDays(DAY_START + 24 * HOUR, 0, 1)).toEqual(['20240610']);
    expect(closedDays(Date.UTC(2024, 2, 2, 3), 0, 3)).toEqual(['20240228', '20240229', '20240301']);
  });
});

describe('childOf', () => {
  it('gives each partition to one child, and spreads them', () => {
    const shares = [0, 0, 0, 0];
    for (let i = 0; i < 400; i++) {
      const partition = { source: `fdr12_${i}`, region: 'eu-central-1', accountId: 'external', eventDay: DAY };
      shares[childOf(partition, 4)]!++;
      expect(childOf(partition, 4)).toBe(childOf({ ...partition }, 4));
      expect(childOf(partition, 1)).toBe(0);
    }
    expect(shares.reduce((sum, share) => sum + share)).toBe(400);
    expect(Math.min(...shares)).toBeGreaterThan(60);
  });
});

describe('the job', () => {
  let lake: LakeFixture;
  const accounts = ['a', 'b', 'c', 'd', 'e'].map((name) => `external_${name}`);
  const now = () => DAY_START + 73 * HOUR;

  beforeEach(async () => {
    lake = await LakeFixture.make();
    for (const accountId of accounts) {
      for (const unit of ['one', 'two'])
        await writeUnit(lake, unit, [eventAt(1, 1), eventAt(2, 2)], { partition: { accountId } });
    }
  });
  afterEach(() => lake.remove());

  async function run(index: number | undefined, children: number, at = now) {
    const lines: Record<string, unknown>[] = [];
    const env = index === undefined ? {} : { AWS_BATCH_JOB_ARRAY_INDEX: String(index) };
    const job = { options: { lake: lake.folder, threads: 1 }, days: 3, children };
    const code = await runNightlyJob(job, env, (line) => lines.push(JSON.parse(line)), at);
    return { code, lines, of: (event: string) => lines.filter((line) => line.event === event) };
  }

  it('an array compacts every partition of the closed days, each child its own', async () => {
    const taken: string[] = [];
    for (const index of [0, 1, 2]) {
      const { code, of } = await run(index, 3);
      expect(code).toBe(0);
      expect(of('newest-day').map(({ day, partitions }) => [day, partitions])).toEqual(index === 0 ? [[DAY, 5]] : []);
      for (const { partitions } of of('begin')) {
        taken.push(...(partitions as Parameters<typeof partitionPrefix>[0][]).map(partitionPrefix));
      }
    }
    expect(taken.sort()).toEqual(
      accounts.map((accountId) => `ext/fdr12_process/region=eu-central-1/accountId=${accountId}/eventDay=${DAY}/`),
    );
    expect(await verifyCompacted(lake)).toMatchObject({ offences: 0, rows: 10, objects: 5 });
    const again = await run(undefined, 1);
    expect(again.of('done').map(({ partitions }) => partitions)).toMatchObject([{ found: 5, compacted: 0, unchanged: 5 }]);
  });

  it('leaves open days alone, and says that the newest closed day is empty', async () => {
    const { code, lines } = await run(0, 3, () => DAY_START + 71 * HOUR);
    expect(code).toBe(0);
    expect(lines.map(({ event, day, partitions }) => [event, day, partitions])).toEqual([['newest-day', '20240609', 0]]);
  });

  it('starts as a script; options that cannot work end with 65 and say so', async () => {
    const script = join(import.meta.dirname, '../../dist/jobs/compact-nightly.js');
    const start = (...args: string[]) =>
      new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
        execFile(process.execPath, [script, ...args], (error, stdout, stderr) =>
          resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
        );
      });
    const places = [lake.folder, '--work', join(lake.folder, 'work')];
    const done = await start(...places, '--days', '2', '--children', '4');
    expect([done.code, JSON.parse(done.stdout)]).toMatchObject([0, { event: 'newest-day', partitions: 0 }]);
    for (const wrong of [[], [lake.folder], [...places, '--days', '0'], [...places, '--nonsense']]) {
      const { code, stderr } = await start(...wrong);
      expect([code, stderr]).toEqual([65, expect.stringContaining('usage: compact-nightly <lake> [--work <work>]')]);
    }
    expect(await start(...places, '--settle', 'soon')).toMatchObject({
      code: 65,
      stdout: expect.stringContaining('OPTION_INVALID'),
    });
  });
});
