/**
 * The commit protocol of a unit: stage, ledger, publish.
 *
 * 1. Finished objects lie in the work area under the attempt's own staging prefix; the lake has seen nothing.
 * 2. The ledger is written if no other attempt has (`If-None-Match: *`): the one decision.
 * 3. The objects are published under names that depend on the unit alone. This can be repeated: by {@link publishUnit} of the next run, if
 *    this one dies here.
 */
import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { ObjectStore } from '../store/store.js';
import { stagingLost } from './errors.js';
import { type Ledger, ledgerKey, publishedKey, quarantineKey, readLedger, stagingPrefix } from './ledger.js';
import type { ConvertedUnit } from './unit-converter.js';

/** Where a unit goes. */
export interface CommitPlace {
  work: ObjectStore;
  lake: ObjectStore;
  lakeId: string;
  /** the work area as a folder, where it is one: staged objects can then be moved instead of copied */
  workFolder: string | undefined;
}

/**
 * Runs one attempt at a unit with a scratch folder of its own: the attempt's place under `staging/` where the work area is a folder, so that
 * its files are staged as they are written; else a temporary folder.
 *
 * @param run calls `keepStaged` before the ledger may be written: from then on a staged file is not the attempt's to remove
 */
export async function convertInScratch<T>(
  place: CommitPlace,
  unit: string,
  run: (scratch: string, attempt: string, keepStaged: () => void) => Promise<T>,
): Promise<T> {
  const attempt = randomUUID().slice(0, 8);
  const scratch =
    place.workFolder === undefined
      ? await mkdtemp(join(tmpdir(), 'falconry-'))
      : join(place.workFolder, stagingPrefix(place.lakeId, unit), attempt);
  let keep = false;
  try {
    return await run(scratch, attempt, () => {
      keep = place.workFolder !== undefined;
    });
  } finally {
    if (!keep) await rm(scratch, { recursive: true, force: true }).catch(() => {});
  }
}

/**
 * Stages a converted unit and writes its ledger; {@link publishUnit} is next.
 *
 * @param attempt a name no other attempt has
 * @returns the ledger that won: this attempt's with the local files of its objects, or that of one that was quicker
 */
export async function commitUnit(
  place: CommitPlace,
  unit: string,
  identity: Record<string, string>,
  converted: ConvertedUnit,
  attempt: string,
  seconds: number,
): Promise<{ ledger: Ledger; localPaths: ReadonlyMap<string, string> | undefined }> {
  const { work, lakeId } = place;
  const staged = `${stagingPrefix(lakeId, unit)}${attempt}/`;
  const objects: Ledger['objects'] = [];
  const localPaths = new Map<string, string>();
  for (const [index, { path, ...object }] of converted.objects.entries()) {
    const key = `${staged}${index}.parquet`;
    if (place.workFolder === undefined) await work.writeFile(key, path);
    localPaths.set(key, path);
    objects.push({ ...object, staged: key });
  }
  const ledger: Ledger = {
    format: 1,
    unit,
    identity,
    files: converted.files,
    outcomes: converted.outcomes,
    filtered: converted.filtered,
    quarantine: converted.quarantine,
    invalid: converted.invalid,
    unknown: converted.unknown,
    objects,
    seconds,
  };
  if (converted.quarantinePath !== undefined) {
    ledger.quarantineKey = quarantineKey(lakeId, unit);
    await work.writeFile(ledger.quarantineKey, converted.quarantinePath);
  }
  const { written } = await work.write(ledgerKey(lakeId, unit), `${JSON.stringify(ledger, null, 1)}\n`, { ifAbsent: true });
  if (written) return { ledger, localPaths };
  return { ledger: await readLedger(work, ledgerKey(lakeId, unit)), localPaths: undefined };
}

/**
 * Publishes the objects of a committed unit, then marks it published and clears its staging. Safe to repeat, and to run beside another
 * that does the same: names and bytes are the same.
 *
 * @param localPaths staged key → local file, where this process still has them
 * @throws STAGING_LOST if an object is neither staged nor in the lake
 */
export async function publishUnit(
  place: CommitPlace,
  ledger: Ledger,
  localPaths: ReadonlyMap<string, string> | undefined,
): Promise<void> {
  const { work, lake, lakeId, workFolder } = place;
  const scratch =
    localPaths === undefined && workFolder === undefined ? await mkdtemp(join(tmpdir(), 'falconry-publish-')) : undefined;
  try {
    for (const object of ledger.objects) {
      const local = localPaths?.get(object.staged) ?? (workFolder === undefined ? undefined : join(workFolder, object.staged));
      if (local !== undefined && (await publishFile(lake, object.key, local, workFolder !== undefined))) continue;
      if ((await lake.head(object.key))?.size === object.bytes) continue;
      if (scratch === undefined || (await work.head(object.staged)) === undefined) throw stagingLost(ledger.unit, object.key);
      const path = join(scratch, 'object.parquet');
      await pipeline(await work.read(object.staged), createWriteStream(path));
      await lake.writeFile(object.key, path, { consume: true });
    }
  } finally {
    if (scratch !== undefined) await rm(scratch, { recursive: true, force: true });
  }
  await work.write(publishedKey(lakeId, ledger.unit), '{}\n');
  await clearStaging(place, ledger.unit);
}

/** False where the file is gone: it was published before. */
async function publishFile(lake: ObjectStore, key: string, path: string, consume: boolean): Promise<boolean> {
  try {
    await lake.writeFile(key, path, { consume });
    return true;
  } catch (error) {
    if ((error as { code?: unknown }).code === 'STORE_NOT_FOUND' || isAbsent(error)) return false;
    throw error;
  }
}

function isAbsent(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause) if ((at as NodeJS.ErrnoException).code === 'ENOENT') return true;
  return false;
}

/** Removes all attempts' staged files of a unit, and the folder that held them. */
export async function clearStaging({ work, lakeId, workFolder }: CommitPlace, unit: string): Promise<void> {
  const prefix = stagingPrefix(lakeId, unit);
  if (workFolder !== undefined) {
    await rm(join(workFolder, prefix), { recursive: true, force: true });
    return;
  }
  const keys: string[] = [];
  for await (const { key } of work.list(prefix)) keys.push(key);
  for (const key of keys) await work.delete(key);
}
