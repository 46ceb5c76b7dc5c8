/** The ways to write the SQL peer that were tried, one after the other: the peer is the fastest of them. */
import type { BenchArchive } from './archive.js';
import { launch } from './launch.js';
import type { BenchOptions } from './options.js';
import { type Spread, spreadOf } from './statistics.js';
import { subjectOf } from './subject.js';
import { inputOf } from './throughput.js';

const VARIANTS = {
  'lines/patch': 'sort lines, unmapped by JSON merge patch',
  'columns/patch': 'sort columns, unmapped by JSON merge patch',
  'lines/entries': 'sort lines, unmapped by filtered map entries',
  'columns/entries': 'sort columns, unmapped by filtered map entries',
};

export interface VariantRow {
  title: string;
  eventsPerSecond: Spread;
  cpuMicroseconds: Spread;
}

export async function measureVariants(
  archive: BenchArchive,
  folder: string,
  options: BenchOptions,
  tell: (line: string) => void,
): Promise<VariantRow[]> {
  const runs = new Map(Object.keys(VARIANTS).map((name) => [name, [] as { seconds: number; cpuSeconds: number }[]]));
  for (let round = 0; round < options.runs; round++) {
    for (const name of Object.keys(VARIANTS)) {
      const run = await launch(subjectOf('sql'), inputOf(archive, folder, 'variant', options), name);
      runs.get(name)!.push(run);
      tell(`round ${round + 1}: ${name}: ${run.seconds.toFixed(2)} s`);
    }
  }
  return Object.entries(VARIANTS).map(([name, title]) => ({
    title,
    eventsPerSecond: spreadOf(runs.get(name)!.map(({ seconds }) => archive.events / seconds)),
    cpuMicroseconds: spreadOf(runs.get(name)!.map(({ cpuSeconds }) => (cpuSeconds * 1e6) / archive.events)),
  }));
}
