/** One conversion at a time, and none locked out by a dead one. */
import { spawnSync } from 'node:child_process';
import { hostname } from 'node:os';
import { describe, expect, it } from 'vitest';
import { takeLock } from '../../src/convert/work-lock.js';
import { MemoryStore } from '../../src/store/memory.js';

const KEY = 'lock/lake.json';

async function lockedBy(owner: object): Promise<MemoryStore> {
  const store = new MemoryStore();
  await store.write(KEY, JSON.stringify(owner));
  return store;
}

async function keys(store: MemoryStore): Promise<string[]> {
  const found: string[] = [];
  for await (const { key } of store.list('')) found.push(key);
  return found;
}

/** The number of a process that is over. */
const deadPid = (): number => spawnSync('true').pid;
const now = () => new Date().toISOString();

describe('the lock of a lake', () => {
  it('is taken, refused to a second, and free again', async () => {
    const store = new MemoryStore();
    const lock = await takeLock(store, 'lake');
    await expect(takeLock(store, 'lake')).rejects.toMatchObject({ code: 'WORK_LOCKED' });
    await (await takeLock(store, 'other-lake')).release();
    await lock.release();
    await (await takeLock(store, 'lake')).release();
    expect(await keys(store)).toEqual([]);
  });

  it('of a dead process is taken over', async () => {
    const store = await lockedBy({ host: hostname(), pid: deadPid(), since: now() });
    const lock = await takeLock(store, 'lake');
    expect(await keys(store)).toEqual([KEY]);
    await lock.release();
  });

  it('of an earlier process with our own number is taken over: a restarted container', async () => {
    const store = await lockedBy({ host: hostname(), pid: process.pid, since: '2026-01-01T00:00:00.000Z' });
    await (await takeLock(store, 'lake')).release();
  });

  it('of a living process, of another host, or unreadable, is not', async () => {
    for (const owner of [
      { host: hostname(), pid: process.ppid, since: now() },
      { host: 'another-host', pid: deadPid(), since: now() },
    ]) {
      await expect(takeLock(await lockedBy(owner), 'lake')).rejects.toMatchObject({ code: 'WORK_LOCKED' });
    }
    const broken = new MemoryStore();
    await broken.write(KEY, '{');
    await expect(takeLock(broken, 'lake')).rejects.toMatchObject({ code: 'WORK_LOCKED' });
  });

  it('of a dead process goes to one only, however many want it', async () => {
    const dead = { host: hostname(), pid: deadPid(), since: now() };
    for (let round = 0; round < 50; round++) {
      const store = await lockedBy(dead);
      const results = await Promise.allSettled(Array.from({ length: 4 }, () => takeLock(store, 'lake')));
      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      expect(await keys(store)).toEqual([KEY]);
    }
  });
});
