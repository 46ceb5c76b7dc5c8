/** A new user's first hour, from an empty folder: sample, convert, verify, query, replay; for people and for machines. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Finished, runCli } from './run.js';

const REGION = ['--region', 'eu-central-1'];
const EVENTS = 2000;
let folder: string;
/** lines of the sample: its events, and the rows of its secondary feeds */
let lines: number;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'falconry-user-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const run = (...args: string[]): Promise<Finished> => runCli(args, { cwd: folder });

/** Progress lines come on a slow machine, where work takes seconds; `·` stands in them alone. */
const withoutProgress = (stderr: string): string => stderr.replace(/^.* · .*\n/gm, '');

/** What a command prints for people. */
async function text(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await run(...args);
  expect([code, withoutProgress(stderr)]).toEqual([0, '']);
  return stdout;
}

/** What it prints for machines: one document and nothing else, on either stream. */
async function json(...args: string[]): Promise<unknown> {
  const { code, stdout, stderr } = await run(...args, '--json');
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout.endsWith('\n')).toBe(true);
  expect(stdout.trimEnd()).not.toContain('\n');
  return JSON.parse(stdout);
}

const keys = (value: unknown): string[] => Object.keys(value as object).sort();

describe('in words', () => {
  it('sample makes an archive and names the next step, which works', async () => {
    const said = await text('sample', 'archive', '--events', String(EVENTS), '--hosts', '20');
    expect(said).toMatch(/^2,000 events of \d+ types in \d+ files \([\d.]+ [KM]iB, inflated [\d.]+ MiB\) under archive\n/);
    const [, next] = /^Next: falconry (.*)$/m.exec(said)!;
    expect(next).toBe('convert archive --lake ./lake --region eu-central-1');

    const converted = await text(...next!.split(' '));
    expect(converted).toMatch(/^class +events +objects\n/);
    expect(converted).toMatch(
      /\nDone in [\d.]+ s \([\d,]+ events\/s\): [\d.]+ MiB of FDR in \d+ files became [\d.]+ [KM]iB of Parquet in \d+ objects\.\n/,
    );
    const [, read, written] = /\n([\d,]+) events read = ([\d,]+) written \+ 0 quarantined \+ 0 duplicate \+ 0 filtered\n/.exec(
      converted,
    )!;
    expect(written).toBe(read);
    lines = Number(read!.replace(',', ''));
    expect(lines).toBeGreaterThan(EVENTS);
    expect(converted).not.toMatch(/[ \t]\n/);
  });

  it('convert, a second time, finds nothing new', async () => {
    expect(await text('convert', 'archive', '--lake', 'lake', ...REGION)).toMatch(
      /^Nothing new: \d+ files are in the lake already\.\n$/,
    );
    const dry = await text('convert', 'archive', '--lake', 'lake', ...REGION, '--dry-run');
    expect(dry).toMatch(/^Would read +0 files/);
    expect(dry).toMatch(/\nNothing was read or written\.\n$/);
  });

  it('verify finds the lake sound', async () => {
    const [, rows] = /\nSound: \d+ objects \(.*\), ([\d,]+) rows checked against OCSF, no offence\.\n$/.exec(
      await text('verify', 'lake'),
    )!;
    expect(Number(rows!.replace(',', ''))).toBe(lines);
  });

  it('query answers, and shows what can be asked', async () => {
    expect(await text('query', 'select count(*) as n from events', '--lake', 'lake')).toContain(`\n${lines}\n`);
    expect(await text('query', 'show tables', '--lake', 'lake')).toContain('process_activity');
  });

  it('sources and coverage draw tables', async () => {
    expect(await text('sources')).toMatch(/^source +class +uid +path *\nfdr12_/);
    expect(await text('coverage')).toMatch(/\nProcessRollup2 +[A-Za-z ]+ process_activity /);
  });
});

