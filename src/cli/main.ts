#!/usr/bin/env node
/** The command line: names commands and options, and loads what a command needs only when it runs (`--help` stays quick). */
import { readFileSync } from 'node:fs';
import { Command, CommanderError, Option } from 'commander';
import { keepFreedMemory } from '../lake/duckdb-memory.js';
import { addBackfillCommands } from './backfill-program.js';
import { exitWithError, exitWithUsage } from './failure.js';
import { addCatalogOptions, addReadOptions, addWriteOptions, dropEmptyVariables } from './lake-options.js';
import { ENDPOINT_OPTION, JSON_OPTION } from './usual-options.js';

// the AWS SDK tells every thread's user which Node it will need some day
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
keepFreedMemory();

const version = (): string => {
  for (let at = new URL('.', import.meta.url); ; at = new URL('..', at)) {
    try {
      return JSON.parse(readFileSync(new URL('package.json', at), 'utf8')).version;
    } catch (error) {
      if (at.pathname === '/') throw error;
    }
  }
};

const program = new Command('falconry')
  .description('Converts CrowdStrike FDR archives into OCSF Parquet for Amazon Security Lake, Athena and DuckDB.')
  .version(version())
  .exitOverride()
  .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'falconry: ')) })
  .hook('preAction', (_, command) => dropEmptyVariables(command))
  .showSuggestionAfterError()
  .showHelpAfterError('The command with --help says what it takes.')
  .addHelpText(
    'after',
    `
Start here:
  $ falconry demo                                       a sample archive, converted, verified and queried
  $ falconry convert ./archive --lake ./lake --region eu-central-1
  $ falconry query "describe process_activity" --lake ./lake`,
  );

program
  .command('convert')
  .description('the main job: an archive of FDR files becomes a lake, on this machine')
  .argument('<archive>', 'a folder, or s3://bucket/prefix; any prefix above data/ or fdrv2/')
  .requiredOption('--lake <uri>', 'the lake: a folder, or s3://bucket/prefix; objects go under ext/')
  .requiredOption('--region <region>', "the region in the lake's paths: that of its bucket")
  .option('--work <uri>', "Falconry's own state: ledgers, quarantine, staging (default: work/ inside a local lake)")
  .option('--account-id <id>', "the account in the lake's paths (default: external_<cid>, by each event's cid)")
  .option('--ocsf <version>', 'OCSF 1.2.0, 1.3.0 or 1.1.0', '1.2.0')
  .option('--workers <n>', 'worker threads (default: one a core)')
  .option('--from <date>', 'only events at or after this time (UTC)')
  .option('--to <date>', 'only events before this time (UTC)')
  .option(
    '--enrich [snapshot]',
    "fill what events leave empty of their host, user and processes, from the work area's latest snapshot or the one named",
  )
  .option('--dedupe', 'of events with the same tenant, device and id keep the first of a unit')
  .option('--strict', 'exit with 3 if anything was quarantined')
  .option('--mappings <folder>', 'your own mappings, in place of ours for the event types they name')
  .option('--max-line <bytes>', 'longest line; longer ones are quarantined (default: 16777216)')
  .option('--max-ratio <n>', 'a file that inflates to more than this many times its size is stopped (default: 200)')
  .option('--object-bytes <bytes>', "an object's size to aim at (default: 268435456)")
  .option('--row-group-rows <n>', 'rows in a Parquet row group (default: 8192)')
  .addOption(
    new Option('--unit-bytes <bytes>', 'compressed bytes of a unit, what is committed at a time (default: 50331648)').hideHelp(),
  )
  .option('--safe-handover', 'copy strings to DuckDB one by one: slower, for comparison')
  .option('--dry-run', 'say what would be read and written, and do nothing')
  .option(...ENDPOINT_OPTION)
  .option(...JSON_OPTION)
  .addHelpText(
    'after',
    '\nExample:\n  $ falconry convert s3://my-fdr-archive --lake ./lake --region eu-central-1 --from 2026-03-01 --to 2026-04-01',
  )
  .action(async (archive, options) => (await import('./convert-command.js')).convertCommand({ archive, ...options }));

