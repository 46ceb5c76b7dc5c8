/** A day of a small lake, compacted: what is merged, what stays, what is said. */
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { publishUnit } from '../../src/convert/commit.js';
import type { Ledger } from '../../src/convert/ledger.js';
import { openLakePlace } from '../../src/convert/places.js';
import type { LayoutNode } from '../../src/ocsf/layout.js';
import { layoutNodes } from '../../src/ocsf/layout.js';
import { lakeRows, lakeUids } from '../convert/lake-rows.js';
import { treeOf } from '../fault/watched-run.js';
import { LakeFixture, type Row } from '../lake/lake-fixture.js';
import { compactDay, eventAt, LAYOUT, unitName, verifyCompacted, writeUnit } from './small-lake.js';

let lake: LakeFixture;
beforeEach(async () => {
  lake = await LakeFixture.make();
});
afterEach(() => lake.remove());

const objects = (): string[] => treeOf(join(lake.folder, 'ext')).filter((path) => path.endsWith('.parquet'));
const rowsFrom = (first: number, count: number, second = first): Row[] =>
  Array.from({ length: count }, (_, i) => eventAt(first + i, second + i));
const uids = (first: number, count: number): string[] => Array.from({ length: count }, (_, i) => `event-${first + i}`).sort();

describe('compact', () => {
  it('merges objects that overlap into one in order of time, sound to verify, and a second run writes nothing', async () => {
    for (let unit = 0; unit < 5; unit++) {
      await writeUnit(
        lake,
        `unit-${unit}`,
        Array.from({ length: 20 }, (_, i) => eventAt(unit * 20 + i, i * 7 + unit)),
      );
    }
    const report = await compactDay(lake);
    expect(report.objects).toEqual({
      found: 5,
      merged: 5,
      compact: 0,
      replaced: 0,
      claimed: 0,
      unpublished: 0,
      skipped: 0,
      written: 1,
    });
    expect(report.rows).toEqual({ read: 100, written: 100, duplicates: 0 });
    expect(objects()).toHaveLength(1);
    expect(await lakeUids(lake.folder)).toEqual(uids(0, 100));
    expect(await verifyCompacted(lake)).toMatchObject({ offences: 0, warnings: 0, rows: 100, duplicates: 0 });

    const before = treeOf(lake.folder);
    const again = await compactDay(lake);
    expect(again.objects).toMatchObject({ found: 1, merged: 0, compact: 1, written: 0 });
    expect(treeOf(lake.folder)).toEqual(before);
  });

  it('cuts at the target into objects that do not overlap and have even sizes', async () => {
    for (let unit = 0; unit < 3; unit++) await writeUnit(lake, `u${unit}`, rowsFrom(unit * 3000, 3000, unit * 100));
    const report = await compactDay(lake, { objectBytes: 60_000, rowGroupRows: 2048 });
    const outputs = report.merges[0]!.outputs.sort((a, b) => a.minTime - b.minTime);
    expect(outputs.length).toBeGreaterThan(2);
    for (const [i, output] of outputs.entries()) {
      expect(output.bytes).toBeLessThan(60_000 * 1.3);
      if (i > 0) expect(output.minTime).toBeGreaterThan(outputs[i - 1]!.maxTime);
    }
    expect(report.rows).toEqual({ read: 9000, written: 9000, duplicates: 0 });
    expect(await verifyCompacted(lake)).toMatchObject({ offences: 0, rows: 9000 });
    expect((await compactDay(lake, { objectBytes: 60_000 })).merges).toEqual([]);
  });

  it('parts rows of one millisecond by uid, and loses none', async () => {
    const rows = Array.from({ length: 8000 }, (_, i) => eventAt(i, 5));
    await writeUnit(lake, 'a', rows.slice(0, 4000));
    await writeUnit(lake, 'b', [...rows.slice(4000), eventAt(9000, 0), eventAt(9001, 9)]);
    const report = await compactDay(lake, { objectBytes: 100_000 });
    expect(report.objects.written).toBeGreaterThan(2);
    expect(await lakeUids(lake.folder)).toEqual([...uids(0, 8000), 'event-9000', 'event-9001'].sort());
    expect(await verifyCompacted(lake)).toMatchObject({ offences: 0, rows: 8002, duplicates: 0 });
  });

  it('gives the same bytes whatever the order and the number of threads', async () => {
    const outputs: Buffer[][] = [];
    for (const threads of [1, 2]) {
      for (const unit of threads === 1 ? [0, 1, 2] : [2, 0, 1]) await writeUnit(lake, `u${unit}`, rowsFrom(unit * 50, 50, unit));
      await compactDay(lake, { threads });
      outputs.push(await Promise.all(objects().map((path) => readFile(join(lake.folder, 'ext', path)))));
      await rm(lake.folder, { recursive: true });
    }
    expect(outputs[0]).toEqual(outputs[1]);
  });
});

