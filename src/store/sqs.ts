/** A queue of SQS. The only way here is {@link openQueue}, which loads the SDK when needed. */
import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SQSClient,
  type SQSClientConfig,
} from '@aws-sdk/client-sqs';
import type { MessageQueue, QueueMessage } from './queue.js';
import { queueError } from './queue-errors.js';

export interface QueueOptions {
  region: string;
  /** otherwise AWS's default chain: environment, profile, role */
  credentials?: NonNullable<SQSClientConfig['credentials']>;
}

/** Of one request, the first included. */
const MAX_ATTEMPTS = 6;

/** What says that a receipt's time has run out: the message is somebody else's now, or done. */
const NOT_OURS = /MessageNotInflight|ReceiptHandleIsInvalid|InvalidParameterValue/;

export class SqsQueue implements MessageQueue {
  readonly #client: SQSClient;

  constructor(
    readonly url: string,
    { region, credentials }: QueueOptions,
  ) {
    this.#client = new SQSClient({
      region,
      // told, since the SDK warns where this is not the region's own
      endpoint: new URL(url).origin,
      maxAttempts: MAX_ATTEMPTS,
      ...(credentials && { credentials }),
    });
  }

  async receive(waitSeconds: number, invisibleSeconds: number, signal?: AbortSignal): Promise<QueueMessage | undefined> {
    const command = new ReceiveMessageCommand({
      QueueUrl: this.url,
      MaxNumberOfMessages: 1,
      WaitTimeSeconds: waitSeconds,
      VisibilityTimeout: invisibleSeconds,
      MessageSystemAttributeNames: ['ApproximateReceiveCount'],
    });
    try {
      const { Messages } = await this.#client.send(command, signal && { abortSignal: signal });
      const message = Messages?.[0];
      if (message === undefined) return undefined;
      return {
        id: message.MessageId ?? '',
        body: message.Body ?? '',
        receives: Number(message.Attributes?.ApproximateReceiveCount ?? 1),
        receipt: message.ReceiptHandle!,
      };
    } catch (error) {
      if (signal?.aborted === true) return undefined;
      throw queueError(error, this.url);
    }
  }

  async extend({ receipt }: QueueMessage, seconds: number): Promise<boolean> {
    try {
      await this.#client.send(
        new ChangeMessageVisibilityCommand({ QueueUrl: this.url, ReceiptHandle: receipt, VisibilityTimeout: seconds }),
      );
      return true;
    } catch (error) {
      if (NOT_OURS.test((error as Error).name)) return false;
      throw queueError(error, this.url);
    }
  }

  async delete({ receipt }: QueueMessage): Promise<void> {
    try {
      await this.#client.send(new DeleteMessageCommand({ QueueUrl: this.url, ReceiptHandle: receipt }));
    } catch (error) {
      throw queueError(error, this.url);
    }
  }

  close(): void {
    this.#client.destroy();
  }
}