program
  .command('snapshot')
  .description('host and user facts of an archive as one immutable file, for convert --enrich')
  .argument('<archive>', 'a folder, or s3://bucket/prefix')
  .requiredOption('--work <uri>', "Falconry's own state, where the conversion will look for it")
  .option('--no-events', 'only the feeds aidmaster and userinfo: UserIdentity events need all events inflated')
  .option('--mappings <folder>', 'your own mappings, for their placeholders')
  .option('--region <region>', "an S3 archive's region")
  .option(...ENDPOINT_OPTION)
  .option(...JSON_OPTION)
  .addHelpText(
    'after',
    '\nExample:\n  $ falconry snapshot ./archive --work ./lake/work\n  $ falconry convert ./archive --lake ./lake --region eu-central-1 --enrich',
  )
  .action(async (archive, options) => (await import('./snapshot-command.js')).snapshotCommand({ archive, ...options }));

program
  .command('sample')
  .description("a synthetic archive with FDR's real layout and mix; the same options give the same bytes")
  .argument('<dir>', 'an empty or new folder')
  .option('--events <n>', 'about how many events', '100000')
  .option('--days <n>', 'over how many days', '1')
  .option('--hosts <n>', 'from how many hosts', '200')
  .option('--seed <n>', 'another seed, other data', '1')
  .option('--layout <layout>', 'batch (data/<uuid>/part-…) or partitioned (batch=…/year=…)', 'batch')
  .option('--bad', 'with every kind of bad input beside the good')
  .option(...JSON_OPTION)
  .addHelpText('after', '\nExample:\n  $ falconry sample ./archive --events 1000000 --days 2 --hosts 500')
  .action(async (directory, options) => (await import('./sample-command.js')).sampleCommand({ directory, ...options }));

program
  .command('verify')
  .description('proves layout, order, schema and OCSF validity of what lies in a lake')
  .argument('<lake>', 'a folder, or s3://bucket/prefix')
  .option('--source <source>', 'only this custom source')
  .option('--day <yyyymmdd>', 'only this day')
  .option('--work <uri>', "where compaction's journals lie, which are followed (default: work/ inside a local lake)")
  .option('--rows <n>', 'check only this many rows of each object against OCSF (order, day and ids: always all)')
  .option('--region <region>', "an S3 lake's region")
  .option(...ENDPOINT_OPTION)
  .option(...JSON_OPTION)
  .addHelpText('after', '\nExample:\n  $ falconry verify ./lake --day 20260302')
  .action(async (lake, options) => (await import('./verify-command.js')).verifyCommand({ lake, ...options }));

program
  .command('compact')
  .description('one closed day: merges small and overlapping objects into large ones in order of time, and removes duplicates')
  .argument('<lake>', 'a folder, or s3://bucket/prefix')
  .requiredOption('--day <yyyymmdd>', 'the day, in UTC')
  .option('--source <source>', 'only this custom source')
  .option('--work <uri>', "Falconry's own state, as for convert: the journal goes there (default: work/ inside a local lake)")
  .option('--settle <days>', 'a day closes so many days after its end; an open one is refused (default: 2)')
  .option('--object-bytes <bytes>', "an object's size to aim at (default: 268435456)")
  .option('--row-group-rows <n>', 'rows in a Parquet row group (default: 40960)')
  .option('--grace <seconds>', 'between publishing and deleting, for queries under way (default: 60 in S3, 0 in a folder)')
  .option('--memory-mib <n>', "DuckDB's memory; what is over goes to the temporary folder (default: 1024)")
  .option('--threads <n>', "DuckDB's threads (default: one a core)")
  .option('--dry-run', 'say what would be merged, and change nothing')
  .option('--plan <uri>', "write the day's partitions to this new file, for the job compact-partition, and change nothing else")
  .option('--region <region>', "an S3 lake's region")
  .option(...ENDPOINT_OPTION)
  .option(...JSON_OPTION)
  .addHelpText('after', '\nExample:\n  $ falconry compact s3://my-lake --work s3://my-work/falconry --day 20260302')
  .action(async (lake, options) => (await import('./compact-command.js')).compactCommand({ lake, ...options }));

