/** Where snapshots lie in a work area: `snapshot/<id>.facts`, and which was made last. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { ObjectStore } from '../store/store.js';
import { snapshotBroken, snapshotMissing, snapshotUnknown } from './errors.js';

export const SNAPSHOT_FOLDER = 'snapshot';
const LATEST = `${SNAPSHOT_FOLDER}/latest.json`;
const snapshotKey = (id: string): string => `${SNAPSHOT_FOLDER}/${id}.facts`;

/** Puts a finished file in its place and makes it the latest. The same facts have the same id: writing again changes nothing. */
export async function placeSnapshot(work: ObjectStore, id: string, path: string): Promise<string> {
  const key = snapshotKey(id);
  await work.writeFile(key, path);
  await work.write(LATEST, `${JSON.stringify({ id })}\n`);
  return key;
}

export interface LoadedSnapshot {
  id: string;
  key: string;
  memory: SharedArrayBuffer;
}

/**
 * Reads a snapshot whole into shared memory, and checks that it is what its name says.
 *
 * @param id absent: the one that was made last
 * @throws SNAPSHOT_MISSING, SNAPSHOT_UNKNOWN, SNAPSHOT_BROKEN
 */
export async function loadSnapshot(work: ObjectStore, archiveUri: string, id?: string): Promise<LoadedSnapshot> {
  const wanted = id ?? (await latest(work, archiveUri));
  const key = snapshotKey(wanted);
  const info = /^[0-9a-f]{32}$/.test(wanted) ? await work.head(key) : undefined;
  if (info === undefined) throw snapshotUnknown(wanted, work.uri);
  const memory = new SharedArrayBuffer(info.size);
  const bytes = new Uint8Array(memory);
  const hash = createHash('sha256');
  let length = 0;
  for await (const part of await work.read(key)) {
    const piece = part as Buffer;
    if (length + piece.length > info.size) throw snapshotBroken(key, 'it changed while it was read');
    hash.update(piece);
    bytes.set(piece, length);
    length += piece.length;
  }
  if (length !== info.size || hash.digest('hex').slice(0, 32) !== wanted) {
    throw snapshotBroken(key, 'its bytes are not those that its name says');
  }
  return { id: wanted, key, memory };
}

async function latest(work: ObjectStore, archiveUri: string): Promise<string> {
  if ((await work.head(LATEST)) === undefined) throw snapshotMissing(work.uri, archiveUri);
  const parts: Buffer[] = [];
  for await (const part of await work.read(LATEST)) parts.push(part as Buffer);
  try {
    return z.object({ id: z.string() }).parse(JSON.parse(Buffer.concat(parts).toString())).id;
  } catch (error) {
    throw snapshotBroken(LATEST, 'it does not name a snapshot', error);
  }
}
