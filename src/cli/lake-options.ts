/** Options of a lake in a real account: roles, and the catalog. Each may come from the environment. */
import { type Command, Option } from 'commander';

const option = (flags: string, text: string, variable: string): Option => new Option(flags, text).env(variable);

/** An empty variable counts as absent. */
export function dropEmptyVariables(command: Command): void {
  for (const name of command.options.map((each) => each.attributeName())) {
    if (command.getOptionValueSource(name) === 'env' && command.getOptionValue(name) === '')
      command.setOptionValue(name, undefined);
  }
}

const maintenance = (text: string) => option('--maintenance-role <arn>', text, 'FALCONRY_MAINTENANCE_ROLE');
const externalId = () => option('--external-id <id>', 'what these roles ask for', 'FALCONRY_EXTERNAL_ID');

/** For commands that read a lake. */
export function addReadOptions(command: Command): Command {
  return command.addOption(maintenance('the role that reads the lake in S3 (default: your own)')).addOption(externalId());
}

/** For commands that write a lake. */
export function addWriteOptions(command: Command): Command {
  return command
    .addOption(
      option(
        '--provider-role <arn>',
        "the role that writes a lake in S3; {source} and {region} stand for the object's (default: your own)",
        'FALCONRY_PROVIDER_ROLE',
      ),
    )
    .addOption(maintenance('the role that lists, reads and deletes in the lake, and registers partitions (default: your own)'))
    .addOption(externalId())
    .addOption(option('--lake-kms-key <key>', 'encrypt objects with it (default: as the bucket says)', 'FALCONRY_LAKE_KMS_KEY'));
}

/** For commands that make partitions. */
export function addCatalogOptions(command: Command): Command {
  return command
    .addOption(
      option(
        '--glue-database <name>',
        'register new partitions in this Glue database; "security-lake" stands for its own names',
        'FALCONRY_GLUE_DATABASE',
      ),
    )
    .addOption(
      option(
        '--glue-table <name>',
        'the table of a source, with {source} and {region} (default: {source})',
        'FALCONRY_GLUE_TABLE',
      ),
    );
}
