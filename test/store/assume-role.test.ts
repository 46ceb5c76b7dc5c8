/** Roles taken on through STS: once a role and hour, renewed in time, and what is said where that fails. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { errorRecord } from '../../src/error.js';
import { exitCodeOf } from '../../src/job/exit.js';
import { lakeStoreOptions } from '../../src/lake/lake-access.js';
import { openStore } from '../../src/store/open.js';
import type { ObjectStore } from '../../src/store/store.js';
import { REGION, S3_ENV } from '../convert/s3-places.js';
import { type LakeAccount, MAINTENANCE_ROLE, providerRole, startLakeAccount } from '../support/aws/lake-account.js';
import { ServiceError, throttled } from '../support/aws/service.js';
import { accessDenied } from '../support/s3-server.js';

const PROCESS = `ext/fdr12_process/region=${REGION}/accountId=external_x/eventDay=20260302/a.parquet`;
const DNS = PROCESS.replace('fdr12_process', 'fdr12_dns');
const PROCESS_ROLE = providerRole('fdr12_process');
let account: LakeAccount;
let lake: ObjectStore;
const opened: ObjectStore[] = [];

beforeEach(async () => {
  account = await startLakeAccount(['fdr12_process', 'fdr12_dns']);
  Object.assign(process.env, S3_ENV, account.env);
  lake = await open();
});
afterEach(async () => {
  vi.useRealTimers();
  for (const store of opened.splice(0)) await store.close();
  await account.stop();
});

async function open(change: object = {}): Promise<ObjectStore> {
  const place = { lake: 's3://lake/root', region: REGION, endpointUrl: account.s3.endpointUrl };
  const store = await openStore(place.lake, lakeStoreOptions({ ...place, ...account.roles, ...change }));
  opened.push(store);
  return store;
}

async function failure(work: Promise<unknown>): Promise<{ code: string; message: string; exitCode: number; jobExit: number }> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return { ...errorRecord(error), jobExit: exitCodeOf(error) };
}

describe('a lake with roles', () => {
  it("is written with each source's own role, and listed, read and emptied with the maintenance role", async () => {
    await lake.write(PROCESS, 'process');
    await lake.write(DNS, 'dns');
    const listed: string[] = [];
    for await (const { key } of lake.list('ext/')) listed.push(key);
    expect(listed).toEqual([DNS, PROCESS]);
    expect((await lake.head(DNS))?.size).toBe(3);
    await lake.delete(DNS);
    expect(account.s3.keys('lake')).toEqual([`root/${PROCESS}`]);
    const roles = account.sts.sessions.map(({ role }) => role).sort();
    expect(roles).toEqual([PROCESS_ROLE, providerRole('fdr12_dns'), MAINTENANCE_ROLE].sort());
    for (const { externalId } of account.sts.sessions) expect(externalId).toBe(account.roles.externalId);
  });

  it('cannot be used without them: the test would see it', async () => {
    const bare = await open({ providerRole: undefined, maintenanceRole: undefined });
    expect(await failure(bare.write(PROCESS, 'x'))).toMatchObject({ code: 'STORE_ACCESS_DENIED' });
    const provider = await open({ maintenanceRole: undefined });
    expect(await failure(provider.delete(PROCESS))).toMatchObject({ code: 'STORE_ACCESS_DENIED' });
    expect(account.sts.sessions).toEqual([]);
  });

  it('takes on a role once, however many ask at once and however many stores there are', async () => {
    const other = await open();
    await Promise.all(
      Array.from({ length: 30 }, (_, i) => (i % 2 === 0 ? lake : other).write(PROCESS.replace('/a.', `/${i}.`), 'x')),
    );
    expect(account.s3.keys('lake')).toHaveLength(30);
    expect(account.sts.sessionsOf(PROCESS_ROLE)).toBe(1);
    expect(account.sts.count('AssumeRole')).toBe(1);
  });

  it('renews a role before its hour is over, and no sooner', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
    const minutes = (n: number) => vi.setSystemTime(Date.now() + n * 60_000);
    await lake.write(PROCESS, '1');
    minutes(50);
    await lake.write(PROCESS, '2');
    expect(account.sts.sessionsOf(PROCESS_ROLE)).toBe(1);
    minutes(6);
    await Promise.all(Array.from({ length: 5 }, () => lake.write(PROCESS, '3')));
    expect(account.sts.sessionsOf(PROCESS_ROLE)).toBe(2);
    for (let hour = 0; hour < 5; hour++) {
      minutes(60);
      await lake.write(PROCESS, String(hour));
    }
    expect(account.sts.sessionsOf(PROCESS_ROLE)).toBe(7);
    const used = account.sts.sessions.map(({ principal }) => principal.accessKeyId);
    expect(new Set(used).size).toBe(7);
  });
});

describe('a large object', () => {
  it('goes up in parts with the provider role; parts that failed are taken back with the maintenance role', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'falconry-role-'));
    try {
      const path = join(folder, 'large');
      await writeFile(path, Buffer.alloc(17 * 1024 * 1024, 'x'));
      await lake.writeFile(PROCESS, path);
      expect(account.s3.object('lake', `root/${PROCESS}`)?.bytes.length).toBe(17 * 1024 * 1024);
      expect(account.s3.count('CreateMultipartUpload').requests).toBe(1);
      account.s3.faults.add({ fault: accessDenied(), operation: 'UploadPart', after: 1 });
      expect(await failure(lake.writeFile(DNS, path))).toMatchObject({ code: 'STORE_ACCESS_DENIED' });
      expect(account.s3.count('AbortMultipartUpload')).toMatchObject({ requests: 1, failed: 0 });
      expect(account.s3.pendingUploads('lake')).toEqual([]);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });
});

describe('a role that cannot be taken on', () => {
  it('for a wrong external id, or one that is not there: names the role, and never the id', async () => {
    const wrong = await open({ externalId: 'another-external-id' });
    for (const store of [wrong, await open({ providerRole: providerRole('fdr12_nobody') })]) {
      const found = await failure(store.write(PROCESS, 'x'));
      expect(found).toMatchObject({ code: 'STORE_ROLE_DENIED', exitCode: 1, jobExit: 65 });
      expect(found.message).toMatch(
        /^The role arn:aws:iam::444455556666:role\/\S+ cannot be taken on: STS denies it; check .+\.$/,
      );
      expect(found.message).not.toContain('external-id');
    }
  });

  it('for an ARN that is none: says so', async () => {
    const found = await failure((await open({ providerRole: 'arn:aws:iam::1:role/x' })).write(PROCESS, 'x'));
    expect(found).toMatchObject({ code: 'STORE_ROLE_REFUSED', jobExit: 65 });
  });

  it('while STS is busy: is asked for again; when it stays so, a job tries again later', async () => {
    account.sts.faults.push({ error: throttled('Throttling'), times: 2 }, { error: 'reset-before', times: 1, after: 2 });
    await lake.write(PROCESS, 'x');
    expect(account.sts.count('AssumeRole')).toBeGreaterThan(2);
    account.sts.faults.splice(0);
    account.sts.faults.push({
      error: new ServiceError(403, 'ExpiredToken', 'The security token included in the request is expired'),
    });
    expect(await failure(lake.write(DNS, 'x'))).toMatchObject({ code: 'STORE_NO_CREDENTIALS', jobExit: 75 });
    account.sts.faults.splice(0);
    await lake.write(DNS, 'x');
    expect(account.s3.keys('lake')).toHaveLength(2);
  });
});
