/** Where a worker's time goes, stage by stage. */
import { join } from 'node:path';
import type { BenchArchive } from './archive.js';
import { runScript } from './launch.js';
import type { BenchOptions } from './options.js';
import { partsOf } from './parts.js';
import { inputOf } from './throughput.js';

export interface ProfileRow {
  stage: string;
  /** wall time of the worker's thread, microseconds an event */
  microseconds: number;
  /** of JavaScript's heap, an event; absent for what is not JavaScript */
  allocated?: number;
}

/** The profile of the whole archive, or of a part of it. */
export interface Profile {
  title: string;
  events: number;
  /** of a line */
  rawBytes: number;
  rows: ProfileRow[];
}

export async function measureProfile(
  archive: BenchArchive,
  folder: string,
  options: BenchOptions,
  tell: (line: string) => void,
): Promise<Profile[]> {
  if (process.versions.bun !== undefined) throw new Error('--profile needs the V8 profiler: run it with node');
  const profiles: Profile[] = [];
  for (const { title, archive: each } of [{ title: 'all', archive }, ...partsOf(archive, join(folder, 'parts'))]) {
    const rows = await runScript<ProfileRow[]>('./profile-child.js', { input: inputOf(each, folder, 'profile', options) });
    profiles.push({ title, events: each.events, rawBytes: each.rawBytes / each.events, rows });
    tell(`${title}: ${each.events} events, ${rows.at(-1)!.microseconds.toFixed(1)} µs each`);
  }
  return profiles;
}
