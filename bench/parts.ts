/** Parts of an archive: the lines of one class, or those that are long. */
import { appendFileSync, mkdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { loadCompiled } from '../src/convert/definitions.js';
import { type BenchArchive, EVENT_TYPE, eventFiles, keptLines, linesOf } from './archive.js';
import { sum } from './statistics.js';

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
  for (const path of eventFiles(archive.folder)) {
    for (const line of linesOf(path)) {
      const name = classOf(line);
      counts.set(name, (counts.get(name) ?? 0) + 1);
      hasLong ||= line.length >= LONG_BYTES;
    }
  }
  const heavy = [...counts].filter(([, count]) => count > archive.events * HEAVY).sort(([, a], [, b]) => b - a);
  const parts = heavy.map(
    ([name]): Part => ({ title: name, archive: part(archive, join(folder, name), (line) => classOf(line) === name) }),
  );
  if (!hasLong) return parts;
  const long = part(archive, join(folder, 'long'), (line) => line.length >= LONG_BYTES);
  return [...parts, { title: `lines of ${LONG_BYTES} bytes and more`, archive: long }];
}

/** One file, since opening many would be most of the work: each file's lines are a gzip member of it, and all again for each copy. */
function part(archive: BenchArchive, folder: string, keeps: (line: string) => boolean): BenchArchive {
  const members = eventFiles(archive.folder)
    .map((path) => keptLines(path, keeps))
    .filter(({ lines }) => lines > 0);
  const copies = Math.ceil(LEAST_LINES / sum(members.map(({ lines }) => lines)));
  const path = join(folder, 'data', 'part', 'part-00000.gz');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(dirname(path), { recursive: true });
  for (let copy = 0; copy < copies; copy++) for (const { compressed } of members) appendFileSync(path, compressed);
  return {
    folder,
    files: 1,
    events: copies * sum(members.map(({ lines }) => lines)),
    rawBytes: copies * sum(members.map(({ rawBytes }) => rawBytes)),
    compressedBytes: copies * sum(members.map(({ compressed }) => compressed.length)),
  };
}
