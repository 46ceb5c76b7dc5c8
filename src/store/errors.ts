/** The errors of the object stores, and how the operating system's and S3's own errors become them. */
import { FalconryError } from '../error.js';

/** What was being done when an error came. */
export interface Attempt {
  /** the place as the user knows it: a path, `s3://bucket/key` */
  where: string;
  doing: 'read' | 'written' | 'listed' | 'deleted';
}

type Cause = { cause?: unknown };

export const keyRefused = (key: string, reason: string, options?: Cause) =>
  new FalconryError('STORE_KEY_REFUSED', `The key ${JSON.stringify(key)} is refused: ${reason}.`, options);
export const leavesRoot = (where: string, root: string) =>
  new FalconryError(
    'STORE_KEY_REFUSED',
    `${where} is refused: it is a link that leads outside ${root}; name the folder it leads to instead.`,
  );
export const badUri = (uri: string, reason: string) =>
  new FalconryError('STORE_BAD_URI', `"${uri}" names no store: ${reason}; give a path or s3://bucket/prefix.`, { exitCode: 2 });
export const badRange = (where: string, start: number, end: number | undefined, size: number) =>
  new FalconryError('STORE_BAD_RANGE', `${where} has ${size} bytes; bytes ${start} to ${end ?? 'the end'} are not among them.`);
export const notFound = (where: string, options?: Cause) =>
  new FalconryError('STORE_NOT_FOUND', `${where} does not exist.`, options);
export const changed = (where: string, options?: Cause) =>
  new FalconryError('STORE_CHANGED', `${where} has changed since it was listed; start again so that it is read anew.`, options);
export const damaged = (where: string, options?: Cause) =>
  new FalconryError(
    'STORE_DAMAGED',
    `${where} was read with bytes that do not match the checksum stored with it; try again.`,
    options,
  );
export const unordered = (where: string, before: string, after: string) =>
  new FalconryError(
    'STORE_UNORDERED',
    `${where} lists ${JSON.stringify(after)} after ${JSON.stringify(before)}, not in byte order; use a general purpose bucket.`,
  );
export const badAnswer = (where: string, what: string) =>
  new FalconryError('STORE_BAD_ANSWER', `${where} cannot be read: the server sent ${what}; it does not speak S3 properly.`);
const denied = ({ where, doing }: Attempt, why: string, options: Cause) =>
  new FalconryError('STORE_ACCESS_DENIED', `${where} cannot be ${doing}: ${why}.`, options);
const noBucket = ({ where }: Attempt, options: Cause) =>
  new FalconryError('STORE_NO_BUCKET', `${where}: there is no such bucket; check its name.`, options);
const wrongRegion = ({ where }: Attempt, region: string | undefined, options: Cause) =>
  new FalconryError(
    'STORE_WRONG_REGION',
    region
      ? `${where}: the bucket is in region ${region}; set that region.`
      : `${where}: the bucket is in another region; set the bucket's own.`,
    options,
  );
const noRegion = ({ where }: Attempt, options: Cause) =>
  new FalconryError('STORE_NO_REGION', `${where}: no region is known; name one or set AWS_REGION.`, options);
const noCredentials = ({ where }: Attempt, why: string, options: Cause) =>
  new FalconryError('STORE_NO_CREDENTIALS', `${where}: ${why}.`, options);
const noSpace = ({ where }: Attempt, options: Cause) =>
  new FalconryError('STORE_NO_SPACE', `${where} cannot be written: no space is left, or the quota is used up.`, options);
export const notAFolder = ({ where, doing }: Attempt, options?: Cause) =>
  new FalconryError('STORE_NOT_A_FOLDER', `${where} cannot be ${doing}: a file stands where a folder is needed.`, options);
const isAFolder = ({ where, doing }: Attempt, options: Cause) =>
  new FalconryError('STORE_IS_A_FOLDER', `${where} cannot be ${doing}: it is a folder.`, options);
const unsupported = ({ where, doing }: Attempt, what: string, options: Cause) =>
  new FalconryError('STORE_UNSUPPORTED', `${where} cannot be ${doing}: ${what}; use another place.`, options);
const archived = ({ where }: Attempt, options: Cause) =>
  new FalconryError('STORE_ARCHIVED', `${where} is in an archive storage class; restore it first.`, options);
const unavailable = ({ where, doing }: Attempt, why: string, options: Cause) =>
  new FalconryError('STORE_UNAVAILABLE', `${where} cannot be ${doing} now: ${why}; try again later.`, options);
const refused = ({ where, doing }: Attempt, answer: string, options: Cause) =>
  new FalconryError('STORE_REFUSED', `${where} cannot be ${doing}: S3 answers ${answer}.`, options);

type Factory = (attempt: Attempt, options: Cause) => FalconryError;

const BY_ERRNO: Record<string, Factory> = {
  ENOENT: ({ where }, options) => notFound(where, options),
  EACCES: (attempt, options) => denied(attempt, 'the file permissions forbid it', options),
  EPERM: (attempt, options) => denied(attempt, 'the operating system forbids it', options),
  EROFS: (attempt, options) => denied(attempt, 'the file system is read-only', options),
  ENOSPC: noSpace,
  EDQUOT: noSpace,
  ENOTDIR: notAFolder,
  EEXIST: notAFolder,
  EISDIR: isAFolder,
  ENAMETOOLONG: ({ where }, options) => keyRefused(where, 'a name in it is too long for the file system', options),
  EILSEQ: ({ where }, options) => keyRefused(where, 'the file system cannot hold a name in it', options),
  ELOOP: ({ where }, options) => keyRefused(where, 'links in it lead in a circle', options),
  ENOTSUP: (attempt, options) => unsupported(attempt, 'the file system has no hard links', options),
  EOPNOTSUPP: (attempt, options) => unsupported(attempt, 'the file system has no hard links', options),
  ENOSYS: (attempt, options) => unsupported(attempt, 'the file system has no hard links', options),
  EMFILE: (attempt, options) => unavailable(attempt, 'too many files are open', options),
  ENFILE: (attempt, options) => unavailable(attempt, 'too many files are open', options),
  EIO: (attempt, options) => unavailable(attempt, 'the disk reports an input/output error', options),
};

