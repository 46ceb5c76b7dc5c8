/** Where an archive's events lie and when its batches arrive. Pure. */

import type { FilledSampleOptions } from './options.js';
import type { Platform } from './platform.js';
import { Random } from './random.js';

export interface Batch {
  uuid: string;
  events: number;
  /** when the cloud begins to receive it, epoch ms */
  startMs: number;
  /** how long it goes on, ms */
  spanMs: number;
  /** files in the `batch` layout */
  parts: number;
}

const DAY_MS = 86_400_000;
/** A batch holds at most ten minutes. */
const SPAN_MS = 600_000;
const PARTS = 4;
/** Below this a batch is not worth a folder of its own. */
const FEW_EVENTS = 2_000;

/**
 * Batches, evenly over the days: as many as their files want, but one an hour where the events allow it, one a day at least, and at
 * most one in five minutes.
 */
export function countBatches({ events, days, eventsPerFile }: FilledSampleOptions): number {
  const byFiles = Math.ceil(events / (PARTS * eventsPerFile));
  const hourly = Math.min(days * 24, Math.ceil(events / FEW_EVENTS));
  const wanted = Math.max(byFiles, hourly, days);
  return Math.min(wanted, days * 288, events);
}

export function* planBatches(options: FilledSampleOptions): Generator<Batch> {
  const count = countBatches(options);
  const random = new Random(options.seed, 0xba7c);
  const stepMs = Math.floor((options.days * DAY_MS) / count);
  for (let i = 0; i < count; i++) {
    const events = Math.floor(((i + 1) * options.events) / count) - Math.floor((i * options.events) / count);
    yield {
      uuid: random.uuid(),
      events,
      startMs: options.startMs + i * stepMs,
      spanMs: Math.min(stepMs, SPAN_MS),
      parts: Math.min(events, Math.max(2, Math.ceil(events / options.eventsPerFile))),
    };
  }
}

export function partName(number: number): string {
  return `part-${String(number).padStart(5, '0')}`;
}

export function batchFolder(uuid: string): string {
  return `data/${uuid}`;
}

export function partitionedBatchFolder(uuid: string): string {
  return `batch=${uuid}`;
}

export function feedFolder(feed: string, uuid: string): string {
  return `fdrv2/${feed}/${uuid}`;
}

/** The folder of one hour and platform inside a partitioned batch; records without either lie above all partitions. */
export function partitionFolder(uuid: string, cloudMs: number, platform: Platform | undefined): string {
  if (platform === undefined) return partitionedBatchFolder(uuid);
  const [year, month, day, hour] = new Date(cloudMs).toISOString().split(/[-T:]/);
  return `${partitionedBatchFolder(uuid)}/year=${year}/month=${month}/day=${day}/hour=${hour}/platform=${platform}`;
}
