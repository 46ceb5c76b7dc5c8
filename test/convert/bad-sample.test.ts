/** The sample's own bad archive: what the report counts is what the sample says it put in. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { convert } from '../../dist/src/convert/convert.js';
import type { Ledger, Outcomes } from '../../src/convert/ledger.js';
import type { ConvertReport } from '../../src/convert/report.js';
import type { QuarantineRecord } from '../../src/quarantine/record.js';
import { type SampleReport, writeSample } from '../../src/sample/sample.js';

const EVENTS = 1500;
let folder: string;
let sample: SampleReport;
let report: ConvertReport;
let ledgers: Ledger[];
let quarantine: QuarantineRecord[];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'falconry-bad-sample-'));
  const archive = join(folder, 'archive');
  const lake = join(folder, 'lake');
  sample = await writeSample({ directory: archive, events: EVENTS, hosts: 10, seed: 11, bad: true });
  report = await convert({ archive, lake, region: 'eu-central-1', workers: 2 });
  ledgers = (await filesIn(join(lake, 'work', 'ledger'), '.json')).map((bytes) => JSON.parse(bytes.toString()));
  quarantine = (await filesIn(join(lake, 'work', 'quarantine'), '.gz')).flatMap((bytes) =>
    gunzipSync(bytes)
      .toString()
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line)),
  );
}, 120_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

async function filesIn(path: string, suffix: string): Promise<Buffer[]> {
  const names = (await readdir(path, { recursive: true })).filter((name) => name.endsWith(suffix));
  return Promise.all(names.sort().map((name) => readFile(join(path, name))));
}

const files = () => ledgers.flatMap((ledger) => ledger.files);
const outcomesOf = (path: string): Outcomes => files().find(({ key }) => key === path)!.outcomes;
const sum = (numbers: readonly number[]): number => numbers.reduce((total, n) => total + n, 0);

/** What cannot become an event is quarantined for this reason; kinds not named here become events. */
const REASONS: Record<string, string> = {
  'not-json': 'not-json',
  'cut-off': 'cut-off',
  'not-an-object': 'not-an-object',
  'two-objects': 'not-json',
  'bad-syntax': 'not-json',
  'bad-escape': 'not-json',
  'raw-control': 'not-json',
  'empty-object': 'no-event-type',
  'no-type': 'no-event-type',
  'no-time': 'no-time',
  'unusable-time': 'no-time',
  // an event to look at, but nobody can say which of the two values is its
  'duplicate-key': 'duplicate-key',
};

/** Kinds of which so many lines are no event but are not quarantined either. */
const EXCEPT: Record<string, number> = {
  // the type 42: a number where a string belongs is a name like any other
  'no-type': 1,
};

describe('bad lines', () => {
  it('are quarantined, kind by kind, and all others written', () => {
    const reasons = new Map(
      quarantine.filter(({ file }) => file === sample.bad.linesFile).map(({ line, reason }) => [line, reason]),
    );
    let line = 1;
    let quarantined = 0;
    let blank = 0;
    for (const { kind, lines } of sample.bad.lines) {
      const found = Array.from({ length: lines }, (_, i) => reasons.get(line + i));
      if (kind === 'blank-line') blank = lines;
      const wanted = REASONS[kind] === undefined ? 0 : lines - (EXCEPT[kind] ?? 0);
      quarantined += wanted;
      expect([kind, found.filter((reason) => reason === REASONS[kind] && reason !== undefined).length]).toEqual([kind, wanted]);
      // every kind is followed by a good event
      expect(reasons.get(line + lines)).toBeUndefined();
      line += lines + 1;
    }
    expect(reasons.size).toBe(quarantined);
    const read = sum(sample.bad.lines.map(({ lines }) => lines)) - blank + sample.bad.goodAmongBad;
    expect(outcomesOf(sample.bad.linesFile!)).toEqual({
      read,
      written: read - quarantined,
      quarantined,
      duplicate: 0,
      filtered: 0,
    });
  });
});

describe('bad files', () => {
  it('give all their lines where they are sound', () => {
    for (const { kind, path, lines, state } of sample.bad.files) {
      if (state !== 'fine') continue;
      const tooLong = kind === 'long-line' ? 1 : 0;
      const outcomes = { read: lines, written: lines - tooLong, quarantined: tooLong, duplicate: 0, filtered: 0 };
      expect([kind, outcomesOf(path)]).toEqual([kind, outcomes]);
    }
  });

  it('are reported where they are damaged, and passed over where they are foreign', () => {
    const damaged = sample.bad.files.filter(({ state }) => state === 'damaged');
    // plain lines are taken as they are; a file of no bytes is passed over
    const harmless = ['not-gzip', 'zero-bytes'];
    expect(report.damaged.map(({ key }) => key)).toEqual(
      damaged.filter(({ kind }) => !harmless.includes(kind)).map(({ path }) => path),
    );
    expect(report.files.empty).toBe(1);
    expect(report.files.foreign).toBe(sample.bad.files.filter(({ state }) => state === 'foreign').length);
    expect(report.files.markers).toBe(sample.files.markers);
    for (const { kind, path, lines } of damaged) {
      if (kind === 'zero-bytes') continue;
      const { read, written } = outcomesOf(path);
      expect(read).toBeGreaterThan(0);
      // what zlib makes of overwritten bytes, before it notices, may hold newlines of its own
      if (kind === 'gzip-corrupt') continue;
      expect(read).toBeLessThanOrEqual(lines);
      expect([kind, written]).toEqual([kind, read]);
    }
  });
});

describe('sums', () => {
  it('read = written + quarantined + duplicate + filtered, by file, by unit and for the run', () => {
    for (const { read, written, quarantined, duplicate, filtered } of [
      ...files().map(({ outcomes }) => outcomes),
      ...ledgers.map(({ outcomes }) => outcomes),
      report.events,
    ]) {
      expect(read).toBe(written + quarantined + duplicate + filtered);
    }
    for (const outcome of ['read', 'written', 'quarantined', 'duplicate', 'filtered'] as const) {
      expect(sum(ledgers.map(({ outcomes }) => outcomes[outcome]))).toBe(report.events[outcome]);
      expect(sum(files().map(({ outcomes }) => outcomes[outcome]))).toBe(report.events[outcome]);
    }
    for (const { outcomes, objects } of ledgers) expect(sum(objects.map(({ rows }) => rows))).toBe(outcomes.written);
  });

  it('the good events are all there, and so are the feeds’ rows', () => {
    const bad = new Set([sample.bad.linesFile, ...sample.bad.files.map(({ path }) => path)]);
    const good = files().filter(({ key, feed }) => feed === 'events' && !bad.has(key));
    expect(sum(good.map(({ outcomes }) => outcomes.written))).toBe(EVENTS);
    const feeds = files().filter(({ key, feed }) => feed !== 'events' && !bad.has(key));
    expect(sum(feeds.map(({ outcomes }) => outcomes.written))).toBe(sum(Object.values(sample.feeds)));
    expect(report.filtered).toEqual({});
    expect(quarantine).toHaveLength(report.events.quarantined);
    expect(sum(Object.values(report.quarantine))).toBe(report.events.quarantined);
  });
});
