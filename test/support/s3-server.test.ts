/** The test server is as strict as S3: what S3 refuses, it refuses, with S3's codes. */
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import * as s3 from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { checksumOf } from './s3/checksums.js';
import { FaultScript } from './s3/faults.js';
import { errorIn200, internalError, type Principal, resetBefore, S3Server, slowDown } from './s3-server.js';

const Bucket = 'b';
const PART = 5 * 1024 * 1024;

let server: S3Server;
let client: s3.S3Client;

beforeAll(async () => {
  server = await S3Server.start({ pageSize: 5 });
  client = connect();
});

afterEach(() => {
  server.faults.clear();
  server.resetCounts();
});

afterAll(async () => {
  client.destroy();
  await server.stop();
});

function connect(config: s3.S3ClientConfig = {}): s3.S3Client {
  const { endpointUrl, region, credentials } = server.clientOptions;
  return new s3.S3Client({ endpoint: endpointUrl, region, credentials, forcePathStyle: true, maxAttempts: 1, ...config });
}

/** A client whose requests are changed on their way, after they were signed. */
function tampering(change: (headers: Record<string, string>, request: { body?: unknown }) => void): s3.S3Client {
  const tampered = connect();
  tampered.middlewareStack.add(
    (next) => (args) => {
      const request = args.request as { headers: Record<string, string>; body?: unknown };
      change(request.headers, request);
      return next(args);
    },
    { step: 'deserialize', priority: 'low' },
  );
  return tampered;
}

function fresh(): Record<'Bucket', string> {
  server.createBucket(Bucket);
  return { Bucket };
}

/** S3's code and status for a request that must fail. */
async function refusal(work: Promise<unknown>): Promise<[code: string, status: number | undefined]> {
  const error = (await work.then(
    () => new Error('it was accepted'),
    (reason: unknown) => reason,
  )) as s3.S3ServiceException;
  return [error.name, error.$metadata?.httpStatusCode];
}

const put = (Key: string, more: Partial<s3.PutObjectCommandInput> = {}) =>
  new s3.PutObjectCommand({ Bucket, Key, Body: 'text', ...more });

describe('signatures', () => {
  it('are verified over every signed header, the path, the query and the secret', async () => {
    fresh();
    const { credentials } = server.clientOptions;
    const wrong = connect({ credentials: { ...credentials, secretAccessKey: 'wrong' } });
    expect(await refusal(wrong.send(put('a')))).toEqual(['SignatureDoesNotMatch', 403]);
    const unknown = connect({ credentials: { accessKeyId: 'AKIANOBODY', secretAccessKey: 'x' } });
    expect(await refusal(unknown.send(put('a')))).toEqual(['InvalidAccessKeyId', 403]);
    const token = connect({ credentials: { ...credentials, sessionToken: 'none was given out' } });
    expect(await refusal(token.send(put('a')))).toEqual(['InvalidToken', 400]);
    const meta = tampering((headers) => Object.assign(headers, { 'x-amz-meta-a': 'changed' }));
    expect(await refusal(meta.send(put('a', { Metadata: { a: 'as signed' } })))).toEqual(['SignatureDoesNotMatch', 403]);
    const added = tampering((headers) => Object.assign(headers, { 'x-amz-meta-added': 'x' }));
    expect(await refusal(added.send(put('a')))).toEqual(['AccessDenied', 403]);
    const anonymous = tampering((headers) => delete headers.authorization);
    expect(await refusal(anonymous.send(put('a')))).toEqual(['AccessDenied', 403]);
    const late = connect({ systemClockOffset: -3_600_000 });
    expect(await refusal(late.send(new s3.ListObjectsV2Command({ Bucket })))).toEqual(['RequestTimeTooSkewed', 403]);
    expect(server.keys(Bucket)).toEqual([]);
  });

  it('are right for odd keys, which arrive as they are', async () => {
    fresh();
    const odd = ['a b+c=d&e#f?g%2F', "it's (1)!*~", 'ü/日本', '\u{1f600}', 'a//b/', 'a\nb'];
    for (const Key of odd) await client.send(put(Key));
    expect(new Set(server.keys(Bucket))).toEqual(new Set(odd));
  });
});

