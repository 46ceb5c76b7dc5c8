/** `convert --enrich` end to end: one snapshot, many workers, windows and files, and rows that differ from plain ones in nothing else. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { convert } from '../../dist/src/convert/convert.js';
import { dryRun } from '../../dist/src/convert/dry-run.js';
import { replay } from '../../dist/src/convert/replay.js';
import { snapshot } from '../../dist/src/convert/snapshot.js';
import type { ConvertReport } from '../../src/convert/report.js';
import type { SnapshotReport } from '../../src/enrich/take-snapshot.js';
import { writeSample } from '../../src/sample/sample.js';
import { differences } from '../enrich/differences.js';
import { lakeRowsByUid } from './lake-rows.js';
import { CID, connectionEvent, linesOf, processEvent, writeFiles } from './made-archive.js';

const region = 'eu-central-1';
const LONG = 120_000;
let folder: string;
let archive: string;
let work: string;
let taken: SnapshotReport;
let report: ConvertReport;

/** path below the lake → its bytes */
async function lakeBytes(lake: string): Promise<Record<string, Buffer>> {
  const names = (await readdir(join(lake, 'ext'), { recursive: true })).filter((name) => name.endsWith('.parquet')).sort();
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await readFile(join(lake, 'ext', name))] as const)),
  );
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'falconry-enrich-'));
  archive = join(folder, 'archive');
  work = join(folder, 'work');
  await writeSample({ directory: archive, events: 1000, hosts: 10, days: 2, eventsPerFile: 200, seed: 5 });
  taken = await snapshot({ archive, work });
  report = await convert({ archive, lake: join(folder, 'enriched'), work, region, workers: 1, unitBytes: 60_000, enrich: true });
}, LONG);
afterAll(() => rm(folder, { recursive: true, force: true }));

it('writes the same bytes with any number of workers', async () => {
  const lake = join(folder, 'enriched-by-3');
  const again = await convert({ archive, lake, work, region, workers: 3, unitBytes: 60_000, enrich: taken.id });
  expect(report.units.converted).toBeGreaterThan(3);
  expect(again.facts).toEqual(report.facts);
  expect(await lakeBytes(lake)).toEqual(await lakeBytes(join(folder, 'enriched')));
});

it(
  'counts what rows asked for and got, and differs from a plain run in facts and observables alone',
  async () => {
    const lake = join(folder, 'plain');
    const plain = await convert({ archive, lake, region, workers: 1, unitBytes: 60_000 });
    expect(plain.facts).toBeUndefined();
    expect(report.events).toEqual(plain.events);
    expect(report.classes).toEqual(plain.classes);
    const counts = report.facts!;
    for (const kind of ['host', 'user', 'process']) {
      const asked = counts[`${kind}-found`]! + counts[`${kind}-later`]! + counts[`${kind}-missing`]!;
      expect(asked, kind).toBeGreaterThan(0);
      expect(counts[`${kind}-found`], kind).toBeGreaterThan(0);
    }
    expect(counts['processes-kept']).toBeGreaterThan(0);
    expect(counts['processes-beyond-limit']).toBe(0);

    const rows = await lakeRowsByUid(lake);
    const enriched = await lakeRowsByUid(join(folder, 'enriched'));
    expect([...enriched.keys()].sort()).toEqual([...rows.keys()].sort());
    const changed = new Set<string>();
    for (const [uid, row] of rows) {
      for (const { path } of differences(row, enriched.get(uid))) changed.add(path.replace(/\[\d+\].*/, ''));
    }
    expect(changed.size).toBeGreaterThan(5);
    for (const path of changed) {
      expect(path).toMatch(
        /^((device|actor\.user|actor\.process|process\.parent_process)(\.|$)|observables$|unmapped\.falconry\.enriched_later$)/,
      );
    }
  },
  LONG,
);

it('names units by the snapshot, so that another makes other objects', async () => {
  const ledgers = (await readdir(join(work, 'ledger'), { recursive: true })).filter((name) => name.endsWith('.json'));
  const identities = await Promise.all(
    ledgers.map(async (name) => JSON.parse(await readFile(join(work, 'ledger', name), 'utf8')).identity.snapshot as string),
  );
  expect(new Set(identities)).toEqual(new Set([taken.id]));
  const plain = Object.keys(await lakeBytes(join(folder, 'plain')));
  const enriched = Object.keys(await lakeBytes(join(folder, 'enriched')));
  expect(enriched.filter((name) => plain.includes(name))).toEqual([]);
});

