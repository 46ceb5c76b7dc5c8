/** The feed's own queue: copied or converted, whatever fails, and every event once. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { pull } from '../../dist/src/realtime/pull.js';
import { lakeUids } from '../convert/lake-rows.js';
import { mixedLines, soundLines } from '../convert/made-archive.js';
import { REGION, S3_ENV } from '../convert/s3-places.js';
import { accessDenied, resetBody, slowDown } from '../support/s3-server.js';
import { localPlaces } from './local-places.js';
import { fdrNotice, md5, noticedOn, s3Notice } from './notices.js';
import { expireAll, FEED_ENV, FEED_PAIR, pullOptions, startFeed, toArchive, toLake } from './pull-places.js';
import { keysUnder, rowsInS3, uidsOf } from './realtime-places.js';

Object.assign(process.env, S3_ENV);
const local = localPlaces(startFeed);
let { folder, server, sqs } = local;
let queue: string;
let stop: AbortController;

beforeEach(() => {
  ({ folder, server, sqs } = local);
  queue = sqs.createQueue('feed', { maxReceives: 3 });
  stop = new AbortController();
});
afterEach(() => stop.abort());

const key = (batch: string, part: number) => `data/${batch}/part-0000${part}.gz`;
/** Puts a batch of files into the feed, and its message into the queue. */
async function batch(name: string, parts = 2, events = 4): Promise<ReturnType<typeof fdrNotice>> {
  const keys = Array.from({ length: parts }, (_, part) => key(name, part));
  for (const [part, path] of keys.entries()) server.put('feed', path, gzipSync(mixedLines(`${name}${part}`, events)));
  const message = fdrNotice(server, keys, 'feed');
  await sqs.send(queue, message);
  return message;
}
const idsOf = (name: string, parts = 2, events = 4): string[] =>
  Array.from({ length: parts * events }, (_, i) => `${name}${Math.floor(i / events)}-${i % events}`);
const rows = async () => uidsOf(await rowsInS3(server, join(folder, 'lake')));
const expectEmptyQueue = () => {
  expect(sqs.state('feed')).toMatchObject({ ready: 0, inFlight: 0 });
  expect(sqs.state('feed-dlq').ready).toBe(0);
};

describe('pull --to', () => {
  it('copies the files under their own keys, byte by byte, and deletes the messages', async () => {
    await batch('a');
    await batch('b', 5);
    const seen: string[] = [];
    const report = await pull(toArchive(server, queue), FEED_ENV, {
      onBatch: ({ batch: name, outcome }) => seen.push(`${name} ${outcome}`),
    });
    expect(report.messages).toEqual({ received: 2, done: 2, failed: 0, returned: 0 });
    expect(report.files).toMatchObject({ noticed: 7, copied: 7, known: 0 });
    expect(seen.sort()).toEqual(['data/a done', 'data/b done']);
    const copied = keysUnder(server, 'archive', 'fdr/');
    expect(copied).toEqual(server.keys('feed'));
    for (const path of copied)
      expect(server.object('archive', `fdr/${path}`)!.bytes.equals(server.object('feed', path)!.bytes)).toBe(true);
    // the queue is asked with the vendor's key pair
    expect(sqs.accessKeyIds.has(FEED_PAIR.accessKeyId)).toBe(true);
    expect(report.bytes).toBe(copied.reduce((sum, path) => sum + server.object('feed', path)!.bytes.length, 0));
    expectEmptyQueue();
  });

  it('copies into a folder, and finds there what an earlier attempt has copied', async () => {
    const message = await batch('a', 3);
    const to = join(folder, 'archive');
    const options = { ...pullOptions(server, queue), to };
    server.faults.add({ fault: accessDenied(), operation: 'GetObject', key: key('a', 1) });
    const first = await pull(options, FEED_ENV);
    expect(first.files).toMatchObject({ noticed: 3, copied: 2, failed: 1 });
    expect(first.messages).toMatchObject({ received: 1, failed: 1 });
    expect(first.failures).toMatchObject([{ code: 'STORE_ACCESS_DENIED', file: key('a', 1) }]);
    server.faults.clear();
    // same name and size, other bytes: it is copied again
    const path = join(to, key('a', 2));
    const whole = await readFile(path);
    await writeFile(path, Buffer.alloc(whole.length, 7));
    await expireAll(sqs, queue);
    const second = await pull(options, FEED_ENV);
    expect(second.files).toMatchObject({ noticed: 3, copied: 2, known: 1, failed: 0 });
    for (const { path: name, checksum } of message.files) expect(md5(await readFile(join(to, name)))).toBe(checksum);
    expectEmptyQueue();
  });

  it('takes nothing whose MD5 or size is not the message’s, and names both', async () => {
    const message = await batch('a', 1);
    server.put('feed', key('a', 0), Buffer.from(server.object('feed', key('a', 0))!.bytes).fill(1, 20, 30));
    const report = await pull(toArchive(server, queue), FEED_ENV);
    expect(report.failures).toMatchObject([{ code: 'NOTICE_INPUT_DIFFERS' }]);
    expect(report.failures[0]!.message).toContain(message.files[0]!.checksum);
    server.put('feed', key('a', 0), 'short');
    await expireAll(sqs, queue);
    expect((await pull(toArchive(server, queue), FEED_ENV)).failures[0]!.message).toContain('the size 5');
    expect(server.keys('archive')).toEqual([]);
    await expireAll(sqs, queue);
    expect((await pull(toArchive(server, queue), FEED_ENV)).files.failed).toBe(1);
    await expireAll(sqs, queue);
    expect((await pull(toArchive(server, queue), FEED_ENV)).messages.received).toBe(0);
    expect(sqs.state('feed-dlq').bodies).toEqual([JSON.stringify(message)]);
  });
});

