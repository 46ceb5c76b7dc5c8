/** One clear sentence for each error of the operating system and of S3. */
import { describe, expect, it } from 'vitest';
import { FalconryError } from '../../src/error.js';
import { notFound, storeError } from '../../src/store/errors.js';

const attempt = { where: '/lake/a', doing: 'written' } as const;

function errno(code: string): Error {
  return Object.assign(new Error(`${code}: as the system says, open '/lake/a'`), { code, syscall: 'open', errno: -1 });
}

function s3(name: string, status?: number, more: object = {}): Error {
  return Object.assign(new Error('text with AKIASECRET in it'), {
    name,
    $metadata: { httpStatusCode: status, attempts: 1 },
    ...more,
  });
}

const CODES: [Error, string][] = [
  [errno('ENOENT'), 'STORE_NOT_FOUND'],
  [errno('EACCES'), 'STORE_ACCESS_DENIED'],
  [errno('EPERM'), 'STORE_ACCESS_DENIED'],
  [errno('EROFS'), 'STORE_ACCESS_DENIED'],
  [errno('ENOSPC'), 'STORE_NO_SPACE'],
  [errno('EDQUOT'), 'STORE_NO_SPACE'],
  [errno('ENOTDIR'), 'STORE_NOT_A_FOLDER'],
  [errno('EEXIST'), 'STORE_NOT_A_FOLDER'],
  [errno('EISDIR'), 'STORE_IS_A_FOLDER'],
  [errno('ENAMETOOLONG'), 'STORE_KEY_REFUSED'],
  [errno('ELOOP'), 'STORE_KEY_REFUSED'],
  [errno('ENOTSUP'), 'STORE_UNSUPPORTED'],
  [errno('EMFILE'), 'STORE_UNAVAILABLE'],
  [errno('EIO'), 'STORE_UNAVAILABLE'],
  [errno('ESTALE'), 'STORE_UNAVAILABLE'],
  [s3('NoSuchKey', 404), 'STORE_NOT_FOUND'],
  [s3('NotFound', 404), 'STORE_NOT_FOUND'],
  [s3('NoSuchBucket', 404), 'STORE_NO_BUCKET'],
  [s3('AccessDenied', 403), 'STORE_ACCESS_DENIED'],
  [s3('Forbidden', 403), 'STORE_ACCESS_DENIED'],
  [s3('PreconditionFailed', 412), 'STORE_CHANGED'],
  [s3('InvalidObjectState', 403), 'STORE_ARCHIVED'],
  [s3('PermanentRedirect', 301), 'STORE_WRONG_REGION'],
  [s3('AuthorizationHeaderMalformed', 400), 'STORE_WRONG_REGION'],
  [s3('Unknown', 400, { $response: { headers: { 'x-amz-bucket-region': 'eu-west-1' } } }), 'STORE_WRONG_REGION'],
  [s3('ExpiredToken', 400), 'STORE_NO_CREDENTIALS'],
  [s3('InvalidAccessKeyId', 403), 'STORE_NO_CREDENTIALS'],
  [s3('SignatureDoesNotMatch', 403), 'STORE_NO_CREDENTIALS'],
  [s3('RequestTimeTooSkewed', 403), 'STORE_NO_CREDENTIALS'],
  [s3('CredentialsProviderError'), 'STORE_NO_CREDENTIALS'],
  [s3('SlowDown', 503), 'STORE_UNAVAILABLE'],
  [s3('InternalError', 500), 'STORE_UNAVAILABLE'],
  [s3('ConditionalRequestConflict', 409), 'STORE_UNAVAILABLE'],
  [s3('TooManyRequests', 429), 'STORE_UNAVAILABLE'],
  [s3('TimeoutError'), 'STORE_UNAVAILABLE'],
  [s3('Error', undefined, { code: 'ECONNRESET', syscall: 'read' }), 'STORE_UNAVAILABLE'],
  [s3('Error', undefined, { code: 'ENOTFOUND', syscall: 'getaddrinfo' }), 'STORE_UNAVAILABLE'],
  [s3('Error', undefined, { code: 'SELF_SIGNED_CERT_IN_CHAIN' }), 'STORE_UNAVAILABLE'],
  [s3('InvalidRequest', 400), 'STORE_REFUSED'],
  [s3('NotImplemented', 501), 'STORE_UNAVAILABLE'],
];

describe('storeError', () => {
  for (const [error, code] of CODES) {
    const label = (error as NodeJS.ErrnoException).code ?? error.name;
    it(`makes ${code} of ${label}`, () => {
      const result = storeError(error, attempt) as FalconryError;
      expect(result).toBeInstanceOf(FalconryError);
      expect(result.code).toBe(code);
      expect(result.cause).toBe(error);
      expect(result.message).toContain('/lake/a');
      expect(result.message).toMatch(/\.$/);
      expect(result.message).not.toContain('AKIA');
    });
  }

  it('names the region that the answer tells', () => {
    const error = s3('AuthorizationHeaderMalformed', 400, { Region: 'eu-west-1' });
    expect(storeError(error, attempt).message).toBe('/lake/a: the bucket is in region eu-west-1; set that region.');
  });

  it('leaves alone what is one already, and what is a bug', () => {
    const known = notFound('/lake/b');
    const bug = new TypeError('x is not a function');
    const misuse = Object.assign(new Error('bad argument'), { code: 'ERR_INVALID_ARG_TYPE' });
    for (const error of [known, bug, misuse]) expect(storeError(error, attempt)).toBe(error);
  });
});
