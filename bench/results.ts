/** Keeps what a run found under `bench/results`: JSON for machines, a table for people. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PACKAGE_ROOT } from '../src/convert/definitions.js';
import type { Results } from './findings.js';
import type { BenchOptions } from './options.js';
import { tablesOf } from './tables.js';

export function writeResults(results: Results, { date, keep }: BenchOptions): void {
  const folder = join(PACKAGE_ROOT, 'bench', 'results');
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${date}-${keep}`);
  writeFileSync(`${path}.json`, `${JSON.stringify(results, null, 1)}\n`);
  writeFileSync(`${path}.md`, tablesOf(results));
}
