/** `falconry sources partitions`. */
import { z } from 'zod';
import { filledBy } from '../convert/options.js';
import { FalconryError } from '../error.js';
import { LAKE_ACCESS, lakeStoreOptions } from '../lake/lake-access.js';
import { checkFilter } from '../lake/lake-objects.js';
import { PartitionCatalog } from '../lake/partition-catalog.js';
import { type PartitionsReport, registerPartitions } from '../lake/register-partitions.js';
import { isS3Uri, openStore } from '../store/open.js';
import { count, plural } from './numbers.js';
import { ProgressLine } from './progress-line.js';

const PartitionsOptionsSchema = z.object({
  ...LAKE_ACCESS,
  lake: z.string(),
  region: z.string().optional(),
  endpointUrl: z.string().optional(),
  source: z.string().optional(),
  day: z.string().optional(),
  dryRun: z.boolean().default(false),
});

export type PartitionsArguments = z.input<typeof PartitionsOptionsSchema> & { json?: boolean };

export async function partitionsCommand({ json, ...args }: PartitionsArguments): Promise<void> {
  const { source, day, dryRun, ...options } = filledBy(PartitionsOptionsSchema, args);
  const filter = { ...(source === undefined ? {} : { source }), ...(day === undefined ? {} : { day }) };
  checkFilter(filter);
  if (!isS3Uri(options.lake)) throw usage(`--lake: "${options.lake}" is no s3://bucket/prefix; Glue knows S3 alone.`);
  const catalog = await PartitionCatalog.open(options);
  if (catalog === undefined) throw usage('--glue-database: name the database, or "security-lake" for its own names.');
  const lake = await openStore(options.lake, lakeStoreOptions(options));
  const line = new ProgressLine(json !== true);
  try {
    const report = await registerPartitions(lake, catalog, { ...filter, dryRun }, (partitions) =>
      line.show(() => `${plural(partitions, 'partition')} found`),
    );
    line.clear();
    process.stdout.write(json === true ? `${JSON.stringify(report)}\n` : partitionsText(report));
  } finally {
    line.clear();
    catalog.close();
    await lake.close();
  }
}

export function partitionsText({ found, known, missing, registered, dryRun, examples }: PartitionsReport): string {
  if (missing === 0) return `Nothing to register: all of ${plural(found, 'partition')} in the lake are in the catalog.\n`;
  const shown = examples.slice(0, 5).map((example) => `  ${example}`);
  const rest = missing > shown.length ? [`  … and ${count(missing - shown.length)} more`] : [];
  const done = dryRun ? `Would register ${plural(missing, 'partition')}` : `Registered ${plural(registered, 'partition')}`;
  const lines = [`${done} of ${count(found)} in the lake; the catalog has ${count(known)} already:`, ...shown, ...rest];
  return `${[...lines, ...(dryRun ? ['Nothing was changed.'] : [])].join('\n')}\n`;
}

const usage = (message: string) => new FalconryError('OPTION_INVALID', message, { exitCode: 2 });
