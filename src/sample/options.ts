/** What a sample is made from; filled and checked once, here. */
import { badOption } from './errors.js';

export interface SampleOptions {
  /** a folder that does not exist yet or is empty */
  directory: string;
  /** sensor and cloud events under `data/`, not counting those of `bad`; from 1 */
  events: number;
  /** over how many days they spread; 1 unless told */
  days?: number;
  /** 1 to 100,000; 200 unless told */
  hosts?: number;
  /** any 32-bit integer; 1 unless told */
  seed?: number;
  /** first instant, ISO 8601; 2026-03-02T00:00:00Z unless told, never the clock */
  start?: string;
  /** how FDR lays out the event files; `batch` unless told */
  layout?: 'batch' | 'partitioned';
  /** also files and lines with every kind of bad input; false unless told */
  bad?: boolean;
  /** also the secondary feeds under `fdrv2/`; true unless told */
  feeds?: boolean;
  /** 50,000 unless told */
  eventsPerFile?: number;
}

export interface FilledSampleOptions {
  directory: string;
  events: number;
  days: number;
  hosts: number;
  seed: number;
  startMs: number;
  layout: 'batch' | 'partitioned';
  bad: boolean;
  feeds: boolean;
  eventsPerFile: number;
}

function whole(name: string, value: number, low: number, high: number): number {
  if (!Number.isSafeInteger(value) || value < low || value > high)
    throw badOption(name, value, `a whole number from ${low} to ${high}`);
  return value;
}

export function fillSampleOptions(options: SampleOptions): FilledSampleOptions {
  const start = options.start ?? '2026-03-02T00:00:00Z';
  const startMs = Date.parse(start);
  if (Number.isNaN(startMs)) throw badOption('start', start, 'an ISO 8601 time such as 2026-03-02T00:00:00Z');
  const layout = options.layout ?? 'batch';
  if (layout !== 'batch' && layout !== 'partitioned') throw badOption('layout', layout, 'batch or partitioned');
  return {
    directory: options.directory,
    events: whole('events', options.events, 1, 1e12),
    days: whole('days', options.days ?? 1, 1, 3660),
    hosts: whole('hosts', options.hosts ?? 200, 1, 100_000),
    seed: whole('seed', options.seed ?? 1, -2147483648, 4294967295),
    startMs,
    layout,
    bad: options.bad ?? false,
    feeds: options.feeds ?? true,
    eventsPerFile: whole('eventsPerFile', options.eventsPerFile ?? 50_000, 1, 10_000_000),
  };
}
