/** Node and Bun leave the same lake: the same objects, byte by byte, and the same report. */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { writeSample } from '../../src/sample/sample.js';
import { runCli } from '../cli/run.js';

const BUN = join(import.meta.dirname, '../../node_modules/.bin/bun');
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'falconry-engines-'));
  await writeSample({ directory: join(folder, 'archive'), events: 3000, hosts: 20, seed: 13, eventsPerFile: 400, bad: true });
}, 120_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

async function convertWith(engine: string, name: string) {
  const lake = join(folder, name);
  const args = [
    'convert',
    join(folder, 'archive'),
    '--lake',
    lake,
    '--region',
    'eu-central-1',
    '--unit-bytes',
    '100000',
    '--json',
  ];
  const { code, stdout } = await runCli([...args, '--workers', '2'], { engine });
  const { seconds: _seconds, lake: _lake, work: _work, ...report } = JSON.parse(stdout);
  const names = (await readdir(join(lake, 'ext'), { recursive: true })).filter((path) => path.endsWith('.parquet')).sort();
  const hashes = names.map(async (path) => [
    path,
    createHash('sha256')
      .update(await readFile(join(lake, 'ext', path)))
      .digest('hex'),
  ]);
  return { code, report, objects: Object.fromEntries(await Promise.all(hashes)) };
}

it('from the same archive', async (context) => {
  if (!existsSync(BUN)) return context.skip('bun is not installed here');
  const node = await convertWith('node', 'node-lake');
  const bun = await convertWith(BUN, 'bun-lake');
  expect(node.code).toBe(4);
  expect(Object.keys(node.objects).length).toBeGreaterThan(20);
  expect(bun).toEqual(node);
}, 120_000);
