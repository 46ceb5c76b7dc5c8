/**
 * A local S3 for tests, strict where mocks are lax: it verifies signatures, framing, checksums and conditions, and goes wrong on
 * demand. Objects live in memory. Buckets are addressed in the path.
 */
import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { type Answer, errorAnswer, ok, S3Error } from './s3/answer.js';
import { Bucket, type ObjectFacts, PLAIN_FACTS, type StoredObject } from './s3/bucket.js';
import { deliver, reset } from './s3/deliver.js';
import { type Fault, FaultScript } from './s3/faults.js';
import { deleteObjects, listMultipartUploads, listObjectsV2 } from './s3/listing.js';
import {
  abortMultipartUpload,
  completeMultipartUpload,
  createMultipartUpload,
  uploadPart,
  uploadPartCopy,
} from './s3/multipart.js';
import { copyObject, copySource, deleteObject, findObject, getObject, headObject, putObject } from './s3/objects.js';
import { decodePayload } from './s3/payload.js';
import { header, type Operation, type Principal, type Route, route, type S3Request } from './s3/request.js';
import { authenticate } from './s3/sigv4.js';

export * from './s3/faults.js';
export type { Operation, Principal } from './s3/request.js';

export interface S3ServerOptions {
  /** of buckets made without one; default us-east-1 */
  region?: string;
  /** default: one that may do everything */
  principals?: readonly Principal[];
  /** of the fault script's rates */
  seed?: number;
  /** keys a page of a listing, at most 1,000 */
  pageSize?: number;
}

/** What was asked so far, by operation; requests cut off by a reset count too. */
export interface OperationCount {
  requests: number;
  /** answers with an error status, and requests without an answer */
  failed: number;
  bytesIn: number;
  bytesOut: number;
}

const DEFAULT_PRINCIPAL: Principal = { accessKeyId: 'AKIATESTSERVER', secretAccessKey: 'a-secret-of-the-test-server' };
const NOTHING: Readonly<OperationCount> = { requests: 0, failed: 0, bytesIn: 0, bytesOut: 0 };

export class S3Server {
  readonly faults: FaultScript;
  readonly region: string;
  readonly #principals: readonly Principal[];
  readonly #pageSize: number;
  readonly #buckets = new Map<string, Bucket>();
  readonly #counts = new Map<Operation, OperationCount>();
  readonly #sockets = new Set<Socket>();
  readonly #http: Server;

