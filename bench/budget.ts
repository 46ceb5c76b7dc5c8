/** DESIGN's budgets, as this run met or missed them. */
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
  const second = row('convert-2').eventsPerSecond.median / one.eventsPerSecond.median;
  const apart = row('convert-1-twice').eventsPerSecond.median / one.eventsPerSecond.median;
  return [
    {
      what: 'events a core and second, against the SQL peer',
      budget: 'at least 2.0×',
      measured: `${one.timesPeerByCpu.median.toFixed(2)}× by CPU time, ${one.timesPeer.median.toFixed(2)}× by the clock`,
      met: one.timesPeerByCpu.median >= 2,
    },
    {
      what: 'two workers against one',
      budget: 'at least 1.8×',
      measured: `${second.toFixed(2)}× (two processes apart: ${apart.toFixed(2)}×)`,
      met: second >= 1.8,
    },
  ];
}

export function memoryBudgets(rows: readonly MemoryRow[]): Budget[] {
  return [1, 2].flatMap((workers): Budget[] => {
    const [small, large] = rows.filter((row) => row.workers === workers) as [MemoryRow, MemoryRow];
    const limit = 1.5 + workers;
    const growth = large.peakRssBytes / small.peakRssBytes;
    return [
      {
        what: `peak memory, ${workers} worker${workers === 1 ? '' : 's'}`,
        budget: `at most ${limit} GiB`,
        measured: `${(large.peakRssBytes / GiB).toFixed(2)} GiB`,
        met: large.peakRssBytes <= limit * GiB,
      },
      {
        what: `the same at ${Math.round(large.events / small.events)} times the input, ${workers} worker${workers === 1 ? '' : 's'}`,
        budget: 'no growth (at most 1.1×)',
        measured: `${growth.toFixed(2)}×`,
        met: growth <= 1.1,
      },
    ];
  });
}
