/** What every object store must do. One suite, run on each of them. */
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ObjectInfo, ObjectStore } from '../../src/store/store.js';

export interface ContractTarget {
  name: string;
  /** a store with nothing in it, and how to end what stands behind it */
  start(): Promise<{ store: ObjectStore; stop(): Promise<void> }>;
  /** cases by name that the thing behind the store cannot do, each with the reason */
  lacks?: Readonly<Record<string, string>>;
}

interface Scene {
  store: ObjectStore;
  /** every case has its own */
  prefix: string;
  /** a folder for files */
  folder: string;
}

type Case = (scene: Scene) => Promise<void>;

const SEED = 20_260_801;
/** above the size from which a file goes to S3 in parts, and no whole number of them */
const LARGE = 17 * 1024 * 1024 + 12_345;

const ODD_NAMES = [
  '%2F',
  '%',
  'a b',
  ' a',
  'a ',
  'a+b',
  'a=b',
  'a#b',
  'a?b&c',
  "a'(b)!*~",
  'a&b<c>"d"',
  'a\tb',
  'a\nb',
  'a\r\nb',
  '\u0001',
  'a\\b',
  '{a}|^`[b]',
  'a..b',
  '...',
  'é',
  'e\u0301',
  '日本',
  '\u{1f600}',
  '\uff5e',
];

const REFUSED = ['', '/a', '..', '../a', 'a/../b', 'a/..', './a', 'a/./b', 'a\0b', '\udcff', 'a'.repeat(1025)];