describe('bodies', () => {
  for (const algorithm of ['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const) {
    it(`are verified against ${algorithm}, in a header and in a trailer, and the checksum is kept`, async () => {
      fresh();
      await client.send(put('header', { ChecksumAlgorithm: algorithm }));
      const stream = Readable.from([Buffer.from('streamed in '), Buffer.from('two chunks')]);
      await client.send(put('trailer', { Body: stream, ContentLength: 22, ChecksumAlgorithm: algorithm }));
      expect(server.object(Bucket, 'trailer')?.bytes.toString()).toBe('streamed in two chunks');
      const head = await client.send(new s3.HeadObjectCommand({ Bucket, Key: 'header', ChecksumMode: 'ENABLED' }));
      expect(head[`Checksum${algorithm}`]).toBe(server.object(Bucket, 'header')?.checksum?.value);
      const value = checksumOf(algorithm.toLowerCase() as 'crc32', Buffer.from('other text'));
      expect(await refusal(client.send(put('wrong', { [`Checksum${algorithm}`]: value })))).toEqual(['BadDigest', 400]);
      expect(server.keys(Bucket)).toEqual(['header', 'trailer']);
    });
  }

  it('have the checksums the standards give for "123456789"', () => {
    const bytes = Buffer.from('123456789');
    const hex = (algorithm: Parameters<typeof checksumOf>[0]) =>
      Buffer.from(checksumOf(algorithm, bytes), 'base64').toString('hex');
    expect(hex('crc32')).toBe('cbf43926');
    expect(hex('crc32c')).toBe('e3069283');
    expect(hex('crc64nvme')).toBe('ae8b14860a799888');
  });

  it('are refused if changed on the way', async () => {
    fresh();
    const changed = tampering((_, request) => {
      request.body = Buffer.from('TEXT');
    });
    expect(await refusal(changed.send(put('a')))).toEqual(['XAmzContentSHA256Mismatch', 400]);
    const stream = () => put('a', { Body: Readable.from([Buffer.from('text')]), ContentLength: 4 });
    const framing = tampering((_, request) => {
      request.body = Buffer.from('5\r\ntext\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n');
    });
    expect((await refusal(framing.send(stream())))[1]).toBe(400);
    const trailer = tampering((_, request) => {
      request.body = Buffer.from('4\r\ntext\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n');
    });
    expect(await refusal(trailer.send(stream()))).toEqual(['BadDigest', 400]);
    expect(server.keys(Bucket)).toEqual([]);
  });

  it('are verified against Content-MD5', async () => {
    fresh();
    const md5 = (text: string) => createHash('md5').update(text).digest('base64');
    await client.send(put('a', { ContentMD5: md5('text') }));
    expect(await refusal(client.send(put('b', { ContentMD5: md5('other') })))).toEqual(['BadDigest', 400]);
  });
});

describe('conditions', () => {
  it('of PutObject: If-None-Match and If-Match', async () => {
    fresh();
    const { ETag } = await client.send(put('a', { IfNoneMatch: '*' }));
    expect(ETag).toBe(`"${createHash('md5').update('text').digest('hex')}"`);
    expect(await refusal(client.send(put('a', { IfNoneMatch: '*' })))).toEqual(['PreconditionFailed', 412]);
    expect(await refusal(client.send(put('a', { IfMatch: '"stale"' })))).toEqual(['PreconditionFailed', 412]);
    expect(await refusal(client.send(put('absent', { IfMatch: ETag })))).toEqual(['NoSuchKey', 404]);
    await client.send(put('a', { IfMatch: ETag, Body: 'newer' }));
    expect(server.object(Bucket, 'a')?.bytes.toString()).toBe('newer');
  });

  it('of GetObject and HeadObject', async () => {
    fresh();
    const { ETag } = await client.send(put('a'));
    const get = (more: Partial<s3.GetObjectCommandInput>) => client.send(new s3.GetObjectCommand({ Bucket, Key: 'a', ...more }));
    expect((await get({ IfMatch: ETag })).ContentLength).toBe(4);
    expect(await refusal(get({ IfMatch: '"stale"' }))).toEqual(['PreconditionFailed', 412]);
    expect((await refusal(get({ IfNoneMatch: ETag })))[1]).toBe(304);
    expect((await refusal(client.send(new s3.HeadObjectCommand({ Bucket, Key: 'a', IfMatch: '"stale"' }))))[1]).toBe(412);
  });

  it('let one of many racing writers win', async () => {
    fresh();
    const results = await Promise.allSettled(Array.from({ length: 10 }, () => client.send(put('a', { IfNoneMatch: '*' }))));
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });
});

describe('multipart uploads', () => {
  async function begin(Key: string, more: Partial<s3.CreateMultipartUploadCommandInput> = {}) {
    const { UploadId } = await client.send(new s3.CreateMultipartUploadCommand({ Bucket, Key, ...more }));
    const part = async (PartNumber: number, Body: Buffer, ChecksumAlgorithm: s3.ChecksumAlgorithm = 'CRC32') => {
      const input = { Bucket, Key, UploadId, PartNumber, Body, ChecksumAlgorithm };
      const { ETag, ChecksumCRC32 } = await client.send(new s3.UploadPartCommand(input));
      return { PartNumber, ETag, ChecksumCRC32 };
    };
    const complete = (Parts: s3.CompletedPart[], conditions: Partial<s3.CompleteMultipartUploadCommandInput> = {}) =>
      client.send(new s3.CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts }, ...conditions }));
    return { UploadId, part, complete };
  }

  it('put the parts together in order, with the ETag and checksum of parts', async () => {
    fresh();
    const { part, complete } = await begin('a', { ChecksumAlgorithm: 'CRC32' });
    const second = await part(2, Buffer.from('end'));
    const first = await part(1, Buffer.alloc(PART, 1));
    const { ETag, ChecksumCRC32 } = await complete([first, second]);
    expect(ETag).toMatch(/^"[0-9a-f]{32}-2"$/);
    expect(ChecksumCRC32).toMatch(/-2$/);
    expect(server.object(Bucket, 'a')?.bytes.subarray(PART).toString()).toBe('end');
    expect(server.pendingUploads(Bucket)).toEqual([]);
  });

  it('are refused with too small, unknown, unordered and other parts', async () => {
    fresh();
    const { part, complete } = await begin('a');
    const first = await part(1, Buffer.from('small'));
    const second = await part(2, Buffer.from('end'));
    expect(await refusal(complete([first, second]))).toEqual(['EntityTooSmall', 400]);
    expect(await refusal(complete([second, first]))).toEqual(['InvalidPartOrder', 400]);
    expect(await refusal(complete([first, { PartNumber: 3, ETag: first.ETag }]))).toEqual(['InvalidPart', 400]);
    expect(await refusal(complete([{ ...first, ETag: '"other"' }]))).toEqual(['InvalidPart', 400]);
    expect(await refusal(part(0, Buffer.from('x')))).toEqual(['InvalidArgument', 400]);
    expect(await refusal(part(10_001, Buffer.from('x')))).toEqual(['InvalidArgument', 400]);
    expect(server.pendingUploads(Bucket)).toEqual(['a']);
  });

  it('hold their parts to the checksum they were begun with', async () => {
    fresh();
    const { part, complete } = await begin('a', { ChecksumAlgorithm: 'CRC32' });
    expect(await refusal(part(1, Buffer.from('x'), 'SHA256'))).toEqual(['InvalidRequest', 400]);
    const { ETag } = await part(1, Buffer.from('x'));
    expect(await refusal(complete([{ PartNumber: 1, ETag }]))).toEqual(['InvalidRequest', 400]);
  });

  it('keep to conditions when they complete, and are gone afterwards', async () => {
    fresh();
    const { part, complete, UploadId } = await begin('a');
    const first = await part(1, Buffer.from('x'));
    await client.send(put('a'));
    expect(await refusal(complete([first], { IfNoneMatch: '*' }))).toEqual(['PreconditionFailed', 412]);
    expect(await refusal(complete([first], { IfMatch: '"stale"' }))).toEqual(['PreconditionFailed', 412]);
    await complete([first]);
    expect(await refusal(complete([first]))).toEqual(['NoSuchUpload', 404]);
    expect(await refusal(client.send(new s3.AbortMultipartUploadCommand({ Bucket, Key: 'a', UploadId })))).toEqual([
      'NoSuchUpload',
      404,
    ]);
  });

  it('are listed and can be aborted', async () => {
    fresh();
    const { UploadId } = await begin('a');
    const { Uploads } = await client.send(new s3.ListMultipartUploadsCommand({ Bucket }));
    expect(Uploads?.map((upload) => upload.UploadId)).toEqual([UploadId]);
    await client.send(new s3.AbortMultipartUploadCommand({ Bucket, Key: 'a', UploadId }));
    expect(server.pendingUploads(Bucket)).toEqual([]);
  });

  it('take parts from other objects', async () => {
    fresh();
    server.put(Bucket, 'source', '0123456789');
    const { UploadId, complete } = await begin('a');
    const input = { Bucket, Key: 'a', UploadId, PartNumber: 1, CopySource: `${Bucket}/source`, CopySourceRange: 'bytes=2-4' };
    const { CopyPartResult } = await client.send(new s3.UploadPartCopyCommand(input));
    await complete([{ PartNumber: 1, ETag: CopyPartResult?.ETag }]);
    expect(server.object(Bucket, 'a')?.bytes.toString()).toBe('234');
  });
});