  private constructor(options: S3ServerOptions) {
    this.faults = new FaultScript(options.seed ?? 1);
    this.region = options.region ?? 'us-east-1';
    this.#principals = options.principals ?? [DEFAULT_PRINCIPAL];
    this.#pageSize = Math.min(options.pageSize ?? 1000, 1000);
    this.#http = createServer((request, response) => {
      this.#serve(request, response).catch(() => reset(response));
    });
    this.#http.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
  }

  static async start(options: S3ServerOptions = {}): Promise<S3Server> {
    const server = new S3Server(options);
    await new Promise<void>((resolve, reject) => {
      server.#http.once('error', reject);
      server.#http.listen(0, '127.0.0.1', resolve);
    });
    return server;
  }

  async stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#http.close(() => resolve()));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  get endpointUrl(): string {
    return `http://127.0.0.1:${(this.#http.address() as AddressInfo).port}`;
  }

  /** What a client needs: endpoint, region and the first principal's credentials. */
  get clientOptions(): { endpointUrl: string; region: string; credentials: Principal } {
    return { endpointUrl: this.endpointUrl, region: this.region, credentials: this.#principals[0]! };
  }

  /** @param options.wrongRegion how a request signed for another region is refused: 301, or 400 as regional endpoints do */
  createBucket(name: string, options: { region?: string; wrongRegion?: 'redirect' | 'malformed' } = {}): Bucket {
    const bucket = new Bucket(name, options.region ?? this.region, options.wrongRegion ?? 'redirect');
    this.#buckets.set(name, bucket);
    return bucket;
  }

  /** Puts an object without a request. */
  put(bucket: string, key: string, bytes: Uint8Array | string, facts: Partial<ObjectFacts> = {}): StoredObject {
    return this.bucket(bucket).put(key, Buffer.from(bytes as Uint8Array), { ...PLAIN_FACTS, ...facts }, undefined);
  }

  object(bucket: string, key: string): StoredObject | undefined {
    return this.bucket(bucket).objects.get(key);
  }

  /** In byte order. */
  keys(bucket: string): string[] {
    return [...this.bucket(bucket).keysFrom('')];
  }

  /** Keys of multipart uploads neither completed nor aborted. */
  pendingUploads(bucket: string): string[] {
    return Array.from(this.bucket(bucket).uploads.values(), (upload) => upload.key);
  }

  count(operation: Operation): Readonly<OperationCount> {
    return this.#counts.get(operation) ?? NOTHING;
  }

  get counts(): ReadonlyMap<Operation, Readonly<OperationCount>> {
    return this.#counts;
  }

  resetCounts(): void {
    this.#counts.clear();
  }

  bucket(name: string): Bucket {
    const bucket = this.#buckets.get(name);
    if (!bucket) throw new S3Error(404, 'NoSuchBucket', 'The specified bucket does not exist', { BucketName: name });
    return bucket;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const id = randomBytes(8).toString('hex').toUpperCase();
    const method = request.method ?? '';
    const path = request.url ?? '/';
    response.setHeader('x-amz-request-id', id);
    response.setHeader('server', 'falconry-test-s3');
    // Node's own would not follow a clock that a test has set
    response.setHeader('date', new Date().toUTCString());
    // A client that hangs up is not our failure.
    request.on('error', () => {});
    response.on('error', () => {});
    let count: OperationCount = { ...NOTHING };
    let fault: Fault | undefined;
    let answer: Answer;
    try {
      const routed = route(method, path, request.headers);
      count = this.#countOf(routed.operation);
      count.requests++;
      fault = this.faults.next(routed.operation, routed.key);
      if (fault?.kind === 'reset-before') {
        count.failed++;
        reset(response);
        return;
      }
      const raw = await collect(request);
      count.bytesIn += raw.length;
      answer = faultAnswer(fault, path, id) ?? this.#answer(method, routed, request, raw, fault);
    } catch (error) {
      if (request.destroyed && !request.complete) return;
      const known = error instanceof S3Error ? error : new S3Error(500, 'InternalError', (error as Error).stack ?? String(error));
      answer = errorAnswer(known, path, id);
    }
    const unanswered = fault?.kind === 'reset-after' || fault?.kind === 'no-answer';
    if (answer.status >= 400 || unanswered) count.failed++;
    if (fault?.kind === 'reset-after') reset(response);
    if (!unanswered) count.bytesOut += await deliver(response, answer, method === 'HEAD', fault);
  }

  #answer(method: string, routed: Route, { headers }: IncomingMessage, raw: Buffer, fault: Fault | undefined): Answer {
    const { principal, region } = authenticate(method, routed, headers, this.#principals);
    const { operation, key } = routed;
    if (principal.allow && !principal.allow(operation, routed.bucket, key))
      throw new S3Error(403, 'AccessDenied', 'Access Denied');
    if (method === 'PUT' && header(headers, 'transfer-encoding') && !header(headers, 'x-amz-decoded-content-length'))
      throw new S3Error(411, 'MissingContentLength', 'You must provide the Content-Length HTTP header.');
    const request: S3Request = { ...routed, method, headers, principal, region, ...decodePayload(headers, raw) };
    if (fault?.kind === 'ignore-range') request.headers = { ...headers, range: undefined };
    if (operation === 'CreateBucket') {
      this.createBucket(routed.bucket, { region });
      return ok({ location: `/${routed.bucket}` });
    }
    const bucket = this.bucket(routed.bucket);
    if (region !== bucket.region) throw wrongRegion(bucket, region);
    return this.#operate(request, bucket);
  }

  #operate(request: S3Request, bucket: Bucket): Answer {
    switch (request.operation) {
      case 'HeadBucket':
        return ok({ 'x-amz-bucket-region': bucket.region });
      case 'ListObjectsV2':
        return listObjectsV2(request, bucket, this.#pageSize);
      case 'ListMultipartUploads':
        return listMultipartUploads(request, bucket);
      case 'DeleteObjects':
        return deleteObjects(request, bucket);
      case 'GetObject':
        return getObject(request, bucket);
      case 'HeadObject':
        return headObject(request, bucket);
      case 'PutObject':
        return putObject(request, bucket);
      case 'CopyObject':
        return copyObject(request, bucket, this.#source(request));
      case 'DeleteObject':
        return deleteObject(request, bucket);
      case 'CreateMultipartUpload':
        return createMultipartUpload(request, bucket);
      case 'UploadPart':
        return uploadPart(request, bucket);
      case 'UploadPartCopy':
        return uploadPartCopy(request, bucket, this.#source(request));
      case 'CompleteMultipartUpload':
        return completeMultipartUpload(request, bucket);
      case 'AbortMultipartUpload':
        return abortMultipartUpload(request, bucket);
      default:
        throw new S3Error(501, 'NotImplemented', request.operation);
    }
  }

  #source(request: S3Request): StoredObject {
    const { bucket, key } = copySource(request);
    const { allow } = request.principal;
    if (allow && !allow('GetObject', bucket, key)) throw new S3Error(403, 'AccessDenied', 'Access Denied');
    return findObject(this.bucket(bucket), key, request.principal);
  }

  #countOf(operation: Operation): OperationCount {
    let count = this.#counts.get(operation);
    if (!count) this.#counts.set(operation, (count = { ...NOTHING }));
    return count;
  }
}

async function collect(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
}

function faultAnswer(fault: Fault | undefined, path: string, id: string): Answer | undefined {
  if (fault?.kind === 'answer')
    return errorAnswer(
      new S3Error(fault.status, fault.code, 'As the fault script says.', fault.elements, fault.headers),
      path,
      id,
    );
  if (fault?.kind === 'error-in-200') return errorAnswer(new S3Error(200, fault.code, 'As the fault script says.'), path, id);
  return undefined;
}

function wrongRegion(bucket: Bucket, region: string): S3Error {
  const headers = { 'x-amz-bucket-region': bucket.region };
  if (bucket.wrongRegion === 'redirect')
    return new S3Error(
      301,
      'PermanentRedirect',
      'The bucket you are attempting to access must be addressed using the specified endpoint.',
      { Endpoint: `${bucket.name}.s3.${bucket.region}.example`, Bucket: bucket.name },
      headers,
    );
  const text = `The authorization header is malformed; the region '${region}' is wrong; expecting '${bucket.region}'`;
  return new S3Error(400, 'AuthorizationHeaderMalformed', text, { Region: bucket.region }, headers);
}
