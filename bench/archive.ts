/** The archive that is measured on: made by `writeSample`, the same for the same number of events. */
import { existsSync, linkSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { writeSample } from '../src/sample/sample.js';
import { MAPPED_CLASSES } from './peers/sql/sql-peer.js';

export interface BenchArchive {
  folder: string;
  events: number;
  files: number;
  rawBytes: number;
  compressedBytes: number;
}

const SEED = 1;

/** Below this an archive is smaller than what a worker sorts at a time, and starting takes the time: budgets say nothing. */
export const LEAST_EVENTS = 200_000;

/**
 * Makes the archive, or takes the one that an earlier run with the same options left there.
 *
 * @param mappedOnly only the event types that the peers map column by column
 */
export async function makeArchive(folder: string, events: number, mappedOnly: boolean): Promise<BenchArchive> {
  const note = `${folder}.json`;
  const made = { events, mappedOnly, seed: SEED };
  if (existsSync(note)) {
    const before = JSON.parse(readFileSync(note, 'utf8')) as { made: typeof made; archive: BenchArchive };
    if (JSON.stringify(before.made) === JSON.stringify(made)) return { ...before.archive, folder };
  }
  rmSync(folder, { recursive: true, force: true });
  const { bytes, files, events: written } = await writeSample({ directory: folder, events, seed: SEED, feeds: false });
  const all = { folder, events: written, files: files.events, rawBytes: bytes.inflated, compressedBytes: bytes.compressed };
  const archive = mappedOnly ? keepMapped(all) : all;
  writeFileSync(note, JSON.stringify({ made, archive }));
  return archive;
}

export const EVENT_TYPE = /"event_simpleName":"([^"]*)"/;

/** Takes all other lines out of the archive's files. */
function keepMapped({ folder, files }: BenchArchive): BenchArchive {
  const types = new Set(MAPPED_CLASSES.flatMap((cls) => cls.events));
  const archive: BenchArchive = { folder, files, events: 0, rawBytes: 0, compressedBytes: 0 };
  for (const path of eventFiles(folder)) {
    const { lines, rawBytes, compressed } = keptLines(path, (line) => types.has(EVENT_TYPE.exec(line)?.[1] ?? ''));
    writeFileSync(path, compressed);
    archive.events += lines;
    archive.rawBytes += rawBytes;
    archive.compressedBytes += compressed.length;
  }
  return archive;
}

/** Some of a file's lines, as a gzip member. */
export function keptLines(
  path: string,
  keeps: (line: string) => boolean,
): { lines: number; rawBytes: number; compressed: Uint8Array } {
  const kept = linesOf(path).filter(keeps);
  const text = Buffer.from(kept.map((line) => `${line}\n`).join(''));
  return { lines: kept.length, rawBytes: text.length, compressed: gzipSync(text) };
}

/** Of one of its files. */
export const linesOf = (path: string): string[] => gunzipSync(readFileSync(path)).toString('utf8').trimEnd().split('\n');

/** The same archive several times over, in batches of other names; links, which cost no space. */
export function multiplyArchive(archive: BenchArchive, folder: string, times: number): BenchArchive {
  rmSync(folder, { recursive: true, force: true });
  for (const path of eventFiles(archive.folder)) {
    const batch = dirname(relative(archive.folder, path));
    for (let copy = 0; copy < times; copy++) {
      const target = join(folder, `${batch}-${copy}`);
      mkdirSync(target, { recursive: true });
      linkSync(path, join(target, basename(path)));
    }
  }
  const { events, files, rawBytes, compressedBytes } = archive;
  return {
    folder,
    events: events * times,
    files: files * times,
    rawBytes: rawBytes * times,
    compressedBytes: compressedBytes * times,
  };
}

/** Paths of the event files, in byte order. */
export function eventFiles(archive: string): string[] {
  const names = readdirSync(join(archive, 'data'), { recursive: true }) as string[];
  return names
    .filter((name) => name.endsWith('.gz'))
    .sort()
    .map((name) => join(archive, 'data', name));
}

export function inflated(archive: string): Uint8Array[] {
  return eventFiles(archive).map((path) => gunzipSync(readFileSync(path)));
}
