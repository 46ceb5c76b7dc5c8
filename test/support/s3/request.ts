/** A request as the operations see it: routed, authenticated, its body decoded and verified. */
import type { IncomingHttpHeaders } from 'node:http';
import { S3Error } from './answer.js';
import type { Checksum } from './checksums.js';

export type Operation =
  | 'ListObjectsV2'
  | 'ListMultipartUploads'
  | 'DeleteObjects'
  | 'HeadBucket'
  | 'CreateBucket'
  | 'GetObject'
  | 'HeadObject'
  | 'PutObject'
  | 'CopyObject'
  | 'DeleteObject'
  | 'CreateMultipartUpload'
  | 'UploadPart'
  | 'UploadPartCopy'
  | 'CompleteMultipartUpload'
  | 'AbortMultipartUpload';

export interface Route {
  operation: Operation;
  bucket: string;
  key: string;
  /** as sent, without the query */
  path: string;
  query: Map<string, string>;
}

/** Who signs, and what it may do. */
export interface Principal {
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken?: string;
  /** AWS answers ExpiredToken */
  expired?: boolean;
  /** its policy; without one it may do everything. A copy also asks for `GetObject` on its source. */
  allow?: (operation: Operation, bucket: string, key: string) => boolean;
}

export interface S3Request extends Route {
  method: string;
  headers: IncomingHttpHeaders;
  body: Buffer;
  /** the checksum the client sent, found right */
  checksum: Checksum | undefined;
  principal: Principal;
  /** the region it was signed for */
  region: string;
}

/** Sub-resources and other queries that would change what a request means, were they ignored. */
const KNOWN_QUERIES = new Set([
  'list-type',
  'prefix',
  'delimiter',
  'max-keys',
  'start-after',
  'continuation-token',
  'encoding-type',
  'fetch-owner',
  'uploads',
  'uploadId',
  'partNumber',
  'delete',
  'x-id',
  'key-marker',
  'max-uploads',
]);

export function route(method: string, url: string, headers: IncomingHttpHeaders): Route {
  const question = url.indexOf('?');
  const path = question < 0 ? url : url.slice(0, question);
  const query = parseQuery(question < 0 ? '' : url.slice(question + 1));
  const slash = path.indexOf('/', 1);
  const bucket = decodeURIComponent(slash < 0 ? path.slice(1) : path.slice(1, slash));
  const key = slash < 0 ? '' : decodeURIComponent(path.slice(slash + 1));
  for (const name of query.keys()) {
    if (!KNOWN_QUERIES.has(name)) throw new S3Error(501, 'NotImplemented', `This test server does not know "?${name}".`);
  }
  const operation = key === '' ? bucketOperation(method, query) : objectOperation(method, query, headers);
  if (!operation || bucket === '') throw new S3Error(501, 'NotImplemented', `This test server does not know ${method} ${url}.`);
  return { operation, bucket, key, path, query };
}

function bucketOperation(method: string, query: Map<string, string>): Operation | undefined {
  if (method === 'GET' && query.get('list-type') === '2') return 'ListObjectsV2';
  if (method === 'GET' && query.has('uploads')) return 'ListMultipartUploads';
  if (method === 'POST' && query.has('delete')) return 'DeleteObjects';
  if (method === 'HEAD') return 'HeadBucket';
  return method === 'PUT' ? 'CreateBucket' : undefined;
}

function objectOperation(method: string, query: Map<string, string>, headers: IncomingHttpHeaders): Operation | undefined {
  const upload = query.has('uploadId');
  const copy = headers['x-amz-copy-source'] !== undefined;
  switch (method) {
    case 'GET':
      return upload || query.has('partNumber') ? undefined : 'GetObject';
    case 'HEAD':
      return query.has('partNumber') ? undefined : 'HeadObject';
    case 'DELETE':
      return upload ? 'AbortMultipartUpload' : 'DeleteObject';
    case 'POST':
      return upload ? 'CompleteMultipartUpload' : query.has('uploads') ? 'CreateMultipartUpload' : undefined;
    case 'PUT':
      if (upload) return copy ? 'UploadPartCopy' : 'UploadPart';
      return copy ? 'CopyObject' : 'PutObject';
    default:
      return undefined;
  }
}

function parseQuery(text: string): Map<string, string> {
  const query = new Map<string, string>();
  for (const pair of text.split('&')) {
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    const name = equals < 0 ? pair : pair.slice(0, equals);
    query.set(decodeURIComponent(name), equals < 0 ? '' : decodeURIComponent(pair.slice(equals + 1)));
  }
  return query;
}

export function header(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value.join(',') : value;
}
