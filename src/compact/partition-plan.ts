/** A day's partitions as a file, for an array job: each child compacts one. */
import { z } from 'zod';
import { FalconryError } from '../error.js';
import { lakeStoreOptions } from '../lake/lake-access.js';
import { openStore, storeOptionsOf } from '../store/open.js';
import { readText } from '../store/read-text.js';
import { checkClosed } from './closed-day.js';
import { partitionsOf } from './compact.js';
import { planBroken, planExists } from './errors.js';
import { type CompactOptions, CompactOptionsSchema, fillCompactOptions } from './options.js';

const PartitionSchema = z.object({ source: z.string(), region: z.string(), accountId: z.string(), eventDay: z.string() });

export const PartitionPlanSchema = z.object({
  format: z.literal(1),
  day: z.string(),
  /** as `compact` was told, for the children */
  options: CompactOptionsSchema,
  partitions: z.array(PartitionSchema).min(1),
});

export type PartitionPlan = z.output<typeof PartitionPlanSchema>;

/** @throws DAY_OPEN, COMPACT_NOTHING, PLAN_EXISTS */
export async function writePartitionPlan(options: CompactOptions, uri: string, now = Date.now): Promise<PartitionPlan> {
  const filled = fillCompactOptions(options);
  checkClosed(filled, now());
  const s3 = storeOptionsOf(filled);
  const lake = await openStore(filled.lake, lakeStoreOptions(filled));
  const { store, key } = await fileOf(uri, s3);
  try {
    const partitions = await partitionsOf(lake, filled);
    const plan: PartitionPlan = { format: 1, day: filled.day, options: filled, partitions };
    const { written } = await store.write(key, `${JSON.stringify(plan, null, 1)}\n`, { ifAbsent: true });
    if (!written) throw planExists(uri);
    return plan;
  } finally {
    await Promise.all([lake.close(), store.close()]);
  }
}

/** @throws PLAN_BROKEN, and what stores throw */
export async function readPartitionPlan(uri: string, s3: { region?: string; endpointUrl?: string }): Promise<PartitionPlan> {
  const { store, key } = await fileOf(uri, s3);
  try {
    return PartitionPlanSchema.parse(JSON.parse(await readText(store, key)));
  } catch (error) {
    throw error instanceof FalconryError ? error : planBroken(uri, error);
  } finally {
    await store.close();
  }
}

async function fileOf(uri: string, s3: { region?: string; endpointUrl?: string }) {
  const slash = uri.lastIndexOf('/');
  const [folder, key] = slash < 0 ? ['.', uri] : [uri.slice(0, slash) || '/', uri.slice(slash + 1)];
  return { store: await openStore(folder, s3), key };
}
