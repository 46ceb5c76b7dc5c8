/** Loads the project's own data files (mappings, frozen layouts), and a user's mappings beside them, and compiles them. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Catalogue } from '../mapping/catalogue.js';
import { type CompileResult, compileMapping } from '../mapping/compile.js';
import { type MappingFile, parseMappings } from '../mapping/load.js';
import type { MappingSet } from '../mapping/model.js';
import type { ClassLayout } from '../ocsf/layout.js';
import { ocsfSchema } from '../ocsf/load.js';
import { OCSF_VERSIONS, type OcsfVersion } from '../ocsf/schema.js';
import { compiledKey, readCompiled } from './compiled-file.js';
import { mappingsUnreadable } from './errors.js';

/** The folder that holds package.json: above `src/convert` and above `dist/src/convert`. */
export const PACKAGE_ROOT = packageRoot(fileURLToPath(new URL('.', import.meta.url)));

function packageRoot(folder: string): string {
  for (let at = folder; ; at = join(at, '..')) {
    try {
      readFileSync(join(at, 'package.json'));
      return at;
    } catch (error) {
      if (at === join(at, '..')) throw error;
    }
  }
}

export const PRODUCT_VERSION: string = JSON.parse(readFileSync(join(PACKAGE_ROOT, 'package.json'), 'utf8')).version;

/** The built-in mappings, and those of a user's folder, which take the place of ours for the same event types. */
export function mappingFiles(userFolder?: string): MappingFile[] {
  const files = readFolder(join(PACKAGE_ROOT, 'mappings', 'fdr'), 'built-in');
  return userFolder === undefined ? files : [...files, ...readFolder(userFolder, 'user')];
}

function readFolder(folder: string, origin: 'built-in' | 'user'): MappingFile[] {
  try {
    const names = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
    return names.sort().map((name) => ({ name, text: readFileSync(join(folder, name), 'utf8'), origin }));
  } catch (error) {
    throw mappingsUnreadable(folder, error);
  }
}

/** The built-in mappings do not change under a running process; reading them takes longer than a small conversion. */
let builtIn: MappingSet | undefined;
const builtInCompiled = new Map<OcsfVersion, CompileResult>();

/** The set of all mappings, checked against every version that Falconry writes. */
export function loadMappings(userFolder?: string): MappingSet {
  if (userFolder === undefined && builtIn !== undefined) return builtIn;
  const set = parseMappings(mappingFiles(userFolder), OCSF_VERSIONS.map(ocsfSchema));
  if (userFolder === undefined) builtIn = set;
  return set;
}

/** What is publicly known of FDR's event types. */
export function loadCatalogue(): Catalogue {
  const read = (name: string) =>
    JSON.parse(readFileSync(join(PACKAGE_ROOT, 'mappings', 'fdr', 'catalogue', `${name}.json`), 'utf8'));
  return { events: read('events'), external: read('external-events'), fields: read('fields') };
}

export const LAYOUT_FOLDER = join(PACKAGE_ROOT, 'src', 'ocsf', 'layouts');

/** The committed layouts of one OCSF version. */
export function loadLayouts(version: OcsfVersion): ClassLayout[] {
  return layoutFiles(version).map((path) => JSON.parse(readFileSync(path, 'utf8')) as ClassLayout);
}

function layoutFiles(version: OcsfVersion): string[] {
  const folder = join(LAYOUT_FOLDER, version);
  try {
    return readdirSync(folder)
      .sort()
      .map((name) => join(folder, name));
  } catch {
    return [];
  }
}

/** Where `npm run build` leaves the compiled built-in mappings. */
export const COMPILED_FOLDER = join(PACKAGE_ROOT, 'dist', 'compiled');
/** The sources, run without a build, have no compiled file that goes with them. */
const IS_BUILT = fileURLToPath(import.meta.url).startsWith(join(PACKAGE_ROOT, 'dist'));

/** Mappings and layouts of one version, ready to run. */
export function loadCompiled(version: OcsfVersion, userFolder?: string): CompileResult {
  if (userFolder !== undefined) return compile(version, userFolder);
  const held = builtInCompiled.get(version);
  if (held !== undefined) return held;
  const compiled = (IS_BUILT ? readCompiled(COMPILED_FOLDER, version, keyOf(version)) : undefined) ?? compile(version);
  builtInCompiled.set(version, compiled);
  return compiled;
}

/** From the mapping files themselves, with a user's own on top. */
export function compile(version: OcsfVersion, userFolder?: string): CompileResult {
  return compileMapping({
    set: loadMappings(userFolder),
    schema: ocsfSchema(version),
    layouts: loadLayouts(version),
    columns: 'frozen',
  });
}

/** Names everything that the compiled built-in mappings of a version are made from; the schema is a part of the build itself. */
export function keyOf(version: OcsfVersion): string {
  const layouts = layoutFiles(version).map((path) => readFileSync(path, 'utf8'));
  return compiledKey([version, ...mappingFiles().flatMap(({ name, text }) => [name, text]), ...layouts]);
}
