/** SQL over a local lake: views, values, and what a query may not do. */
import { mkdir, readdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { METADATA_KEYS } from '../../src/lake/partition.js';
import { type LakeQuery, openLake, type QueryOptions } from '../../src/lake/query.js';
import { LocalStore } from '../../src/store/local.js';
import { baseRow, DAY_START, LakeFixture, layouts, processRow, rowsOf, timeOf } from './lake-fixture.js';

let lake: LakeFixture;
let scratch: string;
const opened: LakeQuery[] = [];

beforeEach(async () => {
  lake = await LakeFixture.make();
  scratch = join(lake.folder, 'scratch');
  await mkdir(scratch);
});
afterEach(async () => {
  for (const query of opened.splice(0)) await query.close();
  await lake.remove();
});

async function open(options: QueryOptions = {}, folder = lake.folder): Promise<LakeQuery> {
  const query = await openLake(new LocalStore(folder), { scratch, threads: 1, ...options });
  opened.push(query);
  return query;
}

/** Two classes, three days, an older layout, two OCSF versions of a class. */
async function fill(): Promise<void> {
  const older = structuredClone(layouts()[0]!);
  older.columns.pop();
  older.columns.find(({ name }) => name === 'process')!.children!.pop();
  await lake.write({ name: 'old', layout: older, rows: rowsOf(2) });
  await lake.write({ name: 'new', rows: rowsOf(3, (i) => processRow(i + 10)) });
  await lake.write({ partition: { eventDay: '20240611' }, rows: [{ ...processRow(99), ...timeOf(DAY_START + 86_400_000) }] });
  await lake.write({ partition: { source: 'fdr13_process' }, layout: layouts('1.3.0')[0]!, rows: [processRow(500, '1.3.0')] });
  await lake.write({
    partition: { source: 'fdr12_base_event', accountId: '012345678901' },
    layout: layouts()[1]!,
    rows: rowsOf(4, baseRow),
  });
}

async function rows(query: LakeQuery, sql: string): Promise<unknown[][]> {
  return (await query.run(sql)).rows;
}

describe('views', () => {
  beforeEach(fill);

  it('are one a class over all its sources and layouts, and one over all', async () => {
    const query = await open();
    expect(query.views).toEqual(['base_event', 'process_activity', 'events']);
    expect(await rows(query, 'SELECT count(*), count(process.file.size), count(unmapped) FROM process_activity')).toEqual([
      [7, 5, 5],
    ]);
    expect(await rows(query, 'SELECT metadata.version, count(*) FROM process_activity GROUP BY ALL ORDER BY 1')).toEqual([
      ['1.2.0', 6],
      ['1.3.0', 1],
    ]);
    expect(await rows(query, 'SELECT class_name, count(*) FROM events GROUP BY ALL ORDER BY 2 DESC')).toEqual([
      ['Process Activity', 7],
      ['Base Event', 4],
    ]);
  });

  it('have the partitions as text', async () => {
    const query = await open();
    const sql = 'SELECT DISTINCT region, accountId, eventDay FROM events ORDER BY ALL';
    expect(await rows(query, sql)).toEqual([
      ['eu-central-1', '012345678901', '20240610'],
      ['eu-central-1', 'external_cid1', '20240610'],
      ['eu-central-1', 'external_cid1', '20240611'],
    ]);
    expect(await rows(query, "SELECT count(*) FROM process_activity WHERE eventDay = '20240611'")).toEqual([[1]]);
  });

  it('show what they are', async () => {
    const query = await open();
    expect(await rows(query, 'SHOW TABLES')).toEqual([['base_event'], ['events'], ['process_activity']]);
    const columns = (await rows(query, 'DESCRIBE events')).map(([name]) => name);
    expect(columns).toEqual(
      expect.arrayContaining(['time', 'time_dt', 'class_uid', 'metadata', 'observables', 'unmapped', 'eventDay']),
    );
    expect(columns).not.toContain('process');
    const bytes = expect.any(Number);
    expect(await query.describe()).toEqual([
      { view: 'base_event', sources: ['fdr12_base_event'], objects: 1, bytes, rows: 4 },
      { view: 'process_activity', sources: ['fdr12_process', 'fdr13_process'], objects: 4, bytes, rows: 7 },
      { view: 'events', sources: ['fdr12_base_event', 'fdr12_process', 'fdr13_process'], objects: 5, bytes, rows: 11 },
    ]);
  });

  it('hold a source or a day alone, where asked', async () => {
    expect(await rows(await open({ day: '20240611' }), 'SELECT count(*) FROM events')).toEqual([[1]]);
    const query = await open({ source: 'fdr12_base_event' });
    expect(query.views).toEqual(['base_event', 'events']);
    await expect(open({ day: '19990101' })).rejects.toMatchObject({ code: 'LAKE_NOTHING_MATCHES' });
    await expect(open({ day: 'today' })).rejects.toMatchObject({ code: 'LAKE_BAD_FILTER' });
  });

  it('do not see what does not belong to a lake', async () => {
    await lake.write({ key: 'ext/fdr12_process/stray.parquet' });
    await lake.put(
      'ext/fdr12_process/region=eu-central-1/accountId=external_cid1/eventDay=20240610/.falconry-0123456789abcdef.tmp',
      'half',
    );
    expect(await rows(await open(), 'SELECT count(*) FROM process_activity')).toEqual([[7]]);
  });

  it('take the place of a class by its rows, or the source by its name, where metadata do not tell', async () => {
    const none = Object.fromEntries(Object.values(METADATA_KEYS).map((key) => [key, null]));
    await lake.write({ partition: { source: 'custom' }, metadata: none, select: "'hello' AS message" });
    await lake.write({ partition: { source: 'custom_process' }, metadata: none });
    const query = await open();
    expect(query.views).toEqual(['base_event', 'custom', 'process_activity', 'events']);
    expect(await rows(query, 'SELECT message, eventDay FROM custom LIMIT 1')).toEqual([['hello', '20240610']]);
    expect(await rows(query, 'SELECT count(*) FROM process_activity')).toEqual([[10]]);
  });

  it('stand in folders with any name, also behind a link', async () => {
    const odd = join(lake.folder, "it's [odd]*?");
    await lake.write({
      key: "it's [odd]*?/ext/fdr12_process/region=eu-central-1/accountId=external/eventDay=20240610/a.parquet",
    });
    expect(await rows(await open({}, odd), 'SELECT count(*) FROM process_activity')).toEqual([[3]]);
    await symlink(odd, join(lake.folder, 'link'));
    expect(await rows(await open({}, join(lake.folder, 'link')), 'SELECT count(*) FROM process_activity')).toEqual([[3]]);
  });
});

describe('values', () => {
  it('are JSON: nested ones too, times in UTC, integers exact', async () => {
    await lake.write({ rows: [processRow(0)] });
    const query = await open();
    const sql = `SELECT time, time_dt, process, observables, unmapped, 9007199254740993 AS big, 1.5::DOUBLE AS half, 'nan'::DOUBLE AS nan,
      NULL AS nothing, DATE '2024-01-02' AS day, time_dt + INTERVAL '1 microsecond' AS fine, MAP {1: [true]} AS numbers FROM process_activity`;
    const { columns, rows: found, truncated } = await query.run(sql);
    expect(columns.slice(0, 2)).toEqual([
      { name: 'time', type: 'BIGINT' },
      { name: 'time_dt', type: 'TIMESTAMP WITH TIME ZONE' },
    ]);
    expect(found).toEqual([
      [
        DAY_START,
        '2024-06-10T00:00:00.000Z',
        processRow(0).process,
        processRow(0).observables,
        processRow(0).unmapped,
        '9007199254740993',
        1.5,
        'NaN',
        null,
        '2024-01-02',
        '2024-06-10T00:00:00.000001Z',
        { 1: [true] },
      ],
    ]);
    expect(JSON.parse(JSON.stringify(found))).toEqual(found);
    expect(truncated).toBe(false);
  });

  it('are no more than asked for, and the next query starts anew', async () => {
    await lake.write({ rows: rowsOf(5000) });
    const query = await open();
    const cut = await query.run('SELECT time FROM process_activity ORDER BY time', 10);
    expect(cut.rows).toHaveLength(10);
    expect(cut.truncated).toBe(true);
    expect((await query.run('SELECT time FROM process_activity', 5000)).truncated).toBe(false);
  });
});

describe('a query', () => {
  let query: LakeQuery;

  beforeEach(async () => {
    await fill();
    query = await open();
  });

  const failing: [string, string, RegExp][] = [
    [
      'SELECT * FROM proces_activity',
      'QUERY_FAILED',
      /does not exist\. The lake has the views base_event, process_activity, events\.$/,
    ],
    ['SELECT foo FROM process_activity', 'QUERY_FAILED', /Binder Error: Referenced column "foo" not found.*Candidate bindings/],
    ['SELEC 1', 'QUERY_FAILED', /^The query failed: Parser Error: syntax error at or near "SELEC"\.$/],
    ["SELECT 'x'::INTEGER", 'QUERY_FAILED', /Conversion Error/],
    ['', 'QUERY_REFUSED', /it is empty/],
    [' ;; -- nothing', 'QUERY_REFUSED', /it is empty/],
    ['SELECT 1; SELECT 2', 'QUERY_REFUSED', /2 statements/],
    ['PIVOT process_activity ON process.name USING count(*)', 'QUERY_REFUSED', /PIVOT needs its IN list/],
    ['SELECT $1', 'QUERY_REFUSED', /parameters/],
    ['/* a */ EXPLAIN SELECT 1', 'QUERY_REFUSED', /EXPLAIN as first word/],
  ];
  it.each(failing)('that cannot run says why: %s', async (sql, code, message) => {
    const error = await query.run(sql).catch((caught) => caught);
    expect(error).toMatchObject({ code, exitCode: 2 });
    expect(error.message).toMatch(message);
    expect(error.message).not.toContain('\n');
  });

  const writing: [string, string][] = [
    ["COPY process_activity TO '<lake>/ext/out.csv'", 'QUERY_REFUSED'],
    ["EXPLAIN ANALYZE COPY process_activity TO '<lake>/ext/out.csv'", 'QUERY_REFUSED'],
    ["EXPLAIN (ANALYZE) COPY process_activity TO '<lake>/ext/out.csv'", 'QUERY_FAILED'],
    ["EXPORT DATABASE '<lake>/ext/out'", 'QUERY_REFUSED'],
    ["ATTACH '<lake>/ext/out.db' AS out", 'QUERY_REFUSED'],
    ['CREATE TABLE t (i INTEGER)', 'QUERY_REFUSED'],
    ['SET threads = 7', 'QUERY_REFUSED'],
    ['PRAGMA enable_profiling', 'QUERY_REFUSED'],
    ["CALL enable_logging(storage = 'file', storage_config = {'path': '<lake>/ext/out'})", 'QUERY_REFUSED'],
    ["SELECT * FROM enable_logging(storage = 'file', storage_config = {'path': '<lake>/ext/out'})", 'QUERY_REFUSED'],
    ["FROM query('COPY (SELECT 1) TO ''<lake>/ext/out.csv''')", 'QUERY_REFUSED'],
    ['SELECT (SELECT max(x) FROM "query"(\'SELECT * FROM enable_logging()\') t(x))', 'QUERY_REFUSED'],
    ["FROM json_execute_serialized_sql(json_serialize_sql('FROM enable_logging()'))", 'QUERY_REFUSED'],
    ["WITH x AS (FROM enable_profiling(save_location = '<lake>/ext/out')) FROM x", 'QUERY_REFUSED'],
    ["SELECT * FROM read_text('/etc/passwd')", 'QUERY_FAILED'],
    ["SELECT * FROM read_text('<lake>/ext/../secret.txt')", 'QUERY_FAILED'],
    ["SELECT * FROM glob('<lake>/*')", 'QUERY_FAILED'],
    ["LOAD '<lake>/ext/x.duckdb_extension'", 'QUERY_REFUSED'],
    ['INSTALL httpfs', 'QUERY_REFUSED'],
  ];
  it.each(writing)('does nothing but read the lake: %s', async (sql, code) => {
    await lake.put('secret.txt', 'secret');
    const before = (await readdir(lake.folder, { recursive: true })).sort();
    await expect(query.run(sql.replaceAll('<lake>', lake.folder))).rejects.toMatchObject({ code });
    expect((await readdir(lake.folder, { recursive: true })).sort()).toEqual(before);
    expect(await rows(query, 'SELECT count(*) FROM events')).toEqual([[11]]);
  });

  it('may be of every reading kind', async () => {
    expect(await rows(query, 'FROM process_activity SELECT count(*)')).toEqual([[7]]);
    expect(await rows(query, 'WITH p AS (SELECT * FROM Process_Activity) SELECT count(*) FROM p;')).toEqual([[7]]);
    expect(await rows(query, 'VALUES (1, 2)')).toEqual([[1, 2]]);
    expect((await query.run('SUMMARIZE base_event')).rows.length).toBeGreaterThan(10);
    expect((await query.run('EXPLAIN ANALYZE SELECT count(*) FROM events')).rows).toHaveLength(1);
    expect(
      (await query.run('PIVOT (SELECT activity_id FROM process_activity) ON activity_id IN (1, 2) USING count(*)')).rows,
    ).toEqual([[7, 0]]);
    expect(await rows(query, `SELECT count(*) FROM read_parquet('${lake.folder}/ext/fdr13_process/**/*.parquet')`)).toEqual([
      [1],
    ]);
  });

  it('that needs more memory than there is spills to the scratch folder, and close leaves nothing', async () => {
    const small = await open({ memoryLimitMiB: 64 });
    const sql = 'SELECT count(*) FROM (SELECT DISTINCT md5(i::VARCHAR) || time AS k FROM process_activity, range(200000) t(i))';
    expect(await rows(small, sql)).toEqual([[1_400_000]]);
    for (const one of opened.splice(0)) await one.close();
    expect(await readdir(scratch)).toEqual([]);
  });
});

describe('a lake that cannot be opened', () => {
  it('is empty, and says what lies there instead', async () => {
    await expect(open()).rejects.toMatchObject({ code: 'LAKE_EMPTY', exitCode: 2 });
    await lake.put('ext/notes.txt', 'x');
    await expect(open()).rejects.toThrow(/only 1 files that are no lake objects/);
    expect(await readdir(scratch)).toEqual([]);
  });

  it('has a source that nobody can read', async () => {
    await lake.put('ext/broken/region=eu-central-1/accountId=external/eventDay=20240610/a.parquet', 'no parquet, for sure');
    await expect(open()).rejects.toMatchObject({
      code: 'LAKE_OBJECT_UNREADABLE',
      message: expect.stringContaining('ext/broken/'),
    });
    expect(await readdir(scratch)).toEqual([]);
  });

  it('or has one object that is broken, which the query then names', async () => {
    await lake.write();
    await lake.put(
      'ext/fdr12_process/region=eu-central-1/accountId=external/eventDay=20240610/broken.parquet',
      'x'.repeat(1_000_000),
    );
    await expect((await open()).run('SELECT count(*) FROM process_activity')).rejects.toThrow(/broken\.parquet/);
  });
});
