import { createHash } from 'node:crypto';
import { mkdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type SampleOptions, type SampleProgress, writeSample } from '../../src/sample/sample.js';
import { eventLines, hashOf, inflate, isEventFile, isFeedFile, linesOf, listFiles, newFolder, typeOf } from './read-sample.js';

const SMALL: Omit<SampleOptions, 'directory'> = { events: 3000, hosts: 20, days: 2, seed: 7 };

async function sample(options: Partial<SampleOptions> = {}) {
  const directory = newFolder();
  return { directory, report: await writeSample({ ...SMALL, ...options, directory }) };
}

describe('determinism', () => {
  it('gives the same bytes for the same options, whatever the clock and the folder', async () => {
    const a = await sample({ bad: true });
    const b = await sample({ bad: true });
    expect(hashOf(a.directory)).toBe(hashOf(b.directory));
    expect({ ...a.report, directory: '' }).toEqual({ ...b.report, directory: '' });
  });

  it('gives other events for another seed', async () => {
    const a = await sample();
    const b = await sample({ seed: 8 });
    const lines = new Set(eventLines(a.directory));
    expect(eventLines(b.directory).some((line) => lines.has(line))).toBe(false);
  });

  it('gives the same events in both layouts, with or without feeds and bad input', async () => {
    const lines = async (options: Partial<SampleOptions>) => {
      const { directory, report } = await sample(options);
      const bad = new Set([report.bad.linesFile, ...report.bad.files.map((file) => file.path)]);
      const hash = createHash('sha256');
      const all = listFiles(directory)
        .filter((path) => isEventFile(path) && !bad.has(path))
        .flatMap((path) => linesOf(inflate(directory, path)));
      for (const line of all.sort()) hash.update(line);
      return hash.digest('hex');
    };
    const plain = await lines({});
    expect(await lines({ layout: 'partitioned' })).toBe(plain);
    expect(await lines({ feeds: false })).toBe(plain);
    expect(await lines({ bad: true })).toBe(plain);
  });
});

describe('layout', () => {
  it('lies as FDR writes it: several parts and an empty marker a batch', async () => {
    const { directory, report } = await sample();
    const files = listFiles(directory);
    for (const path of files)
      expect(path).toMatch(
        /^(data|fdrv2\/(aidmaster|managedassets|notmanaged|userinfo|appinfo))\/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\/(part-\d{5}\.gz|_SUCCESS)$/,
      );
    const batches = new Map<string, number>();
    for (const path of files.filter(isEventFile)) batches.set(path.split('/')[1]!, (batches.get(path.split('/')[1]!) ?? 0) + 1);
    for (const parts of batches.values()) expect(parts).toBeGreaterThanOrEqual(2);
    expect(batches.size).toBe(report.batches);
    const markers = files.filter((path) => path.endsWith('_SUCCESS'));
    expect(markers).toHaveLength(report.batches + 2 * 5);
    for (const path of markers) expect(statSync(join(directory, path)).size).toBe(0);
  });

  it('lies in partitions by cloud hour and platform, late and platformless events above them', async () => {
    const { directory } = await sample({ layout: 'partitioned', events: 6000 });
    const files = listFiles(directory).filter(isEventFile);
    let above = 0;
    for (const path of files) {
      const match =
        /^batch=[0-9a-f-]{36}\/(?:year=(\d{4})\/month=(\d\d)\/day=(\d\d)\/hour=(\d\d)\/platform=(Win|Mac|Lin)\/)?part-\d{5}\.c000\.txt\.gz$/.exec(
          path,
        );
      expect(match, path).not.toBeNull();
      const [, year, month, day, hour, platform] = match!;
      for (const event of linesOf(inflate(directory, path)).map((line) => JSON.parse(line))) {
        if (platform === undefined) {
          above++;
          continue;
        }
        expect(event.event_platform).toBe(platform);
        expect(new Date(Number(event.timestamp)).toISOString().slice(0, 13)).toBe(`${year}-${month}-${day}T${hour}`);
      }
    }
    expect(above).toBeGreaterThan(20);
    expect(above).toBeLessThan(300);
  });

  it('starts a new part when one is full', async () => {
    for (const layout of ['batch', 'partitioned'] as const) {
      const { directory } = await sample({ layout, eventsPerFile: 50, events: 1000, days: 1, feeds: false });
      const counts = listFiles(directory)
        .filter(isEventFile)
        .map((path) => linesOf(inflate(directory, path)).length);
      expect(Math.max(...counts)).toBeLessThanOrEqual(50);
      expect(counts.reduce((a, b) => a + b)).toBe(1000);
    }
  });

  it('spreads events over the days asked for, in spans of minutes', async () => {
    const { directory, report } = await sample({ days: 3, start: '2025-12-30T00:00:00Z' });
    const days = new Set<string>();
    for (const path of listFiles(directory).filter(isEventFile)) {
      const times = linesOf(inflate(directory, path))
        .flatMap((line) => Number(/"timestamp":"(\d{13})"/.exec(line)?.[1] ?? NaN))
        .filter((ms) => ms > 0);
      expect(Math.max(...times) - Math.min(...times)).toBeLessThanOrEqual(600_000);
      for (const ms of times) days.add(new Date(ms).toISOString().slice(0, 10));
    }
    expect([...days].sort()).toEqual(['2025-12-30', '2025-12-31', '2026-01-01']);
    expect(new Date(report.received.firstMs).toISOString()).toBe('2025-12-30T00:00:00.000Z');
  });
});

