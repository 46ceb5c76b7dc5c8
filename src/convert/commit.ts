/**
 * The commit protocol of a unit: stage, ledger, publish.
 *
 * 1. Finished objects, and the quarantined lines, lie in the work area under the attempt's own staging prefix; nobody else has seen them.
 * 2. The ledger is written if no other attempt has (`If-None-Match: *`): the one decision.
 * 3. They are published under names that depend on the unit alone, and their partitions registered. This can be repeated: by {@link publishUnit} of the next run, if this
 *    one dies here. What an attempt without a ledger has staged is worth nothing: see {@link clearStaging}.
 */
import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdtemp, open, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { errorRecord } from '../error.js';
import { deadKeys } from '../lake/journal.js';
import { type PartitionCatalog, partitionsOf } from '../lake/partition-catalog.js';
import { deletePrefix } from '../store/delete-prefix.js';
import { removeTemporaries } from '../store/local-write.js';
import type { ObjectStore } from '../store/store.js';
import { scratchError, stagingLost } from './errors.js';
import {
  attemptPrefix,
  type Ledger,
  ledgerKey,
  lockKey,
  publishedKey,
  quarantineKey,
  readLedger,
  stagingPrefix,
} from './ledger.js';
import type { ConvertedUnit } from './unit-converter.js';

/** Where a unit goes. */
export interface CommitPlace {
  work: ObjectStore;
  lake: ObjectStore;
  lakeId: string;
  /** a staging place beside that of `convert`, which clears its own; default `lakeId` */
  stagingId?: string;
  /** the work area as a folder, where it is one: staged objects can then be moved instead of copied */
  workFolder: string | undefined;
  /** the lake as a folder, where it is one */
  lakeFolder: string | undefined;
  /** where partitions are registered, if anywhere */
  catalog?: PartitionCatalog;
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
  const { workFolder } = place;
  const scratch =
    workFolder === undefined ? await temporaryFolder() : join(workFolder, attemptPrefix(stagingIdOf(place), unit, attempt));
  let keep = false;
  try {
    return await run(scratch, attempt, () => {
      keep = workFolder !== undefined;
    });
  } catch (error) {
    throw scratchError(error, workFolder ?? scratch);
  } finally {
    if (!keep) await rm(scratch, { recursive: true, force: true }).catch(() => {});
  }
}

const stagingIdOf = ({ stagingId, lakeId }: CommitPlace): string => stagingId ?? lakeId;

async function temporaryFolder(): Promise<string> {
  try {
    return await mkdtemp(join(tmpdir(), 'falconry-'));
  } catch (error) {
    throw scratchError(error, tmpdir());
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
  const { work, lakeId, workFolder } = place;
  const prefix = attemptPrefix(stagingIdOf(place), unit, attempt);
  const localPaths = new Map<string, string>();
  const stage = async (path: string): Promise<string> => {
    const key = `${prefix}${basename(path)}`;
    if (workFolder === undefined) await work.writeFile(key, path);
    else await flushToDisk(path);
    localPaths.set(key, path);
    return key;
  };
  const objects: Ledger['objects'] = [];
  for (const { path, ...object } of converted.objects) objects.push({ ...object, staged: await stage(path) });
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
    ...(converted.facts === undefined ? {} : { facts: converted.facts }),
    objects,
    seconds,
  };
  if (converted.quarantinePath !== undefined) {
    const { size } = await stat(converted.quarantinePath);
    const staged = await stage(converted.quarantinePath);
    ledger.quarantineFile = { key: quarantineKey(lakeId, unit), staged, bytes: size };
  }
  const { written } = await work.write(ledgerKey(lakeId, unit), `${JSON.stringify(ledger, null, 1)}\n`, { ifAbsent: true });
  if (written) return { ledger, localPaths };
  if (workFolder === undefined) for (const key of localPaths.keys()) await work.delete(key);
  return { ledger: await readLedger(work, ledgerKey(lakeId, unit)), localPaths: undefined };
}

