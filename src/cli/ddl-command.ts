/** `falconry sources ddl`: the tables of Athena, or the views of DuckDB, over a lake in an ordinary bucket. */

import { z } from 'zod';
import { loadCompiled, loadLayouts } from '../convert/definitions.js';
import { optionInvalid } from '../convert/errors.js';
import { ConvertOptionsSchema, filledBy } from '../convert/options.js';
import { athenaDdl } from '../lake/athena-ddl.js';
import { duckdbDdl, duckdbS3Setup } from '../lake/duckdb-ddl.js';
import { lakeStoreOptions } from '../lake/lake-access.js';
import { lakeObjects } from '../lake/lake-objects.js';
import { isS3Uri, openStore } from '../store/open.js';
import type { ObjectStore } from '../store/store.js';

const matching = (pattern: RegExp, what: string) =>
  z.string().regex(pattern, { error: ({ input }) => `"${input}" is no ${what}` });

const DdlOptionsSchema = z.object({
  engine: z.enum(['athena', 'duckdb'], { error: ({ input }) => `"${input}" is neither athena nor duckdb` }).default('athena'),
  lake: z.string(),
  region: ConvertOptionsSchema.shape.region.optional(),
  accountId: z.array(matching(/^[A-Za-z0-9_-]+$/, "account as they stand in the lake's paths")).default([]),
  database: matching(/^[a-z][a-z0-9_]{0,126}$/, 'name of lower-case letters, digits and "_"').default('falconry'),
  firstDay: matching(/^\d{8}$/, 'day as 20250101 is').default('20200101'),
  ocsf: ConvertOptionsSchema.shape.ocsf,
  mappings: z.string().optional(),
  endpointUrl: z.string().optional(),
  maintenanceRole: z.string().optional(),
  externalId: z.string().optional(),
});

export type DdlArguments = z.input<typeof DdlOptionsSchema>;
type DdlOptions = z.output<typeof DdlOptionsSchema>;

export async function ddlCommand(args: DdlArguments): Promise<void> {
  const options = filledBy(DdlOptionsSchema, args);
  process.stdout.write(options.engine === 'athena' ? athenaText(options) : await duckdbText(options));
}

function athenaText({ lake, region, accountId, database, firstDay, ocsf, mappings }: DdlOptions): string {
  if (!isS3Uri(lake)) throw optionInvalid(`--lake: "${lake}" is no s3://bucket/prefix; Athena reads S3 alone.`);
  if (region === undefined) throw optionInvalid("--region: name the region in the lake's paths.");
  const layouts = new Map(loadLayouts(ocsf).map((layout) => [layout.class, layout]));
  const statements = loadCompiled(ocsf, mappings).mapping.classes.map(({ source, name }) =>
    athenaDdl({ database, source, layout: layouts.get(name)!, lake, region, accounts: accountId, firstDay }),
  );
  return `CREATE DATABASE IF NOT EXISTS \`${database}\`;\n\n${statements.join('\n\n')}\n`;
}

async function duckdbText(options: DdlOptions): Promise<string> {
  const { lake, region, database, ocsf, mappings } = options;
  if (isS3Uri(lake) && region === undefined) throw optionInvalid("--region: name the region of the lake's bucket.");
  const setup = isS3Uri(lake) ? [duckdbS3Setup(region!)] : [];
  const statements: string[] = [];
  const empty: string[] = [];
  const store = await openStore(lake, lakeStoreOptions(options));
  try {
    for (const { source } of loadCompiled(ocsf, mappings).mapping.classes) {
      if (await hasObjects(store, source)) statements.push(duckdbDdl({ schema: database, source, lake }));
      else empty.push(source);
    }
  } finally {
    await store.close();
  }
  // DuckDB makes no view over nothing
  const without = empty.length === 0 ? [] : [`-- without objects yet: ${empty.join(', ')}`];
  return `${[...setup, `CREATE SCHEMA IF NOT EXISTS "${database}";`, ...statements, ...without].join('\n\n')}\n`;
}

async function hasObjects(store: ObjectStore, source: string): Promise<boolean> {
  for await (const { kind } of lakeObjects(store, { source })) if (kind === 'object') return true;
  return false;
}
