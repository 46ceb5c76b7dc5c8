/** `falconry dictionary`: the report, the skeleton on disc and what it does to the report; files that are no dictionary. */
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { entry, HOSTILE_NAMES, hostileEntries, OF_FAMILIES } from '../mapping/made-up-dictionary.js';
import { type Finished, runCli } from './run.js';

const ENTRIES = [...OF_FAMILIES.map(([one]) => one), ...hostileEntries()];

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'falconry-dictionary-'));
  await writeFile(join(folder, 'own.json'), JSON.stringify(ENTRIES, null, 4));
  await writeFile(join(folder, 'own.json.gz'), gzipSync(JSON.stringify({ resources: ENTRIES })));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const run = (...args: string[]): Promise<Finished> => runCli(['dictionary', ...args], { cwd: folder });

async function text(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await run(...args);
  expect([code, stderr]).toEqual([0, '']);
  return stdout;
}

it('tells what is not mapped, and where it seems to belong', async () => {
  const said = await text('own.json', '--all');
  expect(said).toMatch(
    /^Event types that no mapping names: kept whole in base_event\n\nevent type +platforms +fields +by its name +description\n/,
  );
  expect(said).toMatch(/\nQuuxFileWritten +win +5 +file_activity\n/);
  expect(said).toMatch(/\nFields that no mapping takes in any event type\n\nfield +event types\n(.+\n)+QuuxMood +11\n/);
  const known = ENTRIES.length;
  expect(said).toContain(
    `\n${known} event types in ${known} entries = 0 mapped with every field + 0 mapped in part + ${known} not mapped (OCSF 1.2.0).\n`,
  );
  expect(said.replaceAll('\n', '')).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
  expect(await text('own.json.gz', '--all')).toBe(said);
  expect(await text('own.json')).toMatch(/\n… and \d+ more \(--all or --json lists them\)\n/);
});

describe('--skeleton', () => {
  it('writes mappings that load, and nothing that a name chose', async () => {
    const said = await text('own.json', '--skeleton', 'mine/new');
    expect(said).toMatch(/\nNext: read them, then falconry coverage --mappings mine\/new\n$/);
    const files = await readdir(join(folder, 'mine/new'));
    const classes = [...new Set(OF_FAMILIES.map(([, name]) => name))].sort();
    expect(files.sort()).toEqual(classes.map((name) => `skeleton_${name}.yaml`));
    expect((await readdir(folder)).sort()).toEqual(['mine', 'own.json', 'own.json.gz']);

    const base = await readFile(join(folder, 'mine/new/skeleton_base_event.yaml'), 'utf8');
    expect(base).toMatch(/^ {4}# without a home: .*, QuuxMood, /m);
    expect(base).not.toMatch(/^class: evil/m);

    const coverage = JSON.parse((await runCli(['coverage', '--mappings', 'mine/new', '--json'], { cwd: folder })).stdout);
    const covered = new Set(coverage.map(({ eventType }: { eventType: string }) => eventType));
    for (const { name } of ENTRIES) expect(covered.has(name), name).toBe(true);

    const report = JSON.parse(await text('own.json', '--mappings', 'mine/new', '--json'));
    expect(report).toMatchObject({ ocsf: '1.2.0', entries: ENTRIES.length, types: { known: ENTRIES.length, unmapped: 0 } });
    expect(report.eventTypes.find(({ eventType }: { eventType: string }) => eventType === 'QuuxFileWritten')).toMatchObject({
      mapped: true,
      classes: ['file_activity'],
      fieldsUnmapped: ['QuuxMood'],
    });
    expect(await text('own.json', '--mappings', 'mine/new', '--skeleton', 'more')).toMatch(
      /\nNo skeleton is needed: every event type has a rule\.\n$/,
    );
  });

  it('writes only into a new or empty folder', async () => {
    const before = await stat(join(folder, 'own.json'));
    const { code, stderr } = await run('own.json', '--skeleton', '.');
    expect([code, stderr]).toEqual([2, 'falconry: . holds something already; name a new or empty folder. [SKELETON_EXISTS]\n']);
    expect((await stat(join(folder, 'own.json'))).mtimeMs).toBe(before.mtimeMs);
  });

  it('with --json names the files', async () => {
    const report = JSON.parse(await text('own.json', '--skeleton', 'json', '--json'));
    expect(report.skeleton.flatMap(({ eventTypes }: { eventTypes: string[] }) => eventTypes)).toEqual(
      expect.arrayContaining([...HOSTILE_NAMES, 'QuuxFileWritten']),
    );
    for (const { path } of report.skeleton) expect((await stat(join(folder, path))).isFile()).toBe(true);
  });
});

describe('a file that is no dictionary is told in one sentence', () => {
  const cases: [string, Uint8Array | string, RegExp][] = [
    ['an event', '{"event_simpleName":"DnsRequest"}\n', /something else than entries of event types/],
    ['a list that breaks off', JSON.stringify(ENTRIES).slice(0, 900), /it is no JSON \(/],
    ['gzip that breaks off', gzipSync(JSON.stringify(ENTRIES)).subarray(0, 300), /its gzip data is damaged/],
    ['bytes', Uint8Array.from({ length: 64 }, (_, i) => 200 + (i % 50)), /it is no UTF-8 text/],
    ['a bomb', gzipSync(new Uint8Array(200 * 1024 * 1024).fill(32)), /it is larger than 128 MiB/],
    ['a hostile name', JSON.stringify([entry('a\u001b[2J', [])]), /entry 1 has a "name" that cannot be/],
  ];
  it.each(cases)('%s', async (_, bytes, words) => {
    const file = join(folder, 'bad');
    await writeFile(file, bytes);
    const { code, stdout, stderr } = await run('bad');
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(words);
    expect(stderr).toMatch(/^falconry: bad is no dictionary of event types: [^\n]* \[DICTIONARY_INVALID\]\n$/);
    await rm(file);
  });

  it('and so is one that is not there', async () => {
    expect(await run('nowhere.json')).toMatchObject({
      code: 1,
      stdout: '',
      stderr: 'falconry: nowhere.json does not exist. [STORE_NOT_FOUND]\n',
    });
  });
});