const CASES: Record<string, Case> = {
  'gives back what was written': async ({ store, prefix }) => {
    const bytes = randomBytes(200_000);
    expect(await store.write(`${prefix}bytes`, bytes)).toEqual({ written: true });
    expect(await store.write(`${prefix}text`, 'grüße\n')).toEqual({ written: true });
    await store.write(`${prefix}view`, new Uint8Array(bytes.buffer, bytes.byteOffset + 3, 5));
    expect((await content(store, `${prefix}bytes`)).equals(bytes)).toBe(true);
    expect((await content(store, `${prefix}text`)).toString()).toBe('grüße\n');
    expect(await content(store, `${prefix}view`)).toEqual(bytes.subarray(3, 8));
  },
  'holds an empty object': async ({ store, prefix }) => {
    await store.write(`${prefix}empty`, '');
    expect(await content(store, `${prefix}empty`)).toHaveLength(0);
    expect((await store.head(`${prefix}empty`))?.size).toBe(0);
  },
  overwrites: async ({ store, prefix }) => {
    await store.write(`${prefix}a`, 'a longer first text');
    await store.write(`${prefix}a`, 'second');
    expect((await content(store, `${prefix}a`)).toString()).toBe('second');
    expect(await keys(store, prefix)).toEqual(['a']);
  },
  'tells size and time': async ({ store, prefix }) => {
    const before = Date.now();
    await store.write(`${prefix}a`, '12345');
    const info = await store.head(`${prefix}a`);
    expect(info).toMatchObject({ key: `${prefix}a`, size: 5 });
    expect(Math.abs(info!.lastModified!.getTime() - before)).toBeLessThan(60_000);
    expect(await store.head(`${prefix}b`)).toBeUndefined();
    expect(await store.head(`${prefix}a/b`)).toBeUndefined();
  },
  'has no object where only keys below one exist': async ({ store, prefix }) => {
    await store.write(`${prefix}a/b`, 'x');
    expect(await store.head(`${prefix}a`)).toBeUndefined();
    await expect(store.read(`${prefix}a`)).rejects.toMatchObject({ code: 'STORE_NOT_FOUND' });
    await store.delete(`${prefix}a`);
    expect(await keys(store, prefix)).toEqual(['a/b']);
  },
  'names what is not found': async ({ store, prefix }) => {
    const error = { code: 'STORE_NOT_FOUND', message: expect.stringContaining(`${prefix}absent`) };
    await expect(store.read(`${prefix}absent`)).rejects.toMatchObject(error);
    await expect(store.etag({ key: `${prefix}absent`, size: 1 })).rejects.toMatchObject(error);
  },
  'lists what comes after a key, whether it exists or not': async ({ store, prefix }) => {
    for (const name of ['a', 'b/c', 'b/d', 'c']) await store.write(`${prefix}${name}`, 'x');
    const after = async (key: string, within = '') => {
      const found: string[] = [];
      for await (const object of store.list(`${prefix}${within}`, { after: `${prefix}${key}` }))
        found.push(object.key.slice(prefix.length));
      return found;
    };
    expect(await after('a')).toEqual(['b/c', 'b/d', 'c']);
    expect(await after('b/cc')).toEqual(['b/d', 'c']);
    expect(await after('b/c', 'b/')).toEqual(['b/d']);
    expect(await after('A', 'b/')).toEqual(['b/c', 'b/d']);
    expect(await after('c')).toEqual([]);
  },
  'lists in byte order': async ({ store, prefix }) => {
    const names = [
      'A',
      'a-b',
      'a.b',
      'a/b',
      'a/b-c',
      'a0',
      'a_',
      'b/é',
      'b/z',
      'c/\uff5e',
      'c/\u{1f600}',
      'day=1/x',
      'day=10/x',
      'day=1-/x',
    ];
    for (const name of shuffled(names)) await store.write(prefix + name, name);
    expect(await keys(store, prefix)).toEqual([...names].sort(byBytes));
  },
  'lists sizes': async ({ store, prefix }) => {
    for (const size of [0, 1, 1000]) await store.write(`${prefix}${size}`, Buffer.alloc(size));
    const listed = await list(store, prefix);
    expect(listed.map(({ key, size }) => [key.slice(prefix.length), size])).toEqual([
      ['0', 0],
      ['1', 1],
      ['1000', 1000],
    ]);
  },
  'lists what begins with a prefix, wherever that ends': async ({ store, prefix }) => {
    for (const name of ['data/a', 'data/b/c', 'data2/a', 'dat', 'other/data/a']) await store.write(prefix + name, name);
    expect(await keys(store, `${prefix}data/`)).toEqual(['a', 'b/c']);
    expect(await keys(store, `${prefix}data`)).toEqual(['/a', '/b/c', '2/a']);
    expect(await keys(store, `${prefix}data/b/`)).toEqual(['c']);
    expect(await keys(store, `${prefix}data/a`)).toEqual(['']);
    expect(await keys(store, `${prefix}none/`)).toEqual([]);
    expect(await keys(store, `${prefix}none/deeper/`)).toEqual([]);
  },
  'lists many, over several pages': async ({ store, prefix }) => {
    const names = Array.from({ length: 120 }, (_, i) => `d${i % 7}/part-${i}`).sort(byBytes);
    await Promise.all(names.map((name) => store.write(prefix + name, name)));
    expect(await keys(store, prefix)).toEqual(names);
  },
  'takes odd names literally': async ({ store, prefix }) => {
    for (const name of ODD_NAMES) await store.write(`${prefix}${name}/${name}`, name);
    expect(await keys(store, prefix)).toEqual(ODD_NAMES.map((name) => `${name}/${name}`).sort(byBytes));
    for (const name of ODD_NAMES) {
      expect((await content(store, `${prefix}${name}/${name}`)).toString(), name).toBe(name);
      expect((await store.head(`${prefix}${name}/${name}`))?.size, name).toBe(Buffer.byteLength(name));
      expect(await keys(store, `${prefix}${name}/`), name).toEqual([name]);
    }
    for (const name of ODD_NAMES) await store.delete(`${prefix}${name}/${name}`);
    expect(await keys(store, prefix)).toEqual([]);
  },
  'lists any keys as written, in byte order': async ({ store, prefix }) => {
    const segment = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 6 })
      .filter((text) => !/[/\0]|^\.\.?$|\p{Surrogate}/u.test(text));
    // Keys of one depth never need one name as file and as folder.
    const names = fc.uniqueArray(fc.tuple(segment, segment), { minLength: 1, maxLength: 8, selector: (pair) => pair.join('/') });
    let run = 0;
    await fc.assert(
      fc.asyncProperty(names, async (pairs) => {
        const below = `${prefix}${run++}/`;
        const written = pairs.map((pair) => pair.join('/'));
        await Promise.all(written.map((name) => store.write(below + name, name)));
        expect(await keys(store, below)).toEqual(written.sort(byBytes));
      }),
      { seed: SEED, numRuns: 25 },
    );
  },
  'refuses keys that are none': async ({ store }) => {
    for (const key of REFUSED) {
      const refused = { code: 'STORE_KEY_REFUSED' };
      await expect(store.read(key), `read ${key}`).rejects.toMatchObject(refused);
      await expect(store.head(key), `head ${key}`).rejects.toMatchObject(refused);
      await expect(store.write(key, 'x'), `write ${key}`).rejects.toMatchObject(refused);
      await expect(store.writeFile(key, '/dev/null'), `writeFile ${key}`).rejects.toMatchObject(refused);
      await expect(store.delete(key), `delete ${key}`).rejects.toMatchObject(refused);
    }
    await expect(list(store, '../')).rejects.toMatchObject({ code: 'STORE_KEY_REFUSED' });
    await expect(list(store, '/')).rejects.toMatchObject({ code: 'STORE_KEY_REFUSED' });
  },
  'reads ranges': async ({ store, prefix }) => {
    const bytes = randomBytes(100_000);
    const key = `${prefix}a`;
    await store.write(key, bytes);
    expect(await content(store, key, { start: 10, end: 19 })).toEqual(bytes.subarray(10, 20));
    expect(await content(store, key, { start: 99_999 })).toEqual(bytes.subarray(99_999));
    expect(await content(store, key, { end: 0 })).toEqual(bytes.subarray(0, 1));
    expect((await content(store, key, { start: 1, end: 10_000_000 })).equals(bytes.subarray(1))).toBe(true);
    for (const range of [{ start: 100_000 }, { start: 5, end: 4 }, { start: -1 }])
      await expect(store.read(key, range), JSON.stringify(range)).rejects.toMatchObject({ code: 'STORE_BAD_RANGE' });
  },
  'has the MD5 as ETag': async ({ store, prefix }) => {
    await store.write(`${prefix}a`, 'some bytes');
    const md5 = createHash('md5').update('some bytes').digest('hex');
    const [listed] = await list(store, prefix);
    expect(await store.etag(listed!)).toBe(md5);
    expect(await store.etag((await store.head(`${prefix}a`))!)).toBe(md5);
    expect(await store.etag({ key: `${prefix}a`, size: 10 })).toBe(md5);
  },
  'reads only what has not changed': async ({ store, prefix }) => {
    const key = `${prefix}a`;
    await store.write(key, 'first');
    const etag = await store.etag((await store.head(key))!);
    expect((await content(store, key, { ifMatch: etag })).toString()).toBe('first');
    expect((await content(store, key, { ifMatch: etag, start: 1, end: 2 })).toString()).toBe('ir');
    await store.write(key, 'other');
    await expect(store.read(key, { ifMatch: etag })).rejects.toMatchObject({ code: 'STORE_CHANGED' });
    await expect(store.read(`${prefix}b`, { ifMatch: etag })).rejects.toMatchObject({ code: 'STORE_NOT_FOUND' });
  },
  'writes if absent': async ({ store, prefix }) => {
    const key = `${prefix}deep/er/a`;
    expect(await store.write(key, 'first', { ifAbsent: true })).toEqual({ written: true });
    expect(await store.write(key, 'second', { ifAbsent: true })).toEqual({ written: false });
    expect((await content(store, key)).toString()).toBe('first');
    await store.delete(key);
    expect(await store.write(key, 'third', { ifAbsent: true })).toEqual({ written: true });
  },
  'lets exactly one of ten racing writers win': async ({ store, prefix }) => {
    for (let round = 0; round < 5; round++) {
      const key = `${prefix}${round}`;
      const writers = Array.from({ length: 10 }, (_, i) => store.write(key, `writer ${i}`, { ifAbsent: true }));
      const won = (await Promise.all(writers)).flatMap(({ written }, i) => (written ? [i] : []));
      expect(won).toHaveLength(1);
      expect((await content(store, key)).toString()).toBe(`writer ${won[0]}`);
    }
    expect(await keys(store, prefix)).toEqual(['0', '1', '2', '3', '4']);
  },
  'takes files': async ({ store, prefix, folder }) => {
    const path = join(folder, 'small');
    await writeFile(path, 'from a file');
    await store.writeFile(`${prefix}a/kept`, path);
    expect(await readFile(path, 'utf8')).toBe('from a file');
    await store.writeFile(`${prefix}a/given`, path, { consume: true });
    await expect(stat(path)).rejects.toMatchObject({ code: 'ENOENT' });
    expect((await content(store, `${prefix}a/kept`)).toString()).toBe('from a file');
    expect((await content(store, `${prefix}a/given`)).toString()).toBe('from a file');
    expect(await keys(store, prefix)).toEqual(['a/given', 'a/kept']);
  },
  'takes an empty file': async ({ store, prefix, folder }) => {
    await writeFile(join(folder, 'empty'), '');
    await store.writeFile(`${prefix}a`, join(folder, 'empty'));
    expect((await store.head(`${prefix}a`))?.size).toBe(0);
  },
  'takes a large file': async ({ store, prefix, folder }) => {
    const path = join(folder, 'large');
    const bytes = randomBytes(LARGE);
    await writeFile(path, bytes);
    await store.writeFile(`${prefix}a`, path, { consume: true });
    const info = (await store.head(`${prefix}a`))!;
    expect(info.size).toBe(LARGE);
    const etag = await store.etag(info);
    expect((await content(store, `${prefix}a`, { ifMatch: etag })).equals(bytes)).toBe(true);
    expect((await content(store, `${prefix}a`, { start: LARGE - 9 })).equals(bytes.subarray(LARGE - 9))).toBe(true);
  },
  'names a file that is not there': async ({ store, prefix, folder }) => {
    const path = join(folder, 'nowhere');
    const error = { code: 'STORE_NOT_FOUND', message: expect.stringContaining(path) };
    await expect(store.writeFile(`${prefix}a`, path)).rejects.toMatchObject(error);
    expect(await keys(store, prefix)).toEqual([]);
  },
  'deletes, also what is not there': async ({ store, prefix }) => {
    await store.write(`${prefix}a`, 'x');
    await store.delete(`${prefix}a`);
    await store.delete(`${prefix}a`);
    await store.delete(`${prefix}never/was`);
    expect(await store.head(`${prefix}a`)).toBeUndefined();
    expect(await keys(store, prefix)).toEqual([]);
  },
  'lets a reader stop early': async ({ store, prefix }) => {
    await store.write(`${prefix}a`, randomBytes(3_000_000));
    for (let i = 0; i < 20; i++) {
      const stream = await store.read(`${prefix}a`);
      if (i % 2 === 0) for await (const _ of stream) break;
      else await closed(stream.destroy());
    }
    expect(await content(store, `${prefix}a`)).toHaveLength(3_000_000);
  },
  'serves readers side by side': async ({ store, prefix }) => {
    const bytes = randomBytes(1_500_000);
    await store.write(`${prefix}a`, bytes);
    const read = await Promise.all(Array.from({ length: 8 }, () => content(store, `${prefix}a`)));
    expect(read.every((one) => one.equals(bytes))).toBe(true);
  },
};

