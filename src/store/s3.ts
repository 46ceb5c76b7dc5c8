/** A bucket, or a prefix in one, as an object store. The only way here is {@link openStore}, which loads the SDK when needed. */
import { randomUUID } from 'node:crypto';
import { rm, stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  type HeadObjectCommandOutput,
  ListObjectsV2Command,
  type ListObjectsV2CommandOutput,
  PutObjectCommand,
  type PutObjectCommandInput,
  S3Client,
  type S3ClientConfig,
} from '@aws-sdk/client-s3';
import { type Attempt, badAnswer, badRange, notFound, storeError, unordered } from './errors.js';
import { checkKey, checkPrefix, compareKeys } from './key.js';
import { asksRange } from './range.js';
import { type Body, ResumedRead } from './s3-read.js';
import { type RetryPolicy, retryStrategy } from './s3-retry.js';
import { uploadFile } from './s3-upload.js';
import type { ListOptions, ObjectInfo, ObjectStore, ReadOptions, WriteOptions, WriteResult } from './store.js';

/** Where the bucket is and how to talk to it; all left out means AWS's own defaults. */
export interface S3StoreOptions {
  region?: string;
  /** an S3-compatible server, spoken to with the bucket in the path */
  endpointUrl?: string;
  /** otherwise AWS's default chain: environment, profile, role */
  credentials?: NonNullable<S3ClientConfig['credentials']>;
  /** milliseconds without a byte either way after which a request counts as failed; default 60,000 */
  requestTimeout?: number;
  /** tries of one request, the first included; default 8 */
  maxAttempts?: number;
  /** upper bound of the wait before the second try, milliseconds, doubling from there; default 100 */
  retryDelay?: number;
  /** encrypt what is written with this KMS key */
  kmsKeyId?: string;
  /** who writes a key, if not who does all else: `credentials` of one `name` are the same */
  writer?: (key: string) => { name: string; credentials: NonNullable<S3ClientConfig['credentials']> };
}

interface AskedRange {
  start: number;
  end: number | undefined;
}

/** marks a conditional write, so that one whose answer was lost knows its own object again */
const WRITE_MARK = 'falconry-write';

export class S3Store implements ObjectStore {
  readonly uri: string;
  readonly #client: S3Client;
  /** by the writer's name */
  readonly #writers = new Map<string, S3Client>();
  readonly #options: S3StoreOptions;
  readonly #retry: RetryPolicy;
  readonly #timeout: number;
  readonly #encryption: Pick<PutObjectCommandInput, 'ServerSideEncryption' | 'SSEKMSKeyId'>;
  /** empty or ending in `/` */
  readonly #root: string;

  constructor(
    private readonly bucket: string,
    prefix: string,
    options: S3StoreOptions = {},
  ) {
    this.uri = `s3://${bucket}${prefix === '' ? '' : `/${prefix}`}`;
    this.#root = prefix === '' || prefix.endsWith('/') ? prefix : `${prefix}/`;
    this.#retry = { maxAttempts: options.maxAttempts ?? 8, baseDelay: options.retryDelay ?? 100 };
    this.#timeout = options.requestTimeout ?? 60_000;
    this.#encryption = options.kmsKeyId ? { ServerSideEncryption: 'aws:kms', SSEKMSKeyId: options.kmsKeyId } : {};
    this.#options = options;
    this.#client = new S3Client(clientConfig(options, this.#retry, this.#timeout));
  }

