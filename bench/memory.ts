/**
 * Peak memory of the conversion on about a gigabyte and on several: it must not grow. The smaller archive already fills every worker's
 * window, so that growth cannot hide behind a window that was never full.
 */
import { join } from 'node:path';
import { type BenchArchive, LEAST_EVENTS, multiplyArchive } from './archive.js';
import { launch } from './launch.js';
import type { BenchOptions } from './options.js';
import { subjectOf } from './subject.js';
import { inputOf } from './throughput.js';

const GB = 1e9;
/** Of an archive that is too small for a budget. */
const FEW_TIMES = [1, 4] as const;

export interface MemoryRow {
  workers: number;
  rawBytes: number;
  events: number;
  seconds: number;
  /** of the whole process: its threads and DuckDB counted */
  peakRssBytes: number;
}

export async function measureMemory(
  archive: BenchArchive,
  folder: string,
  options: BenchOptions,
  tell: (line: string) => void,
): Promise<MemoryRow[]> {
  const sizes = memorySizes(archive, options.memoryGigabytes);
  const inputs = sizes.map((times) => multiplyArchive(archive, join(folder, `archive-x${times}`), times));
  const rows: MemoryRow[] = [];
  for (const workers of [1, 2]) {
    const subject = subjectOf(`convert-${workers}`);
    for (const input of inputs) {
      const run = await launch(subject, inputOf(input, folder, `memory-${workers}`, options));
      rows.push({ workers, rawBytes: input.rawBytes, events: run.events, seconds: run.seconds, peakRssBytes: run.peakRssBytes });
      tell(`${subject.title}: ${run.events} events: peak ${(run.peakRssBytes / 2 ** 20).toFixed(0)} MiB`);
    }
  }
  return rows;
}

/** How many times over the archive is converted, the smaller and the larger. */
export function memorySizes({ events, rawBytes }: BenchArchive, gigabytes: number): readonly [number, number] {
  if (events < LEAST_EVENTS) return FEW_TIMES;
  return [Math.ceil(GB / rawBytes), Math.ceil((gigabytes * GB) / rawBytes)];
}
