/** `falconry pull` killed at every stage, and run again: every event once, the message deleted once all of it is durable. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { runCli, startCli } from '../cli/run.js';
import { mixedLines } from '../convert/made-archive.js';
import { type FaultRule, noAnswer } from '../support/s3-server.js';
import { localPlaces } from './local-places.js';
import { fdrNotice } from './notices.js';
import { asArguments, expireAll, FEED_PAIR, pullEnv, startFeed, toArchive, toLake } from './pull-places.js';
import { keysUnder, rowsInS3, uidsOf } from './realtime-places.js';

const local = localPlaces(startFeed);
let { folder, server, sqs } = local;
let queue: string;
const KEYS = ['data/a/part-00000.gz', 'data/a/part-00001.gz'];

beforeEach(async () => {
  ({ folder, server, sqs } = local);
  queue = sqs.createQueue('feed', { maxReceives: 5 });
  for (const [part, key] of KEYS.entries()) server.put('feed', key, gzipSync(mixedLines(`a${part}`, 4)));
  await sqs.send(queue, fdrNotice(server, KEYS, 'feed'));
});

/** Kills a pull during the request that the rule names, and lets its message's time run out. */
async function killDuring(args: string[], rule: Omit<FaultRule, 'fault'>): Promise<void> {
  server.faults.add({ fault: noAnswer(), times: 1, ...rule });
  const { child, finished } = startCli(args, { env: { ...pullEnv, TMPDIR: folder } });
  await vi.waitFor(() => expect(server.faults.struck).toBe(1), { timeout: 60_000, interval: 5 });
  // what others on this machine can see of a process
  const seen = await readFile(`/proc/${child.pid}/cmdline`, 'utf8').catch(() => '');
  for (const secret of Object.values(FEED_PAIR)) expect(seen).not.toContain(secret);
  child.kill('SIGKILL');
  expect((await finished).signal).toBe('SIGKILL');
  server.faults.clear();
  expect(sqs.state('feed')).toMatchObject({ ready: 0, inFlight: 1 });
  await expireAll(sqs, queue);
}

describe('into a lake', () => {
  it.each<[string, Omit<FaultRule, 'fault'>]>([
    ['while it reads the second file', { operation: 'GetObject', key: KEYS[1]! }],
    ['while it stages', { operation: 'PutObject', key: /\/staging\// }],
    ['between ledger and publishing', { operation: 'HeadObject', key: /\/compaction\// }],
    ['while it publishes', { operation: 'PutObject', key: /\/ext\//, after: 2 }],
    ['while it marks the second unit as published', { operation: 'PutObject', key: /\.published$/, after: 1 }],
  ])('%s', async (_, rule) => {
    const args = [...asArguments(toLake(server, queue)), '--json'];
    await killDuring(args, rule);
    const { code, stdout } = await runCli(args, { env: pullEnv });
    expect(code).toBe(0);
    const report = JSON.parse(stdout);
    expect(report.messages).toEqual({ received: 1, done: 1, failed: 0, returned: 0 });
    expect(report.files.converted + report.files.known + report.files.finished).toBe(2);
    const ids = [0, 1].flatMap((part) => [0, 1, 2, 3].map((i) => `a${part}-${i}`));
    expect(uidsOf(await rowsInS3(server, join(folder, 'lake')))).toEqual(ids);
    expect(keysUnder(server, 'work', 'falconry/staging/')).toEqual([]);
    expect(sqs.state('feed')).toMatchObject({ ready: 0, inFlight: 0 });
  });
});

describe('to an archive', () => {
  it.each<[string, Omit<FaultRule, 'fault'>]>([
    ['while it reads the second file', { operation: 'GetObject', key: KEYS[1]! }],
    ['while it writes the first', { operation: 'PutObject', key: `fdr/${KEYS[0]}` }],
  ])('%s', async (_, rule) => {
    const args = [...asArguments(toArchive(server, queue)), '--json'];
    await killDuring(args, rule);
    const { code, stdout } = await runCli(args, { env: pullEnv });
    expect(code).toBe(0);
    const { files } = JSON.parse(stdout);
    expect(files.copied + files.known).toBe(2);
    for (const key of KEYS)
      expect(server.object('archive', `fdr/${key}`)!.bytes.equals(server.object('feed', key)!.bytes)).toBe(true);
    expect(sqs.state('feed')).toMatchObject({ ready: 0, inFlight: 0 });
  });
});
