/** Notices through a real queue to rows in the lake: shapes, duplicates, disorder, things that went away, and what fails. */
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { convert } from '../../dist/src/convert/convert.js';
import { mixedLines, soundLines } from '../convert/made-archive.js';
import { CREDENTIALS, S3_ENV, s3Options, startS3 } from '../convert/s3-places.js';
import { accessDenied, type Operation } from '../support/s3-server.js';
import { queueEvent } from '../support/sqs.js';
import { localPlaces } from './local-places.js';
import { eventBridgeNotice, fdrNotice, md5, noticedOn, s3Notice, s3Record, testEvent, throughSns } from './notices.js';
import { keysUnder, LocalFunction, rowsInS3, uidsOf } from './realtime-places.js';

Object.assign(process.env, S3_ENV);
let fn: LocalFunction;
/** keys that were read, whoever asked */
let reads: string[];

const local = localPlaces(() => startS3({ principals: [{ ...CREDENTIALS, allow }] }));
const allow = (operation: Operation, _: string, name: string) => {
  if (operation === 'GetObject') reads.push(name);
  return true;
};
let { folder, server, sqs } = local;
let queue: string;

beforeEach(async () => {
  ({ folder, server, sqs } = local);
  reads = [];
  queue = sqs.createQueue('notices', { maxReceives: 3 });
  fn = await LocalFunction.open(server);
});
afterEach(() => fn.close());

const key = (name: string) => `fdr/data/b1/${name}.gz`;
function put(name: string, events = 4, lines = mixedLines): string {
  server.put('archive', key(name), gzipSync(lines(name, events)));
  return key(name);
}
const idsOf = (name: string, events = 4): string[] => Array.from({ length: events }, (_, i) => `${name}-${i}`);
const rows = () => rowsInS3(server, join(folder, 'lake'));
const stagedKeys = () => keysUnder(server, 'work', 'falconry/staging/');

describe('a batch of notices', () => {
  it('of every shape becomes objects named by bucket, key and ETag; the ledger is as convert writes it', async () => {
    for (const name of ['a', 'b', 'c', 'd', 'e']) put(name);
    await sqs.send(queue, s3Notice(noticedOn(server, key('a'))));
    await sqs.send(queue, eventBridgeNotice(noticedOn(server, key('b'))));
    await sqs.send(queue, throughSns(s3Notice(noticedOn(server, key('c')))));
    await sqs.send(queue, fdrNotice(server, [key('d'), key('e')]));
    await sqs.send(queue, testEvent('archive'));
    const report = await fn.drain(sqs, queue);
    expect(report.notices).toEqual({ received: 5, done: 5, returned: 0, test: 1 });
    expect(report.objects).toMatchObject({ noticed: 5, converted: 5, known: 0, failed: 0 });
    expect(report.events).toEqual({ read: 20, written: 20, quarantined: 0, duplicate: 0, filtered: 0 });
    expect(uidsOf(await rows())).toEqual(['a', 'b', 'c', 'd', 'e'].flatMap((name) => idsOf(name)).sort());
    expect(stagedKeys()).toEqual([]);
    expect(sqs.state('notices')).toMatchObject({ ready: 0, inFlight: 0 });
    // an object a source and day: two classes, two days
    expect(keysUnder(server, 'lake', 'root/ext/')).toHaveLength(5 * 4);
    expect(report.written.objects).toBe(20);
    const ledgers = keysUnder(server, 'work', 'falconry/ledger/').filter((name) => name.endsWith('.json'));
    expect(ledgers).toHaveLength(5);
    // convert finds all of it done, by the same ledgers
    const again = await convert(s3Options(server));
    expect(again.files).toMatchObject({ found: 5, known: 5, read: 0 });
    expect(again.units).toMatchObject({ converted: 0, published: 0 });
  });

  it('passes over what is no file of the archive, and counts it', async () => {
    for (const name of ['fdr/data/b1/_SUCCESS', 'fdr/data/b1/notes.txt', 'fdr/data/b1/', 'elsewhere/data/x.gz']) {
      server.put('archive', name, 'x');
    }
    server.put('archive', 'fdr/data/b1/empty.gz', '');
    put('gone');
    const gone = noticedOn(server, key('gone'));
    server.bucket('archive').objects.delete(key('gone'));
    const names = [
      'fdr/data/b1/_SUCCESS',
      'fdr/data/b1/notes.txt',
      'fdr/data/b1/',
      'elsewhere/data/x.gz',
      'fdr/data/b1/empty.gz',
    ];
    await sqs.send(queue, s3Notice(...names.map((name) => noticedOn(server, name)), gone));
    await sqs.send(queue, s3Notice({ bucket: 'archive', key: 'fdr/data/../../etc/x.gz', size: 1, etag: 'x' }));
    await sqs.send(queue, { Records: [s3Record(gone, 'ObjectRemoved:Delete')] });
    const report = await fn.drain(sqs, queue);
    expect(report.notices).toMatchObject({ received: 3, done: 3 });
    expect(report.objects).toMatchObject({ noticed: 7, marker: 1, foreign: 3, empty: 1, gone: 1, refused: 1, converted: 0 });
    expect(report.otherEvents).toBe(1);
    expect(fn.log.filter(({ level }) => level === 'warn').map(({ event }) => event)).toEqual(['gone', 'refused']);
    expect(server.keys('lake')).toEqual([]);
  });

  it("passes over Falconry's own objects where work area and lake lie inside the archive", async () => {
    const env = { FALCONRY_WORK: 's3://archive/fdr/work', FALCONRY_LAKE: 's3://archive/fdr/lake' };
    const inside = await LocalFunction.open(server, env);
    try {
      server.put('archive', 'fdr/work/quarantine/lake/0123.ndjson.gz', gzipSync('{}'));
      await sqs.send(queue, s3Notice(noticedOn(server, 'fdr/work/quarantine/lake/0123.ndjson.gz')));
      expect((await inside.drain(sqs, queue)).objects).toMatchObject({ noticed: 1, own: 1 });
    } finally {
      await inside.close();
    }
  });

  it('quarantines lines as convert does', async () => {
    const lines = Buffer.concat([
      soundLines('good', 3),
      Buffer.from('not json\n{"event_simpleName":"SensorHeartbeat","id":"no-time"}\n'),
    ]);
    server.put('archive', key('mixed'), gzipSync(lines));
    await sqs.send(queue, s3Notice(noticedOn(server, key('mixed'))));
    const report = await fn.drain(sqs, queue);
    expect(report.events).toEqual({ read: 5, written: 3, quarantined: 2, duplicate: 0, filtered: 0 });
    expect(Object.values(report.quarantine).reduce((a, b) => a + b, 0)).toBe(2);
    expect(keysUnder(server, 'work', 'falconry/quarantine/')).toHaveLength(1);
  });

  it('converts a file up to its damage, and says so', async () => {
    const whole = gzipSync(soundLines('cut', 2000));
    server.put('archive', key('cut'), whole.subarray(0, Math.floor(whole.length / 2)));
    await sqs.send(queue, s3Notice(noticedOn(server, key('cut'))));
    const report = await fn.drain(sqs, queue);
    expect(report).toMatchObject({ damaged: 1, objects: { converted: 1 }, notices: { done: 1 } });
    expect(report.events.written).toBeGreaterThan(100);
    expect(fn.log).toContainEqual(expect.objectContaining({ level: 'warn', event: 'damaged' }));
  });

  it('that is none of a queue fails as a whole', async () => {
    await expect(fn.invoke(s3Notice())).rejects.toMatchObject({ code: 'REALTIME_NO_QUEUE_EVENT' });
  });
});

