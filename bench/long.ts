/**
 * The bench's archive several times over, in which the start of a process and its compilation have their usual share: a second worker against one,
 * and one against the SQL peer. Rounds by turns, as everywhere.
 */
import { join } from 'node:path';
import { type BenchArchive, multiplyArchive } from './archive.js';
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
}

const NAMES = ['convert-1', 'convert-2', 'sql'] as const;

export async function measureLong(
  archive: BenchArchive,
  folder: string,
  options: BenchOptions,
  tell: (line: string) => void,
): Promise<LongRow[]> {
  const long = multiplyArchive(archive, join(folder, 'archive-long'), options.longTimes);
  const subjects = NAMES.map(subjectOf);
  const measured = await measureInRounds(subjects, long, folder, options, tell);
  const [one, peer] = [measured.get('convert-1')!, measured.get('sql')!];
  return subjects.map(({ name, title }) => {
    const runs = measured.get(name)!;
    const against = (other: typeof one, of: typeof rate) =>
      spreadOf([...runs].map(([round, run]) => of(run) / of(other.get(round)!)));
    return {
      name,
      title,
      runs: runs.size,
      events: long.events,
      rawBytes: long.rawBytes,
      eventsPerSecond: spreadOf([...runs.values()].map(rate)),
      timesOne: against(one, rate),
      timesPeer: against(peer, rate),
      timesPeerByCpu: against(peer, ratePerCpu),
    };
  });
}
