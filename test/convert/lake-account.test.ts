/** A conversion into the account of a Security Lake: its roles alone touch the lake, and every partition is in the catalog. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { compact } from '../../dist/src/compact/compact.js';
import { convert } from '../../dist/src/convert/convert.js';
import { loadCompiled } from '../../src/convert/definitions.js';
import type { ConvertReport } from '../../src/convert/report.js';
import { parseObjectKey } from '../../src/lake/partition.js';
import { writeSample } from '../../src/sample/sample.js';
import { runCli } from '../cli/run.js';
import { DATABASE, type LakeAccount, MAINTENANCE_ROLE, startLakeAccount, tableName } from '../support/aws/lake-account.js';
import { denied, ServiceError, throttled } from '../support/aws/service.js';
import { REGION, S3_ENV, s3Options, upload } from './s3-places.js';

const UNIT_BYTES = 60_000;
const SOURCES = loadCompiled('1.2.0').mapping.classes.map(({ source }) => source);
let folder: string;
let archive: string;
let account: LakeAccount;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'falconry-account-'));
  archive = join(folder, 'archive');
  await writeSample({ directory: archive, events: 600, hosts: 10, seed: 5, eventsPerFile: 200 });
  await convert({ archive, lake: join(folder, 'lake'), region: REGION, workers: 1, unitBytes: UNIT_BYTES });
});
beforeEach(async () => {
  account = await startLakeAccount(SOURCES);
  Object.assign(process.env, S3_ENV, account.env);
  await upload(account.s3, archive);
});
afterEach(() => account.stop());
afterAll(() => rm(folder, { recursive: true, force: true }));

const options = (more: object = {}) => ({
  ...s3Options(account.s3),
  ...account.roles,
  glueDatabase: 'security-lake',
  workers: 1,
  unitBytes: UNIT_BYTES,
  ...more,
});

/** What the catalog must hold: `database.table region,account,day`. */
const partitionsOf = ({ objects }: ConvertReport): string[] =>
  [
    ...new Set(
      objects.map(({ path }) => {
        const { source, region, accountId, eventDay } = parseObjectKey(path)!.partition;
        return `${DATABASE}.${tableName(source)} ${region},${accountId},${eventDay}`;
      }),
    ),
  ].sort();

describe('convert', () => {
  it('leaves the same bytes as on a disk, written by the roles of the sources alone, each taken on once a thread', async () => {
    const report = await convert(options());
    const local = (await readdir(join(folder, 'lake/ext'), { recursive: true }))
      .filter((name) => name.endsWith('.parquet'))
      .sort();
    expect(account.s3.keys('lake')).toEqual(local.map((name) => `root/ext/${name}`));
    for (const name of local)
      expect(
        account.s3.object('lake', `root/ext/${name}`)!.bytes.equals(await readFile(join(folder, 'lake/ext', name))),
        name,
      ).toBe(true);
    const written = new Set(report.objects.map(({ path }) => parseObjectKey(path)!.partition.source));
    const taken = account.sts.sessions.map(({ role }) => role);
    expect(taken.filter((role) => role !== MAINTENANCE_ROLE)).toHaveLength(written.size);
    expect(new Set(taken).size).toBe(written.size + 1);
    // the worker and the thread that plans
    expect(taken.filter((role) => role === MAINTENANCE_ROLE).length).toBeLessThanOrEqual(2);
  });

  it('registers each partition once, asks Glue a few times and not once an object, and nothing the second time', async () => {
    const report = await convert(options());
    const expected = partitionsOf(report);
    expect(expected.length).toBeGreaterThan(8);
    expect(account.glue.registered).toEqual(expected);
    expect(report.partitions).toEqual({ registered: expected.length });
    const [first] = account.glue.tables.get(expected[0]!.split(' ')[0]!)!.partitions.values();
    expect(first!.StorageDescriptor.Location).toMatch(
      /^s3:\/\/lake\/root\/ext\/\w+\/region=[^/]+\/accountId=[^/]+\/eventDay=\d{8}\/$/,
    );
    const tables = new Set(expected.map((each) => each.split(' ')[0])).size;
    expect(account.glue.count('GetTable')).toBe(tables);
    expect(account.glue.count('BatchCreatePartition')).toBeLessThanOrEqual(expected.length);
    expect(report.objects.length).toBeGreaterThan(expected.length);
    const asked = account.glue.count('BatchCreatePartition');
    const again = await convert(options());
    expect(again.units.converted).toBe(0);
    expect(account.glue.count('BatchCreatePartition')).toBe(asked);
    const maintenance = account.sts.sessions.filter(({ role }) => role === MAINTENANCE_ROLE);
    expect(maintenance.map(({ principal }) => principal.accessKeyId)).toEqual(expect.arrayContaining([...account.glue.askers]));
  });

  it('stopped between publishing and registering: the next run registers, and only then the unit counts as published', async () => {
    account.glue.faults.push({ operation: 'BatchCreatePartition', error: denied() });
    await expect(convert(options())).rejects.toMatchObject({ code: 'CATALOG_DENIED' });
    const inLake = account.s3.keys('lake').length;
    expect(inLake).toBeGreaterThan(0);
    expect(account.glue.registered).toEqual([]);
    const marks = () => account.s3.keys('work').filter((key) => key.endsWith('.published')).length;
    expect(marks()).toBe(0);
    account.glue.faults.splice(0);
    const report = await convert(options());
    expect(report.units.published).toBeGreaterThan(0);
    expect(marks()).toBe(report.units.published + report.units.converted);
    expect(account.glue.registered.length).toBe(report.partitions!.registered);
    const whole = new Set(account.s3.keys('lake').map((key) => key.slice(0, key.lastIndexOf('/'))));
    expect(account.glue.registered.length).toBe(whole.size);
    const local = (await readdir(join(folder, 'lake/ext'), { recursive: true })).filter((name) => name.endsWith('.parquet'));
    expect(account.s3.keys('lake')).toHaveLength(local.length);
  });

  it('calls nothing where nothing is named', async () => {
    const report = await convert(options({ glueDatabase: undefined }));
    expect(report.partitions).toBeUndefined();
    expect(account.glue.counts.size).toBe(0);
  });

  it('registers in tables of other names', async () => {
    for (const source of SOURCES) account.glue.makeTable('my_db', `t_${source}`);
    const report = await convert(options({ glueDatabase: 'my_db', glueTable: 't_{source}' }));
    expect(account.glue.registered.length).toBe(report.partitions!.registered);
    for (const each of account.glue.registered) expect(each).toMatch(/^my_db\.t_fdr12_/);
  });

  it('goes on while STS and Glue are busy', async () => {
    account.sts.faults.push({ error: throttled('Throttling'), after: 2, times: 2 });
    account.glue.faults.push({ error: throttled(), after: 1, times: 2 });
    const report = await convert(options());
    expect(account.glue.registered).toEqual(partitionsOf(report));
  });

  it('is refused with options that are none', async () => {
    const wrong = { providerRole: 'my-role', maintenanceRole: 'arn:aws:iam::1:role/x', externalId: '€', glueDatabase: 'A b' };
    const error = await convert(options(wrong)).catch((reason: Error) => reason);
    expect(error).toMatchObject({ code: 'OPTION_INVALID' });
    const { message } = error as Error;
    for (const name of ['provider-role', 'maintenance-role', 'external-id', 'glue-database'])
      expect(message).toContain(`--${name}`);
    expect(message).not.toContain('€');
  });
});

