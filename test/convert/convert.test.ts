/** The main job end to end on local folders: counts, bytes, known files, kills. */
import { createHash } from 'node:crypto';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { convert } from '../../dist/src/convert/convert.js';
import { dryRun } from '../../dist/src/convert/dry-run.js';
import { replay } from '../../dist/src/convert/replay.js';
import type { ConvertReport } from '../../src/convert/report.js';
import { writeSample } from '../../src/sample/sample.js';

let folder: string;
let archive: string;
const EVENTS = 6000;
/** with the secondary feeds */
let allRows: number;
const region = 'eu-central-1';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'falconry-convert-'));
  archive = join(folder, 'archive');
  const sample = await writeSample({ directory: archive, events: EVENTS, hosts: 20, eventsPerFile: 500, seed: 7 });
  allRows = EVENTS + Object.values(sample.feeds).reduce((sum, rows) => sum + rows, 0);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** path below the lake → SHA-256 */
async function lakeBytes(lake: string): Promise<Record<string, string>> {
  const names = await readdir(join(lake, 'ext'), { recursive: true });
  const objects = names.filter((name) => name.endsWith('.parquet')).sort();
  const hashes = await Promise.all(
    objects.map(async (name) =>
      createHash('sha256')
        .update(await readFile(join(lake, 'ext', name)))
        .digest('hex'),
    ),
  );
  return Object.fromEntries(objects.map((name, i) => [name, hashes[i]!]));
}

function expectSums(report: ConvertReport): void {
  const { read, written, quarantined, duplicate, filtered } = report.events;
  expect(read).toBe(written + quarantined + duplicate + filtered);
  expect(Object.values(report.classes).reduce((sum, cls) => sum + cls.events, 0)).toBe(written);
  expect(report.objects.reduce((sum, object) => sum + object.rows, 0)).toBe(written);
  expect(Object.values(report.quarantine).reduce((sum, n) => sum + n, 0)).toBe(quarantined);
  expect(Object.values(report.filtered).reduce((sum, n) => sum + n, 0)).toBe(filtered);
}

