/**
 * `npm run demo:realtime`: a local S3 and a local SQS, the function behind the queue, and files that are dropped in: rows appear in the
 * lake within seconds. It lies here since it needs a development package, the local servers.
 */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { interceptLocalhostDns, startFauxqs } from 'fauxqs';
import { openLake } from '../src/lake/query.js';
import { Realtime } from '../src/realtime/realtime.js';
import { settingsOf } from '../src/realtime/settings.js';
import { writeSample } from '../src/sample/sample.js';
import { openStore } from '../src/store/open.js';
import { openQueue } from '../src/store/open-queue.js';

process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local', AWS_EC2_METADATA_DISABLED: 'true' });

const REGION = 'eu-central-1';
const FILES = 5;
const say = (text: string) => process.stdout.write(`${text}\n`);
const seconds = (since: number) => `${((performance.now() - since) / 1000).toFixed(1)} s`;

interceptLocalhostDns();
const server = await startFauxqs({ port: 0, logger: false, defaultRegion: REGION });
const folder = await mkdtemp(join(tmpdir(), 'falconry-demo-realtime-'));
const endpointUrl = `http://127.0.0.1:${server.port}`;
const s3 = { endpointUrl, region: REGION };
const lake = join(folder, 'lake');
const stop = new AbortController();

try {
  server.createBucket('archive');
  const dead = server.createQueue('notices-dlq', { region: REGION });
  const { queueUrl } = server.createQueue('notices', {
    region: REGION,
    attributes: {
      VisibilityTimeout: '60',
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn: dead.queueArn, maxReceiveCount: 3 }),
    },
  });
  say(`1. A local S3 and SQS on ${endpointUrl}, and the function behind the queue`);
  const realtime = await Realtime.open(
    settingsOf({
      AWS_REGION: REGION,
      FALCONRY_ARCHIVE: 's3://archive',
      FALCONRY_LAKE: lake,
      FALCONRY_WORK: join(lake, 'work'),
      FALCONRY_ENDPOINT_URL: endpointUrl,
    }),
    (level, event, facts) => {
      if (level !== 'info') say(`   ${level}: ${event} ${JSON.stringify(facts)}`);
    },
  );

  say(`2. A sample archive, of which ${FILES} files are dropped into the bucket`);
  const sample = join(folder, 'sample');
  await writeSample({ directory: sample, events: 5000, hosts: 50, eventsPerFile: 1000 });
  const names = (await readdir(join(sample, 'data'), { recursive: true })).filter((name) => name.endsWith('.gz')).sort();
  const archive = await openStore('s3://archive', s3);
  const client = new SQSClient({ region: REGION, endpoint: endpointUrl });
  const queue = await openQueue(queueUrl, { region: REGION });

  for (const name of names.slice(0, FILES)) {
    const dropped = performance.now();
    const key = `data/${name}`;
    await archive.write(key, await readFile(join(sample, key)));
    const { etag, size } = (await archive.head(key))!;
    // what S3 sends by itself where the bucket is told to
    const record = {
      eventName: 'ObjectCreated:Put',
      s3: { bucket: { name: 'archive' }, object: { key: encodeURIComponent(key), size, eTag: etag } },
    };
    await client.send(new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: JSON.stringify({ Records: [record] }) }));
    const message = await queue.receive(20, 60, stop.signal);
    if (message === undefined) throw new Error('the notice did not come');
    const event = { Records: [{ messageId: message.id, body: message.body }] };
    const { response, report } = await realtime.handle(event, Date.now() + 60_000);
    if (response.batchItemFailures.length > 0) throw new Error('the notice was not done');
    await queue.delete(message);
    say(
      `   ${key}: ${report.events.written} rows in ${report.written.objects} objects, ${seconds(dropped)} after it was dropped`,
    );
  }

  const store = await openStore(lake);
  const opened = await openLake(store);
  try {
    const { rows } = await opened.run('select class_name, count(*) as rows from events group by all order by rows desc limit 5');
    say('3. What lies in the lake now, the five largest classes:');
    for (const row of rows) say(`   ${row.join('  ')}`);
  } finally {
    await opened.close();
    await store.close();
  }
  client.destroy();
  queue.close();
  await archive.close();
  await realtime.close();
} finally {
  stop.abort();
  await server.stop();
  await rm(folder, { recursive: true, force: true });
}