program
  .command('pull')
  .description(
    'brings new files from the queue that CrowdStrike gives with the feed: to your own archive, or straight into a lake',
  )
  .argument(
    '<queue>',
    "the URL of the feed's SQS queue; its key pair comes from FALCONRY_FDR_ACCESS_KEY_ID and _SECRET_ACCESS_KEY",
  )
  .option('--to <archive>', 'copy the files there under the same keys: a folder, or s3://bucket/prefix')
  .option('--lake <uri>', 'convert them into this lake')
  .option('--region <region>', 'the region of your own places')
  .option('--work <uri>', "with --lake: Falconry's own state, as for convert (default: work/ inside a local lake)")
  .option('--account-id <id>', "with --lake: the account in the lake's paths")
  .option('--ocsf <version>', 'with --lake: OCSF 1.2.0 (default), 1.3.0 or 1.1.0')
  .option('--enrich [snapshot]', 'with --lake: as for convert')
  .option('--mappings <folder>', 'with --lake: your own mappings')
  .option('--once', 'stop when the queue is empty, in place of waiting for more')
  .option('--credentials-file <path>', 'JSON with accessKeyId and secretAccessKey, in place of the environment')
  .option('--feed-region <region>', "the feed's region (default: the one in the queue's URL)")
  .option('--visibility <seconds>', 'how long a batch is kept from other pulls; renewed while it is worked on (default: 900)')
  .addOption(new Option('--wait <seconds>', 'of a long poll (default: 20)').hideHelp())
  .addOption(new Option('--feed-endpoint-url <url>', "an S3-compatible server for the feed's files").hideHelp())
  .option(...ENDPOINT_OPTION)
  .option(...JSON_OPTION)
  .addHelpText(
    'after',
    '\nExample:\n  $ falconry pull https://sqs.us-west-1.amazonaws.com/123456789012/my-feed --to s3://my-fdr-archive --region eu-central-1',
  )
  .action(async (queue, options) => (await import('./pull-command.js')).pullCommand({ queue, ...options }));

program
  .command('query')
  .description('SQL over a lake: one view a class, and `events` over all')
  .argument('<sql>', 'DuckDB SQL; "describe process_activity" and "show tables" work too')
  .requiredOption('--lake <uri>', 'the lake: a folder, or s3://bucket/prefix')
  .option('--region <region>', "an S3 lake's region")
  .option(...ENDPOINT_OPTION)
  .option(...JSON_OPTION)
  .addHelpText(
    'after',
    '\nExample:\n  $ falconry query "select device.hostname, count(*) from dns_activity group by all order by 2 desc limit 10" --lake ./lake',
  )
  .action(async (sql, options) => (await import('./query-command.js')).queryCommand({ sql, ...options }));

addBackfillCommands(program);

program
  .command('replay')
  .description('converts quarantined lines again, after a mapping or data fix')
  .argument('<quarantine>', 'a quarantine file or folder (work/quarantine/…), local or in S3')
  .requiredOption('--lake <uri>', 'the lake')
  .requiredOption('--region <region>', "the region in the lake's paths")
  .option('--work <uri>', "Falconry's own state (default: work/ inside a local lake)")
  .option('--account-id <id>', "the account in the lake's paths")
  .option('--ocsf <version>', 'OCSF 1.2.0, 1.3.0 or 1.1.0', '1.2.0')
  .option('--enrich [snapshot]', 'fill what events leave empty of their host and user, as convert --enrich does')
  .option('--mappings <folder>', 'your own mappings')
  .option(...ENDPOINT_OPTION)
  .option(...JSON_OPTION)
  .addHelpText('after', '\nExample:\n  $ falconry replay ./lake/work/quarantine --lake ./lake --region eu-central-1')
  .action(async (quarantine, options) => (await import('./replay-command.js')).replayCommand({ quarantine, ...options }));

