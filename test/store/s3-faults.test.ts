/** What S3Store does when S3, or the way there, goes wrong. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { S3Store, type S3StoreOptions } from '../../src/store/s3.js';
import { content, keys } from '../contract/object-store.js';
import {
  accessDenied,
  conflict,
  corruptBody,
  errorIn200,
  ignoreRange,
  internalError,
  noAnswer,
  resetAfter,
  resetBefore,
  resetBody,
  S3Server,
  slowBody,
  slowDown,
  stallBody,
  truncateBody,
} from '../support/s3-server.js';

const SEED = 20_260_802;
const SIZE = 1_000_000;
const bytes = randomBytes(SIZE);

let server: S3Server;
let folder: string;
const opened: S3Store[] = [];

beforeAll(async () => {
  server = await S3Server.start({ seed: SEED, pageSize: 3 });
  server.createBucket('lake');
  server.put('lake', 'object', bytes);
  folder = await mkdtemp(join(tmpdir(), 'falconry-faults-'));
});

afterEach(async () => {
  server.faults.clear();
  server.resetCounts();
  for (const store of opened.splice(0)) await store.close();
});

afterAll(async () => {
  await server.stop();
  await rm(folder, { recursive: true });
});

/** Waits are cut short; how long they are by default is tested with the retry policy. */
function open(options: S3StoreOptions = {}, bucket = 'lake'): S3Store {
  const store = new S3Store(bucket, '', { ...server.clientOptions, retryDelay: 1, ...options });
  opened.push(store);
  return store;
}

describe('requests that fail for a while', () => {
  const faults = {
    'a 503 SlowDown': slowDown(),
    'a 500': internalError(),
    'a reset': resetBefore(),
    'a lost answer': resetAfter(),
  };
  for (const [name, fault] of Object.entries(faults)) {
    it(`tries again after ${name}`, async () => {
      const store = open({ maxAttempts: 13 });
      server.faults.add({ fault, times: 12, rate: 0.7 });
      await store.write('new/a', 'text');
      await store.write('new/b', 'text');
      expect((await content(store, 'new/a')).toString()).toBe('text');
      expect(await keys(store, 'new/')).toEqual(['a', 'b']);
      expect((await store.head('new/a'))?.size).toBe(4);
      await store.delete('new/a');
      await store.delete('new/b');
      expect(server.faults.struck).toBeGreaterThan(2);
      expect(server.keys('lake')).toEqual(['object']);
    });
  }

  it('gives up after the last attempt, and says how often it tried', async () => {
    const store = open({ maxAttempts: 3 });
    server.faults.add({ fault: slowDown() });
    await expect(store.head('object')).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    await expect(store.write('a', 'x')).rejects.toMatchObject({
      code: 'STORE_UNAVAILABLE',
      message: 's3://lake/a cannot be written now: S3 answers 503 SlowDown after 3 attempts; try again later.',
    });
    expect(server.count('PutObject').requests).toBe(3);
  });

  it('gives up on a server that always resets', async () => {
    const store = open({ maxAttempts: 2 });
    server.faults.add({ fault: resetBefore() });
    await expect(store.read('object')).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    await expect(keys(store, '')).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    expect(server.count('GetObject').requests).toBe(2);
  });

  it('does not wait forever for an answer', async () => {
    const store = open({ maxAttempts: 2, requestTimeout: 100 });
    server.faults.add({ operation: 'ListObjectsV2', fault: stallBody(50) }, { fault: noAnswer() });
    await expect(keys(store, '')).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    await expect(store.read('object')).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    await expect(store.write('silent', 'x')).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    for (const operation of ['ListObjectsV2', 'GetObject', 'PutObject'] as const)
      expect(server.count(operation).requests).toBe(2);
    server.bucket('lake').delete('silent');
  });

  it('reports a host that nobody answers on', async () => {
    const stopped = await S3Server.start();
    const { endpointUrl } = stopped;
    await stopped.stop();
    await expect(open({ endpointUrl, maxAttempts: 2 }).head('a')).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
  });

  it('takes a listing up again when a page breaks off', async () => {
    const store = open();
    const names = Array.from({ length: 8 }, (_, i) => `page-${i}`);
    for (const name of names) server.put('lake', `many/${name}`, 'x');
    server.faults.add({ operation: 'ListObjectsV2', after: 1, times: 1, fault: resetBody(100) });
    server.faults.add({ operation: 'ListObjectsV2', after: 1, times: 1, fault: truncateBody(200) });
    expect(await keys(store, 'many/')).toEqual(names);
    expect(server.faults.struck).toBe(2);
    expect(server.count('ListObjectsV2').requests).toBe(5);
    for (const name of names) server.bucket('lake').delete(`many/${name}`);
  });
});

