/** One conversion at a time into a lake: a lock object in the work area, taken over where its owner is gone. */
import { hostname } from 'node:os';
import type { ObjectStore } from '../store/store.js';
import { locked } from './errors.js';
import { readText } from './ledger.js';

interface Owner {
  host: string;
  pid: number;
  since: string;
}

export interface WorkLock {
  release(): Promise<void>;
}

/** @throws WORK_LOCKED where another process holds it, or one of another host may */
export async function takeLock(work: ObjectStore, lakeId: string): Promise<WorkLock> {
  const key = `lock/${lakeId}.json`;
  const own: Owner = { host: hostname(), pid: process.pid, since: new Date().toISOString() };
  for (let tries = 0; ; tries++) {
    if ((await work.write(key, JSON.stringify(own), { ifAbsent: true })).written) return { release: () => work.delete(key) };
    const owner = await readOwner(work, key);
    if (owner === undefined) continue;
    if (tries > 0 || owner.host !== own.host || isAlive(owner.pid)) {
      throw locked(`${key} in the work area ${work.uri}`, `process ${owner.pid} on ${owner.host} since ${owner.since}`);
    }
    await work.delete(key);
  }
}

async function readOwner(work: ObjectStore, key: string): Promise<Owner | undefined> {
  try {
    return JSON.parse(await readText(work, key)) as Owner;
  } catch (error) {
    if ((error as { code?: string }).code === 'STORE_NOT_FOUND') return undefined;
    return { host: '?', pid: 0, since: '?' };
  }
}

function isAlive(pid: number): boolean {
  if (pid === process.pid) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
