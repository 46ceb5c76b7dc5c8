/** DuckDB's views over a lake, as `sources ddl --engine duckdb` prints them, run by DuckDB on a lake that was converted. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { convert } from '../../dist/src/convert/convert.js';
import { loadCompiled } from '../../src/convert/definitions.js';
import type { ConvertReport } from '../../src/convert/report.js';
import { duckdbDdl, duckdbS3Setup } from '../../src/lake/duckdb-ddl.js';
import { parseObjectKey } from '../../src/lake/partition.js';
import { writeSample } from '../../src/sample/sample.js';
import { runCli } from '../cli/run.js';

let folder: string;
let lake: string;
let report: ConvertReport;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'falconry-ddl-'));
  // a folder whose name is a pattern, to DuckDB
  lake = join(folder, "la[k]e's");
  await writeSample({ directory: join(folder, 'archive'), events: 1500, days: 2, hosts: 10, seed: 5 });
  report = await convert({ archive: join(folder, 'archive'), lake, region: 'eu-central-1', workers: 1 });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it('gives every event, by source and by day, and no view of a source without objects', async () => {
  const { code, stdout, stderr } = await runCli(['sources', 'ddl', '--engine', 'duckdb', '--lake', lake]);
  expect([code, stderr]).toEqual([0, '']);
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    await connection.run(stdout);
    const rows = async (sql: string) => (await connection.runAndReadAll(sql)).getRowObjectsJson();
    const expected = new Map<string, { rows: number; days: Set<string> }>();
    for (const { path, rows } of report.objects) {
      const { source, eventDay } = parseObjectKey(path)!.partition;
      const known = expected.get(source) ?? { rows: 0, days: new Set<string>() };
      expected.set(source, known);
      known.rows += rows;
      known.days.add(eventDay);
    }
    const views = await rows("select view_name as name from duckdb_views() where schema_name = 'falconry' order by name");
    expect(views.map(({ name }) => name)).toEqual([...expected.keys()].sort());
    for (const [source, { rows: count, days }] of expected) {
      const found = await rows(
        `select count(*)::int as rows, list(distinct eventDay order by eventDay) as days, count(distinct region)::int as regions,
           count(time_dt)::int as times from falconry.${source} where accountId like 'external_%'`,
      );
      expect(found, source).toEqual([{ rows: count, days: [...days].sort(), regions: 1, times: count }]);
    }
    const [source, { days }] = [...expected].sort(([, a], [, b]) => b.rows - a.rows)[0]!;
    const [day] = days;
    const plan = JSON.stringify(
      await rows(
        `explain analyze select uid from (select metadata.uid as uid from falconry.${source} where eventDay = '${day}')`,
      ),
    );
    const files = report.objects.filter(({ path }) => path.includes(`/${source}/`) && path.includes(`eventDay=${day}/`)).length;
    expect(plan.replaceAll(/\s+/g, ' ')).toMatch(new RegExp(`Total Files Read: ${files}\\b`));
    const without = loadCompiled('1.2.0').mapping.classes.filter(({ source }) => !expected.has(source));
    for (const { source } of without) expect(stdout).toContain(source);
    expect(stdout.split('-- without objects yet: ')[1]!.trim().split(', ')).toEqual(without.map(({ source }) => source));
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
});

it('of a lake in S3 sets up what DuckDB reads it with', () => {
  expect(duckdbS3Setup('eu-central-1')).toMatch(/httpfs[\s\S]+PROVIDER credential_chain, REGION 'eu-central-1'/);
  expect(duckdbDdl({ schema: 'falconry', source: 'fdr12_dns', lake: 's3://lake/root/' })).toContain(
    "read_parquet('s3://lake/root/ext/fdr12_dns/region=*/accountId=*/eventDay=*/*.parquet'",
  );
});

it('is refused for an engine that is none, and for Athena without S3', async () => {
  const other = await runCli(['sources', 'ddl', '--engine', 'presto', '--lake', lake]);
  expect([other.code, other.stderr]).toEqual([2, expect.stringContaining('"presto" is neither athena nor duckdb')]);
  const local = await runCli(['sources', 'ddl', '--lake', lake, '--region', 'eu-central-1']);
  expect([local.code, local.stderr]).toEqual([2, expect.stringContaining('Athena reads S3 alone')]);
});
