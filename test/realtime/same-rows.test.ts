/** One archive by every way: convert, slices of a backfill, the function and pull leave the same rows. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { planBackfill } from '../../dist/src/backfill/plan.js';
import { openPlan } from '../../dist/src/backfill/plan-file.js';
import { runSlice } from '../../dist/src/backfill/run-slice.js';
import { convert } from '../../dist/src/convert/convert.js';
import { addOutcomes, noOutcomes } from '../../dist/src/convert/ledger.js';
import { jobLog } from '../../dist/src/job/log.js';
import { pull } from '../../dist/src/realtime/pull.js';
import { writeSample } from '../../src/sample/sample.js';
import type { LakeRow } from '../convert/lake-rows.js';
import { S3_ENV, s3Options, upload } from '../convert/s3-places.js';
import type { S3Server } from '../support/s3-server.js';
import { LocalSqs } from '../support/sqs.js';
import { fdrNotice, noticedOn, s3Notice } from './notices.js';
import { FEED_ENV, startFeed, toLake } from './pull-places.js';
import { LocalFunction, rowsInS3 } from './realtime-places.js';

Object.assign(process.env, S3_ENV);
const SEED = 20_261_127;
let folder: string;
let archive: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'falconry-same-'));
  archive = join(folder, 'archive');
  await writeSample({ directory: archive, events: 600, hosts: 8, seed: SEED, eventsPerFile: 150, bad: true });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Outcome {
  read: number;
  written: number;
  quarantined: number;
}
type Way = (server: S3Server, sqs: LocalSqs) => Promise<Outcome>;

const keysOf = (server: S3Server, bucket: string) => server.keys(bucket).filter((key) => key.endsWith('.gz'));

const WAYS: Record<string, Way> = {
  convert: async (server) => (await convert({ ...s3Options(server), workers: 1, unitBytes: 40_000 })).events,
  'the slices of a backfill': async (server) => {
    const { plan, slices } = await planBackfill({ ...s3Options(server), unitBytes: 40_000 }, { vcpus: 1, sliceMinutes: 0.005 });
    expect(slices).toBeGreaterThan(1);
    const open = await openPlan(plan, s3Options(server));
    const log = jobLog({}, () => {}, Date.now);
    const events = noOutcomes();
    for (let slice = 0; slice < slices; slice++) {
      const done = await runSlice(open, slice, { log, signal: new AbortController().signal });
      addOutcomes(events, done!.outcomes);
    }
    return events;
  },
  'the function': async (server, sqs) => {
    const queue = sqs.createQueue('notices', { maxReceives: 2 });
    await sqs.sendMany(
      queue,
      keysOf(server, 'archive').map((key) => s3Notice(noticedOn(server, key))),
    );
    const fn = await LocalFunction.open(server);
    try {
      const report = await fn.drain(sqs, queue);
      expect(report.notices.returned).toBe(0);
      return report.events;
    } finally {
      await fn.close();
    }
  },
  pull: async (server, sqs) => {
    const queue = sqs.createQueue('feed', { maxReceives: 2 });
    const keys = keysOf(server, 'feed');
    for (let at = 0; at < keys.length; at += 3) await sqs.send(queue, fdrNotice(server, keys.slice(at, at + 3), 'feed'));
    const report = await pull(toLake(server, queue), FEED_ENV);
    expect(report.failures).toEqual([]);
    return report.events;
  },
};

/** Rows as text, in order. */
const asText = (rows: readonly LakeRow[]): string[] => rows.map((row) => JSON.stringify(row, (_, value) => value ?? null)).sort();

/** One way alone, with servers of its own: what it counted, and what lies in the lake. */
async function outcomeOf(name: string): Promise<{ events: Outcome; rows: string[] }> {
  const server = await startFeed({ seed: SEED });
  const sqs = await LocalSqs.start();
  try {
    await upload(server, archive);
    for (const file of await readdir(archive, { recursive: true, withFileTypes: true })) {
      if (!file.isFile()) continue;
      const path = join(file.parentPath, file.name);
      server.put('feed', path.slice(archive.length + 1), await readFile(path));
    }
    const events = await WAYS[name]!(server, sqs);
    return { events, rows: asText(await rowsInS3(server, join(folder, name))) };
  } finally {
    await sqs.stop();
    await server.stop();
  }
}

let expected: Awaited<ReturnType<typeof outcomeOf>>;

beforeAll(async () => {
  expected = await outcomeOf('convert');
  expect(expected.events.written).toBeGreaterThan(500);
  expect(expected.events.quarantined).toBeGreaterThan(0);
  expect(expected.rows).toHaveLength(expected.events.written);
}, 900_000);

it.each(Object.keys(WAYS).filter((name) => name !== 'convert'))(
  '%s: the same rows as convert',
  async (name) => {
    const { events, rows } = await outcomeOf(name);
    expect(events).toEqual(expected.events);
    expect(rows).toEqual(expected.rows);
  },
  300_000,
);
