/** Thousands of small files, one after the other, and what compaction makes of what they leave. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { compact } from '../../dist/src/compact/compact.js';
import { Realtime } from '../../dist/src/realtime/realtime.js';
import { settingsOf } from '../../dist/src/realtime/settings.js';
import { lakeUids } from '../convert/lake-rows.js';
import { soundLines } from '../convert/made-archive.js';
import { S3_ENV, startS3 } from '../convert/s3-places.js';
import type { S3Server } from '../support/s3-server.js';
import { noticedOn, s3Notice } from './notices.js';
import { realtimeEnv } from './realtime-places.js';

Object.assign(process.env, S3_ENV);
/** `FALCONRY_NOTICES=10000` is the long form: some ten minutes of a core. */
const FILES = Number(process.env.FALCONRY_NOTICES ?? 300);
const EVENTS = 2;
let folder: string;
let server: S3Server;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'falconry-many-'));
  server = await startS3();
});
afterAll(async () => {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

it(
  `${FILES} notices of small files become few large objects, every event once`,
  async () => {
    const lake = join(folder, 'lake');
    const env = { ...realtimeEnv(server), FALCONRY_LAKE: lake, FALCONRY_WORK: join(lake, 'work') };
    const realtime = await Realtime.open(settingsOf(env), () => {});
    const names = Array.from({ length: FILES }, (_, i) => `f${i}`);
    try {
      for (let at = 0; at < FILES; at += 100) {
        const Records = names.slice(at, at + 100).map((name) => {
          server.put('archive', `fdr/data/b/${name}.gz`, gzipSync(soundLines(name, EVENTS)));
          return { messageId: name, body: JSON.stringify(s3Notice(noticedOn(server, `fdr/data/b/${name}.gz`))) };
        });
        const { response, report } = await realtime.handle({ Records }, Date.now() + 900_000);
        expect(response.batchItemFailures).toEqual([]);
        expect(report.objects.converted).toBe(Records.length);
      }
    } finally {
      await realtime.close();
    }
    const parquet = async () =>
      (await readdir(join(lake, 'ext'), { recursive: true })).filter((name) => name.endsWith('.parquet'));
    expect(await parquet()).toHaveLength(FILES);
    const report = await compact({ lake, day: '20260301', settle: 0, threads: 1 });
    expect(report.objects.merged).toBe(FILES);
    expect(report.rows).toMatchObject({ read: FILES * EVENTS, written: FILES * EVENTS, duplicates: 0 });
    expect(await parquet()).toHaveLength(report.objects.written);
    expect(report.objects.written).toBe(1);
    const uids = await lakeUids(lake);
    expect(uids).toEqual(names.flatMap((name) => Array.from({ length: EVENTS }, (_, i) => `${name}-${i}`)).sort());
  },
  600_000 + FILES * 1000,
);
