/**
 * The two allocators that DuckDB works with, set for conversions: memory that was freed is needed again seconds later, window after window, and
 * every page that comes anew from the system costs a fault. What each setting is worth: decision 009.
 */
import { availableParallelism } from 'node:os';
import { freeNow } from '../store/spent-buffer.js';
import { setLibc } from './bun-libc.js';

const CORES_AN_ARENA = 4;
/** just below the largest block, header and page included, by which glibc raises its thresholds */
const THRESHOLD_BYTES = 32 * 1024 * 1024 - 8192;

/**
 * Call it on the main thread, before anything imports DuckDB.
 *
 * jemalloc (in DuckDB's library on Linux, for its buffers) reads its settings when it is loaded; what the user has set stays. It gives memory back
 * after a second: half a minute is right here. And it has four arenas a core, none of which uses what was freed in another; `COPY` runs
 * on whichever of libuv's threads is free, each with an arena of its own, so that memory was held several times.
 *
 * glibc (for all else, Node's buffers too) takes a block of 128 KiB or more from the system and gives it back when it is freed, until it
 * has seen a larger one freed: that size is the new threshold, and twice that is what it keeps. So it is shown one, which is never touched.
 * Other allocators do not mind. Bun's buffers are not glibc's, nor is its environment the one that jemalloc reads: there the C library is told.
 */
export function keepFreedMemory(): void {
  const arenas = Math.max(1, Math.round(availableParallelism() / CORES_AN_ARENA));
  process.env.DUCKDB_JE_MALLOC_CONF ??= `dirty_decay_ms:30000,narenas:${arenas}`;
  if (process.versions.bun !== undefined) setLibc('DUCKDB_JE_MALLOC_CONF', process.env.DUCKDB_JE_MALLOC_CONF, THRESHOLD_BYTES);
  else freeNow(new ArrayBuffer(THRESHOLD_BYTES));
}
