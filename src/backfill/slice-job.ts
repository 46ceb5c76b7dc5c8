/** The job of one slice: which one, what it tells, and the record of what ended it. */
import { randomUUID } from 'node:crypto';
import { type JobEnv, runJob } from '../job/run-job.js';
import { lakeAccessOf } from '../lake/lake-access.js';
import type { StoreOptions } from '../store/open.js';
import { noSlice } from './errors.js';
import { type Failure, openPlan, type PlanPlace, SubmissionSchema, sliceName } from './plan-file.js';
import { runSlice } from './run-slice.js';

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
 * @param write takes a JSON document a line
 * @returns the exit code
 */
export function runSliceJob(
  { submission: uri, offset, store }: SliceJob,
  env: JobEnv,
  write: (line: string) => void,
): Promise<number> {
  let begun: { slice: number; place: PlanPlace } | undefined;
  return runJob(
    {
      async work({ log, signal, index = 0 }) {
        const open = await openPlan(uri, store, lakeAccessOf(env));
        const { place, plan } = open;
        const submission = await place.read(uri.slice(place.uriOf('').length), SubmissionSchema);
        const slice = submission.slices[offset + index];
        if (slice === undefined) throw noSlice(offset + index, submission.slices.length);
        begun = { slice, place };
        log.info('begin', { plan: plan.id, slice, ...plan.slices[slice] });
        const done = await runSlice(open, slice, { log, signal });
        if (done === undefined) {
          log.info('stopped', { slice });
          return 'stopped';
        }
        log.info('done', { ...done });
        return 'done';
      },
      async failed({ code, message }, exitCode) {
        if (begun === undefined) return;
        const { slice, place } = begun;
        const failure: Failure = { slice, code, message: message.split('\n')[0]!, exitCode };
        await place.write(`failures/${sliceName(slice)}-${randomUUID().slice(0, 8)}.json`, failure);
      },
    },
    env,
    write,
  );
}
