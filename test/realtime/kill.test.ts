/** The function killed at every stage of a conversion, and the notice delivered again: every event once, nothing left behind. */
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, it, vi } from 'vitest';
import { FunctionProcess } from '../../bench/function/function-process.js';
import { mixedLines } from '../convert/made-archive.js';
import { S3_ENV, startS3 } from '../convert/s3-places.js';
import { type FaultRule, noAnswer } from '../support/s3-server.js';
import { queueEvent } from '../support/sqs.js';
import { localPlaces } from './local-places.js';
import { noticedOn, s3Notice } from './notices.js';
import { keysUnder, LocalFunction, realtimeEnv, rowsInS3, uidsOf } from './realtime-places.js';

Object.assign(process.env, S3_ENV);
const local = localPlaces(startS3);

/** The request during which the function dies: it reaches S3, and is never answered. A file becomes four objects, and a quarantine file. */
const STAGES: [string, Omit<FaultRule, 'fault'>][] = [
  ['while it reads', { operation: 'GetObject', key: /^fdr\// }],
  ['while it stages its first object', { operation: 'PutObject', key: /\/staging\// }],
  ['while it stages its last', { operation: 'PutObject', key: /\/staging\//, after: 4 }],
  ['while it writes the ledger', { operation: 'PutObject', key: /\/ledger\/.*\.json$/ }],
  ['between ledger and publishing', { operation: 'HeadObject', key: /\/compaction\// }],
  ['while it publishes its first object', { operation: 'PutObject', key: /\/ext\// }],
  ['while it publishes its third', { operation: 'PutObject', key: /\/ext\//, after: 2 }],
  ['while it publishes its quarantined lines', { operation: 'PutObject', key: /\/quarantine\// }],
  ['while it marks the unit as published', { operation: 'PutObject', key: /\.published$/ }],
  ['while it clears its staging', { operation: 'DeleteObject', key: /\/staging\// }],
];

it.each(STAGES)('%s', async (_, rule) => {
  const { folder, server, sqs } = local;
  const lines = Buffer.concat([mixedLines('x', 8), Buffer.from('not json\n')]);
  server.put('archive', 'fdr/data/b/x.gz', gzipSync(lines));
  const queue = sqs.createQueue('notices', { maxReceives: 3 });
  await sqs.send(queue, s3Notice(noticedOn(server, 'fdr/data/b/x.gz')));
  const [message] = await sqs.receive(queue);

  server.faults.add({ fault: noAnswer(), times: 1, ...rule });
  const killed = await FunctionProcess.start({ TMPDIR: folder, ...realtimeEnv(server) });
  void killed.invoke(queueEvent([message!]));
  await vi.waitFor(() => expect(server.faults.struck).toBe(1), { timeout: 60_000, interval: 5 });
  await killed.stop('SIGKILL');
  server.faults.clear();

  await sqs.giveBack(queue, message!);
  const fn = await LocalFunction.open(server);
  try {
    const report = await fn.drain(sqs, queue);
    expect(report.notices).toEqual({ received: 1, done: 1, returned: 0, test: 0 });
    expect(report.objects.converted + report.objects.finished + report.objects.known).toBe(1);
  } finally {
    await fn.close();
  }
  expect(uidsOf(await rowsInS3(server, join(folder, 'lake')))).toEqual(Array.from({ length: 8 }, (_, i) => `x-${i}`));
  expect(keysUnder(server, 'work', 'falconry/staging/')).toEqual([]);
  expect(keysUnder(server, 'work', 'falconry/quarantine/')).toHaveLength(1);
  expect(sqs.state('notices')).toMatchObject({ ready: 0, inFlight: 0 });
  expect(sqs.state('notices-dlq').ready).toBe(0);
});
