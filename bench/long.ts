/**
 * The bench's archive several times over, in which the start of a process and its compilation have their usual share: a second worker against one,
 * and one against the SQL peer and against inflating. Rounds by turns, as everywhere.
 */
import { join } from 'node:path';
import { type BenchArchive, multiplyArchive } from './archive.js';
import type { Measurement } from './measurement.js';
import type { BenchOptions } from './options.js';
import { type Spread, spreadOf } from './statistics.js';
import { subjectOf } from './subject.js';
import { measureInRounds, rate, ratePerCpu } from './throughput.js';

export interface LongRow {
  name: string;
  title: string;
  runs: number;
  events: number;
  rawBytes: number;
  eventsPerSecond: Spread;
  /** against one worker in the same rounds, and against the SQL peer: by the clock and by CPU time */
  timesOne: Spread;
  timesPeer: Spread;
  timesPeerByCpu: Spread;
  /** CPU time, in that of inflating the same files */
  inflateFloors: Spread;
}

const NAMES = ['inflate', 'convert-1', 'convert-2', 'sql'] as const;

const cpuAnEvent = (run: Measurement): number => 1 / ratePerCpu(run);

export async function measureLong(
  archive: BenchArchive,
  folder: string,
  options: BenchOptions,
  tell: (line: string) => void,
): Promise<LongRow[]> {
  const long = multiplyArchive(archive, join(folder, 'archive-long'), options.longTimes);
  const subjects = NAMES.map(subjectOf);
  const measured = await measureInRounds(subjects, long, folder, options, tell);
  return subjects.map(({ name, title }) => {
    const runs = measured.get(name)!;
    const against = (other: (typeof NAMES)[number], of: typeof rate) =>
      spreadOf([...runs].map(([round, run]) => of(run) / of(measured.get(other)!.get(round)!)));
    return {
      name,
      title,
      runs: runs.size,
      events: long.events,
      rawBytes: long.rawBytes,
      eventsPerSecond: spreadOf([...runs.values()].map(rate)),
      timesOne: against('convert-1', rate),
      timesPeer: against('sql', rate),
      timesPeerByCpu: against('sql', ratePerCpu),
      inflateFloors: against('inflate', cpuAnEvent),
    };
  });
}
