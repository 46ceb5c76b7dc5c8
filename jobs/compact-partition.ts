/**
 * A Batch child of a nightly compaction: compacts one partition of a day.
 *
 *     node dist/jobs/compact-partition.js <plan> [--region R] [--endpoint-url U]
 *
 * The plan is what `falconry compact <lake> --day D --plan <uri>` wrote; the child takes the partition of its array index, a plain job
 * all of them. Exit codes: 0 done; 65 bad plan or no permission (never retried); 70 a bug; 75 try again; 143 stopped.
 */
import { parseArgs } from 'node:util';
import { EXIT, runPartitionJob } from '../src/compact/partition-job.js';

process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

const USAGE = 'usage: compact-partition <plan> [--region <region>] [--endpoint-url <url>]\n';

try {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { region: { type: 'string' }, 'endpoint-url': { type: 'string' } },
  });
  const [plan] = positionals;
  if (plan === undefined || positionals.length > 1) throw new Error('one plan is needed');
  const { region, 'endpoint-url': endpointUrl } = values;
  const job = { plan, ...(region === undefined ? {} : { region }), ...(endpointUrl === undefined ? {} : { endpointUrl }) };
  process.exitCode = await runPartitionJob(job, process.env, (line) => process.stdout.write(line));
} catch (error) {
  process.stderr.write(`compact-partition: ${(error as Error).message}; ${USAGE}`);
  process.exitCode = EXIT.badPlan;
}
