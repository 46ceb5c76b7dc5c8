/** Options of a lake in a real account: roles, and the catalog. Each may come from the environment. */
import { type Command, Option } from 'commander';
import { LAKE_VARIABLES } from '../lake/lake-variables.js';

const option = (name: keyof typeof LAKE_VARIABLES, flags: string, text: string): Option =>
  new Option(flags, text).env(LAKE_VARIABLES[name]);

/** An empty variable counts as absent. */
export function dropEmptyVariables(command: Command): void {
  for (const name of command.options.map((each) => each.attributeName())) {
    if (command.getOptionValueSource(name) === 'env' && command.getOptionValue(name) === '')
      command.setOptionValue(name, undefined);
  }
}

const maintenance = (text: string) => option('maintenanceRole', '--maintenance-role <arn>', text);
const externalId = () => option('externalId', '--external-id <id>', 'what these roles ask for');

/** For commands that read a lake. */
export function addReadOptions(command: Command): Command {
  return command.addOption(maintenance('the role that reads the lake in S3 (default: your own)')).addOption(externalId());
}

/** For commands that write a lake. */
export function addWriteOptions(command: Command): Command {
  return command
    .addOption(
      option(
        'providerRole',
        '--provider-role <arn>',
        "the role that writes a lake in S3; {source} and {region} stand for the object's (default: your own)",
      ),
    )
    .addOption(maintenance('the role that lists, reads and deletes in the lake, and registers partitions (default: your own)'))
    .addOption(externalId())
    .addOption(option('lakeKmsKey', '--lake-kms-key <key>', 'encrypt objects with it (default: as the bucket says)'));
}

/** For commands that make partitions. */
export function addCatalogOptions(command: Command): Command {
  return command
    .addOption(
      option(
        'glueDatabase',
        '--glue-database <name>',
        'register new partitions in this Glue database; "security-lake" stands for its own names',
      ),
    )
    .addOption(
      option('glueTable', '--glue-table <name>', 'the table of a source, with {source} and {region} (default: {source})'),
    );
}
