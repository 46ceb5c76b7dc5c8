/** Archive, work area and lake in S3: the same bytes as on a disk, and no request too many. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { convert } from '../../dist/src/convert/convert.js';
import { replay } from '../../dist/src/convert/replay.js';
import { type ConvertReport, exitCodeOf } from '../../src/convert/report.js';
import { writeSample } from '../../src/sample/sample.js';
import { accessDenied, type Operation, type S3Server } from '../support/s3-server.js';
import { soundLines } from './made-archive.js';
import { REGION, S3_ENV, s3Options, startS3, upload } from './s3-places.js';

const UNIT_BYTES = 60_000;
let folder: string;
let archive: string;
let local: ConvertReport;
let localObjects: Map<string, Buffer>;
let server: S3Server;

beforeAll(async () => {
  Object.assign(process.env, S3_ENV);
  folder = await mkdtemp(join(tmpdir(), 'falconry-s3-'));
  archive = join(folder, 'archive');
  await writeSample({ directory: archive, events: 800, hosts: 10, seed: 5, eventsPerFile: 200, bad: true });
  local = await convert({ archive, lake: join(folder, 'lake'), region: REGION, workers: 1, unitBytes: UNIT_BYTES });
  localObjects = await objectsOf(join(folder, 'lake'));
}, 120_000);
afterEach(() => server?.stop());
afterAll(() => rm(folder, { recursive: true, force: true }));

/** key → bytes of a local lake */
async function objectsOf(lake: string): Promise<Map<string, Buffer>> {
  const names = (await readdir(join(lake, 'ext'), { recursive: true })).filter((name) => name.endsWith('.parquet')).sort();
  return new Map(await Promise.all(names.map(async (name) => [`ext/${name}`, await readFile(join(lake, 'ext', name))] as const)));
}

const keysUnder = (bucket: string, prefix: string): string[] =>
  server.keys(bucket).flatMap((key) => (key.startsWith(prefix) ? [key.slice(prefix.length)] : []));

function expectSameLake(): void {
  expect(keysUnder('lake', 'root/')).toEqual([...localObjects.keys()]);
  for (const [key, bytes] of localObjects) expect(server.object('lake', `root/${key}`)!.bytes.equals(bytes), key).toBe(true);
}

const requests = (operation: Operation): number => server.count(operation).requests;

describe('convert from S3 to S3', () => {
  it('leaves the same objects as on a disk, byte by byte', async () => {
    server = await startS3({ pageSize: 10 });
    await upload(server, archive);
    const report = await convert({ ...s3Options(server), workers: 2, unitBytes: UNIT_BYTES });
    const { work: _work, lake: _lake, seconds: _seconds, ...rest } = report;
    expect(local).toMatchObject(rest);
    expectSameLake();
    expect(keysUnder('work', 'falconry/staging/')).toEqual([]);
    expect(keysUnder('work', 'falconry/lock/')).toEqual([]);
    expect(server.pendingUploads('lake')).toEqual([]);
  });

  it('asks for each file once and writes each object twice, staged and published; only the main thread lists', async () => {
    server = await startS3();
    await upload(server, archive);
    server.resetCounts();
    const report = await convert({ ...s3Options(server), workers: 2, unitBytes: UNIT_BYTES });
    const units = report.units.converted;
    const quarantined = keysUnder('work', 'falconry/quarantine/').length;
    const staged = report.objects.length + quarantined;
    expect(units).toBeGreaterThan(5);
    expect(quarantined).toBeGreaterThan(0);
    // what zlib fails in is opened again, at most twice
    const damaged = report.damaged.filter(({ reason }) => reason === 'gzip-corrupt').length;
    expect(requests('GetObject')).toBe(report.files.read + 2 * damaged);
    // beside the objects: a ledger and its mark a unit, and the lock
    expect(requests('PutObject')).toBe(2 * staged + 2 * units + 1);
    expect(requests('DeleteObject')).toBe(staged + 1);
    // the archive, the ledgers, what dead attempts have staged
    expect(requests('ListObjectsV2')).toBe(3);
    // whether compaction has taken an object's partition
    expect(requests('HeadObject')).toBe(report.objects.length);
    expect(requests('CreateMultipartUpload') + requests('CopyObject')).toBe(0);
  });

  it('reads no file again the second time', async () => {
    server = await startS3();
    await upload(server, archive);
    const first = await convert({ ...s3Options(server), workers: 2 });
    server.resetCounts();
    // the same places, written in another way
    const again = await convert({ ...s3Options(server), lake: 's3://lake/root//', archive: 's3://archive/fdr/', workers: 2 });
    expect(again.files).toMatchObject({ read: 0, known: first.files.read });
    expect(again.events.read).toBe(0);
    expect(requests('GetObject')).toBe(first.units.converted);
    expect(requests('PutObject')).toBe(1);
  });
});

