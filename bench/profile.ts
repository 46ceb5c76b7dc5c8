/** Where a worker's time goes, stage by stage. */
import type { BenchArchive } from './archive.js';
import { runScript } from './launch.js';
import type { BenchOptions } from './options.js';
import { inputOf } from './throughput.js';

export interface ProfileRow {
  stage: string;
  /** wall time of the worker's thread, microseconds an event */
  microseconds: number;
}

export async function measureProfile(archive: BenchArchive, folder: string, options: BenchOptions): Promise<ProfileRow[]> {
  if (process.versions.bun !== undefined) throw new Error('--profile needs the V8 profiler: run it with node');
  return runScript<ProfileRow[]>('./profile-child.js', { input: inputOf(archive, folder, 'profile', options) });
}
