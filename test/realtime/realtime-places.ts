/** A function behind a queue, all on this machine: S3, SQS, and the function in this process. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Realtime } from '../../dist/src/realtime/realtime.js';
import { settingsOf } from '../../dist/src/realtime/settings.js';
import type { BatchReport } from '../../src/realtime/batch-report.js';
import { lakeRows } from '../convert/lake-rows.js';
import { REGION, S3_ENV } from '../convert/s3-places.js';
import type { S3Server } from '../support/s3-server.js';
import { drain, type LocalSqs, type queueEvent } from '../support/sqs.js';

/** The function's environment. */
export const realtimeEnv = (server: S3Server): Record<string, string> => ({
  ...S3_ENV,
  AWS_REGION: REGION,
  FALCONRY_ARCHIVE: 's3://archive/fdr',
  FALCONRY_WORK: 's3://work/falconry',
  FALCONRY_LAKE: 's3://lake/root',
  FALCONRY_ENDPOINT_URL: server.endpointUrl,
});

export interface LogEntry {
  level: string;
  event: string;
  facts: Record<string, unknown>;
}

/** The function in this process, with what it logged. */
export class LocalFunction {
  readonly log: LogEntry[] = [];
  readonly reports: BatchReport[] = [];
  private constructor(private realtime: Realtime | undefined) {}

  static async open(server: S3Server, env: Record<string, string> = {}): Promise<LocalFunction> {
    const local = new LocalFunction(undefined);
    local.realtime = await Realtime.open(settingsOf({ ...realtimeEnv(server), ...env }), (level, event, facts) =>
      local.log.push({ level, event, facts: facts as Record<string, unknown> }),
    );
    return local;
  }

  invoke = async (event: unknown, seconds = 900): Promise<{ batchItemFailures: { itemIdentifier: string }[] }> => {
    const { response, report } = await this.realtime!.handle(event, Date.now() + seconds * 1000);
    this.reports.push(report);
    return response;
  };

  /** Everything in a queue through the function, and the sums of what it said. */
  async drain(sqs: LocalSqs, queue: string, before?: (event: ReturnType<typeof queueEvent>) => void): Promise<BatchReport> {
    const first = this.reports.length;
    await drain(sqs, queue, (event) => {
      before?.(event);
      return this.invoke(event);
    });
    return sumOf(this.reports.slice(first));
  }

  close = () => this.realtime!.close();
}

/** Numbers of all reports, member by member. */
function sumOf(reports: readonly BatchReport[]): BatchReport {
  const add = (a: unknown, b: unknown): unknown => {
    if (typeof a === 'number' || typeof b === 'number') return ((a as number) ?? 0) + ((b as number) ?? 0);
    const names = [...new Set([...Object.keys(a ?? {}), ...Object.keys(b ?? {})])];
    return Object.fromEntries(names.map((name) => [name, add((a as never)?.[name], (b as never)?.[name])]));
  };
  return reports.reduce<unknown>((sum, report) => add(sum, report), {}) as BatchReport;
}

/** Copies the lake out of S3 and reads its rows. */
export async function rowsInS3(server: S3Server, folder: string): Promise<Awaited<ReturnType<typeof lakeRows>>> {
  for (const key of server.keys('lake')) {
    const path = join(folder, key.slice('root/'.length));
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, server.object('lake', key)!.bytes);
  }
  return lakeRows(folder);
}

export const uidsOf = (rows: readonly { metadata: { uid: string } }[]): string[] =>
  rows.map(({ metadata }) => metadata.uid).sort();

/** Keys of a bucket below a prefix, without it. */
export const keysUnder = (server: S3Server, bucket: string, prefix: string): string[] =>
  server.keys(bucket).flatMap((key) => (key.startsWith(prefix) ? [key.slice(prefix.length)] : []));
