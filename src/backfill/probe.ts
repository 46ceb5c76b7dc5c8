/** When the cloud received a file's events, read from its first bytes. */
import { constants, gunzipSync } from 'node:zlib';
import type { TimeRange } from '../convert/time-range.js';
import type { ObjectStore } from '../store/store.js';

const PROBE_BYTES = 64 * 1024;

/**
 * The earliest and latest cloud time of the events in the first 64 KiB of a file; undefined where there is none to read: no gzip, no
 * events, another feed.
 *
 * @throws what the store throws
 */
export async function probeFile(
  archive: ObjectStore,
  file: { key: string; size: number; etag: string },
): Promise<TimeRange | undefined> {
  const end = Math.min(file.size, PROBE_BYTES) - 1;
  const parts: Buffer[] = [];
  for await (const part of await archive.read(file.key, { ifMatch: file.etag, start: 0, end })) parts.push(part as Buffer);
  return cloudTimes(Buffer.concat(parts));
}

/** @param gzip the beginning of a gzip stream; a last line that is cut off is left out */
export function cloudTimes(gzip: Buffer): TimeRange | undefined {
  let text: string;
  try {
    text = gunzipSync(gzip, { finishFlush: constants.Z_SYNC_FLUSH }).toString('utf8');
  } catch {
    return undefined;
  }
  let from = Number.POSITIVE_INFINITY;
  let to = Number.NEGATIVE_INFINITY;
  for (const line of text.split('\n')) {
    const time = timestampOf(line);
    if (time === undefined) continue;
    from = Math.min(from, time);
    to = Math.max(to, time);
  }
  return from <= to ? { from, to } : undefined;
}

function timestampOf(line: string): number | undefined {
  try {
    const { timestamp } = JSON.parse(line) as { timestamp?: unknown };
    const time = typeof timestamp === 'string' && /^\d{13}$/.test(timestamp) ? Number(timestamp) : timestamp;
    return Number.isSafeInteger(time) && (time as number) >= 1e12 ? (time as number) : undefined;
  } catch {
    return undefined;
  }
}
