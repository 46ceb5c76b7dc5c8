/** The worker threads of a conversion. */
import { Piscina } from 'piscina';
import type { ConversionSetup } from './conversion-room.js';
import type { UnitAnswer, UnitTask } from './worker.js';

/** Threads that start while the archive is listed still; a thread takes most of a second to load DuckDB and the mapping. */
const FIRST_THREADS = 2;

export type UnitPool = Piscina<UnitTask, UnitAnswer>;

/** Two threads at first, up to `workers` as units come; each converts one unit at a time with a DuckDB of its own. */
export function openUnitPool(setup: ConversionSetup): UnitPool {
  return new Piscina<UnitTask, UnitAnswer>({
    filename: new URL('./worker.js', import.meta.url).href,
    minThreads: Math.min(FIRST_THREADS, setup.options.workers),
    maxThreads: setup.options.workers,
    idleTimeout: 60_000,
    workerData: setup,
    concurrentTasksPerWorker: 1,
  });
}