describe('pull --lake', () => {
  it('converts what a batch lists, every event once, and deletes the message when it is published', async () => {
    await batch('a');
    await batch('b');
    server.put('feed', 'data/c/empty.gz', '');
    await sqs.send(queue, fdrNotice(server, ['data/c/empty.gz'], 'feed'));
    let published = 0;
    const report = await pull(toLake(server, queue), FEED_ENV, {
      onBatch: () => {
        published = keysUnder(server, 'work', 'falconry/ledger/').filter((name) => name.endsWith('.published')).length;
      },
    });
    expect(published).toBe(4);
    expect(report.messages).toEqual({ received: 3, done: 3, failed: 0, returned: 0 });
    expect(report.files).toMatchObject({ noticed: 5, converted: 4, passedOver: 1 });
    expect(report.events).toEqual({ read: 16, written: 16, quarantined: 0, duplicate: 0, filtered: 0 });
    expect(await rows()).toEqual([...idsOf('a'), ...idsOf('b')].sort());
    expectEmptyQueue();
  });

  it('into a local lake in a folder, beside what convert leaves there', async () => {
    await batch('a', 1);
    const lake = join(folder, 'local');
    const report = await pull({ ...pullOptions(server, queue), lake }, FEED_ENV);
    expect(report.events.written).toBe(4);
    expect(await lakeUids(lake)).toEqual(idsOf('a', 1));
  });

  it('of duplicate messages converts once; a bad one among good ones alone stays', async () => {
    const good = await batch('a');
    await sqs.send(queue, good);
    await sqs.send(queue, { ...good, files: [...good.files].reverse() });
    await sqs.send(queue, s3Notice(noticedOn(server, key('a', 0), 'feed')));
    await sqs.send(queue, 'nonsense');
    await batch('b');
    const report = await pull(toLake(server, queue), FEED_ENV);
    expect(report.messages).toEqual({ received: 6, done: 4, failed: 2, returned: 0 });
    expect(report.files).toMatchObject({ noticed: 8, converted: 4, known: 4 });
    expect(report.failures.map(({ code }) => code).sort()).toEqual(['NOTICE_NOT_FDR', 'NOTICE_UNKNOWN']);
    expect(await rows()).toEqual([...idsOf('a'), ...idsOf('b')].sort());
    expect(sqs.state('feed')).toMatchObject({ ready: 0, inFlight: 2 });
  });

  it('by several at once, on a network that throttles and breaks, leaves every event once', async () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    for (const name of names) await batch(name, 2, 20);
    // each message once more, as SQS may
    for (const body of sqs.state('feed').bodies) await sqs.send(queue, body);
    server.faults.add({ fault: slowDown(), rate: 0.06 }, { fault: resetBody(300), operation: 'GetObject', rate: 0.2 });
    const reports = await Promise.all([1, 2, 3].map(() => pull(toLake(server, queue), FEED_ENV)));
    const sum = (of: (report: (typeof reports)[number]) => number) => reports.reduce((total, report) => total + of(report), 0);
    expect(server.faults.struck).toBeGreaterThan(3);
    // what went wrong is in the message of a test that fails
    expect(reports.flatMap(({ failures }) => failures)).toEqual([]);
    expect(sum(({ messages }) => messages.done)).toBe(12);
    expect(sum(({ files }) => files.converted)).toBe(12);
    expect(sum(({ events }) => events.written)).toBe(240);
    expect(await rows()).toEqual(names.flatMap((name) => idsOf(name, 2, 20)).sort());
    expect(keysUnder(server, 'work', 'falconry/staging/')).toEqual([]);
    expectEmptyQueue();
  });
});

