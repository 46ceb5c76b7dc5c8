/** Killed at many instants, with the archive growing in between, a conversion ends with every event in the lake exactly once. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LedgerSchema } from '../../src/convert/ledger.js';
import { Random } from '../../src/sample/random.js';
import { runCli } from '../cli/run.js';
import { lakeUids } from '../convert/lake-rows.js';
import { GrowingArchive } from './growing-archive.js';
import { runUntil, treeOf, type Watch } from './watched-run.js';

const SEED = 20_260_803;
const KILLS = 10;
/** A unit takes two or three of the files. */
const BATCH = { files: 4, events: 20 };
const UNIT_BYTES = 5000;
let root: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'falconry-kill-'));
}, 600_000);
afterAll(() => rm(root, { recursive: true, force: true }));

const convertArgs = (archive: string, lake: string, workers: number) => [
  ...['convert', archive, '--lake', lake, '--region', 'eu-central-1'],
  ...['--workers', String(workers), '--unit-bytes', String(UNIT_BYTES)],
];

/** Paths in the work area. */
const stagedIn = (tree: readonly string[]) => tree.filter((path) => /^staging\/.*\.parquet$/.test(path));
const ledgersIn = (tree: readonly string[]) => tree.filter((path) => /^ledger\/.*\.json$/.test(path));

/** A unit is committed, and not yet marked as published. */
function isHalfPublished(tree: readonly string[]): boolean {
  return ledgersIn(tree).some((path) => !tree.includes(path.replace(/\.json$/, '.published')));
}

/** The same, and some of its objects are in the lake: of the numbers from 0 they were staged under, the first is gone. */
function isBeingPublished(tree: readonly string[]): boolean {
  const folders = new Set(stagedIn(tree).map((path) => path.slice(0, path.lastIndexOf('/'))));
  return [...folders].some((folder) => tree.includes(ledgerOf(folder)) && !tree.includes(`${folder}/0.parquet`));
}

const ledgerOf = (attempt: string) => attempt.replace(/^staging\/(.*)\/[^/]*$/, 'ledger/$1.json');

/** Where a kill strikes: places in the protocol, and instants by chance. */
function moments(): [string, Watch['until']][] {
  const random = new Random(SEED, 1);
  const named: [string, Watch['until']][] = [
    ['when the lock is taken', (tree) => tree.some((path) => path.startsWith('lock/'))],
    ['when the first object is staged', (tree) => stagedIn(tree).length > 0],
    ['between ledger and publishing', (tree) => isHalfPublished(tree)],
    ['in the middle of publishing', (tree) => isBeingPublished(tree)],
  ];
  while (named.length < KILLS) {
    const n = random.between(2, 60);
    named.push([`after ${n} changes`, (_tree, changes) => changes >= n]);
  }
  return named;
}

async function expectWhole(archive: GrowingArchive, lake: string): Promise<void> {
  expect(await lakeUids(lake)).toEqual(archive.uids);

  const work = treeOf(join(lake, 'work'));
  const below = (prefix: string) => work.filter((path) => path.startsWith(prefix));
  expect(below('staging/lake/')).toEqual([]);
  expect(below('lock/')).toEqual([]);
  expect(work.filter((path) => path.endsWith('.tmp'))).toEqual([]);
  expect(isHalfPublished(work)).toBe(false);
  const read = (path: string) => readFile(join(lake, 'work', path));
  const ledgers = await Promise.all(
    ledgersIn(work).map(async (path) => LedgerSchema.parse(JSON.parse(String(await read(path))))),
  );

  const files = treeOf(join(lake, 'ext')).flatMap((path) => (/[^/]*\.[^/]*$/.test(path) ? [`ext/${path}`] : []));
  expect(ledgers.flatMap(({ objects }) => objects.map(({ key }) => key)).sort()).toEqual(files);
  for (const { outcomes, files: inputs } of ledgers) {
    for (const { read: all, written, quarantined, duplicate, filtered } of [outcomes, ...inputs.map((file) => file.outcomes)]) {
      expect(all).toBe(written + quarantined + duplicate + filtered);
    }
  }
  const keys = ledgers.flatMap(({ files: inputs }) => inputs.map(({ key }) => key));
  expect(new Set(keys).size).toBe(keys.length);

  const quarantined = await Promise.all(
    below('quarantine/').map(async (path) => (path.endsWith('.gz') ? gunzipSync(await read(path)) : '')),
  );
  expect(quarantined.join('').trimEnd().split('\n')).toHaveLength(archive.badLines);

  const verified = JSON.parse((await runCli(['verify', lake, '--json'])).stdout);
  expect(verified).toMatchObject({ offences: 0, duplicates: 0, rows: archive.uids.length });
}

describe('SIGKILL', () => {
  it(`at ${KILLS} instants (seed ${SEED})`, async () => {
    const archive = new GrowingArchive(join(root, 'kill', 'archive'), BATCH);
    await archive.grow(3);
    const lake = join(root, 'kill', 'lake');
    const args = convertArgs(archive.folder, lake, 2);
    let struck = 0;
    for (const [name, until] of moments()) {
      const run = await runUntil(args, { folder: join(lake, 'work'), until, signal: 'SIGKILL' });
      if (run.struck && run.signal === 'SIGKILL') struck++;
      else expect([name, run.code, run.stderr]).toEqual([name, 0, '']);
      await archive.grow();
    }
    expect(struck).toBeGreaterThan(KILLS / 2);
    const last = await runCli(args);
    expect([last.code, last.stderr]).toEqual([0, '']);
    await expectWhole(archive, lake);
    expect((await runCli(args)).stdout).toMatch(/^Nothing new: \d+ files are in the lake already\.\n$/);
  }, 600_000);
});

describe('SIGINT', () => {
  it('stops with 130, says what is complete, and the next run goes on', async () => {
    const archive = new GrowingArchive(join(root, 'stop', 'archive'), BATCH);
    await archive.grow(40);
    const lake = join(root, 'stop', 'lake');
    const args = convertArgs(archive.folder, lake, 1);
    const stopped = await runUntil(args, {
      folder: join(lake, 'work'),
      until: (tree) => tree.some((path) => path.endsWith('.published')),
      signal: 'SIGINT',
    });
    expect([stopped.struck, stopped.code]).toEqual([true, 130]);
    expect(stopped.stderr).toBe('Stopping: giving up the units under way; press Ctrl-C again to leave at once.\n');
    expect(stopped.stdout).toMatch(/^Stopped in .*\n/m);
    expect(stopped.stdout).toMatch(/What is named above is complete in the lake; run the same command again to go on\.\n$/);
    const [, written] = /events read = ([\d,]+) written/.exec(stopped.stdout)!;
    const there = await lakeUids(lake);
    expect(there.length).toBe(Number(written!.replaceAll(',', '')));
    expect(there.length).toBeGreaterThan(0);
    expect(there.length).toBeLessThan(archive.uids.length);

    expect((await runCli(args)).code).toBe(0);
    await expectWhole(archive, lake);
  }, 600_000);
});
