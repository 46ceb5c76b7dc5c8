/**
 * The compiled built-in mappings without what compiles them: who starts often, as the function does, reads a file, and loads neither
 * YAML nor the schemas.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CompileResult } from '../mapping/compile.js';
import type { OcsfVersion } from '../ocsf/schema.js';
import { compiledKey, readCompiled } from './compiled-file.js';
import { layoutFiles, mappingFiles } from './definition-files.js';
import { PACKAGE_ROOT } from './package-root.js';

/** Where `npm run build` leaves the compiled built-in mappings. */
export const COMPILED_FOLDER = join(PACKAGE_ROOT, 'dist', 'compiled');
/** The sources, run without a build, have no compiled file that goes with them. */
const IS_BUILT = fileURLToPath(import.meta.url).startsWith(join(PACKAGE_ROOT, 'dist'));

/** They do not change under a running process. */
const held = new Map<OcsfVersion, CompileResult>();

/** @returns undefined where the build left none, or left it of other mappings */
export function compiledPlan(version: OcsfVersion): CompileResult | undefined {
  const known = held.get(version);
  if (known !== undefined || !IS_BUILT) return known;
  const compiled = readCompiled(COMPILED_FOLDER, version, keyOf(version));
  if (compiled !== undefined) held.set(version, compiled);
  return compiled;
}

/** Names everything that the compiled built-in mappings of a version are made from; the schema is a part of the build itself. */
export function keyOf(version: OcsfVersion): string {
  const layouts = layoutFiles(version).map((path) => readFileSync(path, 'utf8'));
  return compiledKey([version, ...mappingFiles().flatMap(({ name, text }) => [name, text]), ...layouts]);
}