it('finds a process’s rollup in a later file and window of the unit, and in no other unit', async () => {
  const others = Array.from({ length: 8000 }, (_, i) => processEvent(`other-${i}`, { TargetProcessId: String(1_000_000 + i) }));
  const made = join(folder, 'lineage');
  await writeFiles(made, {
    'data/batch/part-00000.gz': gzipSync(linesOf([connectionEvent('child', { ContextProcessId: '700700700700' })])),
    // more than a window, so that the rollup comes in another
    'data/batch/part-00001.gz': gzipSync(linesOf(others)),
    'data/batch/part-00002.gz': gzipSync(linesOf([processEvent('parent', { CommandLine: 'tool.exe /late' })])),
  });
  const ofLineage = join(folder, 'lineage-work');
  await snapshot({ archive: made, work: ofLineage });
  const processOf = async (name: string, unitBytes: number) => {
    const lake = join(folder, name);
    const options = { archive: made, lake, work: ofLineage, region, workers: 1, windowBytes: 1024 * 1024, unitBytes };
    const { bytes } = await convert({ ...options, enrich: true });
    // rows take a third to a half of their lines: several windows
    expect(bytes.inflated).toBeGreaterThan(3 * 1024 * 1024);
    return ((await lakeRowsByUid(lake)).get('child')!.actor as { process: unknown }).process;
  };
  expect(await processOf('one-unit', 50_000_000)).toMatchObject({ name: 'tool.exe', cmd_line: 'tool.exe /late' });
  expect(await processOf('a-unit-a-file', 1)).toMatchObject({ uid: '700700700700', name: null, cmd_line: null });
});

it('says what to do where there is no snapshot', async () => {
  await expect(
    convert({ archive, lake: join(folder, 'none'), work: join(folder, 'empty-work'), region, enrich: true }),
  ).rejects.toMatchObject({ code: 'SNAPSHOT_MISSING', exitCode: 2 });
  await expect(readdir(join(folder, 'none'))).rejects.toMatchObject({ code: 'ENOENT' });
  await expect(convert({ archive, lake: join(folder, 'none'), work, region, enrich: 'f'.repeat(32) })).rejects.toMatchObject({
    code: 'SNAPSHOT_UNKNOWN',
  });
});

it('says so on a dry run too, and gives replayed lines the facts that they ask for', async () => {
  await expect(
    dryRun({ archive, lake: join(folder, 'none'), work: join(folder, 'empty-work'), region, enrich: true }),
  ).rejects.toMatchObject({ code: 'SNAPSHOT_MISSING' });

  const made = join(folder, 'mended');
  const host = { cid: CID, aid: 'a'.repeat(32), Time: '1772400000', ComputerName: 'ws-042', event_platform: 'Win' };
  await writeFiles(made, {
    'fdrv2/aidmaster/batch/part-00000.gz': gzipSync(`${JSON.stringify(host)}\n`),
    'data/batch/part-00000.gz': gzipSync(
      linesOf([
        processEvent('no-time', { aid: host.aid, timestamp: 'yesterday', ContextTimeStamp: 'never', ProcessStartTime: '-' }),
      ]),
    ),
  });
  const at = { lake: join(folder, 'mended-lake'), work: join(folder, 'mended-work'), region };
  await snapshot({ archive: made, work: at.work });
  const { quarantine } = await convert({ archive: made, ...at, workers: 1, enrich: true });
  expect(quarantine).toEqual({ 'no-time': 1 });
  const quarantined = join(at.work, 'quarantine');
  const [name] = (await readdir(quarantined, { recursive: true })).filter((each) => each.endsWith('.gz'));
  const text = gunzipSync(await readFile(join(quarantined, name!))).toString();
  await writeFile(join(quarantined, name!), gzipSync(text.replace('yesterday', '1772409600000')));
  const replayed = await replay({ archive: quarantined, ...at, enrich: true });
  expect(replayed.events).toMatchObject({ read: 1, written: 1 });
  expect(replayed.facts).toMatchObject({ 'host-found': 1 });
  expect((await lakeRowsByUid(at.lake)).get('no-time')!.device).toMatchObject({ hostname: 'ws-042' });
});

it('takes the same snapshot again, and another of another archive', async () => {
  expect((await snapshot({ archive, work: join(folder, 'again') })).id).toBe(taken.id);
  const grown = join(folder, 'grown');
  await writeFiles(grown, {
    'data/b/part-0.gz': gzipSync(`${JSON.stringify({ event_simpleName: 'X', cid: CID })}\n`),
  });
  expect((await snapshot({ archive: grown, work: join(folder, 'again') })).id).not.toBe(taken.id);
});
