import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { writeSample } from '../../src/sample/sample.js';
import { inflate, isEventFile, isFeedFile, listFiles, newFolder } from './read-sample.js';

const OPTIONS = { events: 2000, hosts: 20, seed: 3 };

function inflatedHash(directory: string): string {
  const hash = createHash('sha256');
  for (const path of listFiles(directory)) {
    hash.update(path);
    if (isEventFile(path) || isFeedFile(path)) hash.update(inflate(directory, path));
  }
  return hash.digest('hex');
}

it('gives the same lines on Node and Bun', async () => {
  const here = newFolder();
  const there = newFolder();
  await writeSample({ ...OPTIONS, directory: here });
  const bun = join(dirname(createRequire(import.meta.url).resolve('bun/package.json')), '..', '.bin', 'bun');
  const program = `const { writeSample } = await import(${JSON.stringify(join(import.meta.dirname, '../../src/sample/sample.ts'))});
    await writeSample({ ...${JSON.stringify(OPTIONS)}, directory: process.argv.at(-1) });`;
  execFileSync(bun, ['-e', program, there], { stdio: ['ignore', 'ignore', 'inherit'] });
  expect(inflatedHash(there)).toBe(inflatedHash(here));
});
