/** AWS Signature Version 4 in the Authorization header, verified as S3 and the other services do. */
import { createHash, createHmac } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { S3Error } from './answer.js';
import { header, type Principal, type Route } from './request.js';

const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/([a-z0-9-]+)\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/;
const MAX_SKEW_MS = 15 * 60_000;

const signingKeys = new Map<string, Buffer>();

/**
 * Who sent the request, and the region it was signed for.
 *
 * @param other another service than S3, which take the body's hash as it is
 * @throws S3Error AccessDenied, InvalidAccessKeyId, ExpiredToken, InvalidToken, RequestTimeTooSkewed, SignatureDoesNotMatch …
 */
export function authenticate(
  method: string,
  { path, query }: Route,
  headers: IncomingHttpHeaders,
  principals: readonly Principal[],
  other?: { service: string; body: Buffer },
): { principal: Principal; region: string } {
  const authorization = header(headers, 'authorization');
  if (authorization === undefined) throw new S3Error(403, 'AccessDenied', 'Anonymous access is forbidden.');
  const [, accessKeyId, day, region, service, signedList, signature] = AUTHORIZATION.exec(authorization) ?? [];
  const expectedService = other?.service ?? 's3';
  if (!accessKeyId || !day || !region || service !== expectedService || !signedList || !signature)
    throw new S3Error(400, 'AuthorizationHeaderMalformed', 'The authorization header is malformed.');
  const principal = principals.find((one) => one.accessKeyId === accessKeyId);
  if (!principal) throw new S3Error(403, 'InvalidAccessKeyId', 'The access key does not exist.', { AWSAccessKeyId: accessKeyId });
  checkToken(principal, header(headers, 'x-amz-security-token'));
  const time = checkTime(header(headers, 'x-amz-date'), day);
  const signed = signedList.split(';');
  checkSigned(headers, signed);
  const payload = other ? createHash('sha256').update(other.body).digest('hex') : header(headers, 'x-amz-content-sha256');
  if (payload === undefined) throw new S3Error(400, 'InvalidRequest', 'Missing required header: x-amz-content-sha256.');
  const canonical = [
    method,
    path
      .split('/')
      .map((part) => encode(decodeURIComponent(part)))
      .join('/'),
    canonicalQuery(query),
    ...signed.map((name) => `${name}:${canonicalValue(header(headers, name) ?? '')}`),
    '',
    signedList,
    payload,
  ].join('\n');
  const scope = `${day}/${region}/${expectedService}/aws4_request`;
  const toSign = ['AWS4-HMAC-SHA256', time, scope, createHash('sha256').update(canonical).digest('hex')].join('\n');
  const expected = createHmac('sha256', signingKey(principal.secretAccessKey, day, region, expectedService))
    .update(toSign)
    .digest('hex');
  if (expected !== signature)
    throw new S3Error(403, 'SignatureDoesNotMatch', 'The signature does not match the one calculated here.', {
      CanonicalRequest: canonical,
    });
  return { principal, region };
}

function checkToken(principal: Principal, token: string | undefined): void {
  if (principal.expired) throw new S3Error(400, 'ExpiredToken', 'The provided token has expired.');
  if (token !== principal.sessionToken)
    throw new S3Error(400, 'InvalidToken', 'The provided token is malformed or otherwise invalid.');
}

function checkTime(time: string | undefined, day: string): string {
  const [, year, month, date, hour, minute, second] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(time ?? '') ?? [];
  if (!time || !year || !time.startsWith(day)) throw new S3Error(403, 'AccessDenied', 'A valid x-amz-date header is required.');
  const at = Date.parse(`${year}-${month}-${date}T${hour}:${minute}:${second}Z`);
  if (Math.abs(at - Date.now()) > MAX_SKEW_MS)
    throw new S3Error(403, 'RequestTimeTooSkewed', 'The difference between the request time and the server time is too large.');
  return time;
}

/** The host and every `x-amz-` header must be signed. */
function checkSigned(headers: IncomingHttpHeaders, signed: string[]): void {
  const required = Object.keys(headers).filter((name) => name === 'host' || name.startsWith('x-amz-') || name === 'content-md5');
  const missing = required.filter((name) => !signed.includes(name));
  if (missing.length > 0)
    throw new S3Error(403, 'AccessDenied', 'There were headers present in the request which were not signed.', {
      HeadersNotSigned: missing.join(', '),
    });
}

function canonicalQuery(query: Map<string, string>): string {
  const pairs = Array.from(query, ([name, value]) => `${encode(name)}=${encode(value)}`);
  return pairs.sort((a, b) => (a < b ? -1 : 1)).join('&');
}

function canonicalValue(value: string): string {
  return value.trim().replace(/ +/g, ' ');
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

function signingKey(secret: string, day: string, region: string, service: string): Buffer {
  const id = `${secret}/${day}/${region}/${service}`;
  let key = signingKeys.get(id);
  if (!key) {
    key = [day, region, service, 'aws4_request'].reduce<Buffer>(
      (last, part) => createHmac('sha256', last).update(part).digest(),
      Buffer.from(`AWS4${secret}`),
    );
    signingKeys.set(id, key);
  }
  return key;
}
