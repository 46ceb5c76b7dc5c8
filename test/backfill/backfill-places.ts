/** A backfill on the test's own S3 and Batch: an archive of small events files, and the command line as a user runs it. */
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type Finished, runCli } from '../cli/run.js';
import { lakeUids } from '../convert/lake-rows.js';
import { mixedLines } from '../convert/made-archive.js';
import { REGION, S3_ENV, s3Options, startS3 } from '../convert/s3-places.js';
import { BatchServer, type BatchServerOptions, spawnJob } from '../support/batch-server.js';
import type { S3Server, S3ServerOptions } from '../support/s3-server.js';

export const JOB_ENV = { ...S3_ENV, AWS_REGION: REGION };

export interface Backfill {
  s3: S3Server;
  batch: BatchServer;
  /** every event's id, in order */
  uids: string[];
  files: number;
  stop(): Promise<void>;
}

/**
 * @param archive batches of files of events; a batch is a folder
 * @param options `server`: an S3 that is there, with the three buckets
 */
export async function startBackfill(
  archive: { batches: number; files: number; events: number },
  options: Partial<BatchServerOptions> & { s3?: S3ServerOptions; server?: S3Server } = {},
): Promise<Backfill> {
  const s3 = options.server ?? (await startS3(options.s3));
  const batch = await BatchServer.start({ queues: ['queue'], jobDefinitions: ['convert'], slots: 2, env: JOB_ENV, ...options });
  const uids: string[] = [];
  for (let b = 0; b < archive.batches; b++) {
    const folder = `fdr/data/${batchId(b)}`;
    for (let f = 0; f < archive.files; f++) {
      const name = `b${b}-f${f}`;
      s3.put('archive', `${folder}/part-${String(f).padStart(5, '0')}.gz`, gzipSync(mixedLines(name, archive.events)));
      for (let e = 0; e < archive.events; e++) uids.push(`${name}-${e}`);
    }
    s3.put('archive', `${folder}/_SUCCESS`, '');
  }
  return {
    s3,
    batch,
    uids: uids.sort(),
    files: archive.batches * archive.files,
    stop: async () => {
      await batch.stop();
      await s3.stop();
    },
  };
}

export function batchId(n: number): string {
  const hex = createHash('md5').update(`batch ${n}`).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

export const planArgs = ({ s3 }: Backfill, ...more: string[]): string[] => {
  const { archive, work, lake, region, endpointUrl } = s3Options(s3);
  const places = ['--archive', archive, '--work', work, '--lake', lake, '--region', region, '--endpoint-url', endpointUrl];
  return ['backfill', 'plan', ...places, ...more];
};

/** `backfill <verb> <plan>` against the test's servers. */
export function backfillCli({ s3, batch }: Backfill, verb: string, plan: string, ...more: string[]): Promise<Finished> {
  const servers = [
    '--endpoint-url',
    s3.endpointUrl,
    ...(verb === 'verify' || verb === 'retire' ? [] : ['--batch-endpoint-url', batch.endpointUrl]),
  ];
  return runCli(['backfill', verb, plan, ...servers, ...more], { env: JOB_ENV });
}

/** The same with `--json`, which must succeed. */
export async function backfillJson<T>(backfill: Backfill, verb: string, plan: string, ...more: string[]): Promise<T> {
  const { code, stdout, stderr } = await backfillCli(backfill, verb, plan, '--json', ...more);
  if (code !== 0) throw new Error(`backfill ${verb} exits with ${code}: ${stderr}${stdout}`);
  return JSON.parse(stdout) as T;
}

export async function plan(
  backfill: Backfill,
  ...more: string[]
): Promise<{ plan: string; slices: number } & Record<string, unknown>> {
  const { code, stdout, stderr } = await runCli(planArgs(backfill, '--json', ...more), { env: JOB_ENV });
  if (code !== 0) throw new Error(`backfill plan exits with ${code}: ${stderr}`);
  return JSON.parse(stdout);
}

export const SUBMIT = ['--queue', 'queue', '--job-definition', 'convert'] as const;

/** Runs a command that Batch was given, outside it. */
export function runJob(
  command: readonly string[],
  env: Record<string, string>,
): Promise<{ code: number | null; output: string }> {
  const child = spawnJob(command, { ...process.env, ...JOB_ENV, ...env });
  let output = '';
  for (const stream of [child.stdout!, child.stderr!]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  }
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, output })));
}

/** The ids of all events in the lake, in order, read by DuckDB alone. */
export async function uidsInLake({ s3 }: Backfill): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'falconry-lake-'));
  try {
    for (const key of s3.keys('lake')) {
      const path = join(folder, key.slice('root/'.length));
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, s3.object('lake', key)!.bytes);
    }
    return await lakeUids(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
