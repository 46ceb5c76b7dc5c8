/** The outside referee of OCSF rows, where it is at hand. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { OcsfVersion } from '../../src/ocsf/schema.js';

export const REFEREE = '../shared/ocsf';
export const HAS_REFEREE = existsSync(`${REFEREE}/validate_ocsf.py`);

/**
 * Fails unless the referee, as strict as it gets but for its patterns, takes every row.
 *
 * @param rows JSON texts
 * @param version all rows are held to this one; default: each to the version that it names
 * @returns what it printed
 */
export function expectValid(rows: readonly string[], version?: OcsfVersion): string {
  const folder = mkdtempSync(join(tmpdir(), 'falconry-rows-'));
  try {
    const file = join(folder, 'rows.ndjson');
    writeFileSync(file, rows.map((row) => `${row}\n`).join(''));
    const schema = version === undefined ? ['--schema-dir', REFEREE] : ['--schema', `${REFEREE}/schema-${version}.json`];
    const args = [`${REFEREE}/validate_ocsf.py`, ...schema, '--summary', '--strict', '--ignore', 'regex', file];
    const run = spawnSync('python3', args, { encoding: 'utf8', maxBuffer: 2 ** 28 });
    expect(run.status, run.error?.message ?? `${run.stderr}${run.stdout.slice(0, 4000)}`).toBe(0);
    return run.stdout;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
