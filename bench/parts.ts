/** Parts of an archive: the lines of one class, or those that are long. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { loadCompiled } from '../src/convert/definitions.js';
import { type BenchArchive, EVENT_TYPE, eventFiles, multiplyArchive } from './archive.js';

export interface Part {
  title: string;
  archive: BenchArchive;
}

/** Of an archive's lines a class must have so many to be looked at alone. */
const HEAVY = 0.04;
const LONG_BYTES = 4096;
/** Fewer lines are no measurement: a part is repeated until it has as many. */
const LEAST_LINES = 50_000;

/** Each class that is a good part of the archive, and its long lines, as archives below `folder`. */
export function partsOf(archive: BenchArchive, folder: string): Part[] {
  const { classes, routes } = loadCompiled('1.2.0').mapping;
  const classOf = (line: string): string => {
    const [route] = routes[EVENT_TYPE.exec(line)?.[1] ?? ''] ?? [];
    return route === undefined ? 'base_event' : classes[route.alternatives[0]!.class]!.name;
  };
  const counts = new Map<string, number>();
  let hasLong = false;
  for (const line of linesOf(archive)) {
    const name = classOf(line);
    counts.set(name, (counts.get(name) ?? 0) + 1);
    hasLong ||= line.length >= LONG_BYTES;
  }
  const heavy = [...counts].filter(([, count]) => count > archive.events * HEAVY).sort(([, a], [, b]) => b - a);
  const parts = heavy.map(
    ([name]): Part => ({ title: name, archive: part(archive, join(folder, name), (line) => classOf(line) === name) }),
  );
  if (!hasLong) return parts;
  const long = part(archive, join(folder, 'long'), (line) => line.length >= LONG_BYTES);
  return [...parts, { title: `lines of ${LONG_BYTES} bytes and more`, archive: long }];
}

function* linesOf({ folder }: BenchArchive): Generator<string> {
  for (const path of eventFiles(folder)) yield* gunzipSync(readFileSync(path)).toString('utf8').trimEnd().split('\n');
}

function part({ folder: source }: BenchArchive, folder: string, keeps: (line: string) => boolean): BenchArchive {
  rmSync(folder, { recursive: true, force: true });
  const archive: BenchArchive = { folder: join(folder, 'once'), files: 0, events: 0, rawBytes: 0, compressedBytes: 0 };
  for (const path of eventFiles(source)) {
    const kept = gunzipSync(readFileSync(path)).toString('utf8').trimEnd().split('\n').filter(keeps);
    if (kept.length === 0) continue;
    const text = Buffer.from(kept.map((line) => `${line}\n`).join(''));
    const compressed = gzipSync(text);
    const target = join(archive.folder, relative(source, path));
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, compressed);
    archive.files++;
    archive.events += kept.length;
    archive.rawBytes += text.length;
    archive.compressedBytes += compressed.length;
  }
  return multiplyArchive(archive, join(folder, 'repeated'), Math.ceil(LEAST_LINES / archive.events));
}
