/** Registers what a lake holds and its catalog does not: days that were written before a catalog was named, or that it has lost. */
import type { ObjectStore } from '../store/store.js';
import { type LakeFilter, lakeObjects } from './lake-objects.js';
import { partitionPrefix } from './partition.js';
import { type PartitionCatalog, partitionsOf } from './partition-catalog.js';

export interface PartitionsReport {
  /** found = known + missing */
  found: number;
  known: number;
  missing: number;
  /** of the missing ones; none in a dry run */
  registered: number;
  dryRun: boolean;
  /** the first hundred that were missing: ext/…/eventDay=…/ */
  examples: string[];
}

const MOST_EXAMPLES = 100;

/** @throws CATALOG_…, and what stores throw; what was registered stays */
export async function registerPartitions(
  lake: ObjectStore,
  catalog: PartitionCatalog,
  { dryRun, ...filter }: LakeFilter & { dryRun: boolean },
  onProgress?: (partitions: number) => void,
): Promise<PartitionsReport> {
  const keys = new Map<string, string>();
  for await (const entry of lakeObjects(lake, filter)) {
    if (entry.kind !== 'object') continue;
    const prefix = partitionPrefix(entry.partition);
    if (keys.has(prefix)) continue;
    keys.set(prefix, entry.info.key);
    onProgress?.(keys.size);
  }
  const missing = await catalog.missing(partitionsOf(keys.values()));
  const registered = dryRun ? 0 : await catalog.register(missing);
  return {
    found: keys.size,
    known: keys.size - missing.length,
    missing: missing.length,
    registered,
    dryRun,
    examples: missing.slice(0, MOST_EXAMPLES).map(partitionPrefix),
  };
}
