/** Lake and work area in S3: the same bytes as in a folder, under faults, and two compactions racing. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { compact } from '../../src/compact/compact.js';
import { lakeUids } from '../convert/lake-rows.js';
import { REGION, S3_ENV, startS3 } from '../convert/s3-places.js';
import { treeOf } from '../fault/watched-run.js';
import { DAY, LakeFixture } from '../lake/lake-fixture.js';
import { accessDenied, resetAfter, resetBefore, resetBody, type S3Server, slowDown } from '../support/s3-server.js';
import { compactDay, eventAt, writeUnit } from './small-lake.js';

const SEED = 20_260_807;
let lake: LakeFixture;
let server: S3Server;
let keys: string[];

beforeEach(async () => {
  Object.assign(process.env, S3_ENV);
  lake = await LakeFixture.make();
  server = await startS3({ seed: SEED });
  keys = [];
  for (let unit = 0; unit < 4; unit++) {
    const rows = Array.from({ length: 400 }, (_, i) => eventAt(unit * 300 + i, unit * 300 + i));
    keys.push(await writeUnit(lake, `unit-${unit}`, rows));
  }
  for (const key of keys) server.put('lake', `root/${key}`, await readFile(lake.path(key)));
});
afterEach(async () => {
  await server.stop();
  await lake.remove();
});

const options = () => ({
  lake: 's3://lake/root',
  work: 's3://work/falconry',
  day: DAY,
  region: REGION,
  endpointUrl: server.endpointUrl,
  objectBytes: 30_000,
  grace: 0,
  threads: 1,
});
const inLake = (): Map<string, Buffer> =>
  new Map(
    server
      .keys('lake')
      .filter((key) => key.endsWith('.parquet'))
      .map((key) => [key.slice('root/'.length), Buffer.from(server.object('lake', key)!.bytes)]),
  );
async function locally(): Promise<Map<string, Buffer>> {
  await compactDay(lake, { objectBytes: 30_000 });
  const paths = treeOf(join(lake.folder, 'ext')).filter((path) => path.endsWith('.parquet'));
  return new Map(
    await Promise.all(paths.map(async (path) => [`ext/${path}`, await readFile(lake.path(`ext/${path}`))] as const)),
  );
}
const staged = () => server.keys('work').filter((key) => key.includes('/staging/'));

describe('a lake in S3', () => {
  it('becomes the same bytes as in a folder, with requests counted, and a second run reads no object', async () => {
    const report = await compact(options());
    const outputs = report.objects.written;
    expect(outputs).toBeGreaterThan(1);
    expect(inLake()).toEqual(await locally());
    expect(staged()).toEqual([]);
    // staged and published; the record and its two marks
    expect(server.count('PutObject').requests).toBe(2 * outputs + 3);
    // footer, keys and rows of each input; each output from staging
    expect(server.count('GetObject').requests).toBe(3 * keys.length + outputs);
    server.resetCounts();
    expect(await compact(options())).toMatchObject({ merges: [], objects: { compact: outputs } });
    expect([server.count('GetObject').requests, server.count('PutObject').requests]).toEqual([1, 0]);
  });

  it('that throttles, resets and loses answers: nobody notices', async () => {
    server.faults.add(
      { fault: slowDown(), rate: 0.05 },
      { fault: resetBefore(), rate: 0.05 },
      { fault: resetAfter(), rate: 0.05 },
      { fault: resetBody(700), operation: 'GetObject', rate: 0.1 },
    );
    await compact(options());
    expect(server.faults.struck).toBeGreaterThan(2);
    expect(inLake()).toEqual(await locally());
    expect(staged()).toEqual([]);
  });

  it('that may not be deleted from ends in one sentence; the next run deletes', async () => {
    server.faults.add({ fault: accessDenied(), operation: 'DeleteObject', key: /^root\// });
    await expect(compact(options())).rejects.toMatchObject({ code: 'STORE_ACCESS_DENIED', exitCode: 1 });
    server.faults.clear();
    const report = await compact(options());
    expect(report).toMatchObject({ merges: [], objects: { replaced: keys.length } });
    expect(inLake()).toEqual(await locally());
  });

  it('two and more compactions at a time leave one set of objects', async () => {
    const reports = await Promise.all([1, 2, 3].map(() => compact(options())));
    const merged = reports.reduce((total, report) => total + report.merges.length, 0);
    expect(merged).toBe(1);
    // a slower one may have published an output that is there already: the same bytes
    expect(inLake()).toEqual(await locally());
    expect(await lakeUids(lake.folder)).toHaveLength(1300);
    await compact(options());
    expect(staged()).toEqual([]);
  });
});