/** On disk before a ledger says so. */
export async function flushToDisk(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Publishes what a committed unit has staged, registers its partitions, marks it published and clears its staging; an object that
 * compaction has replaced since (another attempt had published it) stays away. Safe to repeat, and to run beside others that
 * do the same: names and bytes are the same, and who finds nothing staged any more takes their mark for it.
 *
 * @param localPaths staged key → local file, where this process still has them
 * @returns how many partitions were not registered before; undefined where none are to be
 * @throws STAGING_LOST if an object is neither staged nor in the lake, and nobody has published the unit
 */
export async function publishUnit(
  place: CommitPlace,
  ledger: Ledger,
  localPaths: ReadonlyMap<string, string> | undefined,
): Promise<number | undefined> {
  const { work, lake, lakeId, workFolder, lakeFolder } = place;
  const { unit, objects, quarantineFile } = ledger;
  const dead = await deadKeys(
    work,
    lakeId,
    objects.map(({ key }) => key),
  );
  const files: StagedFile[] = objects.map(({ key, staged, bytes }) => ({ key, staged, bytes, to: lake }));
  if (quarantineFile !== undefined) files.push({ ...quarantineFile, to: work });
  if (localPaths === undefined && lakeFolder !== undefined) {
    for (const { key } of objects) await removeTemporaries(join(lakeFolder, dirname(key)));
  }
  const scratch = localPaths === undefined && workFolder === undefined ? await temporaryFolder() : undefined;
  try {
    for (const { key, staged, bytes, to } of files) {
      if (dead.has(key)) continue;
      const local = localPaths?.get(staged) ?? (workFolder === undefined ? undefined : join(workFolder, staged));
      if (local !== undefined && (await publishFile(to, key, local, bytes, workFolder !== undefined))) continue;
      if ((await to.head(key))?.size === bytes) continue;
      if (scratch !== undefined && (await publishStaged(work, staged, to, key, join(scratch, 'object')))) continue;
      if ((await work.head(publishedKey(lakeId, unit))) === undefined) throw stagingLost(unit, key);
    }
  } catch (error) {
    throw scratch === undefined ? error : scratchError(error, scratch);
  } finally {
    if (scratch !== undefined) await rm(scratch, { recursive: true, force: true });
  }
  // before the mark: who finds none comes here again
  const registered = await place.catalog?.register(partitionsOf(objects.map(({ key }) => key)));
  await work.write(publishedKey(lakeId, unit), '{}\n');
  if (workFolder !== undefined)
    await rm(join(workFolder, stagingPrefix(stagingIdOf(place)), unit), { recursive: true, force: true });
  else for (const { staged } of files) await work.delete(staged);
  return registered;
}

/** From the work area's staging to its place. */
interface StagedFile {
  staged: string;
  key: string;
  bytes: number;
  to: ObjectStore;
}

/** False where the file is gone, published before, or not whole. */
export async function publishFile(to: ObjectStore, key: string, path: string, bytes: number, consume: boolean): Promise<boolean> {
  try {
    if ((await stat(path)).size !== bytes) return false;
    await to.writeFile(key, path, { consume });
    return true;
  } catch (error) {
    if (isAbsent(error)) return false;
    throw error;
  }
}

/** By way of a local file; false where nothing is staged any more, also where it goes while it is read. */
async function publishStaged(work: ObjectStore, staged: string, to: ObjectStore, key: string, path: string): Promise<boolean> {
  try {
    await pipeline(await work.read(staged), createWriteStream(path));
  } catch (error) {
    if (errorRecord(error).code === 'STORE_NOT_FOUND') return false;
    throw error;
  }
  await to.writeFile(key, path, { consume: true });
  return true;
}

function isAbsent(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause) if ((at as NodeJS.ErrnoException).code === 'ENOENT') return true;
  return false;
}

/**
 * Removes what is staged for a lake, and what killed writers have left in its work area. Only for who holds its lock and has published all committed units: what is left comes from attempts
 * that died before their ledger, and when the archive has grown no later attempt has the same name.
 */
export async function clearStaging({ work, lakeId, workFolder }: CommitPlace): Promise<void> {
  const prefix = stagingPrefix(lakeId);
  if (workFolder !== undefined) {
    await rm(join(workFolder, prefix), { recursive: true, force: true });
    for (const key of [lockKey(lakeId), ledgerKey(lakeId, ''), quarantineKey(lakeId, '')]) {
      await removeTemporaries(join(workFolder, dirname(key)));
    }
    return;
  }
  await deletePrefix(work, prefix);
}
