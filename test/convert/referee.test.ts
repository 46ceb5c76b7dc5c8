/** Every class that a sample becomes, in every OCSF version, before the outside referee, where that lies next to the repository. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { convert } from '../../dist/src/convert/convert.js';
import { DuckDBReader, parquetTable } from '../../src/lake/duckdb-reader.js';
import { OCSF_VERSIONS } from '../../src/ocsf/schema.js';
import { writeSample } from '../../src/sample/sample.js';
import { expectValid, HAS_REFEREE } from '../support/referee.js';

/** Its hostname pattern refuses legal names such as _ldap._tcp. */
const EVENTS = 4000;
/** the events and the rows of the secondary feeds */
let lines: number;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'falconry-referee-'));
  const sample = await writeSample({ directory: join(folder, 'archive'), events: EVENTS, hosts: 40, seed: 17 });
  lines = sample.events + Object.values(sample.feeds).reduce((sum, rows) => sum + rows, 0);
}, 300_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The lake's rows as lines of JSON, absent attributes left out as an OCSF event has them. */
async function rowsOf(lake: string): Promise<string[]> {
  const names = (await readdir(join(lake, 'ext'), { recursive: true })).filter((name) => name.endsWith('.parquet'));
  const reader = await DuckDBReader.open();
  const rows: string[] = [];
  for (const name of names) {
    const utc = `strftime(time_dt AT TIME ZONE 'UTC', '%Y-%m-%dT%H:%M:%S.%gZ')`;
    const sql = `SELECT to_json(_row)::VARCHAR FROM (SELECT * REPLACE (${utc} AS time_dt) FROM ${parquetTable(join(lake, 'ext', name))}) _row`;
    for await (const chunk of reader.chunks(sql)) {
      for (const text of chunk.getColumnValues(0))
        rows.push(JSON.stringify(JSON.parse(text as string, (_, value) => value ?? undefined)));
    }
  }
  await reader.close();
  return rows;
}

describe.skipIf(!HAS_REFEREE)('a converted sample', () => {
  it.each(OCSF_VERSIONS)('is valid OCSF %s, every row', { timeout: 300_000 }, async (ocsf) => {
    const lake = join(folder, ocsf);
    const report = await convert({ archive: join(folder, 'archive'), lake, region: 'eu-central-1', workers: 1, ocsf });
    expect(report.events).toMatchObject({ written: lines, quarantined: 0 });
    const rows = await rowsOf(lake);
    expect(rows).toHaveLength(lines);
    expect(new Set(rows.map((row) => JSON.parse(row).metadata.version))).toEqual(new Set([ocsf]));
    expect(expectValid(rows)).toContain(String(lines));
  });
});
