/** DESIGN's budgets, as this run met or missed them. */
import type { LongRow } from './long.js';
import type { MemoryRow } from './memory.js';
import type { Spread } from './statistics.js';
import type { Row } from './throughput.js';

const GiB = 2 ** 30;

export interface Budget {
  what: string;
  budget: string;
  measured: string;
  met: boolean;
}

export function helpBudget({ min, median, max }: Spread): Budget {
  const [least, middle, most] = [min, median, max].map((seconds) => seconds.toFixed(2));
  return {
    what: '`falconry --help`',
    budget: 'under 0.3 s',
    measured: `${middle} s (${least}–${most})`,
    met: median < 0.3,
  };
}

export function throughputBudgets(rows: readonly Row[]): Budget[] {
  const row = (name: string) => rows.find((each) => each.name === name)!;
  const one = row('convert-1');
  const set = row('sql-set');
  const bun = rows.find(({ name }) => name === 'convert-1-bun');
  const times = (slow: Row) => one.eventsPerSecond.median / slow.eventsPerSecond.median;
  const timesByCpu = (slow: Row) => slow.cpuMicroseconds.median / one.cpuMicroseconds.median;
  return [
    peerBudget('', one, ` (its allocators set as ours: ${timesByCpu(set).toFixed(2)}× and ${times(set).toFixed(2)}×)`),
    {
      what: 'events a second, against JSON.parse → objects',
      budget: 'at least 3×',
      measured: `${times(row('json')).toFixed(2)}×`,
      met: times(row('json')) >= 3,
    },
    inflateBudget('', 1 / timesByCpu(row('inflate'))),
    ...(bun === undefined
      ? []
      : [
          {
            what: 'Bun against Node',
            budget: 'at least 1×',
            measured: `${(1 / times(bun)).toFixed(2)}×`,
            met: 1 / times(bun) >= 1,
          },
        ]),
  ];
}

const ON_THE_LONGER = ', on the longer archive';

function peerBudget(on: string, { timesPeerByCpu, timesPeer }: Pick<Row, 'timesPeerByCpu' | 'timesPeer'>, beside = ''): Budget {
  return {
    what: `events a core and second, against the SQL peer${on}`,
    budget: 'at least 2.0×',
    measured: `${timesPeerByCpu.median.toFixed(2)}× by CPU time, ${timesPeer.median.toFixed(2)}× by the clock${beside}`,
    met: timesPeerByCpu.median >= 2,
  };
}

const inflateBudget = (on: string, floors: number): Budget => ({
  what: `CPU time, against inflating the same files${on}`,
  budget: 'at most 12×',
  measured: `${floors.toFixed(1)}×`,
  met: floors <= 12,
});

export function longBudgets(rows: readonly LongRow[]): Budget[] {
  const row = (name: string) => rows.find((each) => each.name === name)!;
  const { timesOne } = row('convert-2');
  return [
    peerBudget(ON_THE_LONGER, row('convert-1')),
    inflateBudget(ON_THE_LONGER, row('convert-1').inflateFloors.median),
    twoWorkersBudget(ON_THE_LONGER, timesOne),
  ];
}

export function memoryBudgets(rows: readonly MemoryRow[]): Budget[] {
  const budgets = [1, 2].flatMap((workers): Budget[] => {
    const [small, large] = rows.filter((row) => row.workers === workers) as [MemoryRow, MemoryRow];
    const limit = 1.5 + workers;
    const times = large.events / small.events;
    const { timesAsLong, growth, peakRssBytes } = large;
    const by = `${times.toFixed(0)} times the input, ${workers} worker${workers === 1 ? '' : 's'}`;
    return [
      {
        what: `time for ${by}`,
        budget: `at most ${(times * 1.05).toFixed(1)} times as long`,
        measured: between(timesAsLong),
        met: timesAsLong.median <= times * 1.05,
      },
      {
        what: `peak memory, ${workers} worker${workers === 1 ? '' : 's'}`,
        budget: `at most ${limit} GiB`,
        measured: `${(peakRssBytes.max / GiB).toFixed(2)} GiB`,
        met: peakRssBytes.max <= limit * GiB,
      },
      {
        what: `the same at ${by}`,
        budget: 'no growth (at most 1.1×)',
        measured: between(growth),
        met: growth.median <= 1.1,
      },
    ];
  });
  const { timesOne, rawBytes } = rows.at(-1)!;
  return [...budgets, twoWorkersBudget(`, on ${(rawBytes / 1e9).toFixed(0)} GB`, timesOne)];
}

const between = ({ min, median, max }: Spread): string => `${median.toFixed(2)}× (${min.toFixed(2)}–${max.toFixed(2)})`;

const twoWorkersBudget = (on: string, timesOne: Spread): Budget => ({
  what: `two workers against one${on}`,
  budget: 'at least 1.8×',
  measured: between(timesOne),
  met: timesOne.median >= 1.8,
});
