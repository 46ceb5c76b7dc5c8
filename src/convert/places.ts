/** Where a conversion reads from and writes to. */
import { sep } from 'node:path';
import { folderOf, isS3Uri, openStore } from '../store/open.js';
import type { ObjectStore } from '../store/store.js';
import type { CommitPlace } from './commit.js';
import { storeOptions } from './conversion-room.js';
import { workInExt, workNeeded } from './errors.js';
import { lakeIdOf } from './ledger.js';
import type { FilledOptions } from './options.js';

export interface Places extends CommitPlace {
  archive: ObjectStore;
  workUri: string;
}

/** The archive, the work area and the lake of a conversion; nothing is read yet. */
export async function openPlaces(options: FilledOptions): Promise<Places> {
  if (isS3Uri(options.lake) && options.work === undefined) throw workNeeded(options.lake);
  const workUri = options.work ?? `${options.lake.replace(/[/\\]+$/, '')}/work`;
  const s3 = storeOptions(options);
  const [archive, work, lake] = await Promise.all([
    openStore(options.archive, s3),
    openStore(workUri, s3),
    openStore(options.lake, s3),
  ]);
  const workFolder = folderOf(workUri);
  const lakeFolder = folderOf(options.lake);
  const lakePath = lakeFolder ?? options.lake.replace(/\/+$/, '');
  const inside = workFolder?.startsWith(lakePath + sep) ?? workUri.startsWith(`${lakePath}/`);
  if (`${workFolder?.replaceAll(sep, '/') ?? workUri}/`.startsWith(`${lakePath.replaceAll(sep, '/')}/ext/`))
    throw workInExt(workUri);
  return { archive, work, lake, workUri, workFolder, lakeFolder, lakeId: lakeIdOf(lakePath, inside) };
}

export async function closePlaces({ archive, work, lake }: Places): Promise<void> {
  await Promise.all([archive.close(), work.close(), lake.close()]);
}
