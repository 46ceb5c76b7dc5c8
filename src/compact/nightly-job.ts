/** The nightly job: compacts what there is of the newest closed days, an array's children sharing the partitions. */
import { type JobEnv, runJob } from '../job/run-job.js';
import { lakeStoreOptions } from '../lake/lake-access.js';
import { lakeObjects } from '../lake/lake-objects.js';
import { type Partition, partitionPrefix } from '../lake/partition.js';
import { openStore } from '../store/open.js';
import { compact } from './compact.js';
import { childOf, closedDays } from './nightly.js';
import { type CompactOptions, type FilledCompactOptions, fillCompactOptions } from './options.js';

export interface NightlyJob {
  /** what `compact` is told, without a day */
  options: Omit<CompactOptions, 'day'>;
  /** closed days to look at, from 1 on */
  days: number;
  /** the array's size, from 1 on */
  children: number;
}

/**
 * Compacts, of the newest closed days, the partitions that are the share of child `AWS_BATCH_JOB_ARRAY_INDEX`; without an index, as a
 * plain job, all of them. The lake is listed once. Child 0 logs how many partitions the newest closed day has (`newest-day`), also when
 * there are none. SIGTERM stops it cleanly. Never throws.
 *
 * @param write takes a JSON document a line
 * @returns the exit code
 */
export function runNightlyJob(job: NightlyJob, env: JobEnv, write: (line: string) => void, now = Date.now): Promise<number> {
  return runJob(
    {
      async work({ log, signal, index }) {
        const filled = fillCompactOptions({ ...job.options, day: '20000101' });
        const days = closedDays(now(), filled.settle, job.days);
        const found = await partitionsByDay(filled, days);
        const newest = days.at(-1)!;
        if ((index ?? 0) === 0) log.info('newest-day', { day: newest, partitions: found.get(newest)!.length });
        for (const day of days) {
          const all = found.get(day)!;
          const partitions = index === undefined ? all : all.filter((partition) => childOf(partition, job.children) === index);
          if (partitions.length === 0) continue;
          log.info('begin', { day, partitions });
          const report = await compact({ ...job.options, day }, { partitions, signal, now });
          log.info(report.stopped ? 'stopped' : 'done', { ...report, merges: report.merges.length });
          if (report.stopped) return 'stopped';
        }
        return 'done';
      },
    },
    env,
    write,
  );
}

async function partitionsByDay(filled: FilledCompactOptions, days: readonly string[]): Promise<Map<string, Partition[]>> {
  const found = new Map(days.map((day) => [day, new Map<string, Partition>()]));
  const lake = await openStore(filled.lake, lakeStoreOptions(filled));
  try {
    for await (const entry of lakeObjects(lake, {})) {
      if (entry.kind === 'object') found.get(entry.partition.eventDay)?.set(partitionPrefix(entry.partition), entry.partition);
    }
  } finally {
    await lake.close();
  }
  return new Map([...found].map(([day, partitions]) => [day, [...partitions.values()]]));
}
