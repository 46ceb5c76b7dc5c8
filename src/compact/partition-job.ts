/** The job of one partition's compaction: which one, and what it tells. */
import { type JobEnv, runJob } from '../job/run-job.js';
import { lakeRolesOf } from '../lake/lake-access.js';
import { compact } from './compact.js';
import { noPartition } from './errors.js';
import { readPartitionPlan } from './partition-plan.js';

export interface PartitionJob {
  /** the file that `falconry compact --plan` wrote */
  plan: string;
  region?: string;
  endpointUrl?: string;
}

/**
 * Compacts `partitions[AWS_BATCH_JOB_ARRAY_INDEX]` of the plan; without an index, as a plain job, all of them. SIGTERM stops it
 * cleanly. Never throws.
 *
 * @param write takes a JSON document a line
 * @returns the exit code
 */
export function runPartitionJob({ plan: uri, ...s3 }: PartitionJob, env: JobEnv, write: (line: string) => void): Promise<number> {
  return runJob(
    {
      async work({ log, signal, index }) {
        const plan = await readPartitionPlan(uri, s3);
        const partitions = index === undefined ? plan.partitions : plan.partitions.slice(index, index + 1);
        if (partitions.length === 0) throw noPartition(index!, plan.partitions.length);
        log.info('begin', { plan: uri, partitions });
        const report = await compact({ ...lakeRolesOf(env), ...plan.options }, { partitions, signal });
        const end = report.stopped ? 'stopped' : 'done';
        log.info(end, { ...report, merges: report.merges.length });
        return end;
      },
    },
    env,
    write,
  );
}
