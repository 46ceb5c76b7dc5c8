import { describe, expect, it } from 'vitest';
import { type ArchiveFile, type FoundCounts, findFiles } from '../../src/archive/find.js';
import type { ObjectInfo } from '../../src/store/store.js';

const BATCH = '6f1c9a52-0b7e-4d7c-9d0e-3a5b8c1d2e4f';

function storeOf(objects: ObjectInfo[], uri = 's3://bucket/fdr') {
  const prefixes: string[] = [];
  return {
    uri,
    prefixes,
    async *list(prefix: string) {
      prefixes.push(prefix);
      yield* objects;
    },
  };
}

async function find(
  objects: ObjectInfo[],
  uri?: string,
): Promise<{ files: ArchiveFile[]; counts: FoundCounts; error?: unknown }> {
  const finding = findFiles(storeOf(objects, uri));
  const files: ArchiveFile[] = [];
  try {
    for await (const file of finding) files.push(file);
  } catch (error) {
    return { files, counts: finding.counts, error };
  }
  return { files, counts: finding.counts };
}

const sum = (counts: Record<string, number | undefined>) =>
  Object.values(counts).reduce<number>((total, count) => total + count!, 0);

describe('findFiles', () => {
  it('lists the files with what is known of them, and counts everything else', async () => {
    const objects: ObjectInfo[] = [
      { key: 'readme.txt', size: 9 },
      { key: `t/data/${BATCH}/_SUCCESS`, size: 0 },
      { key: `t/data/${BATCH}/part-00000.gz`, size: 100, etag: 'e1', storageClass: 'STANDARD', lastModified: new Date(1) },
      { key: `t/data/${BATCH}/part-00001.gz`, size: 0, etag: 'e2' },
      { key: `t/data/${BATCH}/part-00002.gz`, size: 5, storageClass: 'GLACIER' },
      { key: `t/data/${BATCH}/part-00003.gz`, size: 6, storageClass: 'DEEP_ARCHIVE' },
      { key: `t/data/${BATCH}/part-00004.gz`, size: 7, storageClass: 'GLACIER_IR' },
      { key: `t/fdrv2/aidmaster/${BATCH}/part-00000.gz`, size: 30 },
      { key: 't/other/.hidden.gz', size: 1 },
      { key: 't/other/list.csv', size: 1 },
      { key: 't/other/x.gz', size: 2 },
    ];
    const { files, counts, error } = await find(objects);
    expect(error).toBeUndefined();
    expect(files.map(({ key, feed, canonicalKey }) => [key, feed, canonicalKey])).toEqual([
      [`t/data/${BATCH}/part-00000.gz`, 'events', `data/${BATCH}/part-00000.gz`],
      [`t/data/${BATCH}/part-00004.gz`, 'events', `data/${BATCH}/part-00004.gz`],
      [`t/fdrv2/aidmaster/${BATCH}/part-00000.gz`, 'aidmaster', `fdrv2/aidmaster/${BATCH}/part-00000.gz`],
      ['t/other/x.gz', 'unknown', 't/other/x.gz'],
    ]);
    expect(files[0]).toMatchObject({ size: 100, etag: 'e1', storageClass: 'STANDARD', lastModified: new Date(1) });
    expect(counts).toMatchObject({
      listed: 11,
      files: 4,
      bytes: 139,
      feeds: { events: 2, aidmaster: 1, unknown: 1 },
      markers: 1,
      empty: 1,
      foreign: { hidden: 1, 'not-gz': 2 },
      archived: { GLACIER: 1, DEEP_ARCHIVE: 1 },
    });
    const others = counts.markers + counts.empty + sum(counts.foreign) + sum(counts.archived);
    expect(counts.files + others).toBe(counts.listed);
    expect(sum(counts.feeds)).toBe(counts.files);
    expect(counts.examples).toHaveLength(5);
  });

  it.each(['s3://bucket/some/data', 's3://bucket/data/', 's3://data-bucket/data', '/mnt/fdr/data', 'copies/data'])(
    'reads the feed from the root %s too',
    async (uri) => {
      const { files } = await find([{ key: `${BATCH}/part-00000.gz`, size: 1 }], uri);
      expect(files[0]).toMatchObject({ feed: 'events', canonicalKey: `data/${BATCH}/part-00000.gz` });
    },
  );

  it('takes no feed from the name of the bucket', async () => {
    const { files } = await find([{ key: `${BATCH}/part-00000.gz`, size: 1 }], 's3://data');
    expect(files[0]).toMatchObject({ feed: 'unknown', canonicalKey: `${BATCH}/part-00000.gz` });
  });

  it('says so when nothing is there', async () => {
    const { error } = await find([]);
    expect(error).toMatchObject({
      code: 'ARCHIVE_NOT_FOUND',
      exitCode: 2,
      message: 's3://bucket/fdr holds nothing; check the path.',
    });
  });

  it('says what is there instead of files', async () => {
    const { error } = await find([
      { key: 'data/x/_SUCCESS', size: 0 },
      { key: 'data/x/p0.gz', size: 0 },
      { key: 'data/x/p1.gz', size: 3, storageClass: 'GLACIER' },
      { key: 'data/x/p1.csv', size: 3 },
    ]);
    expect(error).toMatchObject({
      code: 'ARCHIVE_EMPTY',
      message:
        's3://bucket/fdr holds no readable FDR files (.gz), only 1 _SUCCESS markers, 1 empty files, 1 objects that are not .gz, ' +
        '1 in GLACIER (restore them first); the first is "data/x/p0.gz".',
    });
  });

  it('lists once, from the root', async () => {
    const store = storeOf([{ key: 'a.gz', size: 1 }]);
    for await (const file of findFiles(store)) expect(file.key).toBe('a.gz');
    expect(store.prefixes).toEqual(['']);
  });
});
