/** A unit of more rows than a window holds: its objects follow one another in time, and are those of a window that holds all. */
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { convert } from '../../dist/src/convert/convert.js';
import { writeSample } from '../../src/sample/sample.js';
import { processEvent, writeEvents } from './made-archive.js';

const MiB = 1024 * 1024;
const MANY = 45_000;
let root: string;
let archive: string;
/** {@link MANY} events of one file, their times in no order */
let many: string;

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'falconry-spill-'));
  archive = join(root, 'archive');
  await writeSample({ directory: archive, events: 6_000, feeds: false });
  const lines = Array.from({ length: MANY }, (_, i) =>
    processEvent(`many-${i}`, {
      timestamp: String(Date.UTC(2026, 2, 2) + ((i * 7919) % 86_000) * 1000),
      ProcessStartTime: undefined,
      CommandLine: 'c'.repeat(100 + (i % 400)),
    }),
  );
  many = await writeEvents(join(root, 'many-archive'), lines);
});
afterAll(() => rm(root, { recursive: true, force: true }));

const convertInto = (name: string, windowBytes: number, { objectBytes = 256 * MiB, from = archive } = {}) =>
  convert({
    archive: from,
    lake: join(root, name),
    work: join(root, `${name}-work`),
    region: 'eu-central-1',
    workers: 1,
    windowBytes,
    objectBytes,
  });

interface Written {
  rows: string[];
  /** of each object */
  times: [first: number, last: number][];
}

/** What each unit wrote into each partition, as it stands in its objects one after the other. */
async function written(lake: string): Promise<Map<string, Written>> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  try {
    const found = new Map<string, Written>();
    const paths = (await readdir(join(lake, 'ext'), { recursive: true })).filter((path) => path.endsWith('.parquet'));
    const numbered = paths.map((path) => {
      const [, unit, number] = /^(.*)-(\d+)\.zst\.parquet$/.exec(path)!;
      return { path, unit: unit!, number: Number(number) };
    });
    for (const { path, unit } of numbered.sort((a, b) => a.number - b.number)) {
      const reader = await connection.runAndReadAll(
        `SELECT to_json(r)::VARCHAR, r.time FROM read_parquet('${join(lake, 'ext', path)}', hive_partitioning = false) AS r`,
      );
      const rows = reader.getRows() as [string, bigint][];
      const into = found.get(unit) ?? { rows: [], times: [] };
      into.rows.push(...rows.map(([row]) => row));
      into.times.push([Number(rows[0]![1]), Number(rows.at(-1)![1])]);
      found.set(unit, into);
    }
    return found;
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

it('has the same rows in the same order, whatever the window', async () => {
  const [whole, spilled] = [await convertInto('whole', 256 * MiB), await convertInto('spilled', MiB)];
  expect(spilled.events).toEqual(whole.events);
  expect(spilled.invalid).toEqual(whole.invalid);
  // a unit's name tells its window
  const sequences = async (name: string) =>
    [...(await written(join(root, name))).values()].map(({ rows }) => rows.join('\n')).sort();
  expect((await sequences('spilled')).map(hashOf)).toEqual((await sequences('whole')).map(hashOf));
});

it('has objects that do not overlap, and leaves no run behind', async () => {
  await convertInto('cut', 2 * MiB, { objectBytes: MiB, from: many });
  const found = [...(await written(join(root, 'cut'))).values()];
  expect(found.some(({ times }) => times.length > 1)).toBe(true);
  for (const { times } of found)
    for (let i = 1; i < times.length; i++) expect(times[i]![0]).toBeGreaterThanOrEqual(times[i - 1]![1]);
  const left = (await readdir(root, { recursive: true })).filter((path) => path.endsWith('.rows'));
  expect(left).toEqual([]);
});

it('of more windows than are merged at a time it is written in parts, and has every event once', async () => {
  const { events } = await convertInto('many', MiB, { from: many });
  expect(events).toMatchObject({ read: MANY, written: MANY });
  const [unit] = (await written(join(root, 'many'))).values();
  expect(unit!.times.length).toBeGreaterThan(1);
  expect(new Set(unit!.rows.map((row) => JSON.parse(row).metadata.uid)).size).toBe(MANY);
  expect((await readdir(root, { recursive: true })).filter((path) => path.endsWith('.rows'))).toEqual([]);
});

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');
