/**
 * DuckDB's allocator (jemalloc, built in on Linux) gives memory that was freed back to the system after a second. A conversion needs as much
 * again seconds later, window after window, and every page that comes anew from the system costs a fault: with the memory kept for
 * half a minute, writing a window takes a fifth to a quarter less time (decision 009).
 *
 * jemalloc reads this when DuckDB's library is loaded: call it on the main thread, before anything imports DuckDB. What the user has
 * set stays; an allocator of another kind does not look.
 */
export function keepFreedMemory(): void {
  process.env.DUCKDB_JE_MALLOC_CONF ??= 'dirty_decay_ms:30000';
}
