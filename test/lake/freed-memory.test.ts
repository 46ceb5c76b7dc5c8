/** Memory that was freed stays with the process: counted by page faults, which do not depend on what else a machine does. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const isNode = process.versions.bun === undefined;
const dist = new URL('../../dist/src/', import.meta.url).href;

/** A block of one MiB, filled, and how it is freed: Node's own buffers are glibc's, Bun's are not. */
const BLOCKS = {
  node: `
    const { freeNow } = await import('${dist}store/spent-buffer.js');
    const take = () => Buffer.allocUnsafeSlow(2 ** 20).fill(1).buffer;
    const told = () => process.env.DUCKDB_JE_MALLOC_CONF;`,
  bun: `
    const { dlopen } = await import('bun:ffi');
    const { malloc, memset, free, getenv } = dlopen('libc.so.6', {
      malloc: { args: ['usize'], returns: 'ptr' },
      memset: { args: ['ptr', 'i32', 'usize'], returns: 'ptr' },
      free: { args: ['ptr'], returns: 'void' },
      getenv: { args: ['cstring'], returns: 'cstring' },
    }).symbols;
    const take = () => memset(malloc(2 ** 20), 1, 2 ** 20);
    const freeNow = free;
    const told = () => String(getenv(Buffer.from('DUCKDB_JE_MALLOC_CONF\\0')));`,
};

/** Twenty MiB in blocks of one, filled and freed, ten times over; prints the page faults and what jemalloc is told. */
const script = (isKept: boolean) => `
  const { keepFreedMemory } = await import('${dist}lake/duckdb-memory.js');
  ${BLOCKS[isNode ? 'node' : 'bun']}
  if (${isKept}) keepFreedMemory();
  const round = () => {
    for (const block of Array.from({ length: 20 }, take)) freeNow(block);
  };
  round();
  const before = process.resourceUsage().minorPageFault;
  for (let i = 0; i < 10; i++) round();
  console.log(JSON.stringify({ faults: process.resourceUsage().minorPageFault - before, set: told() }));
`;

async function run(isKept: boolean, env: Record<string, string> = {}): Promise<{ faults: number; set?: string }> {
  const { DUCKDB_JE_MALLOC_CONF: _, ...own } = process.env;
  const args = [...(isNode ? ['--input-type=module'] : []), '--eval', script(isKept)];
  const { stdout } = await promisify(execFile)(process.execPath, args, { env: { ...own, ...env } });
  return JSON.parse(stdout);
}

const { header } = (process.report?.getReport() ?? { header: {} }) as { header: { glibcVersionRuntime?: string } };
const hasGlibc = header.glibcVersionRuntime !== undefined;
it.runIf(hasGlibc)('glibc takes it from the system once', async () => {
  const [plain, kept] = [await run(false), await run(true)];
  expect(plain.faults).toBeGreaterThan(20_000);
  expect(kept.faults).toBeLessThan(plain.faults / 4);
});

it.runIf(isNode || hasGlibc)('jemalloc is told how long and in how many arenas; what a user has set stays', async () => {
  expect((await run(true)).set).toMatch(/^dirty_decay_ms:30000,narenas:[1-9]\d*$/);
  expect((await run(true, { DUCKDB_JE_MALLOC_CONF: 'narenas:7' })).set).toBe('narenas:7');
});
