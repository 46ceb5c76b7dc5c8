/** Walks a folder in byte order of the keys, holding one folder of each level in memory. */
import type { Stats } from 'node:fs';
import { lstat, readdir, realpath, stat } from 'node:fs/promises';
import { sep } from 'node:path';
import { ABSENT, unless } from './errno.js';
import { leavesRoot } from './errors.js';
import { isTemporary } from './local-write.js';
import type { ObjectInfo } from './store.js';

/** names whose facts are asked for at once */
const STAT_BATCH = 64;
const SLASH = Buffer.from('/');

interface Entry {
  /** bytes, since a name need not be UTF-8 */
  path: Buffer;
  key: string;
  kind: 'file' | 'folder' | 'link' | 'other';
  size: number;
  lastModified: Date;
}

/**
 * Every regular file below `root` whose key begins with `prefix`. Skipped: our temporary files, devices and pipes, links to
 * nowhere, links to folders inside the root (what they lead to is listed at its own place). A link that leads outside ends the
 * listing with `STORE_KEY_REFUSED`. A name that is not UTF-8 comes as a key with lone surrogates, which reading refuses.
 *
 * @param root absolute, without links
 * @param prefix checked
 */
export async function* walkFolder(root: string, prefix: string): AsyncGenerator<ObjectInfo> {
  const slash = prefix.lastIndexOf('/') + 1;
  const folder = await unless(ABSENT, realpath(`${root}/${prefix.slice(0, slash)}`));
  if (folder === undefined) return;
  if (!isInside(root, folder)) throw leavesRoot(`${root}/${prefix.slice(0, slash)}`, root);
  const levels = [await readLevel(Buffer.from(folder), prefix.slice(0, slash), Buffer.from(prefix.slice(slash)))];
  while (levels.length > 0) {
    const entry = levels.at(-1)!.pop();
    if (!entry) {
      levels.pop();
    } else if (entry.kind === 'folder') {
      levels.push(await readLevel(entry.path, `${entry.key}/`, Buffer.alloc(0)));
    } else if (entry.kind === 'link') {
      const stats = await linkedStats(entry.path, root);
      if (stats?.isFile()) yield { key: entry.key, size: stats.size, lastModified: stats.mtime };
    } else if (entry.kind === 'file') {
      yield { key: entry.key, size: entry.size, lastModified: entry.lastModified };
    }
  }
}

/** Whether a path without links is the root or lies below it. */
export function isInside(root: string, path: string): boolean {
  return path === root || path.startsWith(root.endsWith(sep) ? root : root + sep);
}

/** A folder's entries, last first. A folder that vanished meanwhile has none. */
async function readLevel(path: Buffer, keyPrefix: string, namePrefix: Buffer): Promise<Entry[]> {
  // Bun gives no types along with names as bytes, so each name is asked for its own.
  const found = (await unless(ABSENT, readdir(path, { encoding: 'buffer' }))) ?? [];
  const names = found.filter((name) => name.subarray(0, namePrefix.length).equals(namePrefix) && !isTemporary(name.toString()));
  const sorted: { order: Buffer; entry: Entry }[] = [];
  for (let from = 0; from < names.length; from += STAT_BATCH) {
    const batch = names.slice(from, from + STAT_BATCH).map(async (name) => {
      const entryPath = Buffer.concat([path, SLASH, name]);
      const stats = await unless(ABSENT, lstat(entryPath));
      if (!stats) return;
      const kind = kindOf(stats);
      // As in S3, "a-b" stands before "a/b": a folder sorts with its slash.
      const order = kind === 'folder' ? Buffer.concat([name, SLASH]) : name;
      const key = keyPrefix + decodeName(name);
      sorted.push({ order, entry: { path: entryPath, key, kind, size: stats.size, lastModified: stats.mtime } });
    });
    await Promise.all(batch);
  }
  return sorted.sort((a, b) => Buffer.compare(b.order, a.order)).map(({ entry }) => entry);
}

function kindOf(stats: Stats): Entry['kind'] {
  if (stats.isFile()) return 'file';
  if (stats.isDirectory()) return 'folder';
  return stats.isSymbolicLink() ? 'link' : 'other';
}

/** What a link leads to, if that exists. */
async function linkedStats(path: Buffer, root: string): Promise<Stats | undefined> {
  const real = await unless([...ABSENT, 'ELOOP'], realpath(path));
  if (real === undefined) return undefined;
  if (!isInside(root, real)) throw leavesRoot(path.toString(), root);
  return unless(ABSENT, stat(real));
}

/** Bytes that are not UTF-8 become lone surrogates (U+DC80 to U+DCFF), so that the name is unlike every valid one. */
function decodeName(name: Buffer): string {
  const text = name.toString('utf8');
  if (!text.includes('\ufffd') || Buffer.from(text).equals(name)) return text;
  return Array.from(name, (byte) => String.fromCharCode(byte < 0x80 ? byte : 0xdc00 + byte)).join('');
}
