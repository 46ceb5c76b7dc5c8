/** Finding the files of a backfill: ranges of keys, folders of a template, inventories, probes, LastModified. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { DuckDBInstance } from '@duckdb/node-api';
import { describe, expect, it } from 'vitest';
import type { ArchiveFile } from '../../src/archive/find.js';
import { listInventory } from '../../src/backfill/inventory.js';
import { type Listing, listFolders, listInRanges, without } from '../../src/backfill/list-archive.js';
import { cloudTimes } from '../../src/backfill/probe.js';
import { noSelectCounts, selectByLastModified, selectByProbe } from '../../src/backfill/select.js';
import { cutArrays } from '../../src/backfill/submit.js';
import { compareKeys, isKey } from '../../src/store/key.js';
import { MemoryStore } from '../../src/store/memory.js';
import type { ObjectInfo } from '../../src/store/store.js';
import { batchId } from './backfill-places.js';

async function objectsOf({ pages }: Listing): Promise<ObjectInfo[]> {
  const found: ObjectInfo[] = [];
  for await (const page of pages()) found.push(...page);
  return found;
}

const keysOf = async (listing: Listing) => (await objectsOf(listing)).map(({ key }) => key);

async function storeOf(keys: readonly string[]): Promise<MemoryStore> {
  const store = new MemoryStore('s3://bucket/fdr');
  for (const key of keys) await store.write(key, 'x');
  return store;
}

const ARCHIVE = [
  ...Array.from({ length: 60 }, (_, i) => `t/data/${batchId(i)}/part-00000.gz`),
  ...['t/data/zz/part.gz', 't/data/00', 't/data/ff', 't/data/FF/x.gz', 't/a.gz', 't/datb/x.gz', 'z.gz', 't/data/\u{1f600}.gz'],
];

describe('listing in ranges', () => {
  for (const first of [1, 5, 40, 1000]) {
    it(`finds every key once, in byte order, with ${first} keys in the first page`, async () => {
      const store = await storeOf(ARCHIVE);
      expect(await keysOf(listInRanges(store, first))).toEqual([...ARCHIVE].sort(compareKeys));
    });
  }

  it('of an archive without data/ goes on where the first page ends', async () => {
    const keys = Array.from({ length: 30 }, (_, i) => `x/${i}.gz`);
    expect(await keysOf(listInRanges(await storeOf(keys), 7))).toEqual([...keys].sort(compareKeys));
  });

  it('leaves out what begins with a prefix', async () => {
    const store = await storeOf(['a/1', 'b/1', 'ba/2', 'c']);
    expect(await keysOf(without(listInRanges(store, 1), ['a/', 'b/']))).toEqual(['ba/2', 'c']);
  });

  it('lists only the folders of a template', async () => {
    const store = await storeOf(['2025/01/01/a.gz', '2025/01/02/b.gz', '2025/01/03/c.gz']);
    expect(await keysOf(listFolders(store, ['2025/01/01/', '2025/01/03/', '2025/01/04/']))).toEqual([
      '2025/01/01/a.gz',
      '2025/01/03/c.gz',
    ]);
  });
});

describe('an S3 Inventory', () => {
  const OBJECTS = [
    ['fdr/data/b 1/part+1.gz', 11, 'e1', 'STANDARD'],
    ['fdr/data/a,"q"/part.gz', 12, 'e2', 'GLACIER'],
    ['other/data/x.gz', 13, 'e3', 'STANDARD'],
  ] as const;
  const EXPECTED = [
    { key: 'data/a,"q"/part.gz', size: 12, etag: 'e2', storageClass: 'GLACIER', lastModified: new Date('2025-01-02T03:04:05Z') },
    { key: 'data/b 1/part+1.gz', size: 11, etag: 'e1', storageClass: 'STANDARD', lastModified: new Date('2025-01-02T03:04:05Z') },
  ];

  async function withInventory(
    fileFormat: string,
    fileSchema: string,
    write: (path: string) => Promise<void>,
    sourceBucket = 'bucket',
  ) {
    const folder = await mkdtemp(join(tmpdir(), 'falconry-inventory-'));
    try {
      const key = fileFormat === 'CSV' ? 'data.csv.gz' : 'data.parquet';
      await write(join(folder, key));
      await writeFile(join(folder, 'manifest.json'), JSON.stringify({ sourceBucket, fileFormat, fileSchema, files: [{ key }] }));
      return await objectsOf(listInventory('s3://bucket/fdr', join(folder, 'manifest.json'), {}));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  const csv = (path: string) => {
    const encode = (key: string) => encodeURIComponent(key).replaceAll('%2F', '/').replaceAll('%20', '+');
    const rows = OBJECTS.map(
      ([key, size, etag, storage]) => `"bucket","${encode(key)}","${size}","2025-01-02T03:04:05.000Z","${etag}","${storage}"\n`,
    );
    return writeFile(path, gzipSync(rows.join('')));
  };

  it('in CSV gives the archive, in byte order, with decoded keys', async () => {
    expect(await withInventory('CSV', 'Bucket, Key, Size, LastModifiedDate, ETag, StorageClass', csv)).toEqual(EXPECTED);
  });

  it('in Parquet gives the same', async () => {
    const schema =
      'message s3.inventory { required binary bucket (UTF8); required binary key (UTF8); optional int64 size; optional int64 last_modified_date (TIMESTAMP(MILLIS,true)); optional binary e_tag (UTF8); optional binary storage_class (UTF8);}';
    const found = await withInventory('Parquet', schema, async (path) => {
      const instance = await DuckDBInstance.create(':memory:');
      const connection = await instance.connect();
      const rows = OBJECTS.map(
        ([key, size, etag, storage]) =>
          `('bucket', '${key}', ${size}::bigint, timestamp '2025-01-02 03:04:05', '${etag}', '${storage}')`,
      );
      await connection.run(
        `copy (select * from (values ${rows.join(', ')}) t(bucket, key, size, last_modified_date, e_tag, storage_class)) to '${path}' (format parquet)`,
      );
      connection.closeSync();
      instance.closeSync();
    });
    expect(found).toEqual(EXPECTED);
  });

  it('is in byte order of the keys, whatever stands in them, in more than one page', async () => {
    const odd = [
      '\n',
      '\r\n',
      '\x1f',
      '\x01',
      '"',
      '""',
      "'",
      '\\',
      ',',
      '\t',
      ' ',
      '\u{1f600}',
      '\uffee',
      'é',
      '\n\x1f1\x1fe\x1f\x1f',
    ];
    const keys = Array.from(
      { length: 3000 },
      (_, i) => `data/${batchId(i % 500)}/part${odd[i % odd.length]}-${i}${odd[i % 7]}.gz`,
    );
    keys.push(...odd.map((each) => `data/a${each}`), ...odd.map((each) => each), 'data/a', 'data', 'x'.repeat(1020));
    const write = (path: string) =>
      writeFile(path, gzipSync(keys.map((key) => `"bucket","${encodeURIComponent(`fdr/${key}`)}","1","e"\n`).join('')));
    const found = await withInventory('CSV', 'Bucket, Key, Size, ETag', write);
    expect(found.map(({ key }) => key)).toEqual([...keys].sort(compareKeys));
    expect(found.every(({ size, etag, storageClass }) => size === 1 && etag === 'e' && storageClass === undefined)).toBe(true);
  });

  it('counts a key with a NUL, which no store reads, and says which', async () => {
    const rows = ['a%00b.gz', 'c.gz'].map((key) => `"bucket","fdr/${key}","1","e"\n`);
    const found = await withInventory('CSV', 'Bucket, Key, Size, ETag', (path) => writeFile(path, gzipSync(rows.join(''))));
    expect(found.map(({ key }) => [key, isKey(key)])).toEqual([
      ['/a%00b.gz', false],
      ['c.gz', true],
    ]);
  });

  it('is refused where a row has no size or no ETag, or cannot be read', async () => {
    const refused = (row: string) =>
      expect(withInventory('CSV', 'Bucket, Key, Size, ETag', (path) => writeFile(path, gzipSync(row)))).rejects;
    await refused('"bucket","fdr/a.gz","","e"\n').toThrow(/a.gz has no ETag or no size/);
    await refused('"bucket","fdr/a.gz","1",""\n').toThrow(/a.gz has no ETag or no size/);
    await refused('"bucket","fdr/a.gz","-1","e"\n').toThrow(/a.gz has no ETag or no size/);
    await refused('"bucket","fdr/a.gz","1","e\x1fSTANDARD\x1f7"\n').toThrow(/cannot be read/);
    await refused(`"bucket","fdr/${'x'.repeat(70_000)}","1","e"\n`).toThrow(/longer than 65536 bytes/);
  });

  it('is refused where it lacks the ETag, is ORC, or lists another bucket', async () => {
    await expect(withInventory('CSV', 'Bucket, Key, Size', csv)).rejects.toThrow(/it lacks ETag; add it/);
    await expect(withInventory('ORC', 'struct<>', csv)).rejects.toThrow(/its format is ORC; have it written as CSV or Parquet/);
    await expect(withInventory('CSV', 'Bucket, Key, Size, ETag', csv, 'else')).rejects.toThrow(/lists the bucket else/);
  });
});

describe('probing', () => {
  const line = (time: number | string) => JSON.stringify({ event_simpleName: 'X', timestamp: time });

  it('finds the cloud times of whole lines in the beginning of a file', () => {
    const text = [line('1735689600123'), line(1735689500000), line('soon'), 'no json', line('1735689700000')].join('\n');
    expect(cloudTimes(gzipSync(text))).toEqual({ from: 1735689500000, to: 1735689700000 });
    expect(cloudTimes(gzipSync(text.slice(0, -4)))).toEqual({ from: 1735689500000, to: 1735689600123 });
    const long = gzipSync(`${text}\n${Array.from({ length: 5000 }, (_, i) => `{"n":${Math.sin(i)}}`).join('\n')}`);
    expect(cloudTimes(long.subarray(0, 4000))).toEqual({ from: 1735689500000, to: 1735689700000 });
    expect(cloudTimes(Buffer.from('no gzip'))).toBeUndefined();
    expect(cloudTimes(gzipSync('{"Time":1}\n'))).toBeUndefined();
  });

  const DAY = 86_400_000;
  const WINDOW = { from: 1735689600000, to: 1735689600000 + DAY };
  const found = async (pages: AsyncIterable<ArchiveFile[]>) => {
    const keys: string[] = [];
    for await (const page of pages) keys.push(...page.map(({ key }) => key));
    return keys;
  };

  it('keeps the folders of the range, and those that nothing is known of; one read a folder', async () => {
    const store = new MemoryStore();
    const put = async (key: string, text: string) => store.write(key, gzipSync(text));
    for (const part of ['1', '2']) {
      await put(`before/${part}.gz`, line(WINDOW.from - 2 * DAY));
      await put(`near/${part}.gz`, line(WINDOW.from - DAY / 2));
      await put(`in/${part}.gz`, line(WINDOW.from + 5));
      await put(`after/${part}.gz`, line(WINDOW.to + DAY));
      await put(`other/${part}.gz`, '{"aid":1}');
    }
    const counts = noSelectCounts();
    const kept = await found(selectByProbe(store, archiveFiles(store), WINDOW, DAY, counts));
    expect(kept).toEqual(['in/1.gz', 'in/2.gz', 'near/1.gz', 'near/2.gz', 'other/1.gz', 'other/2.gz']);
    expect(counts).toMatchObject({ outOfRange: 4, undated: 2, probed: 5 });
    expect(kept.length + counts.outOfRange).toBe(10);
  });

  it('by LastModified keeps what has none', async () => {
    const counts = noSelectCounts();
    async function* pages(): AsyncGenerator<ArchiveFile[]> {
      for (const [key, time] of [
        ['a', WINDOW.from - 1],
        ['b', WINDOW.from],
        ['c', WINDOW.to],
        ['d', undefined],
      ] as const) {
        const file = { key, canonicalKey: key, size: 7, feed: 'events' as const };
        yield [{ ...file, ...(time === undefined ? {} : { lastModified: new Date(time) }) }];
      }
    }
    expect(await found(selectByLastModified(pages(), WINDOW, 0, counts))).toEqual(['b', 'd']);
    expect(counts).toMatchObject({ outOfRange: 2, outOfRangeBytes: 14, undated: 1 });
  });

  async function* archiveFiles(store: MemoryStore) {
    for await (const object of store.list('')) yield [{ ...object, canonicalKey: object.key, feed: 'events' as const }];
  }
});

describe('cutArrays', () => {
  it('keeps arrays between 2 and 10,000 children; one slice is a plain job', () => {
    expect(cutArrays(1)).toEqual([{ offset: 0, size: 1 }]);
    expect(cutArrays(10_000)).toEqual([{ offset: 0, size: 10_000 }]);
    expect(
      cutArrays(10_001)
        .map(({ size }) => size)
        .sort(),
    ).toEqual([5000, 5001]);
    for (const n of [2, 3, 9999, 20_001, 123_457]) {
      const arrays = cutArrays(n);
      let offset = 0;
      for (const array of arrays) {
        expect(array.offset).toBe(offset);
        expect(array.size).toBeGreaterThanOrEqual(2);
        expect(array.size).toBeLessThanOrEqual(10_000);
        offset += array.size;
      }
      expect(offset).toBe(n);
    }
  });
});
