/** The secondary feeds through the whole conversion: every row is written or quarantined, and what is quarantined can be replayed. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { convert } from '../../dist/src/convert/convert.js';
import { replay } from '../../dist/src/convert/replay.js';
import { writeSample } from '../../src/sample/sample.js';
import { lakeRows } from './lake-rows.js';
import { linesOf, writeFiles } from './made-archive.js';

const region = 'eu-central-1';
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'falconry-feeds-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const host = (more: object) =>
  JSON.stringify({ aid: 'f'.repeat(32), cid: 'c', AgentLoadFlags: '0', ComputerName: 'HOST', ...more });

it.each(['1.2.0', '1.3.0', '1.1.0'] as const)('writes every row of a sample’s feeds, OCSF %s', async (ocsf) => {
  const archive = join(folder, `sample-${ocsf}`);
  const lake = join(folder, `sample-lake-${ocsf}`);
  const sample = await writeSample({ directory: archive, events: 500, hosts: 20, days: 2, seed: 11 });
  const report = await convert({ archive, lake, region, ocsf, workers: 1 });
  const feedRows = Object.values(sample.feeds).reduce((sum, rows) => sum + rows, 0);
  expect(feedRows).toBeGreaterThan(0);
  expect(report.events).toEqual({ read: 500 + feedRows, written: 500 + feedRows, quarantined: 0, duplicate: 0, filtered: 0 });
  const byFeed: Record<string, number> = {};
  for (const { metadata } of await lakeRows(lake)) {
    const code = String(metadata.event_code);
    if (code in sample.feeds) byFeed[code] = (byFeed[code] ?? 0) + 1;
  }
  expect(byFeed).toEqual(sample.feeds);
});

it('quarantines rows without a time, and replays them as rows of their feed', async () => {
  const archive = join(folder, 'bad');
  const lake = join(folder, 'bad-lake');
  await writeFiles(archive, {
    // the path of one tells the feed, the content of the other
    'fdrv2/aidmaster/batch/part-00000.gz': gzipSync(linesOf([host({ Time: '1772445600.0' }), host({ Time: 'none' }), '{"cut'])),
    'copied/part.gz': gzipSync(linesOf([host({ Time: '1772445600.5' }), host({ Time: 'soon' })])),
  });
  const first = await convert({ archive, lake, region, workers: 1, maxLine: 1024 });
  expect(first.events).toEqual({ read: 5, written: 2, quarantined: 3, duplicate: 0, filtered: 0 });
  expect(first.quarantine).toEqual({ 'cut-off': 1, 'no-time': 2 });

  const quarantine = join(lake, 'work', 'quarantine');
  for (const name of (await readdir(quarantine, { recursive: true })).filter((file) => file.endsWith('.gz'))) {
    const text = gunzipSync(await readFile(join(quarantine, name))).toString();
    for (const record of text.trimEnd().split('\n')) expect(JSON.parse(record)).toMatchObject({ feed: 'aidmaster' });
    const mended = text.replace(/\\"(none|soon)\\"/, '\\"1772445700.25\\"');
    await writeFile(join(quarantine, name), gzipSync(mended));
  }
  const fixed = await replay({ archive: quarantine, lake, region });
  expect(fixed.events).toEqual({ read: 3, written: 2, quarantined: 1, duplicate: 0, filtered: 0 });
  expect(fixed.classes).toMatchObject({ inventory_info: { events: 2 } });
});

it('quarantines a row that is too long by its beginning', async () => {
  const archive = join(folder, 'long');
  const lake = join(folder, 'long-lake');
  await writeFiles(archive, {
    'fdrv2/aidmaster/batch/part-00000.gz': gzipSync(linesOf([host({ Time: '1772445600.0', OU: 'x'.repeat(2000) })])),
  });
  const report = await convert({ archive, lake, region, workers: 1, maxLine: 1024 });
  expect(report.quarantine).toEqual({ 'line-too-long': 1 });
  expect(report.events).toEqual({ read: 1, written: 0, quarantined: 1, duplicate: 0, filtered: 0 });
});

it('keeps rows of a time range', async () => {
  const archive = join(folder, 'range');
  const lake = join(folder, 'range-lake');
  await writeFiles(archive, {
    'fdrv2/aidmaster/batch/part-00000.gz': gzipSync(linesOf([host({ Time: '1772445600.0' }), host({ Time: '1772359200.0' })])),
  });
  const report = await convert({ archive, lake, region, workers: 1, from: '2026-03-02' });
  expect(report.events).toEqual({ read: 2, written: 1, quarantined: 0, duplicate: 0, filtered: 1 });
  expect(report.filtered).toEqual({ range: 1 });
});
