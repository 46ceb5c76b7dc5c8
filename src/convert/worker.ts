/**
 * A worker thread: converts and commits one unit at a time, with a DuckDB of its own.
 *
 * What crosses the thread is data: errors as {@link ErrorRecord}s, progress as numbers in shared memory.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { workerData } from 'node:worker_threads';
import { BlockPool, DEFAULT_BLOCK_CAPACITY } from '../archive/pool.js';
import { type ErrorRecord, errorRecord } from '../error.js';
import { ParquetWriter } from '../lake/parquet-writer.js';
import type { CompiledMapping } from '../mapping/plan.js';
import { Normalizer } from '../normalize/normalizer.js';
import { openStore } from '../store/open.js';
import type { ObjectStore } from '../store/store.js';
import { type CommitPlace, commitUnit, publishUnit } from './commit.js';
import { type Ledger, stagingPrefix } from './ledger.js';
import type { FilledOptions } from './options.js';
import { PROGRESS, type SharedProgress, STOP } from './shared-progress.js';
import { convertUnit, type PlannedFile } from './unit-converter.js';

/** What every worker is given when it starts. */
export interface WorkerSetup {
  mapping: CompiledMapping;
  options: FilledOptions;
  productVersion: string;
  lakeId: string;
  workUri: string;
  workFolder: string | undefined;
  identity: Record<string, string>;
  progress: SharedProgress;
}

export interface UnitTask {
  unit: string;
  files: PlannedFile[];
}

export type UnitAnswer = { ok: true; ledger: Ledger } | { ok: false; error: ErrorRecord };

interface Worker {
  setup: WorkerSetup;
  archive: ObjectStore;
  place: CommitPlace;
  normalizer: Normalizer;
  writer: ParquetWriter;
  pool: BlockPool;
}

let worker: Promise<Worker> | undefined;

async function start(): Promise<Worker> {
  // piscina hands its own data and the caller's over as a pair
  const setup = (Array.isArray(workerData) ? workerData[1] : workerData) as WorkerSetup;
  const { options } = setup;
  const storeOptions = { region: options.region, ...(options.endpointUrl === undefined ? {} : { endpointUrl: options.endpointUrl }) };
  const [archive, work, lake] = await Promise.all([
    openStore(options.archive, options.endpointUrl === undefined ? {} : { endpointUrl: options.endpointUrl, region: options.region }),
    openStore(setup.workUri, storeOptions),
    openStore(options.lake, storeOptions),
  ]);
  return {
    setup,
    archive,
    place: { work, lake, lakeId: setup.lakeId, workFolder: setup.workFolder },
    normalizer: new Normalizer(setup.mapping, {
      dedupe: options.dedupe,
      ...(options.from === undefined ? {} : { from: options.from }),
      ...(options.to === undefined ? {} : { to: options.to }),
    }),
    writer: await ParquetWriter.open({
      rowGroupRows: options.rowGroupRows,
      compressionLevel: options.compressionLevel,
      memoryLimitMiB: 1024,
      safe: options.safeHandover,
    }),
    pool: new BlockPool(Math.max(DEFAULT_BLOCK_CAPACITY, options.maxLine)),
  };
}

export default async function convertTask(task: UnitTask): Promise<UnitAnswer> {
  const begun = performance.now();
  let scratch: string | undefined;
  // once the ledger may be written, a staged file in the work area is not ours to remove: publishing needs it
  let removable = true;
  try {
    worker ??= start();
    const { setup, archive, place, normalizer, writer, pool } = await worker;
    const attempt = `${process.pid}-${Math.random().toString(36).slice(2, 10)}`;
    scratch =
      setup.workFolder === undefined
        ? await mkdtemp(join(tmpdir(), 'falconry-'))
        : join(setup.workFolder, stagingPrefix(setup.lakeId, task.unit), attempt);
    const stop = new AbortController();
    const room = {
      archive,
      normalizer,
      writer,
      pool,
      options: setup.options,
      productVersion: setup.productVersion,
      signal: stop.signal,
      onProgress: (step: { events: number; compressedBytes: number; inflatedBytes: number }) => {
        Atomics.add(setup.progress, PROGRESS.events, BigInt(step.events));
        Atomics.add(setup.progress, PROGRESS.compressedBytes, BigInt(step.compressedBytes));
        Atomics.add(setup.progress, PROGRESS.inflatedBytes, BigInt(step.inflatedBytes));
        if (Atomics.load(setup.progress, PROGRESS.stop) === STOP) stop.abort(new Error('stopped'));
      },
    };
    const converted = await convertUnit(room, task.unit, task.files, scratch);
    const seconds = (performance.now() - begun) / 1000;
    removable = setup.workFolder === undefined;
    const { ledger, localPaths } = await commitUnit(place, task.unit, setup.identity, converted, attempt, seconds);
    await publishUnit(place, ledger, localPaths);
    return { ok: true, ledger };
  } catch (error) {
    return { ok: false, error: errorRecord(error) };
  } finally {
    if (scratch !== undefined && removable) await rm(scratch, { recursive: true, force: true }).catch(() => {});
  }
}
