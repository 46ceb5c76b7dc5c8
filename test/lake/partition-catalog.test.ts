/** What is registered is noted in the work area: other processes ask there, and Glue once a partition. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { objectKey } from '../../src/lake/partition.js';
import { PartitionCatalog, partitionsOf } from '../../src/lake/partition-catalog.js';
import { registerPartitions } from '../../src/lake/register-partitions.js';
import { MemoryStore } from '../../src/store/memory.js';
import { CREDENTIALS, REGION, S3_ENV } from '../convert/s3-places.js';
import { GlueServer } from '../support/aws/glue.js';
import { denied } from '../support/aws/service.js';

const key = (source: string, day: number, n = 0) =>
  objectKey({ source, region: REGION, accountId: 'external_x', eventDay: String(20_260_300 + day) }, 'unit', n);
const KEYS = [key('fdr12_a', 1), key('fdr12_a', 1, 1), key('fdr12_a', 2), key('fdr12_b', 1)];
const options = { lake: 's3://lake/root', region: REGION, glueDatabase: 'd' };
let server: GlueServer;
let work: MemoryStore;

beforeEach(async () => {
  server = await new GlueServer([CREDENTIALS]).start();
  Object.assign(process.env, S3_ENV, { AWS_ENDPOINT_URL_GLUE: server.endpointUrl });
  for (const source of ['fdr12_a', 'fdr12_b']) server.makeTable('d', source);
  work = new MemoryStore();
});
afterEach(() => server.stop());

const open = async () => (await PartitionCatalog.open(options, { work, lakeId: 'lake' }))!;

it('asks Glue once a table, and another process not at all', async () => {
  const first = await open();
  expect(await first.register(partitionsOf(KEYS))).toBe(3);
  expect(server.count('BatchCreatePartition')).toBe(2);
  expect(await first.register(partitionsOf(KEYS))).toBe(0);
  const other = await open();
  expect(await other.register(partitionsOf(KEYS))).toBe(0);
  expect([server.count('BatchCreatePartition'), server.count('GetTable')]).toEqual([2, 2]);
  expect(await other.register(partitionsOf([key('fdr12_a', 3), ...KEYS]))).toBe(1);
  expect(server.registered).toHaveLength(4);
  for (const catalog of [first, other]) catalog.close();
});

it('notes nothing that was not registered', async () => {
  server.faults.push({ operation: 'BatchCreatePartition', error: denied(), after: 1 });
  const catalog = await open();
  await expect(catalog.register(partitionsOf(KEYS))).rejects.toMatchObject({ code: 'CATALOG_DENIED' });
  server.faults.splice(0);
  expect(await (await open()).register(partitionsOf(KEYS))).toBe(1);
  expect(server.registered).toHaveLength(3);
  catalog.close();
});

it('is healed from what lies in the lake, whatever was noted', async () => {
  const lake = new MemoryStore();
  for (const each of KEYS) await lake.write(each, 'x');
  const noted = await open();
  await noted.register(partitionsOf(KEYS));
  server.tables.get('d.fdr12_a')!.partitions.clear();
  const catalog = (await PartitionCatalog.open(options))!;
  const dry = await registerPartitions(lake, catalog, { dryRun: true });
  expect(dry).toMatchObject({ found: 3, known: 1, missing: 2, registered: 0 });
  expect(await registerPartitions(lake, catalog, { dryRun: false })).toMatchObject({ missing: 2, registered: 2 });
  expect(await registerPartitions(lake, catalog, { dryRun: false })).toMatchObject({
    found: 3,
    known: 3,
    missing: 0,
    registered: 0,
  });
  for (const each of [noted, catalog]) each.close();
});

it('is none for a lake in a folder, or without a database', async () => {
  expect(await PartitionCatalog.open({ ...options, lake: './lake' })).toBeUndefined();
  expect(await PartitionCatalog.open({ lake: options.lake })).toBeUndefined();
});
