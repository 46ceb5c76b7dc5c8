/** What a run found, as it is kept under `bench/results`: JSON for machines, a table for people. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PACKAGE_ROOT } from '../src/convert/definitions.js';
import type { Budget } from './budget.js';
import type { ClassEquality } from './equality.js';
import type { GridRow } from './grid.js';
import type { Machine } from './machine.js';
import type { MemoryRow } from './memory.js';
import type { BenchOptions } from './options.js';
import type { ProfileRow } from './profile.js';
import { tablesOf } from './tables.js';
import type { Row } from './throughput.js';
import type { VariantRow } from './variants.js';

export interface Results {
  date: string;
  machine: Machine;
  archive: { events: number; files: number; rawBytes: number; compressedBytes: number };
  parquet: { rowGroupRows: number; compressionLevel: number };
  throughput?: Row[];
  equality?: ClassEquality[];
  memory?: MemoryRow[];
  variants?: VariantRow[];
  profile?: ProfileRow[];
  grid?: GridRow[];
  budgets: Budget[];
  /** the whole run, making the archive counted */
  seconds: number;
}

export function writeResults(results: Results, { date, keep }: BenchOptions): void {
  const folder = join(PACKAGE_ROOT, 'bench', 'results');
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${date}-${keep}`);
  writeFileSync(`${path}.json`, `${JSON.stringify(results, null, 1)}\n`);
  writeFileSync(`${path}.md`, tablesOf(results));
}
