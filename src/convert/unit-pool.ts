/** The worker threads of a conversion. */
import { Piscina } from 'piscina';
import type { ConversionSetup } from './conversion-room.js';
import type { UnitAnswer, UnitTask } from './worker.js';

/** One thread at first, up to `workers`; each converts one unit at a time with a DuckDB of its own. */
export function openUnitPool(setup: ConversionSetup): Piscina<UnitTask, UnitAnswer> {
  return new Piscina<UnitTask, UnitAnswer>({
    filename: new URL('./worker.js', import.meta.url).href,
    minThreads: 1,
    maxThreads: setup.options.workers,
    idleTimeout: 60_000,
    workerData: setup,
    concurrentTasksPerWorker: 1,
  });
}
