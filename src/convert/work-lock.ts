/** One conversion at a time into a lake: a lock object in the work area, taken over where its owner is gone. */
import { hostname } from 'node:os';
import { readText } from '../store/read-text.js';
import type { ObjectStore } from '../store/store.js';
import { locked } from './errors.js';
import { lockKey } from './ledger.js';

interface Owner {
  host: string;
  pid: number;
  since: string;
  /** what holds it beyond one process, and how to end that */
  by?: string;
}

export interface WorkLock {
  /** Never fails: a lock that cannot be removed is taken over when this process is gone. */
  release(): Promise<void>;
}

/** @throws WORK_LOCKED where another process holds it, or one of another host may */
export async function takeLock(work: ObjectStore, lakeId: string): Promise<WorkLock> {
  return take(work, lockKey(lakeId));
}

/**
 * Takes the lock for work that outlives its process: the jobs of a backfill. Whoever names the same `holder` holds it already.
 *
 * @param by tells others what holds it
 * @throws WORK_LOCKED
 */
export async function takeLastingLock(work: ObjectStore, lakeId: string, holder: string, by: string): Promise<void> {
  const key = lockKey(lakeId);
  const own: Owner = { host: holder, pid: 0, since: new Date().toISOString(), by };
  while (!(await work.write(key, JSON.stringify(own), { ifAbsent: true })).written) {
    const text = await readIfThere(work, key);
    if (text === undefined) continue;
    const owner = ownerOf(text);
    if (owner.host === holder) return;
    throw heldBy(work, key, owner);
  }
}

/** Gives back what {@link takeLastingLock} took; another's lock stays. */
export async function releaseLastingLock(work: ObjectStore, lakeId: string, holder: string): Promise<void> {
  const text = await readIfThere(work, lockKey(lakeId));
  if (text !== undefined && ownerOf(text).host === holder) await work.delete(lockKey(lakeId));
}

async function take(work: ObjectStore, key: string): Promise<WorkLock> {
  const own = JSON.stringify({ host: hostname(), pid: process.pid, since: new Date().toISOString() } satisfies Owner);
  for (;;) {
    if ((await work.write(key, own, { ifAbsent: true })).written) return { release: () => work.delete(key).catch(() => {}) };
    const text = await readIfThere(work, key);
    if (text === undefined) continue;
    const owner = ownerOf(text);
    if (owner.host !== hostname() || isAlive(owner)) {
      throw heldBy(work, key, owner);
    }
    // of two that find a dead owner, the slower must not remove the lock of the quicker
    const guard = await take(work, `${key}.takeover`);
    try {
      if ((await readIfThere(work, key)) === text) await work.delete(key);
    } finally {
      await guard.release();
    }
  }
}

function heldBy(work: ObjectStore, key: string, { by, pid, host, since }: Owner) {
  return locked(`${key} in the work area ${work.uri}`, by ?? `process ${pid} on ${host} since ${since}`);
}

async function readIfThere(work: ObjectStore, key: string): Promise<string | undefined> {
  try {
    return await readText(work, key);
  } catch (error) {
    if ((error as { code?: string }).code === 'STORE_NOT_FOUND') return undefined;
    throw error;
  }
}

function ownerOf(text: string): Owner {
  try {
    return JSON.parse(text) as Owner;
  } catch {
    return { host: '?', pid: 0, since: '?' };
  }
}

function isAlive({ pid, since }: Owner): boolean {
  // a restarted container gives the same number again
  if (pid === process.pid) return Date.parse(since) >= Date.now() - process.uptime() * 1000;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