describe('--json', () => {
  it('of convert has the counts that DESIGN promises, and they add up', async () => {
    const report = (await json('convert', 'archive', '--lake', 'lake-json', ...REGION)) as {
      events: Record<string, number>;
      classes: Record<string, { events: number; objects: number }>;
      objects: { path: string; rows: number }[];
      files: { read: number };
    };
    for (const name of ['events', 'files', 'classes', 'unknown', 'quarantine', 'objects', 'seconds'])
      expect(keys(report)).toContain(name);
    expect(keys(report.events)).toEqual(['duplicate', 'filtered', 'quarantined', 'read', 'written']);
    for (const name of ['read', 'failed', 'known']) expect(keys(report.files)).toContain(name);
    expect(keys(report.objects[0])).toEqual(['bytes', 'maxTime', 'minTime', 'path', 'rows']);
    const { read, written, quarantined, duplicate, filtered } = report.events;
    expect(read).toBe(written! + quarantined! + duplicate! + filtered!);
    expect(Object.values(report.classes).reduce((sum, cls) => sum + cls.events, 0)).toBe(lines);
    expect(written).toBe(lines);
    expect(Object.values(report.classes).reduce((sum, cls) => sum + cls.objects, 0)).toBe(report.objects.length);
    const there = (await readdir(join(folder, 'lake-json', 'ext'), { recursive: true })).filter((name) =>
      name.endsWith('.parquet'),
    );
    expect(report.objects.map(({ path }) => path)).toEqual(there.map((name) => `ext/${name}`).sort());
  });

  it('of convert --dry-run promises what convert then does', async () => {
    const plan = (await json('convert', 'archive', '--lake', 'lake-dry', ...REGION, '--dry-run')) as {
      files: number;
      bytes: number;
    };
    const report = (await json('convert', 'archive', '--lake', 'lake-dry', ...REGION)) as {
      files: { read: number };
      bytes: { compressed: number };
    };
    expect([plan.files, plan.bytes]).toEqual([report.files.read, report.bytes.compressed]);
  });

  it('of sample, verify, query, coverage and sources is one document', async () => {
    expect(await json('sample', 'another', '--events', '50', '--hosts', '2')).toMatchObject({ events: 50, directory: 'another' });
    expect(await json('verify', 'lake')).toMatchObject({ offences: 0, rows: lines, findings: expect.any(Array) });
    expect(await json('query', 'select 1 as one, null as nothing', '--lake', 'lake')).toMatchObject({
      rows: [{ one: 1, nothing: null }],
    });
    const coverage = (await json('coverage')) as { eventType: string }[];
    expect(coverage.map(({ eventType }) => eventType)).toContain('ProcessRollup2');
  });

  for (const [version, prefix] of [
    ['1.2.0', 'fdr12_'],
    ['1.3.0', 'fdr13_'],
    ['1.1.0', 'fdr11_'],
  ] as const) {
    it(`of sources: names of at most 20 characters, unique, with OCSF ${version} in them`, async () => {
      const sources = (await json('sources', '--ocsf', version)) as { source: string; class: string; path: string }[];
      expect(sources.length).toBeGreaterThan(15);
      const names = sources.map(({ source }) => source);
      expect(new Set(names).size).toBe(names.length);
      expect(new Set(sources.map((source) => source.class)).size).toBe(names.length);
      for (const { source, path } of sources) {
        expect(source).toMatch(new RegExp(`^${prefix}[a-z0-9_]+$`));
        expect(source.length).toBeLessThanOrEqual(20);
        expect(path.startsWith(`ext/${source}/region=`)).toBe(true);
      }
    });
  }
});

describe('bad input', () => {
  it('is quarantined, shown with what to do, and replayed after a fix', async () => {
    const line = '{"event_simpleName":"SensorHeartbeat","id":"h-1","aid":"a","cid":"c"}';
    const odd = '{"event_simpleName":"\\u001b[2JEvil","id":"h-2","timestamp":"1772409600000"}';
    await writeArchive('bad', `${line}\n${odd}\nno event\n`);
    const convert = ['convert', 'bad', '--lake', 'bad-lake', ...REGION];
    const strict = await run(...convert, '--strict');
    expect(strict.code).toBe(3);
    expect(strict.stdout).toContain(
      'Quarantined (no-time 1, not-json 1): the lines lie in bad-lake/work/quarantine; after a fix run "falconry replay".',
    );
    // what the data says must not move the terminal's cursor
    expect(strict.stdout).toContain('kept whole in base_event:  [2JEvil 1.');
    expect(strict.stdout).not.toContain('\u001b');

    const replay = ['replay', 'bad-lake/work/quarantine', '--lake', 'bad-lake', ...REGION];
    expect(await text(...replay)).toBe('Nothing new was written.\nIn 1 quarantine file no line can be converted yet.\n');
    const quarantine = join(folder, 'bad-lake', 'work', 'quarantine', 'lake');
    const [name] = await readdir(quarantine);
    const records = gunzipSync(await readFile(join(quarantine, name!))).toString();
    await writeFile(
      join(quarantine, name!),
      gzipSync(records.replace('\\"h-1\\"', '\\"h-1\\",\\"timestamp\\":\\"1772409600000\\"')),
    );
    expect(await text(...replay)).toMatch(/\n2 events read = 1 written \+ 1 quarantined/);
    expect(await json(...replay)).toMatchObject({ events: { read: 0 }, files: { known: 1 }, unchanged: 1 });
    expect(await text('verify', 'bad-lake')).toContain('2 rows checked against OCSF, no offence');
  });

  it('that is damaged exits with 4 and names the file', async () => {
    await writeArchive('cut', '{"event_simpleName":"SensorHeartbeat","id":"h-1","timestamp":"1772409600000"}\n', 40);
    const { code, stdout, stderr } = await run('convert', 'cut', '--lake', 'cut-lake', ...REGION);
    expect([code, stderr]).toEqual([4, '']);
    expect(stdout).toMatch(/\nDamaged: data\/b\/p\.gz: gzip-truncated, the gzip data breaks off after 40 bytes\n/);
  });

  async function writeArchive(name: string, lines: string, cut?: number): Promise<void> {
    const { writeFiles } = await import('../convert/made-archive.js');
    await writeFiles(join(folder, name), { 'data/b/p.gz': gzipSync(lines).subarray(0, cut) });
  }
});
