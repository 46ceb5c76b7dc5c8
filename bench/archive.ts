/** The archive that is measured on: made by `writeSample`, the same for the same number of events. */
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { writeSample } from '../src/sample/sample.js';

export interface BenchArchive {
  folder: string;
  events: number;
  files: number;
  rawBytes: number;
  compressedBytes: number;
}

const SEED = 1;

/** Makes the archive, or takes the one that an earlier run with the same options left there. */
export async function makeArchive(folder: string, events: number): Promise<BenchArchive> {
  const note = `${folder}.json`;
  if (existsSync(note)) {
    const before = JSON.parse(readFileSync(note, 'utf8')) as BenchArchive;
    if (before.events === events) return { ...before, folder };
  }
  rmSync(folder, { recursive: true, force: true });
  const report = await writeSample({ directory: folder, events, seed: SEED, feeds: false });
  const { bytes, files } = report;
  const archive = {
    folder,
    events: report.events,
    files: files.events,
    rawBytes: bytes.inflated,
    compressedBytes: bytes.compressed,
  };
  writeFileSync(note, JSON.stringify(archive));
  return archive;
}

/** The same archive several times over, in batches of other names. */
export function multiplyArchive(archive: BenchArchive, folder: string, times: number): BenchArchive {
  rmSync(folder, { recursive: true, force: true });
  for (const path of eventFiles(archive.folder)) {
    const batch = dirname(relative(archive.folder, path));
    for (let copy = 0; copy < times; copy++) {
      const target = join(folder, `${batch}-${copy}`);
      mkdirSync(target, { recursive: true });
      copyFileSync(path, join(target, basename(path)));
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
