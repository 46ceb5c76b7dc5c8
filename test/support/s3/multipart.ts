/** Multipart uploads. */
import { createHash, randomUUID } from 'node:crypto';
import { type Answer, element, elements, elementText, ok, S3Error, xmlAnswer } from './answer.js';
import { type Bucket, etagOf, type Part, type PendingUpload, type StoredObject } from './bucket.js';
import { CHECKSUMS, type Checksum, checksumElement, checksumOf, isChecksumAlgorithm } from './checksums.js';
import { checkReadConditions, checkWriteConditions, parseRange } from './conditions.js';
import { checksumHeaders, copyResult, factsOf } from './objects.js';
import { header, type S3Request } from './request.js';

const MIN_PART_BYTES = 5 * 1024 * 1024;
const MAX_PARTS = 10_000;

export function createMultipartUpload(request: S3Request, bucket: Bucket): Answer {
  const asked = header(request.headers, 'x-amz-checksum-algorithm')?.toLowerCase();
  if (asked !== undefined && !isChecksumAlgorithm(asked)) throw new S3Error(400, 'InvalidRequest', 'Checksum algorithm unknown.');
  const full = asked === 'crc64nvme' || header(request.headers, 'x-amz-checksum-type') === 'FULL_OBJECT';
  const upload: PendingUpload = {
    id: randomUUID(),
    key: request.key,
    facts: factsOf(request),
    started: new Date(),
    checksum: asked && { algorithm: asked, type: full ? 'FULL_OBJECT' : 'COMPOSITE' },
    parts: new Map(),
  };
  bucket.uploads.set(upload.id, upload);
  const content = element('Bucket', bucket.name) + element('Key', request.key) + element('UploadId', upload.id);
  return xmlAnswer('InitiateMultipartUploadResult', content, upload.facts.encryption);
}

export function uploadPart(request: S3Request, bucket: Bucket): Answer {
  const upload = findUpload(request, bucket);
  const { checksum } = request;
  if (upload.checksum && checksum?.algorithm !== upload.checksum.algorithm)
    throw new S3Error(
      400,
      'InvalidRequest',
      `Checksum type mismatch: the upload wants ${upload.checksum.algorithm} for every part.`,
    );
  const part: Part = { bytes: request.body, etag: etagOf(request.body, upload.facts), checksum };
  upload.parts.set(partNumber(request), part);
  return ok({ etag: `"${part.etag}"`, ...checksumHeaders(part) });
}

export function uploadPartCopy(request: S3Request, bucket: Bucket, source: StoredObject): Answer {
  const upload = findUpload(request, bucket);
  checkReadConditions(request.headers, source, 'x-amz-copy-source-');
  const range = parseRange(header(request.headers, 'x-amz-copy-source-range'), source.bytes.length);
  const bytes = range ? source.bytes.subarray(range.start, range.end + 1) : source.bytes;
  const checksum = upload.checksum && {
    algorithm: upload.checksum.algorithm,
    value: checksumOf(upload.checksum.algorithm, bytes),
    type: 'FULL_OBJECT' as const,
  };
  const part: Part = { bytes, etag: etagOf(bytes, upload.facts), checksum };
  upload.parts.set(partNumber(request), part);
  const sum = checksum ? element(checksumElement(checksum.algorithm), checksum.value) : '';
  return xmlAnswer('CopyPartResult', copyResult({ etag: part.etag, lastModified: new Date() }) + sum);
}

/** Asked again after it succeeded, the upload is gone. */
export function completeMultipartUpload(request: S3Request, bucket: Bucket): Answer {
  const upload = findUpload(request, bucket);
  const listed = elements(request.body.toString(), 'Part');
  if (listed.length === 0 || listed.length > MAX_PARTS)
    throw new S3Error(400, 'MalformedXML', 'The XML you provided was not well-formed or did not validate.');
  const parts = listed.map((xml) => listedPart(xml, upload));
  const numbers = listed.map((xml) => Number(elementText(xml, 'PartNumber')));
  if (numbers.some((number, index) => index > 0 && number <= numbers[index - 1]!))
    throw new S3Error(400, 'InvalidPartOrder', 'The list of parts was not in ascending order.');
  if (parts.slice(0, -1).some((part) => part.bytes.length < MIN_PART_BYTES))
    throw new S3Error(400, 'EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size.');
  checkWriteConditions(request.headers, bucket.objects.get(upload.key));
  const bytes = Buffer.concat(parts.map((part) => part.bytes));
  const md5s = Buffer.concat(parts.map((part) => Buffer.from(part.etag, 'hex')));
  const etag = `${createHash('md5').update(md5s).digest('hex')}-${parts.length}`;
  const object = bucket.put(upload.key, bytes, upload.facts, wholeChecksum(upload, parts, bytes), etag);
  bucket.uploads.delete(upload.id);
  const sum = object.checksum
    ? element(checksumElement(object.checksum.algorithm), object.checksum.value) + element('ChecksumType', object.checksum.type)
    : '';
  const content = element('Bucket', bucket.name) + element('Key', upload.key) + element('ETag', `"${etag}"`) + sum;
  return xmlAnswer('CompleteMultipartUploadResult', content, upload.facts.encryption);
}

export function abortMultipartUpload(request: S3Request, bucket: Bucket): Answer {
  bucket.uploads.delete(findUpload(request, bucket).id);
  return ok({}, undefined, 204);
}

function findUpload(request: S3Request, bucket: Bucket): PendingUpload {
  const upload = bucket.uploads.get(request.query.get('uploadId') ?? '');
  if (upload?.key !== request.key) throw new S3Error(404, 'NoSuchUpload', 'The specified multipart upload does not exist.');
  return upload;
}

function partNumber({ query }: S3Request): number {
  const number = Number(query.get('partNumber'));
  if (!Number.isInteger(number) || number < 1 || number > MAX_PARTS)
    throw new S3Error(400, 'InvalidArgument', 'Part number must be an integer between 1 and 10000, inclusive');
  return number;
}

/** The part a completion names, which must be the one uploaded. */
function listedPart(xml: string, upload: PendingUpload): Part {
  const number = Number(elementText(xml, 'PartNumber'));
  const part = upload.parts.get(number);
  if (!part || elementText(xml, 'ETag')?.replace(/^"|"$/g, '') !== part.etag)
    throw new S3Error(400, 'InvalidPart', 'One or more of the specified parts could not be found.', {
      PartNumber: String(number),
    });
  if (part.checksum && upload.checksum) {
    const sum = elementText(xml, checksumElement(upload.checksum.algorithm));
    if (sum === undefined && upload.checksum.type === 'COMPOSITE')
      throw new S3Error(
        400,
        'InvalidRequest',
        `The complete request must include the checksum for each part: missing for ${number}.`,
      );
    if (sum !== undefined && sum !== part.checksum.value)
      throw new S3Error(400, 'InvalidPart', `The checksum of part ${number} is another.`);
  }
  return part;
}

function wholeChecksum({ checksum }: PendingUpload, parts: Part[], bytes: Buffer): Checksum | undefined {
  if (!checksum) return undefined;
  const { algorithm, type } = checksum;
  if (type === 'FULL_OBJECT') return { algorithm, type, value: checksumOf(algorithm, bytes) };
  const sums = Buffer.concat(parts.map((part) => CHECKSUMS[algorithm](part.bytes)));
  return { algorithm, type, value: `${checksumOf(algorithm, sums)}-${parts.length}` };
}
