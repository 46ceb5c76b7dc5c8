/** The mappings that Falconry ships, parsed and compiled for tests. */
import { readdirSync, readFileSync } from 'node:fs';
import { compileMapping } from '../../src/mapping/compile.js';
import { parseMappings } from '../../src/mapping/load.js';
import type { CompiledMapping } from '../../src/mapping/plan.js';
import type { Lines, Outcomes } from '../../src/normalize/normalizer.js';
import { ocsfSchema } from '../../src/ocsf/load.js';
import { OCSF_VERSIONS, type OcsfVersion } from '../../src/ocsf/schema.js';

const folder = new URL('../../mappings/fdr/', import.meta.url);
const files = readdirSync(folder)
  .filter((name) => name.endsWith('.yaml'))
  .map((name) => ({ name, text: readFileSync(new URL(name, folder), 'utf8') }));

export const schemas = OCSF_VERSIONS.map((version) => ocsfSchema(version));
export const shipped = parseMappings(files, schemas);

export function compiled(version: OcsfVersion = '1.2.0'): CompiledMapping {
  return compileMapping({ set: shipped, schema: ocsfSchema(version), layouts: [], columns: 'grow' }).mapping;
}

export const noOutcomes = (): Outcomes => ({ read: 0, written: 0, quarantined: 0, duplicate: 0, filtered: 0 });

/** Lines as a block. */
export function blockOf(lines: readonly (string | Uint8Array)[], firstLine = 1, offset = 0): Lines {
  const bytes = new Uint8Array(Buffer.concat(lines.flatMap((line) => [Buffer.from(line as string), Buffer.from('\n')])));
  return { bytes, length: bytes.length, offset, firstLine };
}
