/** A backfill into the account of a Security Lake: roles in the jobs, and every partition in the catalog. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { loadCompiled } from '../../src/convert/definitions.js';
import { parseObjectKey } from '../../src/lake/partition.js';
import { CREDENTIALS } from '../convert/s3-places.js';
import { DATABASE, type LakeAccount, startLakeAccount, tableName } from '../support/aws/lake-account.js';
import { denied } from '../support/aws/service.js';
import { type Backfill, backfillCli, backfillJson, JOB_ENV, plan, SUBMIT, startBackfill, uidsInLake } from './backfill-places.js';

const SOURCES = loadCompiled('1.2.0').mapping.classes.map(({ source }) => source);
let account: LakeAccount;
let backfill: Backfill;

beforeEach(async () => {
  account = await startLakeAccount(SOURCES);
  Object.assign(process.env, account.env);
  const env = { ...JOB_ENV, ...account.env };
  backfill = await startBackfill({ batches: 1, files: 2, events: 20 }, { server: account.s3, env });
});
afterEach(async () => {
  await backfill.stop();
  await account.stop();
});

it('writes with the roles, registers what it publishes also where it was stopped in between, and proves it', async () => {
  const { providerRole, maintenanceRole, externalId } = account.roles;
  const roles = ['--provider-role', providerRole, '--maintenance-role', maintenanceRole, '--external-id', externalId];
  const made = await plan(backfill, ...roles, '--glue-database', 'security-lake', '--unit-bytes', '1');
  // of the first unit the objects are published, and its partitions are not registered
  account.glue.faults.push({ operation: 'BatchCreatePartition', error: denied(), times: 1 });
  await backfillJson(backfill, 'submit', made.plan, ...SUBMIT);
  await backfill.batch.idle();
  const status = await backfillJson<{ state: string; failures: Record<string, unknown> }>(backfill, 'status', made.plan);
  expect([status.state, Object.keys(status.failures)]).toEqual(['incomplete', expect.arrayContaining(['CATALOG_DENIED'])]);
  await backfillJson(backfill, 'resume', made.plan);
  await backfill.batch.idle();

  const whole = await backfillCli(backfill, 'verify', made.plan);
  const expected = [
    ...new Set(
      account.s3.keys('lake').map((key) => {
        const { source, region, accountId, eventDay } = parseObjectKey(key.slice('root/'.length))!.partition;
        return `${DATABASE}.${tableName(source)} ${region},${accountId},${eventDay}`;
      }),
    ),
  ].sort();
  expect(expected.length).toBeGreaterThan(3);
  expect(account.glue.registered).toEqual(expected);
  expect([whole.code, whole.stdout]).toEqual([
    0,
    expect.stringContaining(`Every partition is registered in the catalog: ${expected.length} partitions.`),
  ]);
  expect(await uidsInLake(backfill)).toEqual(backfill.uids);

  const output = backfill.batch.children.map((child) => child.output).join('');
  expect(output).toContain('"partitions":{"registered":');
  for (const text of [output, whole.stdout]) expect(text).not.toContain(externalId);
  // who runs the jobs has asked for roles alone: the lake is closed to it
  expect(account.glue.askers.has(CREDENTIALS.accessKeyId)).toBe(false);

  account.glue.tables.get(expected[0]!.split(' ')[0]!)!.partitions.clear();
  const lost = await backfillCli(backfill, 'verify', made.plan);
  expect(lost.code).toBe(1);
  expect(lost.stdout).toMatch(
    /partition-missing: ext\/fdr12_\w+\/region=.*\/ is not registered in the catalog; give "falconry sources partitions"/,
  );
});