describe('report', () => {
  it('counts what a reader counts', async () => {
    const { directory, report } = await sample();
    const files = listFiles(directory);
    const events = files.filter(isEventFile).flatMap((path) => linesOf(inflate(directory, path)).map((line) => JSON.parse(line)));
    expect(events).toHaveLength(SMALL.events);
    expect(report.events).toBe(SMALL.events);
    const types: Record<string, number> = {};
    for (const event of events) types[typeOf(event)] = (types[typeOf(event)] ?? 0) + 1;
    expect(report.types).toEqual(types);
    expect(Object.values(report.platforms).reduce((a, b) => a + b)).toBe(SMALL.events);
    expect(report.files).toEqual({
      events: files.filter(isEventFile).length,
      feeds: files.filter(isFeedFile).length,
      markers: files.filter((path) => path.endsWith('_SUCCESS')).length,
      bad: 0,
    });
    const sizes = files.map((path) => statSync(join(directory, path)).size);
    expect(report.bytes.compressed).toBe(sizes.reduce((a, b) => a + b));
    expect(report.bytes.inflated).toBe(
      files.filter((path) => path.endsWith('.gz')).reduce((sum, path) => sum + inflate(directory, path).length, 0),
    );
    for (const [feed, rows] of Object.entries(report.feeds)) {
      const lines = files
        .filter((path) => isFeedFile(path) && path.includes(`/${feed}/`))
        .flatMap((path) => linesOf(inflate(directory, path)));
      expect(lines).toHaveLength(rows);
    }
  });

  it('tells the progress after every file', async () => {
    const steps: SampleProgress[] = [];
    const report = await writeSample({ ...SMALL, directory: newFolder() }, (step) => steps.push({ ...step }));
    expect(steps).toHaveLength(report.files.events + report.files.feeds);
    expect(steps.at(-1)).toEqual({ events: 3000, ofEvents: 3000, files: steps.length, bytes: report.bytes.compressed });
  });
});

describe('options', () => {
  it.each([
    [{ events: 1, hosts: 1 }, 1],
    [{ events: 2, hosts: 1, days: 5 }, 2],
    [{ events: 5, hosts: 1000, layout: 'partitioned' as const }, 5],
  ])('takes the smallest sample %o', async (options, lines) => {
    const { directory } = await sample(options);
    expect(eventLines(directory)).toHaveLength(lines);
  });

  it.each([
    [{ events: 0 }, 'events'],
    [{ events: 1.5 }, 'events'],
    [{ hosts: 0 }, 'hosts'],
    [{ days: -1 }, 'days'],
    [{ seed: 2 ** 33 }, 'seed'],
    [{ eventsPerFile: 0 }, 'eventsPerFile'],
    [{ start: 'yesterday' }, 'start'],
    [{ layout: 'flat' as 'batch' }, 'layout'],
  ])('refuses %o', async (options, name) => {
    await expect(sample(options)).rejects.toMatchObject({
      code: 'SAMPLE_BAD_OPTION',
      exitCode: 2,
      message: expect.stringContaining(`Option ${name} `),
    });
  });

  it('refuses a folder that holds something', async () => {
    const directory = newFolder();
    mkdirSync(directory);
    writeFileSync(join(directory, 'x'), '');
    await expect(writeSample({ ...SMALL, directory })).rejects.toMatchObject({ code: 'SAMPLE_DIRECTORY_NOT_EMPTY' });
  });

  it('says so when it cannot write', async () => {
    const directory = newFolder();
    writeFileSync(directory, 'a file where the folder should be');
    await expect(writeSample({ ...SMALL, directory })).rejects.toMatchObject({ code: 'SAMPLE_CANNOT_WRITE' });
  });

  it.each([1, 8])('says so when the disk is full at file %i', async (full) => {
    const options = { ...SMALL, events: 24_000, days: 1, feeds: false };
    const known = newFolder();
    const paths: string[] = [];
    await writeSample({ ...options, directory: known }, () =>
      paths.push(...listFiles(known).filter((path) => isEventFile(path) && !paths.includes(path))),
    );
    const directory = newFolder();
    const fillDisk = ({ files }: SampleProgress): void => {
      if (files !== full) return;
      const next = join(directory, paths[full]!);
      mkdirSync(dirname(next), { recursive: true });
      symlinkSync('/dev/full', next);
    };
    const failed = writeSample({ ...options, directory }, fillDisk);
    await expect(failed).rejects.toMatchObject({ code: 'SAMPLE_CANNOT_WRITE', message: expect.stringContaining(paths[full]!) });
  });
});