describe('duplicates', () => {
  it('are one by (tenant, host, uid), wherever their time; null is never equal to null', async () => {
    const event = eventAt(1, 10);
    const later = { ...event, ...eventAt(1, 5000) };
    const otherHost = { ...eventAt(1, 10), device: { uid: 'aid2', type_id: 0, type: 'Unknown' } };
    const otherTenant = { ...eventAt(1, 10), metadata: { ...(event.metadata as Row), tenant_uid: 'cid2' } };
    const noHost = { ...eventAt(1, 10), device: null };
    const noTenant = { ...eventAt(1, 10), metadata: { ...(event.metadata as Row), tenant_uid: null } };
    await writeUnit(lake, 'a', [event, otherHost, noHost, noTenant, eventAt(2, 11)]);
    await writeUnit(lake, 'b', [event, event, otherTenant, noHost, noTenant, later]);
    const report = await compactDay(lake);
    expect(report.rows).toEqual({ read: 11, written: 8, duplicates: 3 });
    const left = (await lakeRows(lake.folder)).filter(({ metadata }) => metadata.uid === 'event-1');
    expect(left).toHaveLength(7);
    expect(await verifyCompacted(lake)).toMatchObject({ duplicates: 0 });
  });

  it('go from a late object, and verify counts those that come after compaction as offences only once it has seen them', async () => {
    await writeUnit(lake, 'a', rowsFrom(0, 50));
    await writeUnit(lake, 'b', rowsFrom(40, 50, 40));
    expect((await compactDay(lake)).rows.duplicates).toBe(10);
    await writeUnit(lake, 'late', rowsFrom(85, 10));
    expect(await verifyCompacted(lake)).toMatchObject({ offences: 0, duplicates: 5 });
    expect((await compactDay(lake)).rows).toMatchObject({ duplicates: 5 });
    expect(await lakeUids(lake.folder)).toEqual(uids(0, 95));
    expect(await verifyCompacted(lake)).toMatchObject({ offences: 0, duplicates: 0 });
  });

  it('that stand after compaction are offences', async () => {
    await writeUnit(lake, 'a', rowsFrom(0, 20));
    await writeUnit(lake, 'b', rowsFrom(10, 20));
    await compactDay(lake);
    const [path] = objects();
    // the one output grows a row twice behind compaction's back
    await writeUnit(lake, 'x', [...rowsFrom(0, 30), eventAt(3, 3)], { key: `ext/${path}` });
    const { findings } = await verifyCompacted(lake);
    expect(findings.map(({ rule, count }) => [rule, count])).toEqual(
      expect.arrayContaining([
        ['duplicate', 1],
        ['compacted_missing', 1],
      ]),
    );
  });
});

