/** README's table of bad input: what each line becomes, to the byte. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { convert } from '../../dist/src/convert/convert.js';
import type { ConvertReport } from '../../src/convert/report.js';
import { type QuarantineRecord, rawBytes } from '../../src/quarantine/record.js';
import { BAD_LINES, MAX_LINE } from './bad-lines.js';
import { type LakeRow, lakeRowsByUid } from './lake-rows.js';
import { connectionEvent, processEvent, writeEvents } from './made-archive.js';

let folder: string;
let report: ConvertReport;
let rows: Map<string, LakeRow>;
/** by line number */
let quarantine: Map<number, QuarantineRecord>;

/** A sound event before, after and between: line `2 n + 2` is the n-th of the table. */
const lines = [processEvent('sound-0'), ...BAD_LINES.flatMap(({ line }, i) => [line, connectionEvent(`sound-${i + 1}`)])];
const lineNumber = (index: number): number => 2 * index + 2;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'falconry-bad-'));
  const archive = await writeEvents(join(folder, 'archive'), lines);
  const lake = join(folder, 'lake');
  report = await convert({ archive, lake, region: 'eu-central-1', workers: 1, maxLine: MAX_LINE });
  rows = await lakeRowsByUid(lake);
  quarantine = new Map((await quarantined(lake)).map((record) => [record.line, record]));
}, 120_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

async function quarantined(lake: string): Promise<QuarantineRecord[]> {
  const names = (await readdir(join(lake, 'work', 'quarantine'), { recursive: true })).filter((name) => name.endsWith('.gz'));
  const texts = await Promise.all(
    names.map(async (name) => gunzipSync(await readFile(join(lake, 'work', 'quarantine', name))).toString()),
  );
  return texts.flatMap((text) =>
    text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line)),
  );
}

const at = (row: LakeRow, path: string): unknown =>
  path.split('.').reduce<unknown>((value, name) => (value as Record<string, unknown> | null | undefined)?.[name], row) ?? null;

const countBy = (names: readonly (string | undefined)[]): Record<string, number> => {
  const counts = new Map<string, number>();
  for (const name of names) if (name !== undefined) counts.set(name, (counts.get(name) ?? 0) + 1);
  return Object.fromEntries(counts);
};

describe('a line that is no event', () => {
  for (const [index, { name, line, quarantined: reason }] of BAD_LINES.entries()) {
    if (reason === undefined) continue;
    it(`is quarantined as ${reason}: ${name}`, () => {
      const record = quarantine.get(lineNumber(index))!;
      const offset = lines.slice(0, lineNumber(index) - 1).reduce((sum, before) => sum + before.length + 1, 0);
      const whole = reason !== 'line-too-long';
      expect(record).toMatchObject({
        reason,
        file: 'data/batch/part-00000.gz',
        offset,
        ...(whole ? {} : { length: line.length }),
      });
      expect(Buffer.from(rawBytes(record))).toEqual(whole ? line : line.subarray(0, 65_536));
    });
  }
});

describe('an event with something odd', () => {
  for (const [index, bad] of BAD_LINES.entries()) {
    if (bad.quarantined !== undefined) continue;
    it(`is written: ${bad.name}`, () => {
      const row = rows.get(`line-${String(index).padStart(3, '0')}`)!;
      const plain = rows.get(bad.line.includes('ProcessRollup2') ? 'sound-0' : 'sound-1')!;
      const found = Object.fromEntries(Object.keys(bad.row ?? {}).map((path) => [path, at(row, path)]));
      expect(found).toEqual(bad.row ?? {});
      if (bad.unmappedAtLeast !== undefined) expect(row.unmapped).toMatchObject(bad.unmappedAtLeast);
      else {
        expect(row.class_name).toBe(plain.class_name);
        expect(Object.entries(row.unmapped).sort()).toEqual(Object.entries({ ...plain.unmapped, ...bad.unmapped }).sort());
      }
    });
  }
});

describe('the report', () => {
  it('counts every line once', () => {
    const bad = BAD_LINES.filter((line) => line.quarantined !== undefined).length;
    expect(report.events).toEqual({
      read: lines.length,
      written: lines.length - bad,
      quarantined: bad,
      duplicate: 0,
      filtered: 0,
    });
    expect(rows.size).toBe(lines.length - bad);
    expect(quarantine.size).toBe(bad);
  });

  it('counts by reason, by field and by event type', () => {
    expect(report.quarantine).toEqual(countBy(BAD_LINES.map((line) => line.quarantined)));
    expect(report.unknown).toEqual(countBy(BAD_LINES.map((line) => line.unknown)));
    expect(report.invalid).toEqual(countBy(BAD_LINES.map((line) => line.invalid)));
  });

  it('comes out of the ledger as it went in', async () => {
    const names = (await readdir(join(folder, 'lake', 'work', 'ledger', 'lake'))).filter((name) => name.endsWith('.json'));
    const again = await convert({
      archive: join(folder, 'archive'),
      lake: join(folder, 'lake'),
      region: 'eu-central-1',
      workers: 1,
    });
    expect(again.files.known).toBe(1);
    const ledger = JSON.parse(await readFile(join(folder, 'lake', 'work', 'ledger', 'lake', names[0]!), 'utf8'));
    expect(Object.entries(ledger.unknown).sort()).toEqual(Object.entries(report.unknown).sort());
  });
});

it('lets no customer id become a path', async () => {
  const accounts = (await readdir(join(folder, 'lake', 'ext'), { recursive: true })).flatMap(
    (path) => /accountId=([^/]*)$/.exec(path)?.[1] ?? [],
  );
  expect([...new Set(accounts)].sort()).toEqual(['external', 'external_0123456789abcdef0123456789abcdef']);
  expect((await readdir(folder)).sort()).toEqual(['archive', 'lake']);
});
