/** All subjects in rounds, forwards and backwards by turns, so that a machine that drifts hits all alike. */
import { join } from 'node:path';
import type { BenchArchive } from './archive.js';
import { canRun, launch } from './launch.js';
import type { Measurement } from './measurement.js';
import type { BenchOptions } from './options.js';
import { type Spread, spreadOf } from './statistics.js';
import { SUBJECTS, type Subject } from './subject.js';

/** Figures of one subject over its runs. */
export interface Row {
  name: string;
  title: string;
  kind: Subject['kind'];
  runs: number;
  eventsPerSecond: Spread;
  /** raw megabytes (10^6) */
  megabytesPerSecond: number;
  /** microseconds of CPU time an event, all threads together */
  cpuMicroseconds: Spread;
  /** events/s by the clock, against the SQL peer in the same rounds */
  timesPeer: Spread;
  /** the same by CPU time: events a core and second */
  timesPeerByCpu: Spread;
  /** wall time an event against the inflate floor's */
  timesFloor: number;
  peakRssBytes: number;
  /** a thousand events */
  pageFaults: number;
}

export async function measureThroughput(
  archive: BenchArchive,
  folder: string,
  options: BenchOptions,
  tell: (line: string) => void,
): Promise<Row[]> {
  const subjects = SUBJECTS.filter(canRun);
  const measured = await measureInRounds(subjects, archive, folder, options, tell);
  return subjects.map((subject) => row(subject, archive, measured));
}

/** By subject and round. */
export type Runs = ReadonlyMap<string, ReadonlyMap<number, Measurement>>;

export async function measureInRounds(
  subjects: readonly Subject[],
  archive: BenchArchive,
  folder: string,
  options: BenchOptions,
  tell: (line: string) => void,
): Promise<Runs> {
  const measured = new Map<string, Map<number, Measurement>>(subjects.map(({ name }) => [name, new Map()]));
  for (let round = 0; round < options.runs; round++) {
    for (const subject of inTurns(subjects, round)) {
      if (!takesPart(subject, round)) continue;
      const run = await launch(subject, inputOf(archive, folder, subject.name, options));
      const expected = archive.events * (subject.processes ?? 1);
      if (run.events !== expected) throw new Error(`${subject.title} went through ${run.events} of ${expected} events`);
      measured.get(subject.name)!.set(round, run);
      tell(`round ${round + 1}: ${subject.title}: ${Math.round(run.events / run.seconds).toLocaleString('en-US')} events/s`);
    }
  }
  return measured;
}

/** Forth and back, so that what drifts meets all alike. */
export const inTurns = <T>(all: readonly T[], round: number): readonly T[] => (round % 2 === 0 ? all : [...all].reverse());

export const rate = (run: Measurement) => run.events / run.seconds;
export const ratePerCpu = (run: Measurement) => run.events / run.cpuSeconds;

/** A slow subject sits every other round out. */
function takesPart({ mostRuns }: Subject, round: number): boolean {
  return mostRuns === undefined || (round % 2 === 0 && round / 2 < mostRuns);
}

export function inputOf(archive: BenchArchive, folder: string, name: string, options: BenchOptions) {
  const { rowGroupRows, compressionLevel } = options;
  return { archive: archive.folder, events: archive.events, output: join(folder, 'out', name), rowGroupRows, compressionLevel };
}

function row(subject: Subject, archive: BenchArchive, measured: Runs): Row {
  const own = measured.get(subject.name)!;
  const runs = [...own.values()];
  const peer = measured.get('sql')!;
  const floor = [...measured.get('inflate')!.values()];
  const rounds = [...own.keys()].filter((round) => peer.has(round));
  const eventsPerSecond = spreadOf(runs.map(rate));
  return {
    name: subject.name,
    title: subject.title,
    kind: subject.kind,
    runs: runs.length,
    eventsPerSecond,
    megabytesPerSecond: (archive.rawBytes / 1e6 / archive.events) * eventsPerSecond.median,
    cpuMicroseconds: spreadOf(runs.map((run) => (run.cpuSeconds * 1e6) / run.events)),
    timesPeer: spreadOf(rounds.map((round) => rate(own.get(round)!) / rate(peer.get(round)!))),
    timesPeerByCpu: spreadOf(rounds.map((round) => ratePerCpu(own.get(round)!) / ratePerCpu(peer.get(round)!))),
    timesFloor: spreadOf(floor.map(rate)).median / eventsPerSecond.median,
    peakRssBytes: spreadOf(runs.map((run) => run.peakRssBytes)).median,
    pageFaults: spreadOf(runs.map((run) => (run.pageFaults * 1000) / run.events)).median,
  };
}
