/** What every Batch child has around its work: a log, SIGTERM, an exit code. */
import { type ErrorRecord, errorRecord } from '../error.js';
import { EXIT, exitCodeOf } from './exit.js';
import { type JobLog, jobLog } from './log.js';

export type JobEnv = Readonly<Record<string, string | undefined>>;

export interface JobContext {
  log: JobLog;
  /** SIGTERM: a Spot reclaim, a timeout, a cancelled job */
  signal: AbortSignal;
  /** of this child in its array; undefined in a plain job */
  index: number | undefined;
}

export interface Job {
  /** @returns whether it came to its end, or was stopped before */
  work(context: JobContext): Promise<'done' | 'stopped'>;
  /** told of what ended it; may throw, which changes nothing */
  failed?(record: ErrorRecord, exitCode: number): Promise<unknown>;
}

/**
 * Runs the work of a child. SIGTERM stops it cleanly. Never throws.
 *
 * @param write takes a JSON document a line
 * @returns the exit code: see {@link EXIT}
 */
export async function runJob(job: Job, env: JobEnv, write: (line: string) => void): Promise<number> {
  const stop = new AbortController();
  const onSignal = () => stop.abort();
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
  const log = jobLog({ job: env.AWS_BATCH_JOB_ID, attempt: env.AWS_BATCH_JOB_ATTEMPT ?? '1' }, write, Date.now);
  const index = env.AWS_BATCH_JOB_ARRAY_INDEX;
  try {
    const end = await job.work({ log, signal: stop.signal, index: index === undefined ? undefined : Number(index) });
    return end === 'done' ? EXIT.done : EXIT.stopped;
  } catch (error) {
    const record = errorRecord(error);
    const exitCode = exitCodeOf(error);
    log.error('failed', { code: record.code, message: record.message, exitCode });
    // what cannot be recorded stands in the log, and Batch has the exit code
    await job.failed?.(record, exitCode).catch(() => {});
    return exitCode;
  } finally {
    process.off('SIGTERM', onSignal);
    process.off('SIGINT', onSignal);
  }
}
