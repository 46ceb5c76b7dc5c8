/**
 * A Batch child of a backfill: converts one slice.
 *
 *     node dist/jobs/convert-slice.js <submission> [--offset N] [--region R] [--endpoint-url U]
 *
 * The submission is what `falconry backfill submit` wrote; the child takes its slice number `offset` + array index. Exit codes: 0 done;
 * 65 bad plan, changed input or no permission (never retried); 70 a bug; 75 try again; 143 stopped.
 */
import { runScript } from '../src/job/script.js';

await runScript({
  name: 'convert-slice',
  argument: 'submission',
  options: ['offset'],
  async run(submission, store, { offset = '0' }) {
    if (!/^\d{1,9}$/.test(offset)) throw new Error(`--offset: "${offset}" is no whole number`);
    const { runSliceJob } = await import('../src/backfill/slice-job.js');
    return runSliceJob({ submission, offset: Number(offset), store }, process.env, (line) => process.stdout.write(line));
  },
});
