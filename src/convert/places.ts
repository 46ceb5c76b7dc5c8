/** Where a conversion reads from and writes to. */
import { sep } from 'node:path';
import { type LakeStoreOptions, lakeStoreOptions } from '../lake/lake-access.js';
import { PartitionCatalog } from '../lake/partition-catalog.js';
import { folderOf, isS3Uri, openStore, storeOptionsOf } from '../store/open.js';
import type { ObjectStore } from '../store/store.js';
import type { CommitPlace } from './commit.js';
import { workInExt, workNeeded } from './errors.js';
import { lakeIdOf } from './ledger.js';
import type { FilledOptions } from './options.js';

export interface Places extends CommitPlace {
  archive: ObjectStore;
  workUri: string;
}

/** A lake and its work area. */
export interface LakePlace extends CommitPlace {
  workUri: string;
}

/** S3's options for the archive, which may be in another region than lake and work area. */
export function archiveOptions(options: FilledOptions) {
  return storeOptionsOf({ ...options, region: options.archiveRegion ?? options.region });
}

/** The archive, the work area and the lake of a conversion; nothing is read yet. */
export async function openPlaces(options: FilledOptions): Promise<Places> {
  const [archive, place] = await Promise.all([openStore(options.archive, archiveOptions(options)), openLakePlace(options)]);
  return { archive, ...place };
}

export interface LakePlaceOptions extends LakeStoreOptions {
  work?: string | undefined;
}

/**
 * A lake and its work area: `work/` inside it unless named. Nothing is read yet.
 *
 * @throws WORK_NEEDED for a lake in S3 without a work area, WORK_IN_LAKE
 */
export async function openLakePlace(options: LakePlaceOptions): Promise<LakePlace> {
  const { lake: lakeUri, work: asked } = options;
  if (isS3Uri(lakeUri) && asked === undefined) throw workNeeded(lakeUri);
  const workUri = asked ?? `${lakeUri.replace(/[/\\]+$/, '')}/work`;
  const workFolder = folderOf(workUri);
  const lakeFolder = folderOf(lakeUri);
  const lakePath = lakeFolder ?? lakeUri.replace(/\/+$/, '');
  const inside = workFolder?.startsWith(lakePath + sep) ?? workUri.startsWith(`${lakePath}/`);
  if (`${workFolder?.replaceAll(sep, '/') ?? workUri}/`.startsWith(`${lakePath.replaceAll(sep, '/')}/ext/`))
    throw workInExt(workUri);
  const lakeId = lakeIdOf(lakePath, inside);
  return { ...(await openLakeStores(options, workUri, lakeId)), workUri, workFolder, lakeFolder, lakeId };
}

/** The work area with one's own rights, the lake with those of its roles, and the catalog where one is named. */
export async function openLakeStores(
  options: LakeStoreOptions,
  workUri: string,
  lakeId: string,
): Promise<Pick<CommitPlace, 'work' | 'lake' | 'catalog'>> {
  const [work, lake] = await Promise.all([
    openStore(workUri, storeOptionsOf(options)),
    openStore(options.lake, lakeStoreOptions(options)),
  ]);
  const catalog = await PartitionCatalog.open(options, { work, lakeId });
  return { work, lake, ...(catalog && { catalog }) };
}

export async function closePlaces({ archive, ...place }: Places): Promise<void> {
  await Promise.all([archive.close(), closeLakePlace(place)]);
}

export async function closeLakePlace({ work, lake, catalog }: Pick<CommitPlace, 'work' | 'lake' | 'catalog'>): Promise<void> {
  catalog?.close();
  await Promise.all([work.close(), lake.close()]);
}
