/** A file as large as one wants it, of the sample's events. */
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { eventFiles } from '../../bench/archive.js';
import { writeSample } from '../../src/sample/sample.js';

export interface LargeFile {
  path: string;
  bytes: number;
  inflatedBytes: number;
  events: number;
}

/** Different events of a large file; they come again and again. */
const EVENTS = 20_000;
/** Compressed bytes of an event in the sample, about. */
const BYTES_AN_EVENT = 250;

/** Writes a gzip file of many members, the first that is not smaller than asked for. */
export async function writeLargeFile(path: string, bytes: number): Promise<LargeFile> {
  const folder = mkdtempSync(join(dirname(path), 'sample-'));
  const target = openSync(path, 'w');
  try {
    const events = Math.min(EVENTS, Math.ceil(bytes / BYTES_AN_EVENT));
    const sample = await writeSample({ directory: folder, events, seed: 1, feeds: false });
    const members = eventFiles(folder).map((file) => readFileSync(file));
    const file: LargeFile = { path, bytes: 0, inflatedBytes: 0, events: 0 };
    while (file.bytes < bytes) {
      for (const member of members) writeSync(target, member);
      file.bytes += sample.bytes.compressed;
      file.inflatedBytes += sample.bytes.inflated;
      file.events += sample.events;
    }
    return file;
  } finally {
    closeSync(target);
    rmSync(folder, { recursive: true, force: true });
  }
}
