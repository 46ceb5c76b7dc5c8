/**
 * The nightly Batch job: compacts what there is of the newest closed days. An array's children share the partitions; nothing has to be
 * planned before.
 *
 *     node dist/jobs/compact-nightly.js <lake> --work <uri> [--days 3] [--settle 2] [--children 1] [--memory-mib N] [--region R]
 *
 * A Security Lake's roles come from the environment: FALCONRY_PROVIDER_ROLE, FALCONRY_MAINTENANCE_ROLE and FALCONRY_EXTERNAL_ID.
 * Exit codes: 0 done; 65 bad options or no permission (never retried); 70 a bug; 75 try again; 143 stopped.
 */
import { runScript } from '../src/job/script.js';

await runScript({
  name: 'compact-nightly',
  argument: 'lake',
  options: ['work', 'days', 'settle', 'children', 'memory-mib'],
  async run(lake, s3, { work, settle, days = '3', children = '1', 'memory-mib': memoryMib }) {
    const { runNightlyJob } = await import('../src/compact/nightly-job.js');
    const { lakeRolesOf } = await import('../src/lake/lake-access.js');
    if (work === undefined) throw new Error('--work is needed');
    const options = {
      ...{ lake, work, ...s3, ...lakeRolesOf(process.env) },
      ...(settle === undefined ? {} : { settle }),
      ...(memoryMib === undefined ? {} : { memoryMib }),
    };
    const job = { options, days: wholeNumber('days', days, 366), children: wholeNumber('children', children, 10_000) };
    return runNightlyJob(job, process.env, (line) => process.stdout.write(line));
  },
});

function wholeNumber(name: string, text: string, most: number): number {
  const number = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  if (number < 1 || number > most) throw new Error(`--${name}: "${text}" is no whole number from 1 to ${most}`);
  return number;
}
