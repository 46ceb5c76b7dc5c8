/** The errors of notices and of the feed. */
import { FalconryError } from '../error.js';

export const noticeUnknown = (problem: string, cause?: unknown) =>
  new FalconryError(
    'NOTICE_UNKNOWN',
    `A message is no notice of new objects: ${problem}; send S3 event notifications (also through EventBridge or SNS) or FDR's own batch messages to this queue.`,
    { cause },
  );

export const otherBucket = (bucket: string, archive: string) =>
  new FalconryError(
    'NOTICE_OTHER_BUCKET',
    `A notice names the bucket ${JSON.stringify(bucket)}, but this queue is for ${archive}; send each archive's notices to a queue of its own.`,
  );

export const inputGone = (where: string) =>
  new FalconryError(
    'NOTICE_INPUT_GONE',
    `${where} does not exist, but a batch message lists it; get it again from the feed, or delete the message if its time is over.`,
  );

export const inputDiffers = (where: string, what: 'size' | 'MD5', found: string, told: string) =>
  new FalconryError(
    'NOTICE_INPUT_DIFFERS',
    `${where} has the ${what} ${found}, but the batch message says ${told}; it is read again when the message comes back.`,
  );

export const archiveNotS3 = (archive: string) =>
  new FalconryError('OPTION_INVALID', `--archive: "${archive}" is no s3://bucket/prefix, which notices are about.`, {
    exitCode: 2,
  });

export const settingMissing = (names: readonly string[]) =>
  new FalconryError('OPTION_INVALID', `The function needs ${names.join(', ')} in its environment.`, { exitCode: 2 });

export const notAQueueEvent = () =>
  new FalconryError(
    'REALTIME_NO_QUEUE_EVENT',
    'The function was called with something else than a batch of SQS messages; give it an event source mapping of a queue.',
  );

export const runtimeAnswer = (what: string, answer: string) =>
  new FalconryError('RUNTIME_API', `Lambda's runtime API answers ${answer} to ${what}; the function starts anew.`);

export const noticeNotFdr = (kind: string) =>
  new FalconryError(
    'NOTICE_NOT_FDR',
    `A message of the feed's queue is a notice of the kind "${kind}", not FDR's batch message; pull is for the queue that CrowdStrike gives with the feed.`,
  );

export const feedCredentialsMissing = () =>
  new FalconryError(
    'FEED_NO_CREDENTIALS',
    "The feed's key pair is needed: set FALCONRY_FDR_ACCESS_KEY_ID and FALCONRY_FDR_SECRET_ACCESS_KEY, or name a JSON file of it with --credentials-file.",
    { exitCode: 2 },
  );

export const feedCredentialsUnreadable = (path: string, problem: string) =>
  new FalconryError(
    'FEED_NO_CREDENTIALS',
    `The credentials file ${path} ${problem}; it holds {"accessKeyId": "…", "secretAccessKey": "…"}, as a secret of AWS Secrets Manager does.`,
    { exitCode: 2 },
  );

export const pullOption = (problem: string) => new FalconryError('OPTION_INVALID', problem, { exitCode: 2 });
