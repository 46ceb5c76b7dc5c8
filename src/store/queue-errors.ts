/** SQS's errors as ours. Messages never repeat SQS's text, which may hold access key ids; the cause keeps it. */
import { FalconryError } from '../error.js';

interface SdkError extends Error {
  code?: string;
  $metadata?: { httpStatusCode?: number };
}

const queueUrlBad = (url: string) =>
  new FalconryError(
    'QUEUE_BAD_URL',
    `"${url}" is no URL of an SQS queue; one looks like https://sqs.us-west-1.amazonaws.com/123456789012/name.`,
    {
      exitCode: 2,
    },
  );

/** @throws QUEUE_BAD_URL */
export function checkQueueUrl(url: string): void {
  if (!URL.canParse(url) || !/^https?:\/\/[^@]+\/[^/]+\/[^/?#]+$/.test(url)) throw queueUrlBad(url.replace(/\/\/.*@/, '//…@'));
}

export const queueRegionUnknown = (url: string) =>
  new FalconryError('QUEUE_NO_REGION', `The queue ${url} does not tell its region; name it with --feed-region.`, { exitCode: 2 });

const SENTENCES: [code: string, names: RegExp, sentence: string][] = [
  ['QUEUE_NOT_FOUND', /QueueDoesNotExist|NonExistentQueue/, 'does not exist; check its URL and region'],
  [
    'QUEUE_NO_CREDENTIALS',
    /InvalidClientTokenId|SignatureDoesNotMatch|InvalidSecurity|UnrecognizedClient|ExpiredToken|InvalidAccessKeyId|MissingAuthenticationToken|IncompleteSignature/,
    'does not accept the key pair; check both halves, or get a new one from the Falcon console',
  ],
  [
    'QUEUE_ACCESS_DENIED',
    /AccessDenied|KmsAccessDenied|NotAuthorized/,
    'denies access; check that the key pair is the one of this feed',
  ],
];

/** Any error of a queue as one of ours; what it does not know (a bug) comes back as it is. */
export function queueError(error: unknown, url: string): Error {
  if (error instanceof FalconryError || !(error instanceof Error))
    return error instanceof Error ? error : new Error(String(error));
  const { name, code, $metadata } = error as SdkError;
  for (const [ours, names, sentence] of SENTENCES) {
    if (names.test(name)) return new FalconryError(ours, `The queue ${url} ${sentence}.`, { cause: error });
  }
  const status = $metadata?.httpStatusCode;
  if (status === 403) return new FalconryError('QUEUE_ACCESS_DENIED', `The queue ${url} ${SENTENCES[2]![2]}.`, { cause: error });
  if (error instanceof TypeError || error instanceof RangeError || code?.startsWith('ERR_')) return error;
  if (status === undefined && code === undefined && name !== 'TimeoutError' && $metadata === undefined) return error;
  const answer =
    status !== undefined && status >= 400 ? `SQS answers ${status} ${name}` : `the connection fails (${code ?? name})`;
  return new FalconryError('QUEUE_UNAVAILABLE', `The queue ${url} cannot be reached now: ${answer}; try again later.`, {
    cause: error,
  });
}
