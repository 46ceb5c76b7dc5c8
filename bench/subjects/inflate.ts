/** The floor: every event file gunzipped, nothing else. No conversion on one core can be faster than zlib. */
import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { eventFiles } from '../archive.js';
import type { SubjectInput, Work } from '../measurement.js';

const CHUNK_BYTES = 512 * 1024;

export async function prepare({ archive, events }: SubjectInput): Promise<Work> {
  const files = eventFiles(archive);
  return async () => {
    for (const path of files) gunzipSync(readFileSync(path), { chunkSize: CHUNK_BYTES });
    return events;
  };
}
