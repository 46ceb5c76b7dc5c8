/** Where a conversion reads from and writes to. */
import { sep } from 'node:path';
import { folderOf, isS3Uri, openStore, type StoreOptions, storeOptionsOf } from '../store/open.js';
import type { ObjectStore } from '../store/store.js';
import type { CommitPlace } from './commit.js';
import { archiveOptions } from './conversion-room.js';
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

/** The archive, the work area and the lake of a conversion; nothing is read yet. */
export async function openPlaces(options: FilledOptions): Promise<Places> {
  const s3 = storeOptionsOf(options);
  const [archive, place] = await Promise.all([
    openStore(options.archive, archiveOptions(options)),
    openLakePlace(options.lake, options.work, s3),
  ]);
  return { archive, ...place };
}

/**
 * A lake and its work area: `work/` inside it unless named. Nothing is read yet.
 *
 * @throws WORK_NEEDED for a lake in S3 without a work area, WORK_IN_LAKE
 */
export async function openLakePlace(lakeUri: string, asked: string | undefined, s3: StoreOptions): Promise<LakePlace> {
  if (isS3Uri(lakeUri) && asked === undefined) throw workNeeded(lakeUri);
  const workUri = asked ?? `${lakeUri.replace(/[/\\]+$/, '')}/work`;
  const [work, lake] = await Promise.all([openStore(workUri, s3), openStore(lakeUri, s3)]);
  const workFolder = folderOf(workUri);
  const lakeFolder = folderOf(lakeUri);
  const lakePath = lakeFolder ?? lakeUri.replace(/\/+$/, '');
  const inside = workFolder?.startsWith(lakePath + sep) ?? workUri.startsWith(`${lakePath}/`);
  if (`${workFolder?.replaceAll(sep, '/') ?? workUri}/`.startsWith(`${lakePath.replaceAll(sep, '/')}/ext/`))
    throw workInExt(workUri);
  return { work, lake, workUri, workFolder, lakeFolder, lakeId: lakeIdOf(lakePath, inside) };
}

export async function closePlaces({ archive, work, lake }: Places): Promise<void> {
  await Promise.all([archive.close(), work.close(), lake.close()]);
}
