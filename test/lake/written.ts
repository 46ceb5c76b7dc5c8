/** Writes batches to a scratch folder and reads objects back: by DuckDB, and by a reader that shares no code with it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { afterAll } from 'vitest';
import { type ObjectSource, type ParquetOptions, ParquetWriter } from '../../src/lake/parquet-writer.js';
import { Column } from '../../src/normalize/column.js';
import type { Batch } from '../../src/normalize/normalizer.js';
import { type Row, rowsOf } from '../normalize/rows.js';
import { randomNumbers } from '../ocsf/random-event.js';
import { BatchMaker, LAYOUT } from './handover-batch.js';

export const folder = mkdtempSync(join(tmpdir(), 'falconry-handover-'));
const OPTIONS: ParquetOptions = { rowGroupRows: 4096, compressionLevel: 1, memoryLimitMiB: 512, safe: false };
const writers: ParquetWriter[] = [];
let duckdb: DuckDBInstance | undefined;

afterAll(() => {
  for (const writer of writers) writer.close();
  duckdb?.closeSync();
  rmSync(folder, { recursive: true, force: true });
});

/** A writer that is closed after the file's tests. */
export async function open(options: Partial<ParquetOptions> = {}): Promise<ParquetWriter> {
  const writer = await ParquetWriter.open({ ...OPTIONS, ...options });
  writers.push(writer);
  return writer;
}

/** A file in the folder. */
export const path = (name: string) => join(folder, `${name}.parquet`);

/** More than any test writes. */
const MOST_ROWS = 1_000_000;

/** Batches of the made layout, one a call; `before` runs before each, and before the end. */
export function source(batches: Iterable<Batch>, before: () => void = () => {}): ObjectSource {
  const iterator = batches[Symbol.iterator]();
  return {
    layout: LAYOUT,
    rows: MOST_ROWS,
    next: () => {
      before();
      return iterator.next().value as Batch | undefined;
    },
  };
}

/** Made batches of the given numbers of rows. */
export function* made(
  seed: number,
  sizes: readonly number[],
  longest?: number,
  onRows: (rows: Row[]) => void = () => {},
): Generator<Batch> {
  const maker = new BatchMaker(randomNumbers(seed), longest);
  for (const size of sizes) {
    const batch = maker.batch(size);
    onRows(rowsOf(batch));
    yield batch;
  }
}

/** Rows of an object as {@link rowsOf} has them. */
export async function read(file: string): Promise<unknown[]> {
  const rows = await parquetReadObjects({ file: await asyncBufferFromFile(file), compressors, utf8: true });
  return rows.map(tidy);
}

/** Without nulls, safe integers as numbers, dates as milliseconds, maps as sorted pairs. */
export function tidy(value: unknown): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  if (value instanceof Date) return value.getTime();
  if (value instanceof Map) return [...value].sort(byText);
  if (Array.isArray(value)) return value.map(tidy);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, member]) => member !== null && member !== undefined);
  return Object.fromEntries(
    entries.map(([key, member]) => [
      key,
      key === 'unmapped' && !(member instanceof Map) ? pairs(member as object) : tidy(member),
    ]),
  );
}

const pairs = (map: object) =>
  (Array.isArray(map) ? map.map(({ key, value }) => [key, value]) : Object.entries(map)).sort(byText);
const byText = ([a]: readonly unknown[], [b]: readonly unknown[]) => ((a as string) < (b as string) ? -1 : 1);

/** How many rows each object has that the other lacks. */
export async function differences(a: string, b: string): Promise<unknown[]> {
  duckdb ??= await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await duckdb.connect();
  const side = (one: string, other: string) =>
    `SELECT count(*) AS n FROM (FROM read_parquet('${one}') EXCEPT ALL FROM read_parquet('${other}'))`;
  const found = await Promise.all(
    [side(a, b), side(b, a)].map(async (sql) => (await connection.runAndReadAll(sql)).getRowObjectsJson()),
  );
  connection.closeSync();
  return found.flat();
}
export const NONE = [{ n: '0' }, { n: '0' }];

/** Some rows of a batch as a batch of their own. */
export function slice(batch: Batch, from: number, rows: number): Batch {
  const cut = (column: Column, start: number, count: number): Column => {
    const part = new Column(column.node, column.path, Math.max(64, count));
    const width = column.type === 'string' ? 4 : column.type === 'long' || column.type === 'timestamp' ? 2 : 1;
    part.ints.set(column.ints.subarray(start * width, (start + count) * width));
    part.floats.set(column.floats.subarray(start, start + count));
    part.flags.set(column.flags.subarray(start, start + count));
    for (let i = 0; i < count; i++) if (column.isSet(start + i)) part.set(i);
    if (column.type !== 'list' && column.type !== 'map')
      part.children.push(...column.children.map((child) => cut(child, start, count)));
    else {
      const first = column.offsets[start]!;
      part.items = column.offsets[start + count]! - first;
      for (let i = 0; i <= count; i++) part.offsets[i] = column.offsets[start + i]! - first;
      part.children.push(...column.children.map((child) => cut(child, first, part.items)));
    }
    return part;
  };
  return { ...batch, rows, columns: batch.columns.map((column) => cut(column, from, rows)) };
}
