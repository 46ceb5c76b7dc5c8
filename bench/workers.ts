/**
 * A second worker against one, on an archive in which the start of a process and its compilation have their usual share: the bench's own
 * several times over. Rounds by turns, as everywhere.
 */
import { join } from 'node:path';
import { type BenchArchive, multiplyArchive } from './archive.js';
import type { BenchOptions } from './options.js';
import { type Spread, spreadOf } from './statistics.js';
import { subjectOf } from './subject.js';
import { measureInRounds, rate } from './throughput.js';

export interface WorkersRow {
  workers: number;
  runs: number;
  events: number;
  rawBytes: number;
  eventsPerSecond: Spread;
  /** against one worker in the same rounds */
  timesOne: Spread;
}

export async function measureWorkers(
  archive: BenchArchive,
  folder: string,
  options: BenchOptions,
  tell: (line: string) => void,
): Promise<WorkersRow[]> {
  const { events, rawBytes, ...large } = multiplyArchive(archive, join(folder, 'archive-workers'), options.workersTimes);
  const subjects = [1, 2].map((workers) => subjectOf(`convert-${workers}`));
  const measured = await measureInRounds(subjects, { events, rawBytes, ...large }, folder, options, tell);
  const one = measured.get('convert-1')!;
  return subjects.map(({ name }, index) => {
    const runs = measured.get(name)!;
    return {
      workers: index + 1,
      runs: runs.size,
      events,
      rawBytes,
      eventsPerSecond: spreadOf([...runs.values()].map(rate)),
      timesOne: spreadOf([...runs].map(([round, run]) => rate(run) / rate(one.get(round)!))),
    };
  });
}
