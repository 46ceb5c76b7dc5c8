/** `falconry snapshot`: host and user facts of an archive, for conversions with `enrich`. */
import { z } from 'zod';
import { findFiles } from '../archive/find.js';
import { type LoadedSnapshot, loadSnapshot } from '../enrich/snapshot-place.js';
import { type SnapshotReport, takeSnapshot } from '../enrich/take-snapshot.js';
import { openStore, storeOptionsOf } from '../store/open.js';
import { ConvertOptionsSchema, type FilledOptions, filledBy } from './options.js';
import { withoutOwn } from './own-objects.js';
import type { Places } from './places.js';

const SnapshotOptionsSchema = ConvertOptionsSchema.pick({ archive: true, mappings: true, endpointUrl: true }).extend({
  work: ConvertOptionsSchema.shape.archive,
  region: ConvertOptionsSchema.shape.region.optional(),
  /** read UserIdentity events too, which inflates all events */
  events: z.boolean().default(true),
});

export type SnapshotInput = z.input<typeof SnapshotOptionsSchema>;

export interface SnapshotHooks {
  onProgress?: (progress: { files: number; compressedBytes: number; rows: number }) => void;
  signal?: AbortSignal;
}

/** @throws FalconryError: OPTION_INVALID, ARCHIVE_NOT_FOUND, ARCHIVE_EMPTY, SNAPSHOT_TOO_LARGE, and what stores throw */
export async function snapshot(options: SnapshotInput, hooks: SnapshotHooks = {}): Promise<SnapshotReport & { work: string }> {
  const { archive: archiveUri, work: workUri, region, endpointUrl, events, mappings } = filledBy(SnapshotOptionsSchema, options);
  const s3 = storeOptionsOf({ region, endpointUrl });
  const [archive, work] = await Promise.all([openStore(archiveUri, s3), openStore(workUri, s3)]);
  try {
    const files = findFiles(withoutOwn(archive, workUri, workUri));
    const { loadMappings } = await import('./definitions.js');
    const { placeholders } = loadMappings(mappings);
    return { ...(await takeSnapshot({ archive, files, work, placeholders, events, ...hooks })), work: workUri };
  } finally {
    await Promise.all([archive.close(), work.close()]);
  }
}

/**
 * The facts that `enrich` asks for.
 *
 * @throws FalconryError: SNAPSHOT_MISSING, and what stores throw
 */
export async function snapshotFor({ enrich, archive }: FilledOptions, { work }: Places): Promise<LoadedSnapshot | undefined> {
  if (enrich === false) return undefined;
  return loadSnapshot(work, archive, enrich === true ? undefined : enrich);
}