describe('convert', () => {
  it('writes every event once, and the same bytes with any number of workers', async () => {
    const lakes = await Promise.all(
      [1, 3].map(async (workers) => {
        const lake = join(folder, `lake-${workers}`);
        const report = await convert({ archive, lake, region, workers, unitBytes: 200_000 });
        expectSums(report);
        expect(report.events.written).toBe(allRows);
        expect(report.units.converted).toBeGreaterThan(3);
        return lakeBytes(lake);
      }),
    );
    expect(Object.keys(lakes[0]!).length).toBeGreaterThan(20);
    expect(lakes[1]).toEqual(lakes[0]);
  });

  it('skips what a ledger holds, and converts what came after', async () => {
    const grown = join(folder, 'grown');
    const lake = join(folder, 'grown-lake');
    await cp(join(archive, 'fdrv2'), join(grown, 'fdrv2'), { recursive: true });
    const batches = (await readdir(join(archive, 'data'))).sort();
    const half = batches.slice(0, Math.ceil(batches.length / 2));
    for (const batch of half) await cp(join(archive, 'data', batch), join(grown, 'data', batch), { recursive: true });
    const first = await convert({ archive: grown, lake, region, workers: 1 });
    const again = await convert({ archive: grown, lake, region, workers: 1 });
    expect(again.events.read).toBe(0);
    expect(again.files.known).toBe(first.files.read);
    for (const batch of batches) await cp(join(archive, 'data', batch), join(grown, 'data', batch), { recursive: true });
    const rest = await convert({ archive: join(grown, 'data'), lake, region, workers: 2 });
    expect(first.events.written + rest.events.written).toBe(allRows);
  });

  it('takes a second copy of a file in the same listing for known', async () => {
    const twice = join(folder, 'twice');
    for (const copy of ['a', 'b']) await cp(join(archive, 'data'), join(twice, copy, 'data'), { recursive: true });
    const report = await convert({ archive: twice, lake: join(folder, 'twice-lake'), region, workers: 1 });
    expect(report.events.written).toBe(EVENTS);
    expect(report.files.known).toBe(report.files.read);
  });

  it('says what it would do without doing it', async () => {
    const lake = join(folder, 'dry');
    const plan = await dryRun({ archive, lake, region });
    expect(plan.files).toBeGreaterThan(5);
    expect(plan.sources.map(({ source }) => source)).toContain('fdr12_process');
    await expect(readdir(lake)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('filters by event time: adjacent ranges share nothing and miss nothing', async () => {
    const cut = '2026-03-02T10:00:00Z';
    const before = await convert({ archive, lake: join(folder, 'before'), region, workers: 1, to: cut });
    const after = await convert({ archive, lake: join(folder, 'after'), region, workers: 1, from: cut });
    expectSums(before);
    expectSums(after);
    expect(before.events.written).toBeGreaterThan(0);
    expect(after.events.written).toBeGreaterThan(0);
    expect(before.events.written + after.events.written).toBe(allRows);
    expect(Math.max(...before.objects.map((object) => object.maxTime))).toBeLessThan(Date.parse(cut));
  });

  it('counts duplicates inside a unit with --dedupe', async () => {
    const doubled = join(folder, 'doubled');
    const file = join(doubled, 'data', 'one');
    await mkdir(file, { recursive: true });
    const line = JSON.stringify({
      event_simpleName: 'SensorHeartbeat',
      id: 'x-1',
      aid: 'a',
      cid: 'c',
      timestamp: '1772409600000',
    });
    const other = line.replace('x-1', 'x-2');
    await writeFile(join(file, 'part-00000.gz'), gzipSync(`${line}\n${line}\n${other}\n${line}\n`));
    const report = await convert({ archive: doubled, lake: join(folder, 'doubled-lake'), region, workers: 1, dedupe: true });
    expect(report.events).toEqual({ read: 4, written: 2, quarantined: 0, duplicate: 2, filtered: 0 });
  });

  it('refuses to run beside another conversion into the same lake', async () => {
    const lake = join(folder, 'locked');
    await mkdir(join(lake, 'work', 'lock'), { recursive: true });
    const owner = { host: 'another-machine', pid: 1, since: '2026-01-01T00:00:00Z' };
    await writeFile(join(lake, 'work', 'lock', 'lake.json'), JSON.stringify(owner));
    await expect(convert({ archive, lake, region })).rejects.toMatchObject({ code: 'WORK_LOCKED' });
  });

  it('names an archive that holds nothing, and options that cannot be', async () => {
    const empty = join(folder, 'empty');
    await mkdir(empty);
    await expect(convert({ archive: empty, lake: join(folder, 'x'), region })).rejects.toMatchObject({
      code: 'ARCHIVE_NOT_FOUND',
    });
    await expect(convert({ archive, lake: join(folder, 'x'), region: 'nowhere' })).rejects.toMatchObject({
      code: 'OPTION_INVALID',
    });
    await expect(convert({ archive, lake: 's3://bucket/lake', region })).rejects.toMatchObject({ code: 'WORK_NEEDED' });
  });
});

describe('replay', () => {
  it('converts what a new mapping or a mended line makes convertible, once', async () => {
    const bad = join(folder, 'bad-one', 'data', 'one');
    await mkdir(bad, { recursive: true });
    const good = JSON.stringify({
      event_simpleName: 'SensorHeartbeat',
      id: 'r-1',
      cid: 'c',
      aid: 'a',
      timestamp: '1772409600000',
    });
    const noTime = JSON.stringify({ event_simpleName: 'SensorHeartbeat', id: 'r-2', cid: 'c', aid: 'a' });
    await writeFile(join(bad, 'part-00000.gz'), gzipSync(`${good}\n${noTime}\nnot json\n`));
    const lake = join(folder, 'replay-lake');
    const first = await convert({ archive: join(folder, 'bad-one'), lake, region, workers: 1 });
    expect(first.quarantine).toEqual({ 'no-time': 1, 'not-json': 1 });

    const quarantine = join(lake, 'work', 'quarantine');
    expect((await replay({ archive: quarantine, lake, region })).unchanged).toBe(1);

    // the user mends the line in the quarantine file
    const [name] = (await readdir(quarantine, { recursive: true })).filter((file) => file.endsWith('.gz'));
    const { gunzipSync } = await import('node:zlib');
    const records = gunzipSync(await readFile(join(quarantine, name!)))
      .toString('utf8')
      .trimEnd()
      .split('\n')
      .map((text) => JSON.parse(text));
    expect(records.map(({ line, reason }) => [line, reason])).toEqual([
      [2, 'no-time'],
      [3, 'not-json'],
    ]);
    records[0].raw = noTime.replace('}', ',"timestamp":"1772409600001"}');
    await writeFile(join(quarantine, name!), gzipSync(`${records.map((record) => JSON.stringify(record)).join('\n')}\n`));

    const fixed = await replay({ archive: quarantine, lake, region });
    expect(fixed.events).toEqual({ read: 2, written: 1, quarantined: 1, duplicate: 0, filtered: 0 });
    const twice = await replay({ archive: quarantine, lake, region });
    expect(twice.events.written).toBe(0);
    expect(twice.files.known).toBe(1);
  });
});