program
  .command('coverage')
  .description('event type → class, activity and fields mapped')
  .option('--ocsf <version>', 'OCSF 1.2.0, 1.3.0 or 1.1.0', '1.2.0')
  .option('--mappings <folder>', 'your own mappings')
  .option(...JSON_OPTION)
  .addHelpText('after', '\nExample:\n  $ falconry coverage --json')
  .action(async (options) => (await import('./coverage-command.js')).coverageCommand(options));

program
  .command('explain')
  .description('for each line of an FDR file: which mapping takes it and where each field goes')
  .argument('<file>', 'an FDR file, .gz or text: a path, s3://bucket/key, or - for standard input')
  .option('--limit <n>', 'explain no more lines than this')
  .option('--type <name>', 'only events of this type')
  .option('--ocsf <version>', 'OCSF 1.2.0, 1.3.0 or 1.1.0', '1.2.0')
  .option('--mappings <folder>', 'your own mappings')
  .option('--region <region>', "an S3 file's region")
  .option(...ENDPOINT_OPTION)
  .option(...JSON_OPTION)
  .addHelpText('after', '\nExample:\n  $ falconry explain ./archive/data/…/part-00000.gz --type DnsRequest --limit 1')
  .action(async (file, options) => (await import('./explain-command.js')).explainCommand({ file, ...options }));

program
  .command('dictionary')
  .description("what the mappings lack against your tenant's own event dictionary, and a skeleton of what to add")
  .argument('<file>', 'the dictionary as the FDR schema API gives it, JSON or .gz: a path, or - for standard input')
  .option('--skeleton <folder>', 'write mappings for the event types that have none, to mend and keep; a new or empty folder')
  .option('--all', 'every row of every table')
  .option('--ocsf <version>', 'OCSF 1.2.0, 1.3.0 or 1.1.0', '1.2.0')
  .option('--mappings <folder>', 'your own mappings')
  .option(...JSON_OPTION)
  .addHelpText('after', '\nExample:\n  $ falconry dictionary fdr-event-dictionary.json --skeleton ./my-mappings')
  .action(async (file, options) => (await import('./dictionary-command.js')).dictionaryCommand({ file, ...options }));

const sources = program
  .command('sources')
  .description('the Security Lake custom sources to register: name, class, path')
  .option('--ocsf <version>', 'OCSF 1.2.0, 1.3.0 or 1.1.0', '1.2.0')
  .option('--mappings <folder>', 'your own mappings')
  .option(...JSON_OPTION)
  .addHelpText('after', '\nExample:\n  $ falconry sources --ocsf 1.3.0')
  .action(async (options) => (await import('./sources-command.js')).sourcesCommand(options));

sources
  .command('ddl')
  .description(
    "Athena's tables or DuckDB's views over a lake in an ordinary bucket: a statement a source, partitions found by their places",
  )
  .requiredOption('--lake <uri>', 'as for convert; for Athena s3://bucket/prefix')
  .option('--engine <name>', 'athena, or duckdb: only sources that have objects, the lake is listed for them', 'athena')
  .option('--region <region>', "of a lake in S3: the region in the lake's paths")
  .option('--account-id <id...>', "the accountIds in the lake's paths; without them a query has to name one", [])
  .option('--database <name>', "Athena's database, DuckDB's schema", 'falconry')
  .option('--first-day <yyyymmdd>', 'of the oldest events', '20200101')
  .option('--ocsf <version>', 'OCSF 1.2.0, 1.3.0 or 1.1.0', '1.2.0')
  .option('--mappings <folder>', 'your own mappings')
  .addHelpText(
    'after',
    '\nExample:\n  $ falconry sources ddl --lake s3://my-lake --region eu-central-1 --account-id external_0123456789abcdef0123456789abcdef > tables.sql\n  $ falconry sources ddl --lake ./lake --engine duckdb > views.sql && duckdb -init views.sql',
  )
  .action(async (_, command) => (await import('./ddl-command.js')).ddlCommand(command.optsWithGlobals()));

