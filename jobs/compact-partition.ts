/**
 * A Batch child of a nightly compaction: compacts one partition of a day.
 *
 *     node dist/jobs/compact-partition.js <plan> [--region R] [--endpoint-url U]
 *
 * The plan is what `falconry compact <lake> --day D --plan <uri>` wrote; the child takes the partition of its array index, a plain job
 * all of them. Exit codes: 0 done; 65 bad plan or no permission (never retried); 70 a bug; 75 try again; 143 stopped.
 */
import { runScript } from '../src/job/script.js';

await runScript({
  name: 'compact-partition',
  argument: 'plan',
  async run(plan, s3) {
    const { runPartitionJob } = await import('../src/compact/partition-job.js');
    return runPartitionJob({ plan, ...s3 }, process.env, (line) => process.stdout.write(line));
  },
});