  async *list(prefix: string, { after }: ListOptions = {}): AsyncGenerator<ObjectInfo> {
    checkPrefix(prefix);
    const attempt: Attempt = { where: this.#where(prefix), doing: 'listed' };
    let before: string | undefined;
    let token: string | undefined;
    do {
      const page: ListObjectsV2CommandOutput = await this.#attempt(
        attempt,
        // Encoded, since XML cannot hold every key.
        this.#client.send(
          new ListObjectsV2Command({
            ...this.#target(prefix),
            EncodingType: 'url',
            ContinuationToken: token,
            ...(after === undefined ? {} : { StartAfter: this.#root + after }),
          }),
        ),
      );
      for (const item of page.Contents ?? []) {
        const key = (page.EncodingType === 'url' ? decodeKey(item.Key!) : item.Key!).slice(this.#root.length);
        if (key === '') continue;
        if (before !== undefined && compareKeys(before, key) >= 0) throw unordered(attempt.where, before, key);
        before = key;
        yield objectInfo(key, item.Size, item.ETag, item.LastModified, item.StorageClass);
      }
      token = page.NextContinuationToken;
    } while (token !== undefined);
  }

  async head(key: string): Promise<ObjectInfo | undefined> {
    const answer = await this.#head(key);
    return answer && objectInfo(key, answer.ContentLength, answer.ETag, answer.LastModified, answer.StorageClass ?? 'STANDARD');
  }

  async etag(object: ObjectInfo): Promise<string> {
    const etag = object.etag ?? (await this.head(object.key))?.etag;
    if (etag === undefined) throw notFound(this.#where(object.key));
    return etag;
  }

  async read(key: string, options: ReadOptions = {}): Promise<Readable> {
    checkKey(key);
    const { start = 0, end } = options;
    if (start < 0 || (end !== undefined && end < start)) throw badRange(this.#where(key), start, end, await this.#sizeOf(key));
    const first = await this.#get(key, asksRange(options) ? { start, end } : undefined, options.ifMatch);
    return new ResumedRead(first, {
      where: this.#where(key),
      retry: this.#retry,
      stallTimeout: this.#timeout,
      reopen: (offset) => this.#get(key, { start: start + offset, end: start + first.length - 1 }, first.etag),
    });
  }

  async write(key: string, body: Uint8Array | string, options: WriteOptions = {}): Promise<WriteResult> {
    checkKey(key);
    const put = { ...this.#object(key), ...this.#encryption, Body: typeof body === 'string' ? Buffer.from(body) : body };
    const attempt: Attempt = { where: this.#where(key), doing: 'written' };
    if (!options.ifAbsent) {
      await this.#attempt(attempt, this.#writer(key).send(new PutObjectCommand(put)));
      return { written: true };
    }
    const mark = randomUUID();
    const command = new PutObjectCommand({ ...put, IfNoneMatch: '*', Metadata: { [WRITE_MARK]: mark } });
    try {
      await this.#writer(key).send(command);
      return { written: true };
    } catch (error) {
      const { $metadata } = error as { $metadata?: { httpStatusCode?: number; attempts?: number } };
      if ($metadata?.httpStatusCode !== 412) throw storeError(error, attempt);
      const retried = ($metadata.attempts ?? 1) > 1;
      return { written: retried && (await this.#head(key))?.Metadata?.[WRITE_MARK] === mark };
    }
  }

  async writeFile(key: string, path: string, options: { consume?: boolean } = {}): Promise<void> {
    checkKey(key);
    const { size } = await this.#attempt({ where: path, doing: 'read' }, stat(path));
    const target = { ...this.#object(key), ...this.#encryption };
    const upload = uploadFile({ put: this.#writer(key), abort: this.#client }, target, path, size);
    await this.#attempt({ where: this.#where(key), doing: 'written' }, upload);
    if (options.consume) await rm(path);
  }

  async delete(key: string): Promise<void> {
    checkKey(key);
    const command = new DeleteObjectCommand(this.#object(key));
    await this.#attempt({ where: this.#where(key), doing: 'deleted' }, this.#client.send(command));
  }

  async close(): Promise<void> {
    for (const client of [this.#client, ...this.#writers.values()]) client.destroy();
  }

  #writer(key: string): S3Client {
    const writer = this.#options.writer?.(key);
    if (writer === undefined) return this.#client;
    let client = this.#writers.get(writer.name);
    if (client === undefined) {
      client = new S3Client(clientConfig({ ...this.#options, credentials: writer.credentials }, this.#retry, this.#timeout));
      this.#writers.set(writer.name, client);
    }
    return client;
  }

  async #head(key: string): Promise<HeadObjectCommandOutput | undefined> {
    checkKey(key);
    try {
      return await this.#client.send(new HeadObjectCommand(this.#object(key)));
    } catch (error) {
      if ((error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode === 404) return undefined;
      throw storeError(error, { where: this.#where(key), doing: 'read' });
    }
  }

  async #get(
    key: string,
    range: AskedRange | undefined,
    ifMatch: string | undefined,
  ): Promise<Body & { etag: string | undefined }> {
    const command = new GetObjectCommand({
      ...this.#object(key),
      ...(range && { Range: `bytes=${range.start}-${range.end ?? ''}` }),
      ...(ifMatch !== undefined && { IfMatch: `"${ifMatch}"` }),
    });
    try {
      const { Body, ContentLength, ContentRange, ETag } = await this.#client.send(command);
      const whole = ContentLength !== undefined && (!range || ContentRange?.startsWith(`bytes ${range.start}-`));
      if (!Body || !whole) throw badAnswer(this.#where(key), 'bytes without their length, or others than those asked for');
      return { stream: Body as Readable, length: ContentLength, etag: unquote(ETag) };
    } catch (error) {
      if (range && (error as Error).name === 'InvalidRange')
        throw badRange(this.#where(key), range.start, range.end, await this.#sizeOf(key));
      throw storeError(error, { where: this.#where(key), doing: 'read' });
    }
  }

  async #sizeOf(key: string): Promise<number> {
    return (await this.head(key))?.size ?? 0;
  }

  async #attempt<T>(attempt: Attempt, work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      throw storeError(error, attempt);
    }
  }

  #object(key: string): { Bucket: string; Key: string } {
    return { Bucket: this.bucket, Key: this.#root + key };
  }

  #target(prefix: string): { Bucket: string; Prefix: string } {
    return { Bucket: this.bucket, Prefix: this.#root + prefix };
  }

  #where(key: string): string {
    return `s3://${this.bucket}/${this.#root}${key}`;
  }
}

function clientConfig(options: S3StoreOptions, retry: RetryPolicy, timeout: number): S3ClientConfig {
  return {
    ...(options.region !== undefined && { region: options.region }),
    ...(options.endpointUrl !== undefined && { endpoint: options.endpointUrl, forcePathStyle: true }),
    ...(options.credentials !== undefined && { credentials: options.credentials }),
    maxAttempts: retry.maxAttempts,
    retryStrategy: retryStrategy(retry),
    // A part that waits for "100 Continue" would get a connection of its own each time.
    expectContinueHeader: false,
    requestHandler: {
      connectionTimeout: Math.min(timeout, 10_000),
      // Of silence; a limit on the whole request would stop large parts on slow lines.
      socketTimeout: timeout,
    },
  };
}

function objectInfo(key: string, size = 0, etag?: string, lastModified?: Date, storageClass?: string): ObjectInfo {
  const bare = unquote(etag);
  return {
    key,
    size,
    ...(bare !== undefined && { etag: bare }),
    ...(lastModified && { lastModified }),
    ...(storageClass !== undefined && { storageClass }),
  };
}

function unquote(etag: string | undefined): string | undefined {
  return etag?.replace(/^"|"$/g, '');
}

/** S3 writes a space as `+`, and a plus as `%2B`. */
function decodeKey(key: string): string {
  return decodeURIComponent(key.replaceAll('+', ' '));
}
