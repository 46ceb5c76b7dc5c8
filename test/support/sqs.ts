/** A local SQS that speaks SQS's own protocol, with redrive, and what stands between it and a Lambda function. */
import { createServer, request as httpRequest, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { type FauxqsServer, startFauxqs } from 'fauxqs';

export const SQS_REGION = 'eu-central-1';

export interface QueueOptions {
  /** tries after which a message goes to the dead-letter queue; default: none does */
  maxReceives?: number;
  visibilitySeconds?: number;
}

/** Region and access key that a request was signed with. */
const SIGNED_WITH = /Credential=([^/]+)\/\d+\/([^/]+)\//;

export class LocalSqs {
  readonly client: SQSClient;
  /** who has asked so far */
  readonly accessKeyIds = new Set<string>();
  readonly #urls = new Map<string, string>();
  readonly #front: Server;

  private constructor(readonly server: FauxqsServer) {
    this.#front = createServer((request, response) => void this.#forward(request, response));
    this.client = new SQSClient({
      region: SQS_REGION,
      credentials: { accessKeyId: 'AKIALOCALSQS', secretAccessKey: 'any' },
      endpoint: async () => ({ protocol: 'http:', hostname: '127.0.0.1', port: this.#port, path: '/' }),
    });
  }

  static async start(): Promise<LocalSqs> {
    const sqs = new LocalSqs(await startFauxqs({ port: 0, logger: false, defaultRegion: SQS_REGION }));
    await new Promise<void>((resolve) => sqs.#front.listen(0, '127.0.0.1', resolve));
    return sqs;
  }

  get #port(): number {
    return (this.#front.address() as AddressInfo).port;
  }

  /** Makes a queue, and `<name>-dlq` if it has a redrive policy. */
  createQueue(name: string, { maxReceives, visibilitySeconds = 600 }: QueueOptions = {}): string {
    const attributes: Record<string, string> = { VisibilityTimeout: String(visibilitySeconds) };
    if (maxReceives !== undefined) {
      const { queueArn } = this.server.createQueue(`${name}-dlq`, { region: SQS_REGION });
      attributes.RedrivePolicy = JSON.stringify({ deadLetterTargetArn: queueArn, maxReceiveCount: maxReceives });
    }
    const url = `http://127.0.0.1:${this.#port}/000000000000/${name}`;
    this.#urls.set(url, this.server.createQueue(name, { region: SQS_REGION, attributes }).queueUrl);
    return url;
  }

  /** The server names its queues by a host that not every machine resolves; its requests come through here. */
  async #forward(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const body = JSON.parse(Buffer.concat(parts).toString()) as { QueueUrl: string };
    const [, accessKeyId] = SIGNED_WITH.exec(request.headers.authorization ?? '') ?? [];
    if (accessKeyId !== undefined) this.accessKeyIds.add(accessKeyId);
    const { host: _, 'content-length': __, connection: ___, ...headers } = request.headers;
    const forwarded = httpRequest(
      { host: '127.0.0.1', port: this.server.port, method: 'POST', path: '/', headers: headers as Record<string, string> },
      (answer) => {
        response.writeHead(answer.statusCode!, answer.headers);
        answer.pipe(response);
      },
    );
    forwarded.on('error', () => response.destroy());
    response.on('close', () => forwarded.destroy());
    forwarded.end(JSON.stringify({ ...body, QueueUrl: this.#urls.get(body.QueueUrl) ?? body.QueueUrl }));
  }

  async send(queue: string, message: unknown): Promise<string> {
    const body = typeof message === 'string' ? message : JSON.stringify(message);
    const { MessageId } = await this.client.send(new SendMessageCommand({ QueueUrl: queue, MessageBody: body }));
    return MessageId!;
  }

  async sendMany(queue: string, messages: readonly unknown[]): Promise<void> {
    for (let at = 0; at < messages.length; at += 10) {
      const Entries = messages
        .slice(at, at + 10)
        .map((message, i) => ({ Id: String(i), MessageBody: typeof message === 'string' ? message : JSON.stringify(message) }));
      await this.client.send(new SendMessageBatchCommand({ QueueUrl: queue, Entries }));
    }
  }

  /** Messages by where they are. */
  state(name: string): { ready: number; inFlight: number; bodies: string[] } {
    const queue = this.server.inspectQueue(name);
    if (queue === undefined) throw new Error(`no queue ${name}`);
    const { ready, delayed, inflight } = queue.messages;
    return {
      ready: ready.length + delayed.length,
      inFlight: inflight.length,
      bodies: [...ready, ...delayed, ...inflight.map(({ message }) => message)].map(({ body }) => body),
    };
  }

  /** Up to ten messages that can be received now. */
  async receive(queue: string, most = 10): Promise<Message[]> {
    const command = new ReceiveMessageCommand({
      QueueUrl: queue,
      MaxNumberOfMessages: most,
      MessageSystemAttributeNames: ['All'],
    });
    return (await this.client.send(command)).Messages ?? [];
  }

  async delete(queue: string, { ReceiptHandle }: Message): Promise<void> {
    await this.client.send(new DeleteMessageCommand({ QueueUrl: queue, ReceiptHandle }));
  }

  /** Makes a received message visible at once, as if its time had run out. */
  async giveBack(queue: string, { ReceiptHandle }: Message): Promise<void> {
    await this.client.send(new ChangeMessageVisibilityCommand({ QueueUrl: queue, ReceiptHandle, VisibilityTimeout: 0 }));
  }

  async stop(): Promise<void> {
    this.client.destroy();
    this.#front.close();
    this.#front.closeAllConnections();
    await this.server.stop();
  }
}

/** The payload that Lambda's event source mapping makes of received messages. */
export function queueEvent(messages: readonly Message[]) {
  return {
    Records: messages.map((message) => ({
      messageId: message.MessageId,
      receiptHandle: message.ReceiptHandle,
      body: message.Body,
      attributes: message.Attributes ?? {},
      messageAttributes: {},
      md5OfBody: message.MD5OfBody,
      eventSource: 'aws:sqs',
      eventSourceARN: `arn:aws:sqs:${SQS_REGION}:000000000000:notices`,
      awsRegion: SQS_REGION,
    })),
  };
}

/**
 * An event source mapping with partial batch responses: hands batches to the function until the queue is empty. What the function does
 * not name is deleted; what it names, or all if it fails, becomes visible again.
 *
 * @param invoke undefined: the function failed
 * @returns the batches handed over
 */
export async function drain(
  sqs: LocalSqs,
  queue: string,
  invoke: (event: ReturnType<typeof queueEvent>) => Promise<{ batchItemFailures: { itemIdentifier: string }[] } | undefined>,
): Promise<number> {
  for (let batches = 0; ; batches++) {
    const messages = await sqs.receive(queue);
    if (messages.length === 0) return batches;
    const response = await invoke(queueEvent(messages));
    const failed = new Set(response?.batchItemFailures.map(({ itemIdentifier }) => itemIdentifier));
    for (const message of messages) {
      const back = response === undefined || failed.has(message.MessageId!);
      await (back ? sqs.giveBack(queue, message) : sqs.delete(queue, message));
    }
  }
}