describe('listings', () => {
  const page = (more: Partial<s3.ListObjectsV2CommandInput> = {}) =>
    client.send(new s3.ListObjectsV2Command({ Bucket, ...more }));

  it('come in pages, in byte order, from after any key', async () => {
    fresh();
    const keys = ['a', 'a-b', 'a/b', 'a0', 'b', '\uff5e', '\u{1f600}'];
    for (const key of [...keys].reverse()) server.put(Bucket, key, key);
    const first = await page();
    expect(first.Contents?.map(({ Key }) => Key)).toEqual(keys.slice(0, 5));
    expect(first).toMatchObject({ IsTruncated: true, KeyCount: 5 });
    const second = await page({ ContinuationToken: first.NextContinuationToken });
    expect(second.Contents?.map(({ Key }) => Key)).toEqual(keys.slice(5));
    expect(second.IsTruncated).toBe(false);
    expect((await page({ StartAfter: 'a/' })).Contents?.[0]?.Key).toBe('a/b');
    expect((await page({ StartAfter: 'a/b' })).Contents?.[0]?.Key).toBe('a0');
    expect((await page({ Prefix: 'a', StartAfter: 'a0' })).KeyCount).toBe(0);
    expect((await page({ MaxKeys: 1 })).Contents?.map(({ Key }) => Key)).toEqual(['a']);
    expect(await refusal(page({ ContinuationToken: 'made up' }))).toEqual(['InvalidArgument', 400]);
  });

  it('group by a delimiter, over pages', async () => {
    fresh();
    for (let folder = 0; folder < 4; folder++)
      for (let file = 0; file < 3; file++) server.put(Bucket, `p/${folder}/${file}`, 'x');
    server.put(Bucket, 'p/1-file', 'x');
    server.put(Bucket, 'p/z', 'x');
    const found: (string | undefined)[] = [];
    let ContinuationToken: string | undefined;
    do {
      const answer = await page({ Prefix: 'p/', Delimiter: '/', ContinuationToken });
      for (const { Prefix } of answer.CommonPrefixes ?? []) found.push(Prefix);
      for (const { Key } of answer.Contents ?? []) found.push(Key);
      ContinuationToken = answer.NextContinuationToken;
    } while (ContinuationToken !== undefined);
    expect(found.sort()).toEqual(['p/0/', 'p/1-file', 'p/1/', 'p/2/', 'p/3/', 'p/z']);
  });
});

