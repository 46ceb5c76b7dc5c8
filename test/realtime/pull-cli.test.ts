/** What a person sees of `falconry pull`, and that nobody ever sees the vendor's key pair. */
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { beforeEach, expect, it, vi } from 'vitest';
import { runCli, startCli } from '../cli/run.js';
import { mixedLines } from '../convert/made-archive.js';
import { CREDENTIALS } from '../convert/s3-places.js';
import { internalError } from '../support/s3-server.js';
import { localPlaces } from './local-places.js';
import { fdrNotice } from './notices.js';
import { asArguments, FEED_ENV, FEED_PAIR, pullEnv, startFeed, toArchive, toLake } from './pull-places.js';

const local = localPlaces(startFeed);
let { folder, server, sqs } = local;
let queue: string;

beforeEach(() => {
  ({ folder, server, sqs } = local);
  queue = sqs.createQueue('feed', { maxReceives: 5 });
});

async function batch(name: string): Promise<void> {
  const keys = [0, 1].map((part) => `data/${name}/part-0000${part}.gz`);
  for (const key of keys) server.put('feed', key, gzipSync(mixedLines(`${name}${key.at(-4)}`, 4)));
  await sqs.send(queue, fdrNotice(server, keys, 'feed'));
}

it('tells each batch, and sums up', async () => {
  await batch('a');
  await batch('b');
  const { code, stdout, stderr } = await runCli(asArguments(toLake(server, queue)), { env: pullEnv });
  expect(code).toBe(0);
  const told = stderr.split('\n').filter((line) => line.startsWith('Done: batch '));
  expect(told).toHaveLength(2);
  for (const line of told) expect(line).toMatch(/^Done: batch data\/[ab]: 2 files, [\d.]+ (B|KiB), 8 events in \d/);
  expect(stdout).toMatch(
    /^Done in .*: 4 files \(.*\) of 2 batches converted into s3:\/\/lake\/root\.\n2 received = 2 done \+ 0 failed \+ 0 given back\n16 events read = 16 written \+ 0 quarantined \+ 0 duplicate \+ 0 filtered\n/,
  );
});

it('tells what failed and why, in one document with --json, and ends with 4', async () => {
  await batch('a');
  await sqs.send(queue, 'no notice');
  const { code, stdout, stderr } = await runCli([...asArguments(toArchive(server, queue)), '--json'], { env: pullEnv });
  expect(code).toBe(4);
  const report = JSON.parse(stdout);
  expect(report).toMatchObject({
    messages: { received: 2, done: 1, failed: 1 },
    files: { copied: 2 },
    failures: [{ code: 'NOTICE_UNKNOWN' }],
  });
  expect(stderr).toContain('Left in the queue: message ');
});

it('stops cleanly on SIGTERM, also while it waits', async () => {
  await batch('a');
  const { child, finished } = startCli(asArguments({ ...toArchive(server, queue), once: false, wait: 20 }), { env: pullEnv });
  await vi.waitFor(() => expect(sqs.state('feed')).toMatchObject({ ready: 0, inFlight: 0 }), { timeout: 60_000, interval: 20 });
  child.kill('SIGTERM');
  const { code, stdout } = await finished;
  expect(code).toBe(143);
  expect(stdout).toMatch(/^Stopped in .*: 2 files .* of 1 batch copied to s3:\/\/archive\/fdr\.\n1 received = 1 done/);
});

it('never shows a secret: not in logs, errors, reports or what is written', async () => {
  await batch('a');
  const secrets = [...Object.values(FEED_PAIR), CREDENTIALS.secretAccessKey];
  const texts: string[] = [];
  const run = async (options: Record<string, unknown>, env: Record<string, string> = {}) => {
    for (const json of [[], ['--json']]) {
      const { stdout, stderr } = await runCli([...asArguments(options), ...json], { env: { ...pullEnv, ...env } });
      texts.push(stdout, stderr);
    }
  };
  const wrong = { FALCONRY_FDR_SECRET_ACCESS_KEY: `${FEED_PAIR.secretAccessKey}-wrong` };
  // S3 does not accept the pair; no such queue; no such host; S3 and SQS out of order; the user's own pair in the feed's place
  await run(toArchive(server, queue), wrong);
  await run(toArchive(server, queue.replace(/feed$/, 'none')));
  await run(toArchive(server, 'http://127.0.0.1:9/000000000000/feed'));
  server.faults.add({ fault: internalError(), operation: 'HeadObject' });
  await batch('b');
  await run({ ...toLake(server, queue) });
  server.faults.clear();
  await batch('c');
  await run(toArchive(server, queue), {
    FALCONRY_FDR_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
    FALCONRY_FDR_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
  });
  await batch('d');
  await run(toLake(server, queue));
  // a user who has mistaken the option for the secret itself
  await run({ ...toArchive(server, queue), credentialsFile: join(folder, 'none.json') }, { ...FEED_ENV });
  expect(texts.filter((text) => text !== '').length).toBeGreaterThan(12);
  for (const text of texts) for (const secret of secrets) expect(text).not.toContain(secret);
  for (const bucket of ['work', 'lake', 'archive']) {
    for (const key of server.keys(bucket)) {
      const { bytes } = server.object(bucket, key)!;
      const text = (key.endsWith('.gz') ? gunzipSync(bytes) : Buffer.from(bytes)).toString('latin1');
      for (const secret of secrets) expect(`${key}\n${text}`).not.toContain(secret);
    }
  }
}, 900_000);
