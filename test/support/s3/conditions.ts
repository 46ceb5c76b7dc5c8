/** If-Match, If-None-Match, and byte ranges. */
import type { IncomingHttpHeaders } from 'node:http';
import { S3Error } from './answer.js';
import type { StoredObject } from './bucket.js';
import { header } from './request.js';

/** Judged when the object would appear: after the body has come, in one step with storing it. */
export function checkWriteConditions(headers: IncomingHttpHeaders, existing: StoredObject | undefined): void {
  const noneMatch = header(headers, 'if-none-match');
  if (noneMatch !== undefined && noneMatch !== '*')
    throw new S3Error(501, 'NotImplemented', 'If-None-Match of a write takes "*" alone.');
  if (noneMatch === '*' && existing) throw failed('If-None-Match');
  const match = header(headers, 'if-match');
  if (match === undefined) return;
  if (!existing) throw new S3Error(404, 'NoSuchKey', 'The specified key does not exist.');
  if (!sameEtag(match, existing)) throw failed('If-Match');
}

/** @param prefix `x-amz-copy-source-` for the source of a copy */
export function checkReadConditions(headers: IncomingHttpHeaders, object: StoredObject, prefix = ''): void {
  const match = header(headers, `${prefix}if-match`);
  if (match !== undefined && !sameEtag(match, object)) throw failed('If-Match');
  const noneMatch = header(headers, `${prefix}if-none-match`);
  if (noneMatch === undefined || !sameEtag(noneMatch, object)) return;
  if (prefix !== '') throw failed('If-None-Match');
  throw new S3Error(304, 'NotModified', 'Not modified.', {}, { etag: `"${object.etag}"` });
}

function sameEtag(condition: string, { etag }: StoredObject): boolean {
  return condition === '*' || condition.split(',').some((one) => one.trim().replace(/^"|"$/g, '') === etag);
}

function failed(condition: string): S3Error {
  return new S3Error(412, 'PreconditionFailed', 'At least one of the pre-conditions you specified did not hold.', {
    Condition: condition,
  });
}

/** First and last byte, inclusive; undefined for the whole. A header that is no single range is ignored, as S3 does. */
export function parseRange(value: string | undefined, size: number): { start: number; end: number } | undefined {
  const [matched, from, to] = /^bytes=(\d*)-(\d*)$/.exec(value ?? '') ?? [];
  if (matched === undefined || (from === '' && to === '')) return undefined;
  const start = from === '' ? Math.max(0, size - Number(to)) : Number(from);
  const end = from === '' || to === '' ? size - 1 : Math.min(Number(to), size - 1);
  if (from !== '' && to !== '' && Number(to) < Number(from)) return undefined;
  if (start >= size || (from === '' && Number(to) === 0))
    throw new S3Error(
      416,
      'InvalidRange',
      'The requested range is not satisfiable',
      { RangeRequested: value!, ActualObjectSize: String(size) },
      { 'content-range': `bytes */${size}` },
    );
  return { start, end };
}
