/** What starts the command line: libuv's threads are as many as the workers need. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, platform, tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, it } from 'vitest';
import { MAIN } from './run.js';

const folder = mkdtempSync(join(tmpdir(), 'falconry-start-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const countThreads = join(folder, 'count.cjs');
writeFileSync(
  countThreads,
  `process.on('exit', () => process.stderr.write(String(require('node:fs').readdirSync('/proc/self/task').length)));`,
);

/** Threads of a process at its end. @param size of libuv's pool, as a user would set it */
async function threads(size?: string): Promise<number> {
  const { UV_THREADPOOL_SIZE: _, ...env } = process.env;
  const { stderr } = await promisify(execFile)(process.execPath, ['--require', countThreads, MAIN, '--version'], {
    env: { ...env, ...(size !== undefined && { UV_THREADPOOL_SIZE: size }) },
  });
  return Number(stderr);
}

// /proc is Linux's, and Bun has threads of its own
it.runIf(platform() === 'linux' && !('bun' in process.versions))(
  'has a thread for every core and two more; the size that a user sets stays',
  async () => {
    const one = await threads('1');
    expect(await threads('7')).toBe(one + 6);
    expect(await threads()).toBe(one + availableParallelism() + 1);
  },
);
