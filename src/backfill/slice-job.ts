/** The job around a slice: which one, its log, its signals, its exit code. */
import { randomUUID } from 'node:crypto';
import { errorRecord } from '../error.js';
import type { StoreOptions } from '../store/open.js';
import { noSlice } from './errors.js';
import { jobLog } from './job-log.js';
import { type Failure, openPlan, SubmissionSchema } from './plan-file.js';
import { runSlice } from './run-slice.js';
import { EXIT, exitCodeOfError } from './slice-exit.js';

export interface SliceJob {
  /** of a submission of the plan, as `submit` gave it */
  submission: string;
  /** of the array's first child among the submission's slices */
  offset: number;
  store: StoreOptions;
}

/**
 * Runs the slice of this child: `slices[offset + AWS_BATCH_JOB_ARRAY_INDEX]` of its submission. SIGTERM stops it cleanly. Never throws.
 *
 * @returns the exit code: see {@link EXIT}
 */
export async function runSliceJob(job: SliceJob, env: Record<string, string | undefined>): Promise<number> {
  const stop = new AbortController();
  const onSignal = () => stop.abort();
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
  const attempt = env.AWS_BATCH_JOB_ATTEMPT ?? '1';
  const log = jobLog({ job: env.AWS_BATCH_JOB_ID, attempt }, (line) => process.stdout.write(line), Date.now);
  let record: ((failure: Failure) => Promise<unknown>) | undefined;
  let number = -1;
  try {
    const open = await openPlan(job.submission, job.store);
    const { place, plan } = open;
    const submission = await place.read(job.submission.slice(place.uriOf('').length), SubmissionSchema);
    const at = job.offset + Number(env.AWS_BATCH_JOB_ARRAY_INDEX ?? 0);
    const slice = submission.slices[at];
    if (slice === undefined) throw noSlice(at, submission.slices.length);
    number = slice;
    record = (failure) => place.write(`failures/${String(slice).padStart(5, '0')}-${randomUUID().slice(0, 8)}.json`, failure);
    log.info('begin', { plan: plan.id, slice, ...plan.slices[slice] });
    const done = await runSlice(open, slice, { log, signal: stop.signal });
    if (done === undefined) {
      log.info('stopped', { slice });
      return EXIT.stopped;
    }
    log.info('done', { ...done });
    return EXIT.done;
  } catch (error) {
    const exitCode = exitCodeOfError(error);
    const { code, message } = errorRecord(error);
    log.error('failed', { slice: number, code, message, exitCode });
    // what cannot be recorded stands in the log, and Batch has the exit code
    await record?.({ slice: number, code, message: message.split('\n')[0]!, exitCode }).catch(() => {});
    return exitCode;
  } finally {
    process.off('SIGTERM', onSignal);
    process.off('SIGINT', onSignal);
  }
}