describe('notices that come twice, late, or in another order', () => {
  it('leave every event once, however they are grouped', async () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    for (const name of names) put(name);
    const notices = names.map((name) => noticedOn(server, key(name)));
    await sqs.send(queue, s3Notice(...notices));
    await sqs.sendMany(
      queue,
      [...notices].reverse().map((notice) => eventBridgeNotice(notice)),
    );
    await sqs.send(queue, fdrNotice(server, [key('f'), key('a')]));
    await sqs.send(queue, s3Notice(notices[3]!, notices[3]!));
    const report = await fn.drain(sqs, queue);
    expect(report.objects).toMatchObject({ noticed: 16, converted: 6, known: 10 });
    expect(report.events.read).toBe(24);
    expect(uidsOf(await rows())).toEqual(names.flatMap((name) => idsOf(name)).sort());
  });

  it('in two functions at a time leave every event once', async () => {
    const other = await LocalFunction.open(server);
    try {
      const names = ['a', 'b', 'c'];
      for (const name of names) put(name, 40);
      const event = {
        Records: [{ messageId: 'm1', body: JSON.stringify(s3Notice(...names.map((n) => noticedOn(server, key(n))))) }],
      };
      const answers = await Promise.all([fn.invoke(event), other.invoke(event)]);
      expect(answers).toEqual([{ batchItemFailures: [] }, { batchItemFailures: [] }]);
      const won = [fn, other].map(({ reports }) => reports[0]!.objects.converted);
      expect(won[0]! + won[1]!).toBe(3);
      expect(uidsOf(await rows())).toEqual(names.flatMap((name) => idsOf(name, 40)).sort());
      expect(stagedKeys()).toEqual([]);
    } finally {
      await other.close();
    }
  });

  it('of an object that was replaced since: what lies there counts, once', async () => {
    put('x');
    const before = noticedOn(server, key('x'));
    server.put('archive', key('x'), gzipSync(mixedLines('new', 6)));
    const after = noticedOn(server, key('x'));
    // the newer notice comes first
    await sqs.send(queue, s3Notice(after));
    await sqs.send(queue, s3Notice(before));
    const report = await fn.drain(sqs, queue);
    expect(report).toMatchObject({ replaced: 1, objects: { converted: 1, known: 1 } });
    expect(uidsOf(await rows())).toEqual(idsOf('new', 6));
  });

  it('of an object that is replaced between HEAD and GET: the notice comes back, and the new object is read', async () => {
    put('x');
    const before = noticedOn(server, key('x'));
    await sqs.send(queue, s3Notice(before));
    // S3's answer to If-Match when another object has come
    server.faults.add({
      fault: { kind: 'answer', status: 412, code: 'PreconditionFailed' },
      operation: 'GetObject',
      key: key('x'),
      times: 1,
    });
    let calls = 0;
    const report = await fn.drain(sqs, queue, () => {
      if (++calls === 2) server.put('archive', key('x'), gzipSync(mixedLines('new', 6)));
    });
    expect(calls).toBe(2);
    expect(report).toMatchObject({
      replaced: 1,
      objects: { failed: 1, converted: 1 },
      notices: { received: 2, done: 1, returned: 1 },
    });
    expect(fn.log).toContainEqual(
      expect.objectContaining({ event: 'failed', facts: expect.objectContaining({ code: 'STORE_CHANGED' }) }),
    );
    expect(uidsOf(await rows())).toEqual(idsOf('new', 6));
  });
});

