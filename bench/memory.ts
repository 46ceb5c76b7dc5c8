/** Peak memory of the conversion at one and at four times the input: it must not grow with it. */
import { join } from 'node:path';
import { type BenchArchive, multiplyArchive } from './archive.js';
import { launch } from './launch.js';
import type { BenchOptions } from './options.js';
import { subjectOf } from './subject.js';
import { inputOf } from './throughput.js';

const TIMES = 4;

export interface MemoryRow {
  workers: number;
  rawBytes: number;
  events: number;
  peakRssBytes: number;
}

export async function measureMemory(
  archive: BenchArchive,
  folder: string,
  options: BenchOptions,
  tell: (line: string) => void,
): Promise<MemoryRow[]> {
  const larger = multiplyArchive(archive, join(folder, `archive-x${TIMES}`), TIMES);
  const rows: MemoryRow[] = [];
  for (const workers of [1, 2]) {
    const subject = subjectOf(`convert-${workers}`);
    for (const input of [archive, larger]) {
      const run = await launch(subject, inputOf(input, folder, `memory-${workers}`, options));
      rows.push({ workers, rawBytes: input.rawBytes, events: run.events, peakRssBytes: run.peakRssBytes });
      tell(`${subject.title}: ${run.events} events: peak ${(run.peakRssBytes / 2 ** 20).toFixed(0)} MiB`);
    }
  }
  return rows;
}