describe('bodies that break off', () => {
  const breaks = { 'a reset': resetBody, 'a close': truncateBody };
  for (const [name, fault] of Object.entries(breaks)) {
    it(`reads on after ${name}, from the byte it reached`, async () => {
      server.faults.add({ operation: 'GetObject', times: 2, fault: fault(300_000) });
      const read = await content(open(), 'object');
      expect(read.equals(bytes)).toBe(true);
      expect(server.faults.struck).toBe(2);
      const { requests, bytesOut } = server.count('GetObject');
      expect(requests).toBe(3);
      // What came through twice is what the server had sent but the client not yet seen.
      expect(bytesOut).toBeLessThan(SIZE + 2 * 300_000);
    });

    it(`reads a range on after ${name}`, async () => {
      server.faults.add({ operation: 'GetObject', times: 1, fault: fault(1000) });
      const read = await content(open(), 'object', { start: 500, end: 700_000 });
      expect(read.equals(bytes.subarray(500, 700_001))).toBe(true);
      expect(server.count('GetObject').requests).toBe(2);
    });

    it(`fails if ${name} keeps coming, and is never short`, async () => {
      server.faults.add({ operation: 'GetObject', fault: fault(10) });
      await expect(content(open({ maxAttempts: 3 }), 'object')).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
      // More if a reset overtakes the headers: then the request itself is tried again.
      const { requests } = server.count('GetObject');
      expect(requests >= 3 && requests <= 9).toBe(true);
    });
  }

  it('reads on when a body breaks before its first byte', async () => {
    server.faults.add({ operation: 'GetObject', times: 2, fault: truncateBody(0) });
    expect((await content(open(), 'object')).equals(bytes)).toBe(true);
  });

  it('reads on when nothing comes any more', async () => {
    server.faults.add({ operation: 'GetObject', times: 1, fault: stallBody(5000) });
    expect((await content(open({ requestTimeout: 100 }), 'object')).equals(bytes)).toBe(true);
    expect(server.count('GetObject').requests).toBe(2);
  });

  it('leaves a slow body alone as long as bytes come', async () => {
    server.faults.add({ operation: 'GetObject', fault: slowBody(100_000, 5) });
    expect((await content(open({ requestTimeout: 500 }), 'object')).equals(bytes)).toBe(true);
    expect(server.count('GetObject').requests).toBe(1);
  });

  it('does not mix two versions of an object', async () => {
    server.put('lake', 'changing', bytes);
    server.faults.add({ operation: 'GetObject', times: 1, fault: stallBody(5000) });
    const stream = await open({ requestTimeout: 100 }).read('changing');
    server.put('lake', 'changing', randomBytes(SIZE));
    await expect(buffer(stream)).rejects.toMatchObject({ code: 'STORE_CHANGED' });
  });

  it('does not take the whole for the rest', async () => {
    server.faults.add({ operation: 'GetObject', times: 1, fault: truncateBody(1000) });
    server.faults.add({ operation: 'GetObject', fault: ignoreRange() });
    await expect(content(open(), 'object')).rejects.toMatchObject({ code: 'STORE_BAD_ANSWER' });
  });

  it('notices a wrong bit by the checksum stored with the object', async () => {
    const store = open();
    await store.write('checked', bytes);
    server.faults.add({ operation: 'GetObject', fault: corruptBody() });
    await expect(content(store, 'checked')).rejects.toMatchObject({ code: 'STORE_DAMAGED' });
    await store.delete('checked');
  });

  it('survives a seeded storm', async () => {
    console.info(`seed ${server.faults.seed}`);
    server.faults.add(
      { rate: 0.1, fault: slowDown() },
      { rate: 0.1, fault: resetBefore() },
      { operation: 'GetObject', rate: 0.3, fault: resetBody(200_000) },
      { operation: 'GetObject', rate: 0.2, fault: truncateBody(400_000) },
    );
    const store = open();
    const reads = Array.from({ length: 20 }, async () => (await content(store, 'object')).equals(bytes));
    expect(await Promise.all(reads)).toEqual(Array(20).fill(true));
    expect(server.faults.struck).toBeGreaterThan(10);
  });
});

