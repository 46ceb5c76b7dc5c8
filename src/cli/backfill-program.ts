/** The commands of a backfill. */
import { type Command, Option } from 'commander';
import { addCatalogOptions, addWriteOptions } from './lake-options.js';
import { ENDPOINT_OPTION, JSON_OPTION } from './usual-options.js';

const batchEndpoint = ['--batch-endpoint-url <url>', 'a server that speaks AWS Batch instead of AWS'] as const;
const region = ['--region <region>', "the work area's and the queue's region (default: AWS_REGION)"] as const;

export function addBackfillCommands(program: Command): void {
  const backfill = program.command('backfill').description('an archive in S3, whole or by date range, on AWS Batch');
  addPlan(backfill);
  addJobCommands(backfill);
  addReports(backfill);
}

function addPlan(backfill: Command): void {
  const plan = backfill
    .command('plan')
    .description('finds the files, cuts them into slices, and says what converting them takes; converts nothing')
    .requiredOption('--archive <uri>', 's3://bucket/prefix; any prefix above data/ or fdrv2/')
    .requiredOption('--lake <uri>', 's3://bucket/prefix; objects go under ext/')
    .requiredOption('--work <uri>', "s3://bucket/prefix: Falconry's own state, and the plan")
    .requiredOption('--region <region>', "the region of the lake's bucket, in its paths")
    .option(
      '--replace',
      'after a mapping fix: converts anew what other mappings, versions or options have made of the range, which "retire" then takes out',
    )
    .option('--from <date>', 'only events at or after this time (UTC)')
    .option('--to <date>', 'only events before this time (UTC)')
    .option('--template <keys>', 'where the archive has a folder a day: fdr/{yyyy}/{MM}/{dd}/ (and {HH}), below --archive')
    .option('--probe', "find the range's files by reading the first 64 KiB of one file a folder")
    .option('--by-last-modified', "find the range's files by LastModified; wrong for an archive that was copied")
    .option('--slack-hours <n>', 'with these two: how far the events of a folder may lie apart', '24')
    .option('--inventory <uri>', 'manifest.json of an S3 Inventory (CSV or Parquet, with Size and ETag), in place of listing')
    .option('--archive-region <region>', "the archive bucket's region, if it is another")
    .option('--allow-cross-region', 'take an archive of another region; AWS charges each byte between regions')
    .option('--account-id <id>', "the account in the lake's paths (default: external_<cid>, by each event's cid)")
    .option('--ocsf <version>', 'OCSF 1.2.0, 1.3.0 or 1.1.0', '1.2.0')
    .option('--dedupe', 'of events with the same tenant, device and id keep the first of a unit')
    .option('--vcpus <n>', 'vCPUs of a job', '4')
    .option('--slice-minutes <n>', 'how long a job is to work, up to 30', '10')
    .option('--mib-per-second <n>', 'compressed MiB that a vCPU converts in a second, for the estimate', '2.5')
    .option('--seconds-per-file <n>', 'that a file costs one vCPU beside its bytes, for the estimate', '0.05')
    .option('--start-seconds <n>', 'until a job converts, for the estimate', '30')
    .option('--objects-per-unit <n>', 'objects that 48 MiB of archive leave, for the estimate', '20')
    .option('--dollars-per-vcpu-hour <n>', 'for the estimate', '0.02')
    .option('--dollars-per-thousand-gets <n>', 'for the estimate', '0.0004')
    .option('--dollars-per-thousand-puts <n>', 'for the estimate', '0.005')
    .option('--jobs-at-once <n>', 'for the estimate: what the compute environment holds', '100')
    .addOption(new Option('--unit-bytes <bytes>', 'compressed bytes of a unit (default: 50331648)').hideHelp())
    .option(...ENDPOINT_OPTION)
    .option(...JSON_OPTION)
    .addHelpText(
      'after',
      `
Example:
  $ falconry backfill plan --archive s3://my-fdr --lake s3://my-lake --work s3://my-work/falconry --region eu-central-1 \\
      --from 2025-01-01 --to 2025-03-01 --probe
  After a mapping fix the same with --replace: plan, submit, status, retire, verify.`,
    )
    .action(async (options) => (await import('./backfill-command.js')).planCommand(options));
  addCatalogOptions(addWriteOptions(plan));
}

