/** Two lakes, byte by byte. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Objects of either lake, and how many of them lie in both with the same bytes. */
export function sameObjects(lake: string, other: string): { objects: number; same: number } {
  const keys = new Set([lake, other].flatMap(objectsOf));
  const same = [...keys].filter((key) => hashOf(join(lake, key)) === hashOf(join(other, key)));
  return { objects: keys.size, same: same.length };
}

const objectsOf = (lake: string): string[] =>
  readdirSync(lake, { recursive: true, encoding: 'utf8' }).filter((key) => key.endsWith('.parquet'));

const hashOf = (path: string) => (existsSync(path) ? createHash('sha256').update(readFileSync(path)).digest('hex') : undefined);
