/**
 * A worker thread: converts and commits one unit at a time, with a DuckDB of its own.
 *
 * What crosses the thread is data: errors as {@link ErrorRecord}s, progress as numbers in shared memory.
 */
import { workerData } from 'node:worker_threads';
import { type ErrorRecord, errorRecord } from '../error.js';
import { commitUnit, convertInScratch, publishUnit } from './commit.js';
import { type ConversionSetup, type OpenRoom, openRoom } from './conversion-room.js';
import type { ConversionRoom } from './conversion-tools.js';
import type { Ledger } from './ledger.js';
import { PROGRESS, STOP } from './shared-progress.js';
import { convertUnit, type PlannedFile } from './unit-converter.js';

export interface UnitTask {
  unit: string;
  files: PlannedFile[];
}

/** `registered`: partitions, where they are to be; see publishUnit */
export interface PublishedUnit {
  ledger: Ledger;
  registered: number | undefined;
}

export type UnitAnswer = ({ ok: true } & PublishedUnit) | { ok: false; error: ErrorRecord };

let room: Promise<OpenRoom> | undefined;

export default async function convertTask(task: UnitTask): Promise<UnitAnswer> {
  try {
    // piscina hands its own data and the caller's over as a pair
    room ??= openRoom((Array.isArray(workerData) ? workerData[1] : workerData) as ConversionSetup);
    return { ok: true, ...(await convertAndPublish(await room, task)) };
  } catch (error) {
    return { ok: false, error: errorRecord(error) };
  }
}

async function convertAndPublish({ setup, place, ...tools }: OpenRoom, { unit, files }: UnitTask): Promise<PublishedUnit> {
  const begun = performance.now();
  const stop = new AbortController();
  const onProgress: ConversionRoom['onProgress'] = (step) => {
    Atomics.add(setup.progress, PROGRESS.events, BigInt(step.events));
    Atomics.add(setup.progress, PROGRESS.compressedBytes, BigInt(step.compressedBytes));
    Atomics.add(setup.progress, PROGRESS.inflatedBytes, BigInt(step.inflatedBytes));
    if (Atomics.load(setup.progress, PROGRESS.stop) === STOP) stop.abort(new Error('stopped'));
  };
  return convertInScratch(place, unit, async (scratch, attempt, keepStaged) => {
    const converted = await convertUnit({ ...tools, signal: stop.signal, onProgress }, unit, files, scratch);
    keepStaged();
    const seconds = (performance.now() - begun) / 1000;
    const { ledger, localPaths } = await commitUnit(place, unit, setup.identity, converted, attempt, seconds);
    return { ledger, registered: await publishUnit(place, ledger, localPaths) };
  });
}
