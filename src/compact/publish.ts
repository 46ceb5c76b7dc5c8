/** What follows a journal's record: its outputs are published, its inputs deleted. Both can be repeated, by anyone, at any time. */
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { publishFile } from '../convert/commit.js';
import { scratchError } from '../convert/errors.js';
import type { LakePlace } from '../convert/places.js';
import { type JournalOutput, type JournalRecord, markKey, mergeStagingPrefix, recordKey, stagedFor } from '../lake/journal.js';
import { deletePrefix } from '../store/delete-prefix.js';
import { outputLost } from './errors.js';

/**
 * Publishes a record's outputs and marks it published.
 *
 * @param prefix of the partition's journal
 * @param localPaths staged key → local file, where this process still has them
 * @throws OUTPUT_LOST if an output is neither staged nor in the lake, and the record is not done
 */
export async function publishRecord(
  place: LakePlace,
  prefix: string,
  record: JournalRecord,
  localPaths?: ReadonlyMap<string, string>,
): Promise<void> {
  const { work, workFolder } = place;
  for (const output of record.outputs) {
    const local = localPaths?.get(output.staged) ?? (workFolder === undefined ? undefined : join(workFolder, output.staged));
    if (local !== undefined && (await publishFile(place.lake, output.key, local, output.bytes, true))) continue;
    if ((await place.lake.head(output.key))?.size === output.bytes) continue;
    if (await publishStaged(place, output)) continue;
    // another process may have finished this record, and compacted its outputs since
    if ((await work.head(markKey(prefix, record.number, 'deleted'))) !== undefined) return;
    throw outputLost(`${recordKey(prefix, record.number)} in the work area ${work.uri}`, output.key);
  }
  await work.write(markKey(prefix, record.number, 'published'), '{}\n', { ifAbsent: true });
}

/** From the work area in S3, by way of a local file. False where it is not there. */
async function publishStaged({ work, lake }: LakePlace, { staged, key }: JournalOutput): Promise<boolean> {
  if ((await work.head(staged)) === undefined) return false;
  const scratch = await mkdtemp(join(tmpdir(), 'falconry-'));
  try {
    const path = join(scratch, 'object');
    await pipeline(await work.read(staged), createWriteStream(path));
    await lake.writeFile(key, path, { consume: true });
    return true;
  } catch (error) {
    throw scratchError(error, scratch);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** Deletes a published record's inputs and marks it deleted. */
export async function deleteInputs(place: LakePlace, prefix: string, record: JournalRecord): Promise<void> {
  const { work, lake } = place;
  for (const { key } of record.inputs) await lake.delete(key);
  await work.write(markKey(prefix, record.number, 'deleted'), '{}\n', { ifAbsent: true });
}

/** Removes what is staged for numbers that are taken. Only once all records are published. */
export async function clearStaged(
  place: LakePlace,
  prefix: string,
  staged: readonly string[],
  lastNumber: number,
): Promise<void> {
  const attempts = new Map<string, number>();
  for (const key of staged) {
    const number = stagedFor(prefix, key)!;
    if (number <= lastNumber) attempts.set(key.slice(prefix.length).split('/')[1]!, number);
  }
  for (const [name, number] of attempts) await clearAttempt(place, prefix, number, name.slice(name.indexOf('-') + 1));
}

/** What an attempt has staged that lost, or whose outputs are published. */
export async function clearAttempt(place: LakePlace, prefix: string, number: number, attempt: string): Promise<void> {
  const folder = mergeStagingPrefix(prefix, number, attempt);
  if (place.workFolder !== undefined) return rm(join(place.workFolder, folder), { recursive: true, force: true });
  await deletePrefix(place.work, folder);
}
