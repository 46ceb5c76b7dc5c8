/** Operations on many objects: listing and deleting. */
import { type Answer, element, elements, elementText, S3Error, xmlAnswer } from './answer.js';
import type { Bucket } from './bucket.js';
import { header, type S3Request } from './request.js';

const MAX_DELETES = 1000;

/** @param pageSize at most so many keys and common prefixes a page, whatever the client asks */
export function listObjectsV2({ query }: S3Request, bucket: Bucket, pageSize: number): Answer {
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const asked = query.has('max-keys') ? Number(query.get('max-keys')) : pageSize;
  if (!Number.isInteger(asked) || asked < 0) throw new S3Error(400, 'InvalidArgument', 'Provided max-keys is not an integer.');
  const limit = Math.min(asked, pageSize);
  const after = startOf(query);
  const encode = query.get('encoding-type') === 'url' ? encodeUrl : (text: string) => text;
  const keys: string[] = [];
  const groups: string[] = [];
  let truncated = false;
  for (const key of bucket.keysFrom(last([after.key, prefix]))) {
    if (!key.startsWith(prefix)) {
      if (key !== last([key, prefix])) continue;
      break;
    }
    if (key === after.key || (after.group && key.startsWith(after.key))) continue;
    const cut = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
    const group = cut < 0 ? undefined : key.slice(0, cut + delimiter.length);
    if (group !== undefined && group === groups.at(-1)) continue;
    if (keys.length + groups.length >= limit) {
      truncated = limit > 0;
      break;
    }
    if (group === undefined) keys.push(key);
    else groups.push(group);
  }
  const next = last([keys.at(-1) ?? '', groups.at(-1) ?? '']);
  const content = [
    element('Name', bucket.name),
    element('Prefix', encode(prefix)),
    ...(delimiter === '' ? [] : [element('Delimiter', encode(delimiter))]),
    ...(query.has('start-after') ? [element('StartAfter', encode(query.get('start-after')!))] : []),
    ...(query.has('encoding-type') ? [element('EncodingType', query.get('encoding-type')!)] : []),
    element('MaxKeys', asked),
    element('KeyCount', keys.length + groups.length),
    element('IsTruncated', truncated),
    ...(truncated ? [element('NextContinuationToken', tokenFor(next, next === groups.at(-1)))] : []),
    ...keys.map((key) => contents(key, encode(key), bucket)),
    ...groups.map((group) => `<CommonPrefixes>${element('Prefix', encode(group))}</CommonPrefixes>`),
  ];
  return xmlAnswer('ListBucketResult', content.join(''));
}

export function listMultipartUploads({ query }: S3Request, bucket: Bucket): Answer {
  const prefix = query.get('prefix') ?? '';
  const uploads = [...bucket.uploads.values()].filter((upload) => upload.key.startsWith(prefix));
  const content = uploads.map(
    ({ key, id, started }) =>
      `<Upload>${element('Key', key)}${element('UploadId', id)}${element('Initiated', started.toISOString())}</Upload>`,
  );
  return xmlAnswer(
    'ListMultipartUploadsResult',
    element('Bucket', bucket.name) + element('IsTruncated', false) + content.join(''),
  );
}

export function deleteObjects(request: S3Request, bucket: Bucket): Answer {
  if (!request.checksum && header(request.headers, 'content-md5') === undefined)
    throw new S3Error(400, 'InvalidRequest', 'Missing required header for this request: Content-MD5 OR x-amz-checksum-*');
  const xml = request.body.toString();
  const keys = elements(xml, 'Object').map((object) => elementText(object, 'Key'));
  if (keys.length === 0 || keys.length > MAX_DELETES || keys.includes(undefined))
    throw new S3Error(400, 'MalformedXML', 'The XML you provided was not well-formed or did not validate.');
  const quiet = elementText(xml, 'Quiet') === 'true';
  const { allow } = request.principal;
  const content = (keys as string[]).map((key) => {
    if (allow && !allow('DeleteObject', bucket.name, key))
      return `<Error>${element('Key', key)}${element('Code', 'AccessDenied')}${element('Message', 'Access Denied')}</Error>`;
    bucket.delete(key);
    return quiet ? '' : `<Deleted>${element('Key', key)}</Deleted>`;
  });
  return xmlAnswer('DeleteResult', content.join(''));
}

function contents(key: string, encoded: string, bucket: Bucket): string {
  const object = bucket.objects.get(key)!;
  const checksum = object.checksum ? element('ChecksumAlgorithm', object.checksum.algorithm.toUpperCase()) : '';
  return `<Contents>${element('Key', encoded)}${element('LastModified', object.lastModified.toISOString())}${element('ETag', `"${object.etag}"`)}${checksum}${element('Size', object.bytes.length)}${element('StorageClass', object.storageClass)}</Contents>`;
}

interface Start {
  key: string;
  /** everything that begins with the key was listed as one common prefix */
  group: boolean;
}

function startOf(query: Map<string, string>): Start {
  const token = query.get('continuation-token');
  if (token === undefined) return { key: query.get('start-after') ?? '', group: false };
  try {
    return JSON.parse(Buffer.from(token, 'base64').toString()) as Start;
  } catch {
    throw new S3Error(400, 'InvalidArgument', 'The continuation token provided is incorrect');
  }
}

function tokenFor(key: string, group: boolean): string {
  return Buffer.from(JSON.stringify({ key, group } satisfies Start)).toString('base64');
}

/** The last in UTF-8 byte order. */
function last(texts: string[]): string {
  return texts.reduce((a, b) => (Buffer.compare(Buffer.from(a), Buffer.from(b)) < 0 ? b : a));
}

/** S3's form of URL encoding: a space becomes `+`, a slash stays. */
function encodeUrl(text: string): string {
  return encodeURIComponent(text)
    .replace(/[!'()]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+')
    .replaceAll('%2F', '/');
}
