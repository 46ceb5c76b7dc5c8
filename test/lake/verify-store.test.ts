/** Verifying a lake that is not local: objects are downloaded one at a time, deleted after, and may go meanwhile. */
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { verifyLake } from '../../src/lake/verify.js';
import { notFound } from '../../src/store/errors.js';
import { LocalStore } from '../../src/store/local.js';
import { MemoryStore } from '../../src/store/memory.js';
import { S3Store } from '../../src/store/s3.js';
import type { ReadOptions } from '../../src/store/store.js';
import { type Principal, S3Server } from '../support/s3-server.js';
import { LakeFixture, layouts, processRow, rowsOf } from './lake-fixture.js';

let lake: LakeFixture;
let scratch: string;
let keys: string[];

beforeEach(async () => {
  lake = await LakeFixture.make();
  scratch = join(lake.folder, 'scratch');
  await mkdir(scratch);
  keys = [
    await lake.write({ name: 'a', rows: rowsOf(3) }),
    await lake.write({ name: 'b', rows: [processRow(2), processRow(3)] }),
    await lake.write({ name: 'c', rows: [processRow(4)], codec: 'snappy' }),
  ];
});
afterEach(() => lake.remove());

async function inMemory(store = new MemoryStore()): Promise<MemoryStore> {
  for (const key of keys) await store.write(key, await readFile(lake.path(key)));
  return store;
}

const options = () => ({ layouts: layouts(), scratch, threads: 1 });

/** A store that watches how many files lie in the scratch folder when an object is read, and can fail. */
class WatchedStore extends MemoryStore {
  readonly seen: number[] = [];
  fail: ((key: string) => Promise<Readable>) | undefined;

  override async read(key: string, read?: ReadOptions): Promise<Readable> {
    const files = await readdir(scratch, { recursive: true });
    this.seen.push(files.filter((name) => name.endsWith('.parquet')).length);
    return this.fail && key === keys[1] ? this.fail(key) : super.read(key, read);
  }
}

describe('a lake that is not local', () => {
  it('gives the report of the same lake in a folder', async () => {
    const remote = await verifyLake(await inMemory(), options());
    expect(remote).toEqual(await verifyLake(new LocalStore(lake.folder), options()));
    expect(remote).toMatchObject({ objects: 3, rows: 6, offences: 1, duplicates: 1 });
  });

  it('is read one object at a time, and leaves nothing behind', async () => {
    const store = new WatchedStore();
    await inMemory(store);
    await verifyLake(store, options());
    expect(store.seen).toEqual([0, 0, 0]);
    expect(await readdir(scratch)).toEqual([]);
  });

  it('in S3 costs a request an object, beside listing', async () => {
    const server = await S3Server.start();
    server.createBucket('lake');
    for (const key of keys) server.put('lake', `prefix/${key}`, await readFile(lake.path(key)));
    server.put('lake', 'prefix/ext/fdr12_process/', ''); // the mark of a folder, as Security Lake makes one
    const report = await verifyLake(new S3Store('lake', 'prefix', server.clientOptions), options());
    expect(report).toMatchObject({ objects: 3, rows: 6, findings: [{ rule: 'codec' }, { rule: 'duplicate_elsewhere' }] });
    const counted = Array.from(server.counts, ([operation, { requests }]) => [operation, requests]);
    expect(Object.fromEntries(counted)).toEqual({ ListObjectsV2: 2, GetObject: 3 });
    await server.stop();
  });
});

describe('an object that', () => {
  it('goes before it is read is a warning', async () => {
    const store = new WatchedStore();
    await inMemory(store);
    store.fail = async (key) => {
      throw notFound(key);
    };
    const { findings, rows } = await verifyLake(store, options());
    expect(findings.find(({ rule }) => rule === 'vanished')).toMatchObject({
      level: 'warning',
      count: 1,
      examples: [{ object: keys[1] }],
    });
    expect(rows).toBe(4);
  });

  it('is replaced before it is read is a warning too', async () => {
    const store = new WatchedStore();
    await inMemory(store);
    store.fail = async (key) => {
      await store.write(key, 'other bytes');
      store.fail = undefined;
      return store.read(key, { ifMatch: 'the ETag that was listed' });
    };
    const { findings } = await verifyLake(store, options());
    expect(findings.find(({ rule }) => rule === 'vanished')).toMatchObject({ count: 1, examples: [{ object: keys[1] }] });
  });

  it('breaks off while it is read ends verification, and leaves nothing behind', async () => {
    const store = new WatchedStore();
    await inMemory(store);
    store.fail = async () =>
      Readable.from(
        (function* () {
          yield Buffer.from('PAR1');
          throw Object.assign(new Error('reset'), { code: 'ECONNRESET' });
        })(),
      );
    await expect(verifyLake(store, options())).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    expect(await readdir(scratch)).toEqual([]);
  });

  it('may not be read ends verification', async () => {
    const reader: Principal = {
      accessKeyId: 'AKIAREADER',
      secretAccessKey: 's',
      allow: (operation) => operation !== 'GetObject',
    };
    const server = await S3Server.start({ principals: [reader] });
    server.createBucket('lake');
    server.put('lake', keys[0]!, await readFile(lake.path(keys[0]!)));
    await expect(verifyLake(new S3Store('lake', '', server.clientOptions), options())).rejects.toMatchObject({
      code: 'STORE_ACCESS_DENIED',
    });
    await server.stop();
  });
});