sources
  .command('partitions')
  .description(
    'registers partitions that a lake has and its Glue catalog lacks; conversions with --glue-database do it by themselves',
  )
  .requiredOption('--lake <uri>', 's3://bucket/prefix, as for convert')
  .option('--source <source>', 'only this custom source')
  .option('--day <yyyymmdd>', 'only this day')
  .option('--region <region>', 'the region of lake and catalog (default: AWS_REGION)')
  .option('--dry-run', 'say what is missing, and change nothing')
  .option(...ENDPOINT_OPTION)
  .option(...JSON_OPTION)
  .addHelpText(
    'after',
    '\nExample:\n  $ falconry sources partitions --lake s3://my-lake --region eu-central-1 --glue-database security-lake --dry-run',
  )
  .action(async (_, command) => (await import('./partitions-command.js')).partitionsCommand(command.optsWithGlobals()));

sources
  .command('register')
  .description('registers the custom sources with Security Lake; those that it has already are left as they are')
  .requiredOption('--region <region>', 'the region of the lake')
  .requiredOption('--crawler-role <arn>', "the role of the sources' crawlers: CrawlerRoleArn of the stack falconry-lake")
  .requiredOption('--principal <account>', 'the account that converts, which may take on the provider roles')
  .addOption(
    new Option('--external-id <id>', 'what it has to show, long and made at random')
      .env('FALCONRY_EXTERNAL_ID')
      .makeOptionMandatory(),
  )
  .option('--source <name...>', 'only these sources')
  .option('--dry-run', 'say what would be registered, and change nothing')
  .option('--ocsf <version>', 'OCSF 1.2.0, 1.3.0 or 1.1.0', '1.2.0')
  .option('--mappings <folder>', 'your own mappings')
  .option(...JSON_OPTION)
  .addHelpText(
    'after',
    '\nExample:\n  $ FALCONRY_EXTERNAL_ID=… falconry sources register --region eu-central-1 --principal 111122223333 \\\n      --crawler-role arn:aws:iam::444455556666:role/falconry-lake-crawler-eu-central-1 --dry-run',
  )
  .action(async (_, command) => (await import('./register-command.js')).registerCommand(command.optsWithGlobals()));

program
  .command('demo')
  .description('makes a sample archive, converts it, verifies the lake and asks it a question')
  .argument('[dir]', 'where to', 'falconry-demo')
  .option('--events <n>', 'about how many events', '100000')
  .addHelpText('after', '\nExample:\n  $ falconry demo /tmp/demo --events 20000')
  .action(async (directory, options) => (await import('./demo-command.js')).demoCommand({ directory, ...options }));

const named = (name: string): Command => program.commands.find((command) => command.name() === name)!;
for (const name of ['convert', 'pull', 'replay']) addCatalogOptions(addWriteOptions(named(name)));
addWriteOptions(named('compact'));
for (const name of ['verify', 'query']) addReadOptions(named(name));
const ofSources = (name: string): Command => sources.commands.find((command) => command.name() === name)!;
addReadOptions(ofSources('ddl')).option(...ENDPOINT_OPTION);
addCatalogOptions(addReadOptions(ofSources('partitions')));

// a reader that has seen enough (`| head`) is no error
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

try {
  await program.parseAsync();
} catch (error) {
  const json = process.argv.includes('--json');
  if (error instanceof CommanderError) exitWithUsage(error, json);
  else exitWithError(error, json);
}