describe('a message that takes long', () => {
  it('is kept from others by renewing its visibility', async () => {
    await batch('slow', 1, 3000);
    // the body takes some five seconds, the message would be visible again after three
    const size = server.object('feed', key('slow', 0))!.bytes.length;
    server.faults.add({
      fault: { kind: 'slow-body', bytes: Math.ceil(size / 5), delay: 1000 },
      operation: 'GetObject',
      key: key('slow', 0),
    });
    const running = pull({ ...toLake(server, queue), visibility: 3 }, FEED_ENV);
    await vi.waitFor(() => expect(sqs.state('feed').inFlight).toBe(1), { timeout: 30_000, interval: 5 });
    const others: number[] = [];
    let ended = false;
    void running.finally(() => (ended = true));
    while (!ended) {
      others.push((await sqs.receive(queue)).length);
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    expect((await running).messages).toMatchObject({ received: 1, done: 1 });
    expect(others.length).toBeGreaterThan(15);
    expect(others.every((n) => n === 0)).toBe(true);
    expectEmptyQueue();
  });

  it('goes back to the queue at once when the pull is stopped', async () => {
    await batch('slow', 2, 500);
    server.faults.add({ fault: { kind: 'slow-body', bytes: 2000, delay: 1000 }, operation: 'GetObject', key: key('slow', 1) });
    const running = pull({ ...toLake(server, queue), once: false }, FEED_ENV, { signal: stop.signal });
    await vi.waitFor(() => expect(server.faults.struck).toBe(1), { timeout: 30_000, interval: 5 });
    stop.abort();
    const report = await running;
    expect(report).toMatchObject({
      stopped: true,
      messages: { received: 1, returned: 1 },
      files: { noticed: 2, converted: 1, returned: 1 },
    });
    expect(sqs.state('feed')).toMatchObject({ ready: 1, inFlight: 0 });
    server.faults.clear();
    const again = await pull(toLake(server, queue), FEED_ENV);
    expect(again.files).toMatchObject({ known: 1, converted: 1 });
    expect(await rows()).toEqual(idsOf('slow', 2, 500).sort());
  });
});

describe('a service', () => {
  it('waits for messages, and stops when it is told to', async () => {
    const done: string[] = [];
    const running = pull({ ...toArchive(server, queue), once: false, wait: 20 }, FEED_ENV, {
      signal: stop.signal,
      onBatch: ({ batch: name }) => done.push(name!),
    });
    await batch('a');
    await vi.waitFor(() => expect(done).toEqual(['data/a']), { timeout: 30_000 });
    await batch('b');
    await vi.waitFor(() => expect(done).toEqual(['data/a', 'data/b']), { timeout: 30_000 });
    const asked = performance.now();
    stop.abort();
    expect(await running).toMatchObject({ stopped: true, messages: { received: 2, done: 2 } });
    expect(performance.now() - asked).toBeLessThan(5000);
  });
});

describe('what cannot work ends in one sentence', () => {
  const noQueue = () => queue.replace(/feed$/, 'no-such-queue');
  it.each<[string, () => Record<string, unknown>, Record<string, string>, string]>([
    ['no place', () => ({ ...pullOptions(server, queue) }), FEED_ENV, 'OPTION_INVALID'],
    ['two places', () => ({ ...toArchive(server, queue), lake: './lake' }), FEED_ENV, 'OPTION_INVALID'],
    ['an option of convert with --to', () => ({ ...toArchive(server, queue), ocsf: '1.3.0' }), FEED_ENV, 'OPTION_INVALID'],
    ['a lake without a region', () => ({ ...toLake(server, queue), region: undefined }), FEED_ENV, 'OPTION_INVALID'],
    ['no key pair', () => toArchive(server, queue), {}, 'FEED_NO_CREDENTIALS'],
    ['half a key pair', () => toArchive(server, queue), { FALCONRY_FDR_ACCESS_KEY_ID: 'AKIA' }, 'FEED_NO_CREDENTIALS'],
    ['a queue that is none', () => toArchive(server, noQueue()), FEED_ENV, 'QUEUE_NOT_FOUND'],
    ['an archive in no bucket', () => ({ ...toArchive(server, queue), to: 's3://no-such-bucket' }), FEED_ENV, 'STORE_NO_BUCKET'],
    ['a lake in no bucket', () => ({ ...toLake(server, queue), lake: 's3://no-such-bucket' }), FEED_ENV, 'STORE_NO_BUCKET'],
    ['a queue that is no URL', () => toArchive(server, 'my-queue'), FEED_ENV, 'QUEUE_BAD_URL'],
    [
      'a queue without a region',
      () => ({ ...toArchive(server, queue), feedRegion: undefined, queue: 'https://queue.example.com/1/x' }),
      FEED_ENV,
      'QUEUE_NO_REGION',
    ],
  ])('%s', async (_, options, env, code) => {
    await batch('waiting', 1);
    await expect(pull(options() as never, env)).rejects.toMatchObject({ code });
    // no try of the message was used up
    expect(sqs.state('feed')).toMatchObject({ ready: 1, inFlight: 0 });
  });

  it('reads the key pair from a file, in both spellings, and says what is wrong with one without repeating it', async () => {
    const path = join(folder, 'pair.json');
    const { accessKeyId, secretAccessKey } = FEED_PAIR;
    for (const pair of [FEED_PAIR, { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey }]) {
      await batch('a', 1);
      await writeFile(path, JSON.stringify(pair));
      const report = await pull({ ...toArchive(server, queue), credentialsFile: path, region: REGION }, {});
      expect(report.messages).toMatchObject({ received: 1, done: 1 });
    }
    for (const text of [`secretAccessKey=${secretAccessKey}`, JSON.stringify({ secretAccessKey })]) {
      await writeFile(path, text);
      const failure = await pull(toArchive(server, queue), { FALCONRY_FDR_CREDENTIALS_FILE: path }).catch((error) => error);
      expect(failure).toMatchObject({ code: 'FEED_NO_CREDENTIALS', exitCode: 2 });
      expect(failure.stack).not.toContain(secretAccessKey);
      expect(failure.cause).toBeUndefined();
    }
  });

  it('a key pair that S3 does not accept: the message stays', async () => {
    await batch('a', 1);
    const report = await pull(toArchive(server, queue), { ...FEED_ENV, FALCONRY_FDR_SECRET_ACCESS_KEY: 'wrong' });
    expect(report.failures).toMatchObject([{ code: 'STORE_ACCESS_DENIED' }]);
    expect(sqs.state('feed')).toMatchObject({ inFlight: 1 });
  });

  it('a large file is copied by parts of the disk, not through memory', async () => {
    const large = gzipSync(soundLines('large', 100), { level: 0 });
    const padded = Buffer.concat([large, Buffer.alloc(40 * 1024 * 1024)]);
    server.put('feed', key('large', 0), padded);
    await sqs.send(queue, fdrNotice(server, [key('large', 0)], 'feed'));
    const report = await pull(toArchive(server, queue), FEED_ENV);
    expect(report.files.copied).toBe(1);
    expect(server.object('archive', `fdr/${key('large', 0)}`)!.bytes.equals(padded)).toBe(true);
  });
});