describe('conditional writes', () => {
  it('tries again after a 409', async () => {
    server.faults.add({ operation: 'PutObject', times: 2, fault: conflict() });
    expect(await open().write('ledger/409', 'x', { ifAbsent: true })).toEqual({ written: true });
    expect(server.count('PutObject').requests).toBe(3);
  });

  it('knows its own object again when the answer was lost', async () => {
    const store = open();
    server.faults.add({ operation: 'PutObject', times: 1, fault: resetAfter() });
    expect(await store.write('ledger/lost', 'x', { ifAbsent: true })).toEqual({ written: true });
    expect(server.count('PutObject').requests).toBe(2);
    expect(await store.write('ledger/lost', 'x', { ifAbsent: true })).toEqual({ written: false });
  });

  it("does not take another's object for its own, though the bytes are the same", async () => {
    const store = open();
    await store.write('ledger/other', 'x', { ifAbsent: true });
    server.faults.add({ operation: 'PutObject', times: 1, fault: resetBefore() });
    expect(await store.write('ledger/other', 'x', { ifAbsent: true })).toEqual({ written: false });
  });

  it('has one winner of ten while answers get lost', async () => {
    server.faults.add(
      { operation: 'PutObject', rate: 0.3, fault: resetAfter() },
      { operation: 'PutObject', rate: 0.2, fault: conflict() },
      { rate: 0.2, fault: slowDown() },
    );
    for (let round = 0; round < 5; round++) {
      const writers = Array.from({ length: 10 }, (_, i) =>
        open({ maxAttempts: 50 }).write(`race/${round}`, `${i}`, { ifAbsent: true }),
      );
      const won = (await Promise.all(writers)).flatMap(({ written }, i) => (written ? [`${i}`] : []));
      expect(won).toEqual([server.object('lake', `race/${round}`)?.bytes.toString()]);
    }
  });
});

describe('files in parts', () => {
  const large = randomBytes(40 * 1024 * 1024 + 1);
  let path: string;

  beforeAll(async () => {
    path = join(folder, 'large');
    await writeFile(path, large);
  });

  afterEach(() => {
    expect(server.pendingUploads('lake')).toEqual([]);
    server.bucket('lake').delete('large');
  });

  it('sends each part once when all is well', async () => {
    await open().writeFile('large', path);
    expect(server.object('lake', 'large')?.bytes.equals(large)).toBe(true);
    expect(server.count('UploadPart')).toMatchObject({ requests: 3, bytesIn: large.length });
    expect(server.count('PutObject').requests).toBe(0);
  });

  it('tries parts and the completion again', async () => {
    server.faults.add(
      { operation: 'UploadPart', times: 1, fault: slowDown() },
      { operation: 'UploadPart', times: 1, fault: resetBefore() },
      { operation: 'UploadPart', times: 1, fault: resetAfter() },
      { operation: 'CompleteMultipartUpload', times: 1, fault: errorIn200() },
      { operation: 'CompleteMultipartUpload', times: 1, fault: internalError() },
    );
    await open().writeFile('large', path);
    expect(server.object('lake', 'large')?.bytes.equals(large)).toBe(true);
    expect(server.faults.struck).toBe(5);
  });

  it('uploads anew when the answer to the completion was lost', async () => {
    server.faults.add({ operation: 'CompleteMultipartUpload', times: 1, fault: resetAfter() });
    await open().writeFile('large', path);
    expect(server.object('lake', 'large')?.bytes.equals(large)).toBe(true);
    expect(server.count('CreateMultipartUpload').requests).toBe(2);
  });

  it('shows nothing and leaves no parts behind when it fails', async () => {
    server.faults.add({ operation: 'UploadPart', after: 1, fault: accessDenied() });
    await expect(open().writeFile('large', path)).rejects.toMatchObject({ code: 'STORE_ACCESS_DENIED' });
    expect(server.object('lake', 'large')).toBeUndefined();
    expect(server.count('AbortMultipartUpload').requests).toBe(1);
  });

  it('leaves no parts behind when the completion fails', async () => {
    server.faults.add({ operation: 'CompleteMultipartUpload', fault: errorIn200() });
    await expect(open({ maxAttempts: 2 }).writeFile('large', path)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    expect(server.object('lake', 'large')).toBeUndefined();
  });

  it('tells why it failed, though aborting is denied', async () => {
    server.faults.add(
      { operation: 'UploadPart', fault: slowDown() },
      { operation: 'AbortMultipartUpload', fault: accessDenied() },
    );
    await expect(open({ maxAttempts: 2 }).writeFile('large', path)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    expect(server.pendingUploads('lake')).toEqual(['large']);
    server.bucket('lake').uploads.clear();
  });
});
