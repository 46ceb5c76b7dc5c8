/** A feed as CrowdStrike gives it (bucket, queue, key pair) and one's own places, on this machine. */
import { CREDENTIALS, REGION, S3_ENV, startS3 } from '../convert/s3-places.js';
import type { S3Server, S3ServerOptions } from '../support/s3-server.js';
import type { LocalSqs } from '../support/sqs.js';

/** Unlike any other text, to be looked for. */
export const FEED_PAIR = { accessKeyId: 'AKIAVENDORPAIR7Q2', secretAccessKey: 'vendor-secret-Zx9/kQ+4tLw7' };

/** What holds the key pair for `pull`. */
export const FEED_ENV = {
  FALCONRY_FDR_ACCESS_KEY_ID: FEED_PAIR.accessKeyId,
  FALCONRY_FDR_SECRET_ACCESS_KEY: FEED_PAIR.secretAccessKey,
};

/** The feed's bucket is read with the vendor's pair alone, and nothing else is; it may not be listed. */
export async function startFeed(options: S3ServerOptions = {}): Promise<S3Server> {
  const server = await startS3({
    principals: [
      { ...CREDENTIALS, allow: (_, bucket) => bucket !== 'feed' },
      {
        ...FEED_PAIR,
        allow: (operation, bucket) => bucket === 'feed' && ['GetObject', 'HeadObject', 'ListObjectsV2'].includes(operation),
      },
    ],
    ...options,
  });
  server.createBucket('feed');
  return server;
}

/** The options of a pull into the local lake on S3. */
export const pullOptions = (server: S3Server, queue: string) => ({
  queue,
  feedRegion: REGION,
  feedEndpointUrl: server.endpointUrl,
  endpointUrl: server.endpointUrl,
  region: REGION,
  wait: 0,
  once: true,
});
export const toLake = (server: S3Server, queue: string) => ({
  ...pullOptions(server, queue),
  lake: 's3://lake/root',
  work: 's3://work/falconry',
});
export const toArchive = (server: S3Server, queue: string) => ({ ...pullOptions(server, queue), to: 's3://archive/fdr' });

/** The same as arguments of the command line. */
export function asArguments(options: Record<string, unknown>): string[] {
  const { queue, ...rest } = options;
  const kebab = (name: string) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  const flags = Object.entries(rest).flatMap(([name, value]) =>
    value === true ? [`--${kebab(name)}`] : value === false || value === undefined ? [] : [`--${kebab(name)}`, String(value)],
  );
  return ['pull', String(queue), ...flags];
}

export const pullEnv: Record<string, string> = { ...S3_ENV, ...FEED_ENV };

/** Makes every message in flight visible at once, as if its time had run out. */
export async function expireAll(sqs: LocalSqs, queue: string): Promise<void> {
  const name = queue.slice(queue.lastIndexOf('/') + 1);
  const { inflight } = sqs.server.inspectQueue(name)!.messages;
  for (const { receiptHandle } of [...inflight]) await sqs.giveBack(queue, { ReceiptHandle: receiptHandle });
}
