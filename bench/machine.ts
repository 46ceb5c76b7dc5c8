/** What the figures were measured on. No names of hosts, users or folders: results are published. */
import { availableParallelism, cpus, totalmem } from 'node:os';
import duckdb from '@duckdb/node-bindings';
import { PRODUCT_VERSION } from '../src/convert/definitions.js';

export interface Machine {
  cpu: string;
  cores: number;
  memoryGiB: number;
  system: string;
  engine: string;
  duckdb: string;
  falconry: string;
}

export function machineFacts(): Machine {
  const { bun, node } = process.versions;
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${process.platform} ${process.arch}`,
    engine: bun === undefined ? `Node ${node}` : `Bun ${bun}`,
    duckdb: duckdb.library_version(),
    falconry: PRODUCT_VERSION,
  };
}
