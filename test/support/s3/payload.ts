/** The body of a request: taken out of its aws-chunked framing, and every hash the client sent with it verified. */
import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { S3Error } from './answer.js';
import { type Checksum, checksumOf, isChecksumAlgorithm } from './checksums.js';
import { header } from './request.js';

const TRAILER_MODE = 'STREAMING-UNSIGNED-PAYLOAD-TRAILER';

export interface Payload {
  body: Buffer;
  checksum: Checksum | undefined;
}

export function decodePayload(headers: IncomingHttpHeaders, raw: Buffer): Payload {
  const mode = header(headers, 'x-amz-content-sha256') ?? '';
  if (mode === TRAILER_MODE) return decodeChunked(headers, raw);
  if (mode.startsWith('STREAMING-')) throw new S3Error(501, 'NotImplemented', `This test server does not know ${mode}.`);
  if (header(headers, 'content-encoding')?.includes('aws-chunked'))
    throw new S3Error(400, 'InvalidRequest', 'An aws-chunked body needs a streaming x-amz-content-sha256.');
  if (mode !== 'UNSIGNED-PAYLOAD' && createHash('sha256').update(raw).digest('hex') !== mode)
    throw new S3Error(
      400,
      'XAmzContentSHA256Mismatch',
      "The provided 'x-amz-content-sha256' header does not match what was computed.",
    );
  const sent = Object.entries(headers).filter(([name]) => /^x-amz-checksum-(?!type|mode|algorithm)/.test(name));
  return {
    body: raw,
    checksum: verify(
      headers,
      raw,
      sent.map(([name, value]) => [name, String(value)]),
    ),
  };
}

/** `<hex>CRLF<bytes>CRLF … 0 CRLF <trailer>:<value> CRLF CRLF` */
function decodeChunked(headers: IncomingHttpHeaders, raw: Buffer): Payload {
  const parts: Buffer[] = [];
  let at = 0;
  for (;;) {
    const [line, next] = readLine(raw, at);
    if (!/^[0-9a-f]+$/i.test(line)) throw incomplete(`chunk size "${line}"`);
    const size = Number.parseInt(line, 16);
    at = next;
    if (size === 0) break;
    if (raw[at + size] !== 13 || raw[at + size + 1] !== 10) throw incomplete('a chunk that does not end where it says');
    parts.push(raw.subarray(at, at + size));
    at += size + 2;
  }
  const trailers: [string, string][] = [];
  for (;;) {
    const [line, next] = readLine(raw, at);
    at = next;
    if (line === '') break;
    const colon = line.indexOf(':');
    trailers.push([line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]);
  }
  const body = parts.length === 1 ? parts[0]! : Buffer.concat(parts);
  if (at !== raw.length || String(body.length) !== header(headers, 'x-amz-decoded-content-length'))
    throw incomplete('another length than x-amz-decoded-content-length');
  const announced = header(headers, 'x-amz-trailer')?.toLowerCase() ?? '';
  if (trailers.map(([name]) => name).join(',') !== announced)
    throw new S3Error(400, 'MalformedTrailerError', 'The trailers are not those that x-amz-trailer announced.');
  return { body, checksum: verify(headers, body, trailers) };
}

function readLine(raw: Buffer, at: number): [line: string, next: number] {
  const end = raw.indexOf('\r\n', at);
  if (end < 0) throw incomplete('no end of line');
  return [raw.toString('latin1', at, end), end + 2];
}

function incomplete(what: string): S3Error {
  return new S3Error(400, 'IncompleteBody', `The request body is malformed: ${what}.`);
}

function verify(headers: IncomingHttpHeaders, body: Buffer, sent: [name: string, value: string][]): Checksum | undefined {
  const md5 = header(headers, 'content-md5');
  if (md5 !== undefined && createHash('md5').update(body).digest('base64') !== md5) throw badDigest('Content-MD5');
  if (sent.length > 1) throw new S3Error(400, 'InvalidRequest', 'Expecting a single x-amz-checksum- header.');
  const [name, value] = sent[0] ?? [];
  if (name === undefined || value === undefined) return undefined;
  const algorithm = name.slice('x-amz-checksum-'.length);
  if (!isChecksumAlgorithm(algorithm)) throw new S3Error(400, 'InvalidRequest', `The checksum header ${name} is not known.`);
  if (checksumOf(algorithm, body) !== value) throw badDigest(algorithm.toUpperCase());
  return { algorithm, value, type: 'FULL_OBJECT' };
}

function badDigest(what: string): S3Error {
  return new S3Error(400, 'BadDigest', `The ${what} you specified did not match the calculated checksum.`);
}
