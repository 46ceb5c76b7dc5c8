/** From a queue's URL to the queue. */

import type { MessageQueue } from './queue.js';
import { checkQueueUrl, queueRegionUnknown } from './queue-errors.js';
import type { QueueOptions } from './sqs.js';

/** `sqs.us-west-1.amazonaws.com`, and the older `us-west-1.queue.amazonaws.com`. */
const REGION_IN_HOST = /^(?:sqs(?:-fips)?\.([a-z0-9-]+)|([a-z0-9-]+)\.queue)\./;

/** @throws QUEUE_BAD_URL, QUEUE_NO_REGION */
export function queueRegion(url: string): string {
  checkQueueUrl(url);
  const match = REGION_IN_HOST.exec(new URL(url).hostname);
  const region = match?.[1] ?? match?.[2];
  if (region === undefined) throw queueRegionUnknown(url);
  return region;
}

/** Opens a queue; nothing is asked yet, and the SDK is loaded now. */
export async function openQueue(url: string, options: QueueOptions): Promise<MessageQueue> {
  checkQueueUrl(url);
  const { SqsQueue } = await import('./sqs.js');
  return new SqsQueue(url, options);
}
