/** Reads a lake back with DuckDB alone: nothing of the project stands between the test and the files. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';

export interface LakeRow {
  class_name: string;
  metadata: { uid: string } & Record<string, unknown>;
  /** by key; a key that comes twice is an error */
  unmapped: Record<string, string>;
  [attribute: string]: unknown;
}

/** Every row of a local lake, in no order. Integers of 64 bits come as text. */
export async function lakeRows(lake: string): Promise<LakeRow[]> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  const rows: LakeRow[] = [];
  try {
    for (const source of (await readdir(join(lake, 'ext'))).sort()) {
      const glob = join(lake, 'ext', source, '**', '*.parquet').replaceAll("'", "''");
      const reader = await connection.runAndReadAll(`select * from read_parquet('${glob}', hive_partitioning = false)`);
      for (const row of reader.getRowObjectsJson()) rows.push({ ...row, unmapped: entries(row.unmapped) } as LakeRow);
    }
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
  return rows;
}

/** The same by `metadata.uid`. */
export async function lakeRowsByUid(lake: string): Promise<Map<string, LakeRow>> {
  const rows = await lakeRows(lake);
  const byUid = new Map(rows.map((row) => [row.metadata.uid, row]));
  if (byUid.size !== rows.length) throw new Error(`${rows.length} rows have only ${byUid.size} uids`);
  return byUid;
}

function entries(map: unknown): Record<string, string> {
  const values: Record<string, string> = Object.create(null);
  for (const { key, value } of (map ?? []) as { key: string; value: string }[]) {
    if (key in values) throw new Error(`unmapped names ${key} twice`);
    values[key] = value;
  }
  return values;
}

/** `metadata.uid` of every row, in order, without the rest. */
export async function lakeUids(lake: string): Promise<string[]> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  try {
    const glob = join(lake, 'ext', '**', '*.parquet').replaceAll("'", "''");
    const reader = await connection.runAndReadAll(
      `select metadata.uid as uid from read_parquet('${glob}', union_by_name = true) order by uid`,
    );
    return reader.getRows().map(([uid]) => String(uid));
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}
