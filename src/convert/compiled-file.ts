/**
 * The compiled built-in mappings as files beside `dist/src`, one an OCSF version: reading and checking the YAML takes seconds,
 * reading a plan a tenth of one. `npm run build` writes them; a key over everything they were made from tells whether they
 * still hold, and where they do not, the mappings are compiled as ever.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CompileResult } from '../mapping/compile.js';
import { fromParts, type Part, toParts } from '../mapping/parts.js';
import type { OcsfVersion } from '../ocsf/schema.js';

interface CompiledFile {
  key: string;
  /** a {@link CompileResult}; event types of one rule share their route, and do again when they are read */
  parts: Part[];
}

/** @param sources every text that the plans depend on: schema, layouts, mapping files with their names */
export function compiledKey(sources: Iterable<string>): string {
  const hash = createHash('sha256');
  for (const source of sources) hash.update(`${Buffer.byteLength(source)}:`).update(source);
  return hash.digest('hex');
}

export function writeCompiled(folder: string, key: string, compiled: CompileResult): void {
  mkdirSync(folder, { recursive: true });
  const file: CompiledFile = { key, parts: toParts(compiled) };
  writeFileSync(pathOf(folder, compiled.mapping.version), JSON.stringify(file));
}

/** @returns undefined where there is no file, or it was made from something else */
export function readCompiled(folder: string, version: OcsfVersion, key: string): CompileResult | undefined {
  let file: CompiledFile;
  try {
    file = JSON.parse(readFileSync(pathOf(folder, version), 'utf8')) as CompiledFile;
  } catch {
    return undefined;
  }
  if (file.key !== key) return undefined;
  return fromParts(file.parts) as CompileResult;
}

function pathOf(folder: string, version: OcsfVersion): string {
  return join(folder, `mapping-${version}.json`);
}