describe('ranges', () => {
  it('are cut, counted from the end, ignored or refused as S3 does', async () => {
    fresh();
    server.put(Bucket, 'a', '0123456789');
    const get = async (Range: string) => {
      const answer = await client.send(new s3.GetObjectCommand({ Bucket, Key: 'a', Range }));
      return [await answer.Body?.transformToString(), answer.ContentRange];
    };
    expect(await get('bytes=2-4')).toEqual(['234', 'bytes 2-4/10']);
    expect(await get('bytes=8-')).toEqual(['89', 'bytes 8-9/10']);
    expect(await get('bytes=8-100')).toEqual(['89', 'bytes 8-9/10']);
    expect(await get('bytes=-3')).toEqual(['789', 'bytes 7-9/10']);
    expect(await get('bytes=-100')).toEqual(['0123456789', 'bytes 0-9/10']);
    expect(await get('bytes=4-2')).toEqual(['0123456789', undefined]);
    expect(await refusal(get('bytes=10-'))).toEqual(['InvalidRange', 416]);
    expect(await refusal(get('bytes=-0'))).toEqual(['InvalidRange', 416]);
  });
});

describe('copying and deleting', () => {
  it('copies facts along, or replaces them, if the conditions on the source hold', async () => {
    fresh();
    const Key = 'eventDay=1/a b';
    const { ETag } = await client.send(put(Key, { Metadata: { kept: 'yes' } }));
    const CopySource = encodeURIComponent(`${Bucket}/${Key}`);
    const copy = (more: Partial<s3.CopyObjectCommandInput> = {}) =>
      client.send(new s3.CopyObjectCommand({ Bucket, Key: 'copy', CopySource, ...more }));
    expect((await copy({ CopySourceIfMatch: ETag })).CopyObjectResult?.ETag).toBe(ETag);
    expect(server.object(Bucket, 'copy')?.metadata).toEqual({ kept: 'yes' });
    await copy({ MetadataDirective: 'REPLACE', Metadata: { other: 'yes' } });
    expect(server.object(Bucket, 'copy')?.metadata).toEqual({ other: 'yes' });
    expect(await refusal(copy({ CopySourceIfMatch: '"stale"' }))).toEqual(['PreconditionFailed', 412]);
    expect(await refusal(copy({ CopySource: `${Bucket}/none` }))).toEqual(['NoSuchKey', 404]);
    expect(await refusal(copy({ Key }))).toEqual(['InvalidRequest', 400]);
    server.faults.add({ operation: 'CopyObject', fault: errorIn200() });
    expect((await refusal(copy()))[0]).toBe('InternalError');
  });

  it('deletes up to a thousand keys at once', async () => {
    fresh();
    const remove = (keys: string[]) =>
      client.send(new s3.DeleteObjectsCommand({ Bucket, Delete: { Objects: keys.map((Key) => ({ Key })) } }));
    for (const key of ['a', 'b & <c>', 'd']) server.put(Bucket, key, 'x');
    const { Deleted } = await remove(['a', 'b & <c>', 'absent']);
    expect(Deleted).toHaveLength(3);
    expect(server.keys(Bucket)).toEqual(['d']);
    expect(await refusal(remove(Array.from({ length: 1001 }, (_, i) => `${i}`)))).toEqual(['MalformedXML', 400]);
    await client.send(new s3.DeleteObjectCommand({ Bucket, Key: 'absent' }));
  });
});