describe('a poisoned notice among good ones', () => {
  it('alone returns, and ends in the dead-letter queue', async () => {
    const good = Array.from({ length: 7 }, (_, i) => `good${i}`);
    for (const name of [...good, 'denied', 'mangled']) put(name);
    server.faults.add({ fault: accessDenied(), operation: 'GetObject', key: key('denied') });
    const denied = s3Notice(noticedOn(server, key('denied')));
    const wrongMd5 = fdrNotice(server, [key('mangled')]);
    wrongMd5.files[0]!.checksum = md5(Buffer.from('other bytes'));
    const lost = fdrNotice(server, [key('good1')]);
    lost.files[0]!.path = key('never-there');
    const elsewhere = s3Notice({ ...noticedOn(server, key('good1')), bucket: 'another-bucket' });
    const poison = [denied, wrongMd5, lost, elsewhere, 'no notice at all'];
    await sqs.sendMany(queue, [...good.map((name) => s3Notice(noticedOn(server, key(name)))), ...poison]);
    const report = await fn.drain(sqs, queue);
    expect(sqs.state('notices')).toMatchObject({ ready: 0, inFlight: 0 });
    const dead = sqs.state('notices-dlq').bodies;
    expect(dead.sort()).toEqual(poison.map((one) => (typeof one === 'string' ? one : JSON.stringify(one))).sort());
    expect(report.notices).toMatchObject({ received: 7 + 5 * 3, done: 7, returned: 5 * 3 });
    const codes = fn.log.filter(({ event }) => event === 'failed').map(({ facts }) => facts.code);
    expect(new Set(codes)).toEqual(
      new Set(['STORE_ACCESS_DENIED', 'NOTICE_INPUT_DIFFERS', 'NOTICE_INPUT_GONE', 'NOTICE_OTHER_BUCKET', 'NOTICE_UNKNOWN']),
    );
    expect(codes).toHaveLength(15);
    expect(uidsOf(await rows())).toEqual(good.flatMap((name) => idsOf(name)).sort());
    expect(stagedKeys()).toEqual([]);
  });

  it('file in a batch message leaves the others of the batch converted; mended, the message is done', async () => {
    for (const name of ['a', 'b', 'c']) put(name);
    const message = fdrNotice(server, ['a', 'b', 'c'].map(key));
    await sqs.send(queue, message);
    server.faults.add({ fault: accessDenied(), operation: 'GetObject', key: key('b'), times: 1 });
    const report = await fn.drain(sqs, queue);
    expect(report.objects).toMatchObject({ noticed: 6, converted: 3, known: 2, failed: 1 });
    expect(report.notices).toMatchObject({ received: 2, done: 1, returned: 1 });
    expect(uidsOf(await rows())).toEqual(['a', 'b', 'c'].flatMap((name) => idsOf(name)).sort());
  });
});