describe('a late object', () => {
  it('reopens the day, and only what it overlaps is rewritten', async () => {
    for (let hour = 0; hour < 4; hour++) await writeUnit(lake, `hour-${hour}`, rowsFrom(hour * 3600, 3000));
    await compactDay(lake, { objectBytes: 100_000 });
    const before = new Set(objects());
    expect(before.size).toBeGreaterThan(3);
    await writeUnit(lake, 'late', [eventAt(90_000, 1800.5), eventAt(90_001, 1800.7)]);
    const report = await compactDay(lake, { objectBytes: 100_000 });
    expect(report.objects.merged).toBe(2);
    expect(objects().filter((path) => before.has(path))).toHaveLength(before.size - 1);
    expect(await verifyCompacted(lake)).toMatchObject({ offences: 0, rows: 12_002 });
  });
});

describe("what is not compaction's", () => {
  it('foreign objects keep their bytes: by name, by metadata, of unknown columns', async () => {
    await writeUnit(lake, 'a', rowsFrom(0, 5));
    await writeUnit(lake, 'b', rowsFrom(3, 5, 3));
    const keys = [
      await writeUnit(lake, 'named', rowsFrom(1, 3), { name: 'part-0001.zst' }),
      await writeUnit(lake, 'other-product', rowsFrom(1, 3), { metadata: { 'falconry.version': null } }),
      await writeUnit(lake, 'newer', rowsFrom(1, 3), { select: '*, 1 AS from_the_future' }),
    ];
    const broken = `${keys[0]!.slice(0, keys[0]!.lastIndexOf('/'))}/${unitName('broken')}-0000.zst.parquet`;
    await lake.put(broken, 'no parquet at all');
    const bytes = () => Promise.all([...keys, broken].map((key) => readFile(lake.path(key))));
    const before = await bytes();
    const report = await compactDay(lake);
    expect(report.objects).toMatchObject({ found: 6, merged: 2, skipped: 4, written: 1 });
    expect(report.skipped).toEqual({ foreign: 2, 'unknown-layout': 1, unreadable: 1 });
    expect(await bytes()).toEqual(before);
  });

  it('an older layout is read, and the newest written', async () => {
    const older = olderOf(LAYOUT.columns);
    const count = [...layoutNodes(older)].length;
    expect(count).toBeLessThan([...layoutNodes(LAYOUT.columns)].length);
    const metadata = { 'falconry.columns': String(count) };
    await writeUnit(lake, 'old', rowsFrom(0, 10), { layout: { ...LAYOUT, columns: older }, metadata });
    await writeUnit(lake, 'new', rowsFrom(5, 10, 5));
    expect((await compactDay(lake)).rows).toEqual({ read: 20, written: 15, duplicates: 5 });
    const report = await verifyCompacted(lake);
    expect(report).toMatchObject({ offences: 0, rows: 15 });
    const [row] = (await lakeRows(lake.folder)).filter(({ metadata }) => metadata.uid === 'event-2');
    expect(row).toMatchObject({ process: { pid: 2, name: 'p2.exe' }, device: { uid: 'aid1' } });
  });

  it('units that are still being published wait', async () => {
    await writeUnit(lake, 'a', rowsFrom(0, 5));
    await writeUnit(lake, 'b', rowsFrom(3, 5));
    await lake.put(`work/ledger/lake/${unitName('b')}.json`, '{}');
    expect((await compactDay(lake)).objects).toMatchObject({ merged: 0, compact: 1, unpublished: 1 });
    await lake.put(`work/ledger/lake/${unitName('b')}.published`, '{}');
    expect((await compactDay(lake)).objects).toMatchObject({ merged: 2, unpublished: 0 });
  });
});

/** Without the last member of each struct that has more than the rows of these tests fill. */
function olderOf(columns: readonly LayoutNode[]): LayoutNode[] {
  return columns.map((column) => (column.name === 'process' ? { ...column, children: column.children!.slice(0, -1) } : column));
}

