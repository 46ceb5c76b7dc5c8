/** SQS's errors as ours. Messages never repeat SQS's text, which may hold access key ids; the cause keeps it. */
import { FalconryError } from '../error.js';
import { sdkFault, translated } from './sdk-error.js';

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
  return translated(error, (sdk) => {
    const { name, $metadata } = sdk;
    const cause = { cause: error };
    for (const [ours, names, sentence] of SENTENCES) {
      if (names.test(name)) return new FalconryError(ours, `The queue ${url} ${sentence}.`, cause);
    }
    if ($metadata?.httpStatusCode === 403)
      return new FalconryError('QUEUE_ACCESS_DENIED', `The queue ${url} ${SENTENCES[2]![2]}.`, cause);
    const fault = sdkFault(sdk);
    if (fault === undefined) return undefined;
    const answer = fault.kind === 'answer' ? `SQS answers ${fault.status} ${name}` : `the connection fails (${fault.why})`;
    return new FalconryError('QUEUE_UNAVAILABLE', `The queue ${url} cannot be reached now: ${answer}; try again later.`, cause);
  });
}
