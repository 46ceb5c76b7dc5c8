/** The product's own output: a converted sample is sound, can be queried, and an independent reader finds the same rows in it. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { convert } from '../../dist/src/convert/convert.js';
import { loadLayouts } from '../../src/convert/definitions.js';
import { DuckDBReader, parquetTable } from '../../src/lake/duckdb-reader.js';
import { type ParquetFooter, readFooter } from '../../src/lake/parquet-file.js';
import { openLake } from '../../src/lake/query.js';
import { verifyLake } from '../../src/lake/verify.js';
import { jsonRow } from '../../src/lake/verify-json.js';
import { OCSF_VERSIONS } from '../../src/ocsf/schema.js';
import { writeSample } from '../../src/sample/sample.js';
import { LocalStore } from '../../src/store/local.js';

const EVENTS = 6000;
let folder: string;
let lake: string;
/** the events and the rows of the secondary feeds */
let lines: number;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'falconry-real-'));
  lake = join(folder, 'lake');
  const sample = await writeSample({ directory: join(folder, 'archive'), events: EVENTS, hosts: 20, seed: 11 });
  lines = sample.events + Object.values(sample.feeds).reduce((sum, rows) => sum + rows, 0);
  const { events } = await convert({ archive: join(folder, 'archive'), lake, region: 'eu-central-1', workers: 1, dedupe: true });
  expect(events).toMatchObject({ read: lines, written: lines });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const layouts = () => OCSF_VERSIONS.flatMap((version) => loadLayouts(version));

it('a converted sample has no offence', async () => {
  const report = await verifyLake(new LocalStore(lake), { layouts: layouts() });
  expect(report.findings.filter(({ level }) => level === 'offence')).toEqual([]);
  expect(report).toMatchObject({ rows: lines, rowsValidated: lines, offences: 0, duplicates: 0 });
  expect(Object.keys(report.sources).length).toBeGreaterThan(5);
});

it('smaller row groups, by option, keep every page below what Security Lake asks for', async () => {
  const small = join(folder, 'small-groups');
  const archive = join(folder, 'archive');
  await convert({ archive, lake: small, region: 'eu-central-1', workers: 1, dedupe: true, rowGroupRows: 2048 });
  const groups = async (root: string) => {
    const reader = await DuckDBReader.open();
    const names = (await readdir(join(root, 'ext'), { recursive: true })).filter((name) => name.endsWith('.parquet'));
    const footers: ParquetFooter[] = [];
    for (const name of names) footers.push(await readFooter(reader, join(root, 'ext', name)));
    await reader.close();
    return footers.map(({ rows, rowGroups }) => ({ rows, rowGroups })).sort((a, b) => b.rows - a.rows);
  };
  expect((await groups(lake))[0]).toMatchObject({ rowGroups: 1 });
  for (const { rows, rowGroups } of await groups(small)) expect(rowGroups).toBe(Math.ceil(rows / 2048));
  expect((await groups(small))[0]!.rowGroups).toBeGreaterThan(1);
  const report = await verifyLake(new LocalStore(small), { layouts: layouts() });
  expect(report).toMatchObject({ rows: lines, offences: 0 });
  expect(report.findings.map(({ rule }) => rule)).not.toContain('page_too_large');
}, 300_000);

it('a converted sample can be queried, each class and all together', async () => {
  const query = await openLake(new LocalStore(lake), {});
  const { rows } = await query.run('SELECT class_name, count(*) FROM events GROUP BY ALL');
  expect(rows.reduce((sum, [, count]) => sum + (count as number), 0)).toBe(lines);
  expect(rows.length).toBe(query.views.length - 1);
  const described = await query.describe();
  expect(described.at(-1)!.rows).toBe(lines);
  await query.close();
});

describe('an independent reader', () => {
  let objects: string[];
  let reader: DuckDBReader;

  beforeAll(async () => {
    const names = await readdir(join(lake, 'ext'), { recursive: true });
    objects = names.filter((name) => name.endsWith('.parquet')).map((name) => join(lake, 'ext', name));
    reader = await DuckDBReader.open();
  });
  afterAll(() => reader.close());

  it('finds the rows that DuckDB finds, lists and maps too', async () => {
    let seen = { rows: 0, lists: 0, maps: 0 };
    for (const path of objects) {
      const file = await asyncBufferFromFile(path);
      const theirs = (await parquetReadObjects({ file, compressors })).map(plain);
      const ours: unknown[] = [];
      // text rows keep the columns in order; times as epoch, which both readers give exactly
      const sql = `SELECT to_json(_row)::VARCHAR FROM (SELECT * REPLACE (epoch_ms(time_dt) AS time_dt) FROM ${parquetTable(path)}) _row`;
      for await (const chunk of reader.chunks(sql))
        for (const text of chunk.getColumnValues(0)) ours.push(jsonRow(text as string, false));
      expect(theirs).toEqual(ours);
      const rows = ours as { observables: unknown[] | null; unmapped: object | null }[];
      seen = {
        rows: seen.rows + rows.length,
        lists: seen.lists + rows.filter(({ observables }) => (observables?.length ?? 0) > 1).length,
        maps: seen.maps + rows.filter(({ unmapped }) => Object.keys(unmapped ?? {}).length > 1).length,
      };
    }
    expect(seen.rows).toBe(lines);
    expect(seen.lists).toBeGreaterThan(100);
    expect(seen.maps).toBeGreaterThan(100);
  });

  it('finds the same row groups, codecs and metadata', async () => {
    for (const path of objects.slice(0, 5)) {
      const theirs = await parquetMetadataAsync(await asyncBufferFromFile(path));
      const ours = await readFooter(reader, path);
      expect(Number(theirs.num_rows)).toBe(ours.rows);
      expect(theirs.row_groups.length).toBe(ours.rowGroups);
      const sizes = theirs.row_groups.map(({ columns }) =>
        columns.reduce((sum, { meta_data }) => sum + Number(meta_data!.total_compressed_size), 0),
      );
      expect(Math.max(...sizes)).toBe(ours.largestRowGroupBytes);
      const codecs = new Set(theirs.row_groups.flatMap(({ columns }) => columns.map(({ meta_data }) => meta_data!.codec)));
      expect([...codecs]).toEqual(ours.codecs);
      expect(Object.fromEntries(theirs.key_value_metadata!.map(({ key, value }) => [key, value]))).toEqual(ours.metadata);
    }
  });
});

/** A value of hyparquet as JSON has it. */
function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof Date) return value.getTime();
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value ?? null;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, plain(inner)]));
}
