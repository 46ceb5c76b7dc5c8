/** `falconry sources register`: what Security Lake is told, again and again, and what is said where it fails. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadCompiled } from '../../src/convert/definitions.js';
import { eventClassOf } from '../../src/lake/event-class.js';
import { OCSF_VERSIONS } from '../../src/ocsf/schema.js';
import { SecurityLake } from '../../src/store/security-lake.js';
import { CREDENTIALS, REGION, S3_ENV } from '../convert/s3-places.js';
import { SecurityLakeServer } from '../support/aws/security-lake.js';
import { denied, ServiceError, throttled } from '../support/aws/service.js';
import { runCli } from './run.js';

const EXTERNAL_ID = 'an-external-id-of-the-test';
const ACCOUNT = '444455556666';
const CRAWLER = `arn:aws:iam::${ACCOUNT}:role/falconry-lake-crawler`;
const CLASSES = loadCompiled('1.2.0').mapping.classes;
const lakeOptions = { account: ACCOUNT, region: REGION, bucket: 'aws-security-data-lake-eu-central-1-abc', pageSize: 7 };
let server: SecurityLakeServer;

beforeEach(async () => {
  server = await new SecurityLakeServer([CREDENTIALS], lakeOptions).start();
});
afterEach(() => server.stop());

const register = (...more: string[]) =>
  runCli(['sources', 'register', '--region', REGION, '--crawler-role', CRAWLER, '--principal', '111122223333', ...more], {
    env: { ...S3_ENV, AWS_ENDPOINT_URL_SECURITYLAKE: server.endpointUrl, FALCONRY_EXTERNAL_ID: EXTERNAL_ID },
  });

describe('sources register', () => {
  it('registers every source once, says what conversions are to be told, and leaves all as it is the second time', async () => {
    const dry = await register('--dry-run');
    expect(dry.stdout).toContain(`Would register ${CLASSES.length} sources in ${REGION}.\nNothing was changed.`);
    expect([dry.code, server.sources.size, server.count('CreateCustomLogSource')]).toEqual([0, 0, 0]);

    const first = await register();
    expect([first.code, first.stderr]).toEqual([0, '']);
    expect(first.stdout).toContain(`Registered ${CLASSES.length} sources in ${REGION}.`);
    expect(first.stdout).toContain(`--lake s3://${lakeOptions.bucket} --region ${REGION} --glue-database security-lake`);
    expect(first.stdout).toContain(`arn:aws:iam::${ACCOUNT}:role/AmazonSecurityLake-Provider-{source}-{region}`);
    expect(first.stdout + first.stderr).not.toContain(EXTERNAL_ID);
    expect([...server.sources.values()]).toEqual(
      CLASSES.map(({ source, name }) => ({
        name: source,
        eventClasses: eventClassOf(name) === undefined ? undefined : [eventClassOf(name)],
        crawlerRole: CRAWLER,
        principal: '111122223333',
        externalId: EXTERNAL_ID,
      })),
    );

    const again = JSON.parse((await register('--json')).stdout);
    expect(again).toMatchObject({
      created: 0,
      registered: CLASSES.length,
      wouldCreate: 0,
      lake: `s3://${lakeOptions.bucket}`,
      providerRole: `arn:aws:iam::${ACCOUNT}:role/AmazonSecurityLake-Provider-{source}-{region}`,
    });
    expect(again.sources[0]).toMatchObject({
      state: 'registered',
      location: `s3://${lakeOptions.bucket}/ext/${again.sources[0].source}/`,
    });
    expect(server.count('CreateCustomLogSource')).toBe(CLASSES.length);
  });

  it('registers those that are named, and what is missing', async () => {
    const [one, two] = CLASSES.map(({ source }) => source) as [string, string];
    await register('--source', one);
    const both = await register('--source', one, two, '--json');
    expect(JSON.parse(both.stdout)).toMatchObject({ created: 1, registered: 1 });
    const unknown = await register('--source', 'fdr12_nobody');
    expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining('"fdr12_nobody" is none of "falconry sources"')]);
    expect([...server.sources.keys()]).toEqual([one, two]);
  });

  it('goes on where it was stopped', async () => {
    server.faults.push({ operation: 'CreateCustomLogSource', error: denied(), after: 2 });
    const stopped = await register();
    expect([stopped.code, server.sources.size]).toEqual([1, 2]);
    expect(stopped.stderr).toMatch(
      /^falconry: Security Lake in eu-central-1 cannot register fdr12_\w+: access is denied; .+ \[SECURITY_LAKE_DENIED\]\n$/,
    );
    server.faults.splice(0);
    expect((await register()).stdout).toContain(
      `Registered ${CLASSES.length - 2} sources in ${REGION}; 2 sources were there already`,
    );
  });

  it.each([
    [new ServiceError(404, 'ResourceNotFoundException', 'The request failed.'), 'SECURITY_LAKE_OFF'],
    [new ServiceError(400, 'BadRequestException', `externalId ${EXTERNAL_ID} is bad`), 'SECURITY_LAKE_REFUSED'],
    [new ServiceError(403, 'AccessDeniedException', 'no'), 'SECURITY_LAKE_DENIED'],
  ])('%s: one sentence', async (error, code) => {
    server.faults.push({ operation: 'CreateCustomLogSource', error });
    const failed = await register();
    expect([failed.code, failed.stderr]).toEqual([1, expect.stringContaining(`[${code}]`)]);
    expect(failed.stderr.trim().split('\n')).toHaveLength(1);
    expect(failed.stderr).not.toContain(EXTERNAL_ID);
  });

  it('refuses what cannot be right before it asks', async () => {
    const wrong = await register('--principal', '42', '--external-id', '€');
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toMatch(/--principal: "42" is no account.*--external-id: is no external id/);
    expect(server.counts.size).toBe(0);
  });
});

describe('Security Lake', () => {
  const settings = { crawlerRole: CRAWLER, principal: '111122223333', externalId: EXTERNAL_ID };
  const api = () => {
    Object.assign(process.env, S3_ENV, { AWS_ENDPOINT_URL_SECURITYLAKE: server.endpointUrl });
    return new SecurityLake(REGION, 1);
  };

  it('that has changes under way is asked again; an answer that was lost is found', async () => {
    const lake = api();
    const conflict = new ServiceError(409, 'ConflictException', 'A conflict occurred');
    server.faults.push(
      { operation: 'CreateCustomLogSource', error: conflict, times: 2 },
      { operation: 'ListLogSources', error: throttled(), times: 1 },
    );
    expect(await lake.create({ name: 'fdr12_a', eventClass: 'DNS_ACTIVITY' }, settings)).toMatchObject({ created: true });
    server.faults.push({ operation: 'CreateCustomLogSource', error: 'reset-after', after: 3, times: 1 });
    expect((await lake.create({ name: 'fdr12_b', eventClass: undefined }, settings)).location).toBe(
      `s3://${lakeOptions.bucket}/ext/fdr12_b/`,
    );
    expect([...(await lake.list()).keys()]).toEqual(['fdr12_a', 'fdr12_b']);
    server.faults.splice(0);
    server.faults.push({ operation: 'CreateCustomLogSource', error: conflict });
    await expect(lake.create({ name: 'fdr12_c', eventClass: undefined }, settings)).rejects.toMatchObject({
      code: 'SECURITY_LAKE_CONFLICT',
    });
    lake.close();
  });

  it('knows every class of ours by a name of its own', () => {
    const path = join(import.meta.dirname, '../../../shared/ocsf/security_lake_event_classes.json');
    for (const version of OCSF_VERSIONS) {
      const names = loadCompiled(version).mapping.classes.map(({ name }) => name);
      for (const name of names) expect(eventClassOf(name) ?? '', name).toMatch(name === 'base_event' ? /^$/ : /^[A-Z_]+$/);
      if (!existsSync(path)) continue;
      const known: Record<string, { class: string }> = JSON.parse(readFileSync(path, 'utf8')).event_classes;
      for (const name of names) if (name !== 'base_event') expect(known[eventClassOf(name)!]?.class, name).toBe(name);
    }
  });
});

it('a source at another place than conversions write to is told', async () => {
  await server.stop();
  server = await new SecurityLakeServer([CREDENTIALS], { ...lakeOptions, place: (name) => `s3://b/ext/${name}/1.0/` }).start();
  const found = await register();
  expect(found.stderr).toMatch(
    /Security Lake has fdr12_\w+ at s3:\/\/b\/ext\/fdr12_\w+\/1\.0\/, and a conversion writes to …\/ext\/fdr12_\w+\/; .*\[SOURCES_ELSEWHERE\]/,
  );
});