describe('buckets and rights', () => {
  it('answers for buckets that are absent, elsewhere or new', async () => {
    expect(await refusal(client.send(put('a', { Bucket: 'absent' })))).toEqual(['NoSuchBucket', 404]);
    expect((await refusal(client.send(new s3.HeadBucketCommand({ Bucket: 'absent' }))))[1]).toBe(404);
    server.createBucket('elsewhere', { region: 'eu-west-1' });
    expect((await refusal(client.send(put('a', { Bucket: 'elsewhere' }))))[1]).toBe(301);
    await client.send(new s3.CreateBucketCommand({ Bucket: 'new' }));
    expect((await client.send(new s3.HeadBucketCommand({ Bucket: 'new' }))).BucketRegion).toBe(server.region);
    expect((await refusal(client.send(new s3.GetBucketAclCommand({ Bucket: 'new' }))))[1]).toBe(501);
  });

  it('keeps to what a principal may do, also behind a copy, and hides absent keys from who may not list', async () => {
    const reader: Principal = { accessKeyId: 'R', secretAccessKey: 'r', allow: (operation) => operation === 'GetObject' };
    const writer: Principal = { accessKeyId: 'W', secretAccessKey: 'w', allow: (operation) => operation === 'CopyObject' };
    const guarded = await S3Server.start({ principals: [reader, writer] });
    guarded.createBucket(Bucket);
    guarded.put(Bucket, 'a', 'x');
    const as = (credentials: Principal) => connect({ endpoint: guarded.endpointUrl, credentials });
    const get = (Key: string) => as(reader).send(new s3.GetObjectCommand({ Bucket, Key }));
    expect((await get('a')).ContentLength).toBe(1);
    expect(await refusal(get('absent'))).toEqual(['AccessDenied', 403]);
    expect(await refusal(as(reader).send(put('b')))).toEqual(['AccessDenied', 403]);
    expect(await refusal(as(writer).send(new s3.CopyObjectCommand({ Bucket, Key: 'b', CopySource: 'b/a' })))).toEqual([
      'AccessDenied',
      403,
    ]);
    await guarded.stop();
  });
});