function addJobCommands(backfill: Command): void {
  backfill
    .command('submit')
    .description('sends a plan to AWS Batch as array jobs')
    .argument('<plan>', 'the URI that plan printed')
    .requiredOption('--queue <name>', 'the Batch job queue')
    .requiredOption('--job-definition <name>', 'the Batch job definition, with or without revision')
    .option('--attempts <n>', 'of a child, 1 to 10', '10')
    .option(...region)
    .option(...ENDPOINT_OPTION)
    .option(...batchEndpoint)
    .option(...JSON_OPTION)
    .addHelpText(
      'after',
      '\nExample:\n  $ falconry backfill submit s3://my-work/falconry/backfill/…/plan.json --queue falconry --job-definition falconry-convert',
    )
    .action(async (plan, options) => (await import('./backfill-command.js')).submitCommand({ plan, ...options }));
  backfill
    .command('resume')
    .description('sends again what is missing, when no job is left')
    .argument('<plan>', 'the URI that plan printed')
    .option('--queue <name>', 'another job queue than before')
    .option('--job-definition <name>', 'another job definition than before')
    .option('--attempts <n>', 'of a child, 1 to 10', '10')
    .option(...region)
    .option(...ENDPOINT_OPTION)
    .option(...batchEndpoint)
    .option(...JSON_OPTION)
    .addHelpText('after', '\nExample:\n  $ falconry backfill resume s3://my-work/falconry/backfill/…/plan.json')
    .action(async (plan, options) => (await import('./backfill-command.js')).resumeCommand({ plan, ...options }));
  backfill
    .command('cancel')
    .description('stops all jobs; what is converted stays, and resume goes on')
    .argument('<plan>', 'the URI that plan printed')
    .option(...region)
    .option(...ENDPOINT_OPTION)
    .option(...batchEndpoint)
    .option(...JSON_OPTION)
    .addHelpText('after', '\nExample:\n  $ falconry backfill cancel s3://my-work/falconry/backfill/…/plan.json')
    .action(async (plan, options) => (await import('./backfill-command.js')).cancelCommand({ plan, ...options }));
}

function addReports(backfill: Command): void {
  backfill
    .command('retire')
    .description('of a plan with --replace, when all its slices are done: deletes from the lake what they replace')
    .argument('<plan>', 'the URI that plan printed')
    .option('--grace <seconds>', 'before the first deletion, for readers that have listed the lake before (default: 60)')
    .option(...region)
    .option(...ENDPOINT_OPTION)
    .option(...JSON_OPTION)
    .addHelpText('after', '\nExample:\n  $ falconry backfill retire s3://my-work/falconry/backfill/…/plan.json')
    .action(async (plan, options) => (await import('./backfill-command.js')).retireCommand({ plan, ...options }));
  backfill
    .command('status')
    .description('how far it is: slices, events, bytes, failures by reason')
    .argument('<plan>', 'the URI that plan printed')
    .option(...region)
    .option(...ENDPOINT_OPTION)
    .option(...batchEndpoint)
    .option(...JSON_OPTION)
    .addHelpText('after', '\nExample:\n  $ falconry backfill status s3://my-work/falconry/backfill/…/plan.json')
    .action(async (plan, options) => (await import('./backfill-command.js')).statusCommand({ plan, ...options }));
  backfill
    .command('verify')
    .description(
      'proves that every planned file is accounted for and every object is there; then others may convert into the lake',
    )
    .argument('<plan>', 'the URI that plan printed')
    .option(...region)
    .option(...ENDPOINT_OPTION)
    .option(...JSON_OPTION)
    .addHelpText('after', '\nExample:\n  $ falconry backfill verify s3://my-work/falconry/backfill/…/plan.json')
    .action(async (plan, options) => (await import('./backfill-command.js')).verifyPlanCommand({ plan, ...options }));
}
