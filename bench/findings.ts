/** What a run of the benchmark found. */
import type { Budget } from './budget.js';
import type { ClassEquality } from './equality.js';
import type { GridRow } from './grid.js';
import type { LongRow } from './long.js';
import type { Machine } from './machine.js';
import type { MemoryRow } from './memory.js';
import type { Profile } from './profile.js';
import type { Spread } from './statistics.js';
import type { Row } from './throughput.js';
import type { VariantRow } from './variants.js';

export interface Results {
  date: string;
  machine: Machine;
  archive: { mappedOnly: boolean; events: number; files: number; rawBytes: number; compressedBytes: number };
  parquet: { rowGroupRows: number; compressionLevel: number };
  /** seconds that `falconry --help` takes */
  help?: Spread;
  throughput?: Row[];
  equality?: ClassEquality[];
  /** objects that Node and Bun wrote, and how many of them are the same, byte by byte; absent without Bun */
  engines?: { objects: number; same: number };
  long?: LongRow[];
  memory?: MemoryRow[];
  variants?: VariantRow[];
  profile?: Profile[];
  grid?: GridRow[];
  budgets: Budget[];
  /** the whole run, making the archive counted */
  seconds: number;
}
