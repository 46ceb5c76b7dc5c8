/** `falconry sources ddl`: Athena's tables over a lake in an ordinary bucket. */

import { loadCompiled, loadLayouts } from '../convert/definitions.js';
import { optionInvalid } from '../convert/errors.js';
import { athenaDdl } from '../lake/athena-ddl.js';
import { isS3Uri } from '../store/open.js';
import { fillVersion } from './ocsf-option.js';

export interface DdlArguments {
  lake: string;
  region: string;
  accountId: string[];
  database: string;
  firstDay: string;
  ocsf: string;
  mappings?: string;
}

export async function ddlCommand({ lake, region, accountId, database, firstDay, ocsf, mappings }: DdlArguments): Promise<void> {
  if (!isS3Uri(lake)) throw optionInvalid(`--lake: "${lake}" is no s3://bucket/prefix; Athena reads S3 alone.`);
  if (!/^[a-z]{2}(-[a-z]+)+-\d$/.test(region)) throw optionInvalid(`--region: "${region}" is no AWS region, as eu-central-1 is.`);
  if (!/^[a-z][a-z0-9_]{0,126}$/.test(database))
    throw optionInvalid(`--database: "${database}" is no name of lower-case letters, digits and "_".`);
  if (!/^\d{8}$/.test(firstDay)) throw optionInvalid(`--first-day: "${firstDay}" is no day as 20250101 is.`);
  const wrong = accountId.find((account) => !/^[A-Za-z0-9_-]+$/.test(account));
  if (wrong !== undefined) throw optionInvalid(`--account-id: "${wrong}" is none as they stand in the lake's paths.`);
  const version = fillVersion(ocsf);
  const layouts = new Map(loadLayouts(version).map((layout) => [layout.class, layout]));
  const statements = loadCompiled(version, mappings).mapping.classes.map(({ source, name }) =>
    athenaDdl({ database, source, layout: layouts.get(name)!, lake, region, accounts: accountId, firstDay }),
  );
  process.stdout.write(`CREATE DATABASE IF NOT EXISTS \`${database}\`;\n\n${statements.join('\n\n')}\n`);
}
