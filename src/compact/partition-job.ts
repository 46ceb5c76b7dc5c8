/** The job around one partition's compaction: which one, its log, its signals, its exit code. */
import { type ErrorRecord, errorRecord } from '../error.js';
import { compact } from './compact.js';
import { noPartition } from './errors.js';
import { readPartitionPlan } from './partition-plan.js';

export interface PartitionJob {
  /** the file that `falconry compact --plan` wrote */
  plan: string;
  region?: string;
  endpointUrl?: string;
}

export const EXIT = { done: 0, badPlan: 65, bug: 70, tryAgain: 75, stopped: 143 } as const;

/** What may be over at the next attempt. */
const PASSING = new Set([
  'STORE_UNAVAILABLE',
  'STORE_DAMAGED',
  'STORE_BAD_ANSWER',
  'STORE_NO_SPACE',
  'STORE_NO_CREDENTIALS',
  'COMPACT_CONTENDED',
]);

/**
 * Compacts `partitions[AWS_BATCH_JOB_ARRAY_INDEX]` of the plan; without an index, as a plain job, all of them. SIGTERM stops it
 * cleanly. Never throws.
 *
 * @param write takes a JSON document a line
 * @returns the exit code: see {@link EXIT}
 */
export async function runPartitionJob(
  { plan: uri, ...s3 }: PartitionJob,
  env: Readonly<Record<string, string | undefined>>,
  write: (line: string) => void,
): Promise<number> {
  const log = (level: string, event: string, facts: object) =>
    write(`${JSON.stringify({ time: new Date().toISOString(), level, event, job: env.AWS_BATCH_JOB_ID, ...facts })}\n`);
  const stop = new AbortController();
  const onSignal = () => stop.abort();
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
  try {
    const plan = await readPartitionPlan(uri, s3);
    const index = env.AWS_BATCH_JOB_ARRAY_INDEX;
    const partitions = index === undefined ? plan.partitions : plan.partitions.slice(Number(index), Number(index) + 1);
    if (partitions.length === 0) throw noPartition(Number(index), plan.partitions.length);
    log('info', 'begin', { plan: uri, partitions });
    const report = await compact(plan.options, { partitions, signal: stop.signal });
    log('info', report.stopped ? 'stopped' : 'done', { ...report, merges: report.merges.length });
    return report.stopped ? EXIT.stopped : EXIT.done;
  } catch (error) {
    const record = errorRecord(error);
    const exitCode = exitCodeOf(record);
    log('error', 'failed', { code: record.code, message: record.message, exitCode });
    return exitCode;
  } finally {
    process.off('SIGTERM', onSignal);
    process.off('SIGINT', onSignal);
  }
}

function exitCodeOf({ code }: ErrorRecord): number {
  if (code === 'INTERNAL') return EXIT.bug;
  return PASSING.has(code) ? EXIT.tryAgain : EXIT.badPlan;
}