describe('a dead key', () => {
  it('is not written again by a slow writer; one that came back is told by verify and removed by the next run', async () => {
    const key = await writeUnit(lake, 'slow', rowsFrom(0, 5));
    await writeUnit(lake, 'b', rowsFrom(3, 5, 3));
    const bytes = await readFile(lake.path(key));
    await compactDay(lake);

    const place = await openLakePlace({ lake: lake.folder });
    await lake.put('work/staging/lake/slow/attempt/0.parquet', bytes);
    const object = { key, staged: 'staging/lake/slow/attempt/0.parquet', bytes: bytes.length };
    const ledger = { unit: unitName('slow'), objects: [object] } as unknown as Ledger;
    await publishUnit(place, ledger, new Map([[object.staged, lake.path(object.staged)]]));
    expect(objects()).toHaveLength(1);

    await lake.put(key, bytes);
    expect((await verifyCompacted(lake)).findings).toMatchObject([{ rule: 'replaced_object', count: 1 }]);
    expect((await compactDay(lake)).objects).toMatchObject({ found: 2, replaced: 1, merged: 0, compact: 1 });
    expect(objects()).toHaveLength(1);
    expect(await verifyCompacted(lake)).toMatchObject({ offences: 0, rows: 8 });
  });
});

describe('what a user is told', () => {
  it('an open day is refused until it settles', async () => {
    await writeUnit(lake, 'a', rowsFrom(0, 5));
    const now = (iso: string) => ({ now: () => Date.parse(iso) });
    await expect(compactDay(lake, {}, now('2024-06-12T23:59:59Z'))).rejects.toMatchObject({
      code: 'DAY_OPEN',
      exitCode: 2,
      message:
        'Day 20240610 is still open for late events: it closes at 2024-06-13T00:00:00.000Z; wait, or give --settle with fewer days.',
    });
    await compactDay(lake, { settle: 0 }, now('2024-06-11T00:00:00Z'));
    await compactDay(lake, {}, now('2024-06-13T00:00:00Z'));
  });

  it('a day without objects, a bad option, a bad day', async () => {
    await writeUnit(lake, 'a', rowsFrom(0, 5));
    await expect(compactDay(lake, { day: '20240611' })).rejects.toMatchObject({ code: 'COMPACT_NOTHING', exitCode: 2 });
    await expect(compactDay(lake, { settle: 'soon' })).rejects.toMatchObject({ code: 'OPTION_INVALID', exitCode: 2 });
    await expect(compactDay(lake, { day: '20240631' })).rejects.toMatchObject({ code: 'LAKE_BAD_FILTER', exitCode: 2 });
  });

  it('a dry run says what would be merged and changes nothing', async () => {
    await writeUnit(lake, 'a', rowsFrom(0, 5));
    await writeUnit(lake, 'b', rowsFrom(3, 5, 3));
    const before = treeOf(lake.folder);
    const report = await compactDay(lake, { dryRun: true });
    expect(report).toMatchObject({ dryRun: true, objects: { merged: 2, written: 0 }, rows: { read: 10, duplicates: 2 } });
    expect(treeOf(lake.folder)).toEqual(before);
  });

  it('inputs are kept for the grace period, and the lake is sound meanwhile', async () => {
    await writeUnit(lake, 'a', rowsFrom(0, 5));
    await writeUnit(lake, 'b', rowsFrom(3, 5, 3));
    const stop = new AbortController();
    const report = await compactDay(
      lake,
      { grace: 3600 },
      {
        signal: stop.signal,
        onProgress: ({ phase, secondsLeft }) => {
          if (phase !== 'waiting') return;
          expect(secondsLeft).toBeGreaterThan(3500);
          stop.abort();
        },
      },
    );
    expect(report).toMatchObject({ stopped: true, objects: { merged: 2, written: 1 } });
    expect(objects()).toHaveLength(3);
    const verified = await verifyCompacted(lake);
    expect(verified).toMatchObject({ offences: 0, duplicates: 0 });
    expect(verified.findings).toMatchObject([{ rule: 'replaced_soon', level: 'note', count: 2 }]);
    expect((await compactDay(lake)).objects).toMatchObject({ found: 3, replaced: 2, compact: 1 });
    expect(await lakeUids(lake.folder)).toEqual(uids(0, 8));
  });
});
