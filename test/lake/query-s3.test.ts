/** SQL over a lake in S3: what is downloaded, how much of it, and that it goes again. */
import { mkdir, readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openLake, type QueryOptions } from '../../src/lake/query.js';
import type { DownloadProgress } from '../../src/lake/query-sources.js';
import { S3Store } from '../../src/store/s3.js';
import { accessDenied, S3Server } from '../support/s3-server.js';
import { baseRow, DAY_START, LakeFixture, layouts, processRow, rowsOf, timeOf } from './lake-fixture.js';

let lake: LakeFixture;
let server: S3Server;
let scratch: string;
let processBytes: number;

beforeEach(async () => {
  lake = await LakeFixture.make();
  scratch = join(lake.folder, 'scratch');
  await mkdir(scratch);
  server = await S3Server.start();
  server.createBucket('lake');
  const keys = [
    await lake.write({ name: 'a', rows: rowsOf(500) }),
    await lake.write({ name: 'b', rows: rowsOf(200) }),
    await lake.write({ partition: { eventDay: '20240611' }, rows: [{ ...processRow(1), ...timeOf(DAY_START + 86_400_000) }] }),
    await lake.write({ partition: { source: 'fdr12_base_event' }, layout: layouts()[1]!, rows: rowsOf(4, baseRow) }),
  ];
  const sizes = await Promise.all(keys.slice(0, 3).map(async (key) => (await stat(lake.path(key))).size));
  processBytes = sizes.reduce((sum, size) => sum + size, 0);
  for (const key of keys) server.put('lake', `p/${key}`, await readFile(lake.path(key)));
});
afterEach(async () => {
  await server.stop();
  await lake.remove();
});

const open = (options: QueryOptions = {}) =>
  openLake(new S3Store('lake', 'p', server.clientOptions), { scratch, threads: 1, ...options });
const gets = () => server.count('GetObject').requests;

describe('a lake in S3', () => {
  it('downloads the objects of the classes that a query names, once', async () => {
    const seen: DownloadProgress[] = [];
    const query = await open({ onDownload: (progress) => seen.push(progress) });
    expect(query.views).toEqual(['base_event', 'process_activity', 'events']);
    expect(gets()).toBe(2); // the smallest object of each source
    expect((await query.run("SELECT count(*) FROM process_activity WHERE eventDay = '20240610'")).rows).toEqual([[700]]);
    expect(gets()).toBe(4);
    expect(seen.map(({ objects, totalObjects }) => [objects, totalObjects])).toEqual([
      [1, 2],
      [2, 2],
    ]);
    expect((await query.run('SELECT count(*) FROM events')).rows).toEqual([[705]]);
    expect(gets()).toBe(4);
    await query.close();
    expect(await readdir(scratch)).toEqual([]);
  });

  it('needs no more than the smallest objects to describe itself', async () => {
    const query = await open();
    expect((await query.run('DESCRIBE process_activity')).rows.map(([name]) => name)).toContain('process');
    expect((await query.run('SHOW TABLES')).rows).toHaveLength(3);
    expect((await query.describe()).map(({ view, objects, rows }) => [view, objects, rows])).toEqual([
      ['base_event', 1, 4],
      ['process_activity', 3, null],
      ['events', 4, null],
    ]);
    expect(gets()).toBe(2);
    // a view made for its columns alone is made again for its rows
    expect((await query.run('SELECT count(*) FROM events')).rows).toEqual([[705]]);
    await query.close();
  });

  it('refuses to download more than the limit, before it begins', async () => {
    const query = await open({ maxDownloadBytes: processBytes - 1 });
    const error = await query.run('SELECT * FROM process_activity').catch((caught) => caught);
    expect(error).toMatchObject({ code: 'QUERY_TOO_LARGE', exitCode: 2 });
    expect(error.message).toMatch(
      /^The query needs \d objects of 0\.\d+ MiB from S3, the limit is 0\.\d+ MiB; name a source or a day/,
    );
    expect(gets()).toBe(2);
    await query.close();
    const oneDay = await open({ maxDownloadBytes: processBytes - 1, day: '20240611' });
    expect((await oneDay.run('SELECT count(*) FROM process_activity')).rows).toEqual([[1]]);
    await oneDay.close();
  });

  it('whose objects may not be read cannot be opened, and leaves nothing behind', async () => {
    server.faults.add({ fault: accessDenied(), operation: 'GetObject', after: 1 });
    await expect(open()).rejects.toMatchObject({ code: 'STORE_ACCESS_DENIED' });
    expect(await readdir(scratch)).toEqual([]);
  });
});
