/**
 * A Batch child of a backfill: converts one slice.
 *
 *     falconry job convert-slice <submission> --offset 0
 *
 * Exit codes: 0 done; 65 bad plan, changed input or no permission (never retried); 70 a bug; 75 try again; 143 stopped.
 */
import { runSliceJob } from '../src/backfill/slice-job.js';
import type { StoreOptions } from '../src/store/open.js';

export function convertSlice(submission: string, offset: number, store: StoreOptions): Promise<number> {
  return runSliceJob({ submission, offset, store }, process.env);
}
