/** Memory that was freed stays with the process: counted by page faults, which do not depend on what else a machine does. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const dist = new URL('../../dist/src/', import.meta.url).href;

/** Twenty MiB in blocks of one, filled and freed, ten times over; prints the page faults and what jemalloc is told. */
const script = (isKept: boolean) => `
  const { freeNow } = await import('${dist}store/spent-buffer.js');
  const { keepFreedMemory } = await import('${dist}lake/duckdb-memory.js');
  if (${isKept}) keepFreedMemory();
  const round = () => {
    const blocks = Array.from({ length: 20 }, () => Buffer.allocUnsafeSlow(2 ** 20).fill(1).buffer);
    for (const block of blocks) freeNow(block);
  };
  round();
  const before = process.resourceUsage().minorPageFault;
  for (let i = 0; i < 10; i++) round();
  console.log(JSON.stringify({ faults: process.resourceUsage().minorPageFault - before, set: process.env.DUCKDB_JE_MALLOC_CONF }));
`;

async function run(isKept: boolean, env: Record<string, string> = {}): Promise<{ faults: number; set?: string }> {
  const { DUCKDB_JE_MALLOC_CONF: _, ...own } = process.env;
  const args = ['--input-type=module', '--eval', script(isKept)];
  const { stdout } = await promisify(execFile)(process.execPath, args, { env: { ...own, ...env } });
  return JSON.parse(stdout);
}

const { header } = (process.report?.getReport() ?? { header: {} }) as { header: { glibcVersionRuntime?: string } };
const isNode = process.versions.bun === undefined;

it.runIf(isNode && header.glibcVersionRuntime !== undefined)('glibc takes it from the system once', async () => {
  const [plain, kept] = [await run(false), await run(true)];
  expect(plain.faults).toBeGreaterThan(20_000);
  expect(kept.faults).toBeLessThan(plain.faults / 4);
});

it.runIf(isNode)('jemalloc is told how long and in how many arenas; what a user has set stays', async () => {
  expect((await run(true)).set).toMatch(/^dirty_decay_ms:30000,narenas:[1-9]\d*$/);
  expect((await run(true, { DUCKDB_JE_MALLOC_CONF: 'narenas:7' })).set).toBe('narenas:7');
});