describe('a run that stops between ledger and publishing', () => {
  it('is finished by the next, from what is staged in S3', async () => {
    server = await startS3();
    await upload(server, archive);
    const options = { ...s3Options(server), workers: 1, unitBytes: UNIT_BYTES };
    // the first object of the third unit's publishing is refused, and all that come after
    server.faults.add({ fault: accessDenied(), operation: 'PutObject', key: /^root\/ext\//, after: 20 });
    await expect(convert(options)).rejects.toMatchObject({ code: 'STORE_ACCESS_DENIED', exitCode: 1 });
    const before = keysUnder('lake', 'root/');
    expect(before).toHaveLength(20);
    for (const key of before) expect(server.object('lake', `root/${key}`)!.bytes.equals(localObjects.get(key)!)).toBe(true);
    expect(keysUnder('work', 'falconry/staging/').length).toBeGreaterThan(0);
    expect(keysUnder('work', 'falconry/lock/')).toEqual([]);

    server.faults.clear();
    const report = await convert(options);
    expect(report.units.published).toBe(1);
    expectSameLake();
    expect(keysUnder('work', 'falconry/staging/')).toEqual([]);
    const third = await convert(options);
    expect(third.units).toMatchObject({ converted: 0, published: 0 });
  });

  it('does not keep what a dead attempt has staged', async () => {
    server = await startS3();
    server.put('archive', 'fdr/data/b/one.gz', gzipSync(soundLines('one', 5)));
    await convert(s3Options(server));
    const [lakeId] = keysUnder('work', 'falconry/ledger/').map((key) => key.split('/')[0]!);
    server.put('work', `falconry/staging/${lakeId}/0123/dead/0.parquet`, 'half');
    server.put('work', 'falconry/staging/another-lake/0123/alive/0.parquet', 'half');
    await convert(s3Options(server));
    expect(keysUnder('work', 'falconry/staging/')).toEqual(['another-lake/0123/alive/0.parquet']);
  });
});

it('replays a quarantine that lies in S3', async () => {
  server = await startS3();
  const line = Buffer.from('{"event_simpleName":"SensorHeartbeat","id":"mend-me"}\n');
  server.put('archive', 'fdr/data/b/one.gz', gzipSync(Buffer.concat([soundLines('one', 3), line])));
  await convert(s3Options(server));
  const [key] = server.keys('work').filter((name) => name.includes('/quarantine/'));
  const text = Buffer.from(server.object('work', key!)!.bytes);
  const { gunzipSync } = await import('node:zlib');
  const mended = gunzipSync(text).toString().replace('mend-me\\"', 'mend-me\\",\\"timestamp\\":\\"1772409600000\\"');
  server.put('work', key!, gzipSync(mended));
  const report = await replay({ ...s3Options(server), archive: 's3://work/falconry/quarantine' });
  expect(report.events).toEqual({ read: 1, written: 1, quarantined: 0, duplicate: 0, filtered: 0 });
});

describe('object names that mean something to a file system', () => {
  const NAMES = ['a b', 'a%2Fb', 'a=b&c+d', '%2e%2e%2fetc', 'größe', 'x//y', 'C:\\x', '~', 'a\tb', 'quote\'"<>'];

  it('are names like any other', async () => {
    server = await startS3();
    for (const [i, name] of NAMES.entries()) server.put('archive', `fdr/data/${name}/p.gz`, gzipSync(soundLines(`n${i}`, 3)));
    const lake = join(folder, 'named', 'lake');
    const report = await convert({ ...s3Options(server), lake, work: join(folder, 'named', 'work') });
    expect(report.events.written).toBe(3 * NAMES.length);
    expect((await readdir(join(folder, 'named'))).sort()).toEqual(['lake', 'work']);
    for (const name of await readdir(lake, { recursive: true })) expect(name).not.toMatch(/\.\.|%|etc|quote/);
  });

  it('are passed over and reported where they are no path', async () => {
    server = await startS3();
    const odd = ['fdr/../p.gz', 'fdr/./p.gz', 'fdr//p.gz', 'fdr/data/../../etc/p.gz'];
    for (const [i, key] of odd.entries()) server.put('archive', key, gzipSync(soundLines(`odd${i}`, 3)));
    server.put('archive', 'fdr/data/b/sound.gz', gzipSync(soundLines('sound', 3)));
    const root = join(folder, 'odd');
    const report = await convert({ ...s3Options(server), lake: join(root, 'lake'), work: join(root, 'work') });
    expect(report.events).toMatchObject({ read: 3, written: 3 });
    expect(report.files).toMatchObject({ found: 1, read: 1, refused: 4 });
    expect(report.refusedKeys.sort()).toEqual(odd.map((key) => key.slice('fdr/'.length)).sort());
    expect(exitCodeOf(report, false)).toBe(4);
    expect((await readdir(root)).sort()).toEqual(['lake', 'work']);
  });
});