describe('faults', () => {
  it('strike by operation and key, after some and so many times', async () => {
    fresh();
    server.faults.add({ operation: 'PutObject', key: /^a/, after: 1, times: 2, fault: slowDown() });
    const results: string[] = [];
    for (const key of ['b', 'a1', 'b', 'a2', 'a3', 'a4', 'b'])
      results.push(
        await client.send(put(key)).then(
          () => 'ok',
          (error: Error) => error.name,
        ),
      );
    expect(results).toEqual(['ok', 'ok', 'ok', 'SlowDown', 'SlowDown', 'ok', 'ok']);
    expect(server.faults.struck).toBe(2);
  });

  it('with a rate depend on the seed and the request, not on the order', () => {
    const keys = Array.from({ length: 2000 }, (_, i) => `key-${i}`);
    const strikes = (seed: number, order: string[]) => {
      const script = new FaultScript(seed);
      script.add({ rate: 0.1, fault: internalError() });
      return new Set(order.filter((key) => script.next('GetObject', key)));
    };
    const struck = strikes(7, keys);
    expect(struck.size).toBeGreaterThan(150);
    expect(struck.size).toBeLessThan(250);
    expect(strikes(7, [...keys].reverse())).toEqual(struck);
    expect(strikes(8, keys)).not.toEqual(struck);
  });

  it('are counted with the requests and bytes', async () => {
    fresh();
    server.faults.add({ operation: 'PutObject', times: 1, fault: resetBefore() });
    await client.send(put('a')).catch(() => {});
    await client.send(put('a'));
    const answer = await client.send(new s3.GetObjectCommand({ Bucket, Key: 'a' }));
    await answer.Body?.transformToByteArray();
    expect(server.count('PutObject')).toMatchObject({ requests: 2, failed: 1, bytesIn: 4 });
    expect(server.count('GetObject')).toMatchObject({ requests: 1, failed: 0, bytesOut: 4 });
    expect(server.count('HeadObject').requests).toBe(0);
  });
});
