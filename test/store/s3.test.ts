/** What is S3Store's own: keys below a prefix, encryption, requests made, and errors told in one sentence. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { startFauxqs } from 'fauxqs';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { S3Store, type S3StoreOptions } from '../../src/store/s3.js';
import { content, keys, list } from '../contract/object-store.js';
import { type Principal, S3Server } from '../support/s3-server.js';

const owner: Principal = { accessKeyId: 'AKIAOWNER', secretAccessKey: 'owner-secret', sessionToken: 'owner-token' };
const publisher: Principal = {
  accessKeyId: 'AKIAPUBLISHER',
  secretAccessKey: 'publisher-secret',
  allow: (operation, _, key) => operation === 'PutObject' && key.startsWith('ext/'),
};
const late: Principal = { accessKeyId: 'AKIALATE', secretAccessKey: 'late-secret', expired: true };

let server: S3Server;

beforeAll(async () => {
  server = await S3Server.start({ principals: [owner, publisher, late] });
  server.createBucket('lake');
  server.createBucket('far', { region: 'eu-central-1' });
  server.createBucket('far-regional', { region: 'eu-central-1', wrongRegion: 'malformed' });
});

afterEach(() => {
  server.resetCounts();
  vi.unstubAllEnvs();
});

afterAll(() => server.stop());

function open(options: S3StoreOptions = {}, bucket = 'lake', prefix = ''): S3Store {
  return new S3Store(bucket, prefix, { ...server.clientOptions, retryDelay: 1, ...options });
}

describe('a prefix', () => {
  it('is a folder: its neighbours are not seen', async () => {
    for (const key of ['data/a', 'data/b/c', 'data2/a', 'data']) server.put('lake', key, key);
    const store = open({}, 'lake', 'data');
    expect(store.uri).toBe('s3://lake/data');
    expect(await keys(store, '')).toEqual(['a', 'b/c']);
    expect((await content(store, 'b/c')).toString()).toBe('data/b/c');
    await store.write('d', 'x');
    expect(server.keys('lake')).toContain('data/d');
  });

  it('does not list the mark of a folder as an object without a name', async () => {
    server.put('lake', 'marked/', '');
    server.put('lake', 'marked/a', 'x');
    expect(await keys(open({}, 'lake', 'marked'), '')).toEqual(['a']);
  });
});

describe('requests', () => {
  it('are one for a small object, and one a page for a listing', async () => {
    const store = open({}, 'lake', 'counted');
    for (let i = 0; i < 3; i++) await store.write(`a${i}`, 'x');
    await list(store, '');
    await content(store, 'a0');
    await content(store, 'a0', { start: 0, end: 0 });
    const counted = Array.from(server.counts, ([operation, { requests }]) => [operation, requests]);
    expect(Object.fromEntries(counted)).toEqual({ PutObject: 3, ListObjectsV2: 1, GetObject: 2 });
  });

  it('stop when the reader of a listing stops', async () => {
    const small = await S3Server.start({ pageSize: 2 });
    small.createBucket('lake');
    for (let i = 0; i < 10; i++) small.put('lake', `${i}`, 'x');
    const store = new S3Store('lake', '', small.clientOptions);
    for await (const { key } of store.list('')) if (key === '2') break;
    expect(small.count('ListObjectsV2').requests).toBe(2);
    await small.stop();
  });
});

describe('what S3 tells of an object', () => {
  it('has its storage class, and reading an archived one says so', async () => {
    server.put('lake', 'cold/a', 'x', { storageClass: 'GLACIER' });
    server.put('lake', 'cold/b', 'x');
    const store = open();
    expect((await list(store, 'cold/')).map((info) => info.storageClass)).toEqual(['GLACIER', 'STANDARD']);
    expect((await store.head('cold/a'))?.storageClass).toBe('GLACIER');
    await expect(store.read('cold/a')).rejects.toMatchObject({ code: 'STORE_ARCHIVED' });
  });

  it('carries the same ETag whether listed, headed or asked for, also where it is no MD5', async () => {
    const store = open({ kmsKeyId: 'key-1' });
    await store.write('encrypted/a', 'text');
    const [listed] = await list(store, 'encrypted/');
    expect(listed!.etag).toMatch(/^[0-9a-f]{32}$/);
    expect((await store.head('encrypted/a'))?.etag).toBe(listed!.etag);
    expect((await content(store, 'encrypted/a', { ifMatch: listed!.etag! })).toString()).toBe('text');
  });
});

describe('an object marked as gzip', () => {
  it('is given as it lies there, for who reads it to unpack', async () => {
    const packed = gzipSync('text '.repeat(10_000));
    server.put('lake', 'packed.gz', packed, { contentEncoding: 'gzip' });
    expect((await content(open(), 'packed.gz')).equals(packed)).toBe(true);
  });
});

describe('encryption', () => {
  it('names the KMS key with every way of writing', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'falconry-kms-'));
    await writeFile(join(folder, 'small'), 'x');
    await writeFile(join(folder, 'large'), Buffer.alloc(16 * 1024 * 1024 + 1));
    const store = open({ kmsKeyId: 'arn:aws:kms:us-east-1:111122223333:key/k' });
    await store.write('kms/text', 'x');
    await store.write('kms/once', 'x', { ifAbsent: true });
    await store.writeFile('kms/small', join(folder, 'small'));
    await store.writeFile('kms/large', join(folder, 'large'));
    for (const name of ['text', 'once', 'small', 'large'])
      expect(server.object('lake', `kms/${name}`)?.encryption, name).toEqual({
        'x-amz-server-side-encryption': 'aws:kms',
        'x-amz-server-side-encryption-aws-kms-key-id': 'arn:aws:kms:us-east-1:111122223333:key/k',
      });
    expect(server.count('UploadPart').requests).toBe(2);
    await rm(folder, { recursive: true });
  });
});

describe('errors', () => {
  const secrets = /AKIA|owner-|publisher-|late-|forged|[0-9a-f]{64}/;

  async function failure(work: Promise<unknown>): Promise<{ code: string; message: string }> {
    const error = await work.then(
      () => undefined,
      (reason: unknown) => reason as { code: string; message: string },
    );
    expect(error?.message).not.toMatch(secrets);
    return { code: error!.code, message: error!.message };
  }

  it('name a bucket that does not exist', async () => {
    const store = open({}, 'nowhere');
    const expected = { code: 'STORE_NO_BUCKET', message: 's3://nowhere/a: there is no such bucket; check its name.' };
    expect(await failure(store.read('a'))).toEqual(expected);
    expect(await failure(store.write('a', 'x'))).toEqual(expected);
    expect((await failure(keys(store, ''))).code).toBe('STORE_NO_BUCKET');
  });

  it('tell what is denied', async () => {
    const store = open({ credentials: publisher });
    expect(await store.write('ext/a', 'x')).toEqual({ written: true });
    expect(await failure(store.write('other/a', 'x'))).toMatchObject({
      code: 'STORE_ACCESS_DENIED',
      message: expect.stringContaining('s3://lake/other/a cannot be written'),
    });
    expect(await failure(store.read('ext/a'))).toMatchObject({ code: 'STORE_ACCESS_DENIED' });
    expect(await failure(store.head('ext/a'))).toMatchObject({ code: 'STORE_ACCESS_DENIED' });
    expect(await failure(store.delete('ext/a'))).toMatchObject({
      code: 'STORE_ACCESS_DENIED',
      message: expect.stringContaining('cannot be deleted'),
    });
    expect(await failure(keys(store, ''))).toMatchObject({ code: 'STORE_ACCESS_DENIED' });
  });

  for (const bucket of ['far', 'far-regional']) {
    it(`name the region of a bucket that is in another: ${bucket}`, async () => {
      const store = open({}, bucket);
      const expected = { code: 'STORE_WRONG_REGION', message: expect.stringContaining('eu-central-1') };
      expect(await failure(store.read('a'))).toMatchObject(expected);
      expect(await failure(store.head('a'))).toMatchObject(expected);
      expect(await failure(store.write('a', 'x'))).toMatchObject(expected);
      expect(await failure(keys(store, ''))).toMatchObject(expected);
      expect(await open({ region: 'eu-central-1' }, bucket).write('a', 'x')).toEqual({ written: true });
    });
  }

  it('ask for credentials where there are none', async () => {
    for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN', 'AWS_PROFILE'])
      vi.stubEnv(name, undefined);
    for (const name of [
      'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
      'AWS_CONTAINER_CREDENTIALS_FULL_URI',
      'AWS_WEB_IDENTITY_TOKEN_FILE',
    ])
      vi.stubEnv(name, undefined);
    vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
    vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/nonexistent/credentials');
    vi.stubEnv('AWS_CONFIG_FILE', '/nonexistent/config');
    const { endpointUrl, region } = server.clientOptions;
    const store = new S3Store('lake', '', { endpointUrl, region });
    expect(await failure(store.read('a'))).toEqual({
      code: 'STORE_NO_CREDENTIALS',
      message: 's3://lake/a: no AWS credentials are found; set a profile, the environment or a role.',
    });
  });

  it('take credentials from the environment', async () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', owner.accessKeyId);
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', owner.secretAccessKey);
    vi.stubEnv('AWS_SESSION_TOKEN', owner.sessionToken);
    const { endpointUrl, region } = server.clientOptions;
    expect(await new S3Store('lake', '', { endpointUrl, region }).write('env', 'x')).toEqual({ written: true });
  });

  it('tell credentials that are wrong from those that have expired', async () => {
    const unknown = { accessKeyId: 'AKIAUNKNOWN', secretAccessKey: 'x' };
    const forged = { ...owner, secretAccessKey: 'forged' };
    for (const credentials of [unknown, forged])
      expect(await failure(open({ credentials }).read('a'))).toEqual({
        code: 'STORE_NO_CREDENTIALS',
        message: 's3://lake/a: the AWS credentials are not accepted; check the access key and its secret.',
      });
    expect(await failure(open({ credentials: late }).read('a'))).toEqual({
      code: 'STORE_NO_CREDENTIALS',
      message: 's3://lake/a: the AWS credentials have expired; renew them.',
    });
  });

  it('tell of a server that does not list in byte order', async () => {
    const other = await startFauxqs({ port: 0, logger: false });
    other.createBucket('lake');
    const store = open({ endpointUrl: other.address });
    for (const key of ['a-b', 'a.b', 'a_b']) await store.write(key, 'x');
    expect(await failure(keys(store, ''))).toMatchObject({ code: 'STORE_UNORDERED' });
    await other.stop();
  });

  it('ask for a region where there is none', async () => {
    for (const name of ['AWS_REGION', 'AWS_DEFAULT_REGION', 'AWS_PROFILE']) vi.stubEnv(name, undefined);
    vi.stubEnv('AWS_CONFIG_FILE', '/nonexistent/config');
    vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/nonexistent/credentials');
    const { endpointUrl } = server.clientOptions;
    const store = new S3Store('lake', '', { endpointUrl, credentials: owner });
    expect(await failure(store.read('a'))).toMatchObject({ code: 'STORE_NO_REGION' });
  });
});
