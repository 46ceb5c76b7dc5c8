/** Files that appear whole or not at all: written under a temporary name beside their place, then moved there. */
import { randomBytes } from 'node:crypto';
import { constants, copyFile, link, open, readdir, rename, unlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ABSENT, errnoOf, unless } from './errno.js';

const TEMPORARY = /^\.falconry-[0-9a-f]{16}\.tmp$/;

/** Whether a file name is one of ours that a killed process may leave behind; no object can have it. */
export function isTemporary(name: string): boolean {
  return TEMPORARY.test(name);
}

/** Removes from a folder, if it exists, what killed writers have left; nobody may be writing into it. */
export async function removeTemporaries(folder: string): Promise<void> {
  const names = (await unless(ABSENT, readdir(folder))) ?? [];
  for (const name of names) if (isTemporary(name)) await unless(ABSENT, unlink(join(folder, name)));
}

/**
 * Bytes as the file `target`.
 *
 * @returns false if `ifAbsent` and the name was taken: then nothing has changed. Of several writers one wins, also across processes.
 */
export async function writeWhole(target: string, body: Uint8Array | string, ifAbsent: boolean): Promise<boolean> {
  return withTemporary(target, async (temporary) => {
    const handle = await open(temporary, 'wx');
    try {
      await handle.writeFile(body);
      await handle.sync();
    } finally {
      await handle.close();
    }
    if (!ifAbsent) await rename(temporary, target);
    else if (!(await linkIfAbsent(temporary, target))) return false;
    await sync(dirname(target));
    return true;
  });
}

/** A finished file as the file `target`; with `consume` it is moved, by renaming where both lie on one file system. */
export async function placeFile(source: string, target: string, consume: boolean): Promise<void> {
  if (consume && (await moveWithin(source, target))) return;
  await withTemporary(target, async (temporary) => {
    await copyFile(source, temporary, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
    await sync(temporary);
    await rename(temporary, target);
    await sync(dirname(target));
  });
  if (consume) await unlink(source);
}

async function moveWithin(source: string, target: string): Promise<boolean> {
  await sync(source);
  try {
    await rename(source, target);
  } catch (error) {
    if (errnoOf(error) === 'EXDEV') return false;
    throw error;
  }
  await sync(dirname(target));
  return true;
}

/** A hard link fails if the name exists; a rename would replace it. */
async function linkIfAbsent(temporary: string, target: string): Promise<boolean> {
  try {
    await link(temporary, target);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return false;
    // Linux answers EPERM for a file system without hard links.
    throw errnoOf(error) === 'EPERM' ? Object.assign(error as Error, { code: 'ENOTSUP' }) : error;
  }
}

async function withTemporary<T>(target: string, work: (temporary: string) => Promise<T>): Promise<T> {
  const temporary = join(dirname(target), `.falconry-${randomBytes(8).toString('hex')}.tmp`);
  try {
    return await work(temporary);
  } finally {
    await unless(ABSENT, unlink(temporary));
  }
}

async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
