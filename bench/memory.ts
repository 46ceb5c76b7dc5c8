/**
 * Peak memory and time of the conversion on about a gigabyte and on several: memory must not grow, nor time more than the input. The smaller archive already fills every worker's
 * window, so that growth cannot hide behind a window that was never full.
 */
import { join } from 'node:path';
import { type BenchArchive, LEAST_EVENTS, multiplyArchive } from './archive.js';
import { launch } from './launch.js';
import type { Measurement } from './measurement.js';
import type { BenchOptions } from './options.js';
import { type Spread, spreadOf } from './statistics.js';
import { subjectOf } from './subject.js';
import { inputOf, inTurns } from './throughput.js';

const GB = 1e9;
/** Of an archive that is too small for a budget. */
const FEW_TIMES = [1, 4] as const;

export interface MemoryRow {
  workers: number;
  rawBytes: number;
  events: number;
  runs: number;
  seconds: Spread;
  /** of the whole process: its threads and DuckDB counted */
  peakRssBytes: Spread;
  /** against the smaller archive in the same rounds, seconds and peak */
  timesAsLong: Spread;
  growth: Spread;
  /** against one worker in the same rounds, by the clock */
  timesOne: Spread;
}

/** Rounds by turns, forth and back, as everywhere. */
export async function measureMemory(
  archive: BenchArchive,
  folder: string,
  options: BenchOptions,
  tell: (line: string) => void,
): Promise<MemoryRow[]> {
  const sizes = memorySizes(archive, options.memoryGigabytes);
  const [small, large] = sizes.map((times) => multiplyArchive(archive, join(folder, `archive-x${times}`), times)) as [
    BenchArchive,
    BenchArchive,
  ];
  const cases = [1, 2].flatMap((workers) => [small, large].map((input) => ({ workers, input, runs: [] as Measurement[] })));
  for (let round = 0; round < options.runs; round++) {
    for (const { workers, input, runs } of inTurns(cases, round)) {
      const subject = subjectOf(`convert-${workers}`);
      const run = await launch(subject, inputOf(input, folder, `memory-${workers}`, options));
      runs.push(run);
      const facts = `${run.seconds.toFixed(1)} s, peak ${(run.peakRssBytes / 2 ** 20).toFixed(0)} MiB`;
      tell(`round ${round + 1}: ${subject.title}: ${run.events} events: ${facts}`);
    }
  }
  return cases.map(({ workers, input, runs }) => {
    const spread = (of: (run: Measurement, round: number) => number) => spreadOf(runs.map(of));
    const other = (count: number, size: BenchArchive) =>
      cases.find((each) => each.workers === count && each.input === size)!.runs;
    return {
      workers,
      rawBytes: input.rawBytes,
      events: runs[0]!.events,
      runs: runs.length,
      seconds: spread(({ seconds }) => seconds),
      peakRssBytes: spread(({ peakRssBytes }) => peakRssBytes),
      timesAsLong: spread(({ seconds }, round) => seconds / other(workers, small)[round]!.seconds),
      growth: spread(({ peakRssBytes }, round) => peakRssBytes / other(workers, small)[round]!.peakRssBytes),
      timesOne: spread(({ seconds }, round) => other(1, input)[round]!.seconds / seconds),
    };
  });
}

/** How many times over the archive is converted, the smaller and the larger. */
export function memorySizes({ events, rawBytes }: BenchArchive, gigabytes: number): readonly [number, number] {
  if (events < LEAST_EVENTS) return FEW_TIMES;
  return [Math.ceil(GB / rawBytes), Math.ceil((gigabytes * GB) / rawBytes)];
}