/** Declares the suite for one store. */
export function objectStoreContract(target: ContractTarget): void {
  describe(`${target.name} as an object store`, () => {
    let started: Awaited<ReturnType<ContractTarget['start']>>;
    let folder: string;
    let number = 0;
    beforeAll(async () => {
      started = await target.start();
      folder = await mkdtemp(join(tmpdir(), 'falconry-contract-'));
    });
    afterAll(async () => {
      await started.store.close();
      await started.stop();
      await rm(folder, { recursive: true });
    });
    for (const [name, run] of Object.entries(CASES)) {
      it(name, async (context) => {
        const reason = target.lacks?.[name];
        if (reason !== undefined) context.skip(reason);
        await run({ store: started.store, prefix: `case-${number++}/`, folder });
      });
    }
    it('lacks only what the suite asks', () => {
      expect(Object.keys(CASES)).toEqual(expect.arrayContaining(Object.keys(target.lacks ?? {})));
    });
  });
}

export async function content(
  store: ObjectStore,
  key: string,
  options: Parameters<ObjectStore['read']>[1] = {},
): Promise<Buffer> {
  return buffer(await store.read(key, options));
}

export async function list(store: ObjectStore, prefix: string): Promise<ObjectInfo[]> {
  const listed: ObjectInfo[] = [];
  for await (const info of store.list(prefix)) listed.push(info);
  return listed;
}

/** What is listed below a prefix, without it. */
export async function keys(store: ObjectStore, prefix: string): Promise<string[]> {
  return (await list(store, prefix)).map(({ key }) => key.slice(prefix.length));
}

function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

function shuffled(names: string[]): string[] {
  return [...names].sort((a, b) => createHash('md5').update(a).digest().compare(createHash('md5').update(b).digest()));
}

function closed(stream: Readable): Promise<void> {
  return new Promise((resolve) => stream.once('close', () => resolve()));
}
