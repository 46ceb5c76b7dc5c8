/** Operations on single objects. */
import { type Answer, element, ok, S3Error, xmlAnswer } from './answer.js';
import type { Bucket, ObjectFacts, StoredObject } from './bucket.js';
import { checksumOf, isChecksumAlgorithm } from './checksums.js';
import { checkReadConditions, checkWriteConditions, parseRange } from './conditions.js';
import { header, type Principal, type S3Request } from './request.js';

const ARCHIVED = new Set(['GLACIER', 'DEEP_ARCHIVE']);

export function getObject(request: S3Request, bucket: Bucket): Answer {
  const object = findObject(bucket, request.key, request.principal);
  if (ARCHIVED.has(object.storageClass))
    throw new S3Error(403, 'InvalidObjectState', "The operation is not valid for the object's storage class.", {
      StorageClass: object.storageClass,
    });
  checkReadConditions(request.headers, object);
  const range = parseRange(header(request.headers, 'range'), object.bytes.length);
  const headers = objectHeaders(object);
  if (range) {
    headers['content-range'] = `bytes ${range.start}-${range.end}/${object.bytes.length}`;
    return ok(headers, object.bytes.subarray(range.start, range.end + 1), 206);
  }
  if (header(request.headers, 'x-amz-checksum-mode') === 'ENABLED') Object.assign(headers, checksumHeaders(object));
  return ok(headers, object.bytes);
}

export function headObject(request: S3Request, bucket: Bucket): Answer {
  const object = findObject(bucket, request.key, request.principal);
  checkReadConditions(request.headers, object);
  const headers = { ...objectHeaders(object), 'content-length': String(object.bytes.length) };
  if (header(request.headers, 'x-amz-checksum-mode') === 'ENABLED') Object.assign(headers, checksumHeaders(object));
  return ok(headers);
}

export function putObject(request: S3Request, bucket: Bucket): Answer {
  checkWriteConditions(request.headers, bucket.objects.get(request.key));
  const object = bucket.put(request.key, request.body, factsOf(request), request.checksum);
  return ok({ etag: `"${object.etag}"`, ...checksumHeaders(object), ...object.encryption });
}

export function copyObject(request: S3Request, bucket: Bucket, source: StoredObject): Answer {
  checkReadConditions(request.headers, source, 'x-amz-copy-source-');
  const replace = header(request.headers, 'x-amz-metadata-directive') === 'REPLACE';
  if (bucket.objects.get(request.key) === source && !replace)
    throw new S3Error(400, 'InvalidRequest', 'This copy request is illegal: it copies an object to itself without changes.');
  checkWriteConditions(request.headers, bucket.objects.get(request.key));
  const facts = replace ? factsOf(request) : { ...source, ...pick(factsOf(request), ['encryption', 'storageClass']) };
  const asked = header(request.headers, 'x-amz-checksum-algorithm')?.toLowerCase();
  const algorithm = asked !== undefined && isChecksumAlgorithm(asked) ? asked : source.checksum?.algorithm;
  const checksum = algorithm && { algorithm, value: checksumOf(algorithm, source.bytes), type: 'FULL_OBJECT' as const };
  const object = bucket.put(request.key, source.bytes, facts, checksum);
  return xmlAnswer('CopyObjectResult', copyResult(object));
}

/** Absent keys are no error. */
export function deleteObject(request: S3Request, bucket: Bucket): Answer {
  bucket.delete(request.key);
  return ok({}, undefined, 204);
}

/** S3 tells that a key is absent only to those who may list. */
export function findObject(bucket: Bucket, key: string, { allow }: Principal): StoredObject {
  const object = bucket.objects.get(key);
  if (object) return object;
  if (allow && !allow('ListObjectsV2', bucket.name, '')) throw new S3Error(403, 'AccessDenied', 'Access Denied');
  throw new S3Error(404, 'NoSuchKey', 'The specified key does not exist.', { Key: key });
}

/** Bucket and key of an `x-amz-copy-source`, which is URL-encoded. */
export function copySource(request: S3Request): { bucket: string; key: string } {
  const raw = header(request.headers, 'x-amz-copy-source') ?? '';
  const path = decodeURIComponent(raw.replace(/^\//, ''));
  const slash = path.indexOf('/');
  if (slash < 1 || path.includes('?versionId=')) throw new S3Error(400, 'InvalidArgument', 'The copy source is not bucket/key.');
  return { bucket: path.slice(0, slash), key: path.slice(slash + 1) };
}

export function copyResult(object: Pick<StoredObject, 'etag' | 'lastModified'>): string {
  return element('LastModified', object.lastModified.toISOString()) + element('ETag', `"${object.etag}"`);
}

export function factsOf({ headers }: S3Request): ObjectFacts {
  const withPrefix = (prefix: string, cut: number) =>
    Object.fromEntries(
      Object.keys(headers)
        .filter((name) => name.startsWith(prefix))
        .map((name) => [name.slice(cut), header(headers, name)!]),
    );
  return {
    contentType: header(headers, 'content-type') ?? 'binary/octet-stream',
    contentEncoding: (header(headers, 'content-encoding') ?? '').replace(/aws-chunked,? ?/, ''),
    metadata: withPrefix('x-amz-meta-', 'x-amz-meta-'.length),
    storageClass: header(headers, 'x-amz-storage-class') ?? 'STANDARD',
    encryption: withPrefix('x-amz-server-side-encryption', 0),
  };
}

export function checksumHeaders({ checksum }: Pick<StoredObject, 'checksum'>): Record<string, string> {
  return checksum ? { [`x-amz-checksum-${checksum.algorithm}`]: checksum.value, 'x-amz-checksum-type': checksum.type } : {};
}

function objectHeaders(object: StoredObject): Record<string, string> {
  const metadata = Object.entries(object.metadata).map(([name, value]) => [`x-amz-meta-${name}`, value]);
  return {
    'accept-ranges': 'bytes',
    'content-type': object.contentType,
    ...(object.contentEncoding !== '' && { 'content-encoding': object.contentEncoding }),
    etag: `"${object.etag}"`,
    'last-modified': object.lastModified.toUTCString(),
    ...(object.storageClass !== 'STANDARD' && { 'x-amz-storage-class': object.storageClass }),
    ...object.encryption,
    ...Object.fromEntries(metadata),
  };
}

function pick<T, K extends keyof T>(from: T, names: readonly K[]): Pick<T, K> {
  return Object.fromEntries(names.map((name) => [name, from[name]])) as Pick<T, K>;
}
