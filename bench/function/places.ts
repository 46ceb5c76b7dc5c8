/** What stands around the function on this machine: S3 and SQS on their own protocols, and the notices of new objects. */
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { type FauxqsServer, interceptLocalhostDns, startFauxqs } from 'fauxqs';
import { openStore } from '../../src/store/open.js';
import type { ObjectStore } from '../../src/store/store.js';

export const REGION = 'eu-central-1';
const CREDENTIALS = { AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local', AWS_EC2_METADATA_DISABLED: 'true' };

export class FunctionPlaces {
  private constructor(
    private readonly server: FauxqsServer,
    private readonly client: SQSClient,
    private readonly queue: string,
    private readonly archive: ObjectStore,
  ) {}

  static async start(): Promise<FunctionPlaces> {
    Object.assign(process.env, CREDENTIALS, { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true' });
    interceptLocalhostDns();
    const server = await startFauxqs({ port: 0, logger: false, defaultRegion: REGION });
    for (const bucket of ['archive', 'work', 'lake']) server.createBucket(bucket);
    const endpoint = `http://127.0.0.1:${server.port}`;
    const client = new SQSClient({ region: REGION, endpoint });
    const { QueueUrl } = await client.send(new CreateQueueCommand({ QueueName: 'notices' }));
    const archive = await openStore('s3://archive/fdr', { endpointUrl: endpoint, region: REGION });
    return new FunctionPlaces(server, client, QueueUrl!, archive);
  }

  /** The function's environment. */
  env(): Record<string, string> {
    return {
      ...CREDENTIALS,
      AWS_REGION: REGION,
      FALCONRY_ARCHIVE: 's3://archive/fdr',
      FALCONRY_WORK: 's3://work/falconry',
      FALCONRY_LAKE: 's3://lake',
      FALCONRY_ENDPOINT_URL: `http://127.0.0.1:${this.server.port}`,
    };
  }

  /** Puts a file into the archive and its notice through the queue. @returns what Lambda makes of it */
  async arrive(key: string, path: string): Promise<{ Records: object[] }> {
    await this.archive.writeFile(key, path);
    const { etag, size } = (await this.archive.head(key))!;
    const object = { key: encodeURIComponent(`fdr/${key}`), size, eTag: etag };
    const MessageBody = JSON.stringify({
      Records: [{ eventName: 'ObjectCreated:Put', s3: { bucket: { name: 'archive' }, object } }],
    });
    const QueueUrl = this.queue;
    await this.client.send(new SendMessageCommand({ QueueUrl, MessageBody }));
    const { Messages } = await this.client.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20 }));
    const [{ MessageId, ReceiptHandle, Body }] = Messages as [NonNullable<typeof Messages>[number]];
    await this.client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
    return { Records: [{ messageId: MessageId, receiptHandle: ReceiptHandle, body: Body }] };
  }

  async stop(): Promise<void> {
    this.client.destroy();
    await this.archive.close();
    await this.server.stop();
  }
}