describe('compact', () => {
  it('publishes with the provider roles and deletes with the maintenance role', async () => {
    const report = await convert(options());
    const day = parseObjectKey(report.objects[0]!.path)!.partition.eventDay;
    const { glueDatabase: _, workers: __, unitBytes: ___, archive: ____, ...place } = options();
    const compacted = await compact({ ...place, day, grace: 0, settle: 0 }, { now: () => Date.parse('2100-01-01') });
    expect(compacted.objects.merged).toBeGreaterThan(compacted.objects.written);
    expect(compacted.rows.written).toBe(compacted.rows.read);
    const left = account.s3.keys('lake').filter((key) => key.includes(`eventDay=${day}`));
    expect(left).toHaveLength(compacted.objects.written + compacted.objects.compact);
  });
});

describe('the command line', () => {
  it('takes roles from the environment, says what it registered, and never the external id', async () => {
    const { archive: from, lake, work, region, endpointUrl } = s3Options(account.s3);
    const args = [
      'convert',
      from,
      '--lake',
      lake,
      '--work',
      work,
      '--region',
      region,
      '--endpoint-url',
      endpointUrl,
      '--workers',
      '1',
    ];
    const env = {
      ...account.env,
      FALCONRY_PROVIDER_ROLE: account.roles.providerRole,
      FALCONRY_MAINTENANCE_ROLE: account.roles.maintenanceRole,
      FALCONRY_EXTERNAL_ID: account.roles.externalId,
      FALCONRY_GLUE_DATABASE: 'security-lake',
      FALCONRY_GLUE_TABLE: '',
    };
    const denied = await runCli([...args, '--external-id', 'another-external-id', '--json'], { env });
    expect(denied.code).toBe(1);
    expect(JSON.parse(denied.stdout).error.code).toBe('STORE_ROLE_DENIED');
    expect(denied.stdout + denied.stderr).not.toContain('external-id');

    const { code, stdout, stderr } = await runCli(args, { env });
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain(`Registered ${account.glue.registered.length} new partitions in the Glue catalog.`);
    expect(stdout).not.toContain(account.roles.externalId);

    const [lost] = account.glue.registered;
    const table = account.glue.tables.get(lost!.split(' ')[0]!)!;
    table.partitions.clear();
    const partitions = ['sources', 'partitions', '--lake', lake, '--region', region, '--endpoint-url', endpointUrl];
    const dry = await runCli([...partitions, '--dry-run'], { env });
    expect(dry.stdout).toMatch(/^Would register \d+ partitions? of \d+ in the lake/);
    expect(table.partitions.size).toBe(0);
    const healed = JSON.parse((await runCli([...partitions, '--json'], { env })).stdout);
    expect(healed).toMatchObject({ found: healed.known + healed.missing, registered: table.partitions.size, dryRun: false });
    expect(healed.registered).toBeGreaterThan(0);
    expect((await runCli(partitions, { env })).stdout).toMatch(/^Nothing to register: all of \d+ partitions/);
  });

  it('says what a table lacks that is not there', async () => {
    account.glue.faults.push({ error: new ServiceError(400, 'EntityNotFoundException', 'Table not found') });
    await expect(convert(options())).rejects.toMatchObject({
      code: 'CATALOG_NO_TABLE',
      message: expect.stringContaining('register the source first'),
    });
  });
});