describe("a checksum of FDR's batch message", () => {
  const wrong = (message: ReturnType<typeof fdrNotice>) => {
    const [file] = message.files;
    return { ...message, files: [{ ...file!, checksum: md5(Buffer.from('other bytes')) }] };
  };
  const arrives = async (message: unknown) => {
    await sqs.send(queue, message);
    return fn.drain(sqs, queue);
  };
  const expectRefused = async (message: unknown) => {
    const before = fn.log.length;
    const report = await arrives(message);
    expect(report.notices).toMatchObject({ received: 3, done: 0, returned: 3 });
    expect(report.objects).toMatchObject({ noticed: 3, failed: 3 });
    const failures = fn.log.slice(before).filter(({ event }) => event === 'failed');
    expect(failures.map(({ facts }) => facts.code)).toEqual(Array(3).fill('NOTICE_INPUT_DIFFERS'));
    expect(failures[0]!.facts.text).toContain(md5(server.object('archive', key('a'))!.bytes));
    expect(sqs.state('notices-dlq').bodies.at(-1)).toBe(JSON.stringify(message));
  };

  it('counts also where the object was converted before: the message returns, the lake stays', async () => {
    put('a');
    const right = fdrNotice(server, [key('a')]);
    expect((await arrives(s3Notice(noticedOn(server, key('a'))))).objects.converted).toBe(1);
    await expectRefused(wrong(right));
    // the ETag is the MD5: nothing is read for a message that is right
    reads = [];
    expect((await arrives(right)).objects).toMatchObject({ noticed: 1, known: 1 });
    expect(reads).toEqual([]);
    expect(uidsOf(await rows())).toEqual(idsOf('a'));
  });

  it.each([
    ['by a message that told its MD5: the ledger says it', true],
    ['by another notice: the object is read', false],
  ])('counts where the ETag is no MD5, and the object was converted before %s', async (_, isTold) => {
    server.put('archive', key('a'), gzipSync(mixedLines('a', 4)), {
      encryption: { 'x-amz-server-side-encryption': 'aws:kms', 'x-amz-server-side-encryption-aws-kms-key-id': 'key-1' },
    });
    const { bytes, etag } = server.object('archive', key('a'))!;
    expect(etag).not.toBe(md5(bytes));
    const right = fdrNotice(server, [key('a')]);
    const first = isTold ? right : s3Notice({ ...noticedOn(server, key('a')), etag });
    expect((await arrives(first)).objects.converted).toBe(1);
    reads = [];
    await expectRefused(wrong(right));
    expect((await arrives(right)).objects.known).toBe(1);
    expect(reads.filter((name) => name === key('a'))).toHaveLength(isTold ? 0 : 4);
    expect(uidsOf(await rows())).toEqual(idsOf('a'));
  });
});

describe('the deadline', () => {
  it('is kept: what there is no time for returns untouched, and is done by the next invocation', async () => {
    const names = ['a', 'b', 'c'];
    for (const name of names) put(name);
    // not compressed: at the first pace of 1 MiB/s it takes longer than there is
    const large = gzipSync(soundLines('large', 12_000), { level: 0 });
    expect(large.length).toBeGreaterThan(3 * 1024 * 1024);
    server.put('archive', key('large'), large);
    await sqs.sendMany(
      queue,
      [...names, 'large'].map((name) => s3Notice(noticedOn(server, key(name)))),
    );
    const messages = await sqs.receive(queue);
    const response = await fn.invoke(queueEvent(messages), 4);
    expect(response.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier)).toContain(messages[3]!.MessageId);
    const { objects } = fn.reports[0]!;
    expect(objects.converted + objects.postponed).toBe(4);
    expect(objects.postponed).toBeGreaterThan(0);
    for (const message of messages) await sqs.giveBack(queue, message);
    const report = await fn.drain(sqs, queue);
    expect(report.objects.known).toBe(objects.converted);
    expect(report.objects.converted).toBe(objects.postponed);
    expect(uidsOf(await rows())).toEqual([...names.flatMap((name) => idsOf(name)), ...idsOf('large', 12_000)].sort());
  });

  it('gives up what takes longer than thought, leaving nothing behind', async () => {
    server.put('archive', key('slow'), gzipSync(soundLines('slow', 6000)));
    server.faults.add({
      fault: { kind: 'slow-body', bytes: 16_384, delay: 500 },
      operation: 'GetObject',
      key: key('slow'),
      times: 1,
    });
    await sqs.send(queue, s3Notice(noticedOn(server, key('slow'))));
    const [message] = await sqs.receive(queue);
    const begun = performance.now();
    const response = await fn.invoke(queueEvent([message!]), 3);
    expect(performance.now() - begun).toBeLessThan(3000);
    expect(response.batchItemFailures).toEqual([{ itemIdentifier: message!.MessageId }]);
    expect(fn.reports[0]!.objects).toMatchObject({ noticed: 1, postponed: 1 });
    expect(fn.log.map(({ event }) => event)).toEqual(['time-up', 'batch']);
    expect(server.keys('lake')).toEqual([]);
    expect(stagedKeys()).toEqual([]);
    await sqs.giveBack(queue, message!);
    expect((await fn.drain(sqs, queue)).objects).toMatchObject({ converted: 1 });
    expect(uidsOf(await rows())).toHaveLength(6000);
  });
});