const DENIED = 'access is denied (S3 answers so for a missing object too, unless s3:ListBucket is granted)';
const EXPIRED = 'the AWS credentials have expired; renew them';
const REJECTED = 'the AWS credentials are not accepted; check the access key and its secret';

const BY_S3_CODE: Record<string, Factory> = {
  NoSuchKey: ({ where }, options) => notFound(where, options),
  NotFound: ({ where }, options) => notFound(where, options),
  NoSuchBucket: noBucket,
  AccessDenied: (attempt, options) => denied(attempt, DENIED, options),
  AllAccessDisabled: (attempt, options) => denied(attempt, DENIED, options),
  PreconditionFailed: ({ where }, options) => changed(where, options),
  InvalidObjectState: archived,
  ExpiredToken: (attempt, options) => noCredentials(attempt, EXPIRED, options),
  ExpiredTokenException: (attempt, options) => noCredentials(attempt, EXPIRED, options),
  TokenRefreshRequired: (attempt, options) => noCredentials(attempt, EXPIRED, options),
  InvalidToken: (attempt, options) => noCredentials(attempt, REJECTED, options),
  InvalidAccessKeyId: (attempt, options) => noCredentials(attempt, REJECTED, options),
  SignatureDoesNotMatch: (attempt, options) => noCredentials(attempt, REJECTED, options),
  RequestTimeTooSkewed: (attempt, options) => noCredentials(attempt, "this machine's clock is wrong; set it", options),
  KeyTooLongError: ({ where }, options) => keyRefused(where, 'it is too long', options),
  InvalidBucketName: noBucket,
};

const REGION_CODES = new Set([
  'PermanentRedirect',
  'AuthorizationHeaderMalformed',
  'IllegalLocationConstraintException',
  'TemporaryRedirect',
]);

const NETWORK = /^(connect|read|write|getaddrinfo)$/;

/** What the SDK's errors carry, as far as it is used here. */
interface SdkError {
  name: string;
  message: string;
  code?: string;
  syscall?: string;
  Region?: string;
  $metadata?: { httpStatusCode?: number; attempts?: number };
  $response?: { headers?: Record<string, string> };
}

/**
 * Any error of a store operation as one of the above. What it does not know (a bug) comes back as it is. Messages never
 * repeat S3's text, which may hold access key ids; the cause keeps it.
 */
export function storeError(error: unknown, attempt: Attempt): Error {
  if (error instanceof FalconryError) return error;
  if (!(error instanceof Error)) return new Error(String(error));
  const sdk = error as SdkError;
  const cause = { cause: error };
  const byErrno = sdk.code !== undefined && !sdk.$metadata?.httpStatusCode && BY_ERRNO[sdk.code];
  if (byErrno) return byErrno(attempt, cause);
  const region = sdk.Region ?? sdk.$response?.headers?.['x-amz-bucket-region'];
  const status = sdk.$metadata?.httpStatusCode;
  if (REGION_CODES.has(sdk.name) || status === 301 || (status === 400 && region)) return wrongRegion(attempt, region, cause);
  const byCode = BY_S3_CODE[sdk.name];
  if (byCode) return byCode(attempt, cause);
  if (/^CredentialsProviderError$|^TokenProviderError$/.test(sdk.name))
    return noCredentials(attempt, 'no AWS credentials are found; set a profile, the environment or a role', cause);
  if (/^Region is missing/.test(sdk.message)) return noRegion(attempt, cause);
  if (/^Checksum mismatch/.test(sdk.message)) return damaged(attempt.where, cause);
  return byStatus(error, sdk, attempt) ?? error;
}

function byStatus(error: Error, sdk: SdkError, attempt: Attempt): FalconryError | undefined {
  const status = sdk.$metadata?.httpStatusCode;
  const cause = { cause: error };
  const tries = sdk.$metadata?.attempts ? ` after ${sdk.$metadata.attempts} attempts` : '';
  if (status === 403) return denied(attempt, DENIED, cause);
  if (status === 404) return notFound(attempt.where, cause);
  if (status === 412) return changed(attempt.where, cause);
  if (status === 429 || status === 409 || (status !== undefined && status >= 500))
    return unavailable(attempt, `S3 answers ${status} ${sdk.name}${tries}`, cause);
  if (status !== undefined && status >= 300) return refused(attempt, `${status} ${sdk.name}`, cause);
  if (error instanceof TypeError || error instanceof RangeError || sdk.code?.startsWith('ERR_')) return undefined;
  if (sdk.syscall !== undefined && sdk.$metadata === undefined && !NETWORK.test(sdk.syscall))
    return unavailable(attempt, `the operating system reports ${sdk.code}`, cause);
  // No answer, or one that broke off: a reset, a timeout, an unknown host, a body that ends early.
  if (sdk.code !== undefined || sdk.name === 'TimeoutError' || sdk.$metadata !== undefined)
    return unavailable(attempt, `the connection fails (${sdk.code ?? sdk.name})${tries}`, cause);
  return undefined;
}
