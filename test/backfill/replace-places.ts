/**
 * Replacing on the test's own S3 and Batch, in this process: the built files as they are, and a copy of them whose mapping of process
 * events was changed.
 */
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { DuckDBInstance } from '@duckdb/node-api';
import type { OpenPlan } from '../../src/backfill/plan-file.js';
import type { PlanVerification } from '../../src/backfill/verify-plan.js';
import { REGION, s3Options } from '../convert/s3-places.js';
import type { S3Server } from '../support/s3-server.js';
import { type Backfill, SUBMIT } from './backfill-places.js';

const ROOT = join(import.meta.dirname, '../..');

/** A built copy of the project, as an image holds it. */
export interface Install {
  folder: string;
  convert: typeof import('../../src/convert/convert.js');
  compact: typeof import('../../src/compact/compact.js');
  planning: typeof import('../../src/backfill/plan.js');
  slice: typeof import('../../src/backfill/run-slice.js');
}

export async function openInstall(folder = ROOT): Promise<Install> {
  const load = (path: string) => import(/* @vite-ignore */ pathToFileURL(join(folder, 'dist/src', path)).href);
  const [convert, compact, planning, slice] = await Promise.all(
    ['convert/convert.js', 'compact/compact.js', 'backfill/plan.js', 'backfill/run-slice.js'].map(load),
  );
  return { folder, convert, compact, planning, slice };
}

/** The same with another severity of processes: where they were Informational (1) they are Low (2). */
export async function openChangedInstall(): Promise<Install & { remove(): Promise<void> }> {
  const root = await mkdtemp(join(tmpdir(), 'falconry-changed-'));
  // as a package: vitest then leaves the loading of it to the engine
  const folder = join(root, 'node_modules/falconry');
  const copy = (name: string) => cp(join(ROOT, name), join(folder, name), { recursive: true });
  await mkdir(join(folder, 'dist'), { recursive: true });
  await Promise.all(['dist/src', 'dist/jobs', 'mappings', 'package.json', 'src/ocsf/layouts'].map(copy));
  await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  const path = join(folder, 'mappings/fdr/process_activity.yaml');
  const text = await readFile(path, 'utf8');
  const rule = 'when: { field: SourceProcessId, not: true }\n';
  if (!text.includes(rule)) throw new Error('the mapping has another form');
  await writeFile(path, text.replace(rule, `${rule}    severity: Low\n`));
  return { ...(await openInstall(folder)), remove: () => rm(root, { recursive: true, force: true }) };
}

/** Plans with a unit for two of the archive's files, all in one slice. */
export function planWith(install: Install, { s3 }: Pick<Backfill, 's3'>, more: Record<string, unknown>) {
  const { replace = false, ...convert } = more;
  const options = { unitBytes: 2500, ...s3Options(s3), ...convert };
  return install.planning.planBackfill(options, { replace: replace === true, vcpus: 1, sliceMinutes: 30 });
}

/** Runs all slices of a plan as its jobs would. */
export async function runSlices(install: Install, open: OpenPlan): Promise<void> {
  const log = { info() {}, warn() {}, error() {}, metrics() {} };
  const signal = new AbortController().signal;
  for (const [number] of open.plan.slices.entries()) await install.slice.runSlice(open, number, { log: log as never, signal });
}

export const submitOptions = ({ s3 }: Pick<Backfill, 's3'>) => ({
  queue: SUBMIT[1],
  jobDefinition: SUBMIT[3],
  attempts: 1,
  endpointUrl: s3.endpointUrl,
});

export function compactDay(install: Install, { s3 }: Pick<Backfill, 's3'>, day: string) {
  const { work, lake, endpointUrl } = s3Options(s3);
  return install.compact.compact({ lake, work, endpointUrl, region: REGION, day, grace: 0, threads: 1 });
}

export interface Event {
  uid: string;
  day: string;
  severity: number;
}

/** What the lake's objects hold, each read once: objects never change under their names. */
export class LakeReader {
  private readonly held = new Map<string, Event[]>();

  private constructor(
    private readonly s3: S3Server,
    private readonly folder: string,
    private readonly instance: DuckDBInstance,
  ) {}

  static async open(s3: S3Server): Promise<LakeReader> {
    const folder = await mkdtemp(join(tmpdir(), 'falconry-events-'));
    return new LakeReader(s3, folder, await DuckDBInstance.create(':memory:', { threads: '1' }));
  }

  /** Reads what is new, so that {@link now} knows it. */
  async read(): Promise<Event[]> {
    const connection = await this.instance.connect();
    for (const key of this.s3.keys('lake')) {
      if (this.held.has(key)) continue;
      const path = join(this.folder, 'object.parquet');
      await writeFile(path, this.s3.object('lake', key)!.bytes);
      const reader = await connection.runAndReadAll(
        `select metadata.uid as uid, severity_id::INTEGER as severity from read_parquet('${path}')`,
      );
      const day = /eventDay=(\d{8})/.exec(key)![1]!;
      this.held.set(
        key,
        reader.getRows().map(([uid, severity]) => ({ uid: String(uid), day, severity: Number(severity) })),
      );
    }
    connection.closeSync();
    return this.now();
  }

  /** What lies there at this instant, of objects that were read. */
  now(): Event[] {
    return this.s3.keys('lake').flatMap((key) => this.held.get(key) ?? []);
  }

  async close(): Promise<void> {
    this.instance.closeSync();
    await rm(this.folder, { recursive: true, force: true });
  }
}

export const uidsOf = (events: readonly Event[]): string[] => events.map(({ uid }) => uid).sort();

/** All objects of the work area and the lake, to begin again from. */
export function holdBuckets(s3: S3Server): () => void {
  const held = (['work', 'lake'] as const).map((bucket) => {
    const objects = s3.keys(bucket).map((key) => [key, s3.object(bucket, key)!.bytes] as const);
    return { bucket, objects: new Map(objects) };
  });
  return () => {
    for (const { bucket, objects } of held) {
      for (const key of s3.keys(bucket)) if (!objects.has(key)) s3.bucket(bucket).delete(key);
      for (const [key, bytes] of objects) if (!s3.object(bucket, key)?.bytes.equals(bytes)) s3.put(bucket, key, bytes);
    }
  };
}

export const kindsOf = ({ findings }: PlanVerification) => new Set(findings.map(({ kind }) => kind));
