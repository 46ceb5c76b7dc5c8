/** Reads a sample back without the project's own readers. */
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll } from 'vitest';

/** A folder that does not exist yet; removed after the file's tests. */
export function newFolder(): string {
  const parent = mkdtempSync(join(tmpdir(), 'falconry-sample-'));
  afterAll(() => rmSync(parent, { recursive: true, force: true }));
  return join(parent, 'archive');
}

/** Paths below the folder with `/`, in byte order. */
export function listFiles(directory: string): string[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort();
}

export const isEventFile = (path: string): boolean => path.endsWith('.gz') && !path.startsWith('fdrv2/');
export const isFeedFile = (path: string): boolean => path.endsWith('.gz') && path.startsWith('fdrv2/');

export function inflate(directory: string, path: string): Buffer {
  return gunzipSync(readFileSync(join(directory, path)));
}

export function linesOf(bytes: Buffer): string[] {
  const text = bytes.toString('utf8');
  if (!text.endsWith('\n')) throw new Error('the last line has no newline');
  return text.slice(0, -1).split('\n');
}

/** All event lines, batches in the order in which the cloud received them. */
export function eventLines(directory: string): string[] {
  const batches = new Map<string, string[]>();
  for (const path of listFiles(directory).filter(isEventFile)) {
    const batch = /^(data\/[^/]+|batch=[^/]+)/.exec(path)![0];
    const lines = batches.get(batch) ?? [];
    lines.push(...linesOf(inflate(directory, path)));
    batches.set(batch, lines);
  }
  const received = (lines: string[]): number =>
    Math.min(...lines.flatMap((line) => /"timestamp":"(\d{13})"/.exec(line)?.[1] ?? []).map(Number));
  return [...batches.values()].sort((a, b) => received(a) - received(b)).flat();
}

export type Event = Record<string, unknown>;

export function typeOf(event: Event): string {
  return String(event.event_simpleName ?? event.ExternalApiType ?? event['event-type'] ?? event.event_type);
}

/** Every file's path and content as one hash. */
export function hashOf(directory: string): string {
  const hash = createHash('sha256');
  for (const path of listFiles(directory))
    hash
      .update(path)
      .update('\0')
      .update(readFileSync(join(directory, path)));
  return hash.digest('hex');
}
