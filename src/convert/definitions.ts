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
  const read = (name: string) => JSON.parse(readFileSync(join(PACKAGE_ROOT, 'mappings', 'fdr', 'catalogue', `${name}.json`), 'utf8'));
  return { events: read('events'), external: read('external-events'), fields: read('fields') };
}

export const LAYOUT_FOLDER = join(PACKAGE_ROOT, 'src', 'ocsf', 'layouts');

/** The committed layouts of one OCSF version. */
export function loadLayouts(version: OcsfVersion): ClassLayout[] {
  const folder = join(LAYOUT_FOLDER, version);
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return [];
  }
  return names.sort().map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as ClassLayout);
}

/** Mappings and layouts of one version, ready to run. */
export function loadCompiled(version: OcsfVersion, userFolder?: string): CompileResult {
  const held = userFolder === undefined ? builtInCompiled.get(version) : undefined;
  if (held !== undefined) return held;
  const compiled = compileMapping({
    set: loadMappings(userFolder),
    schema: ocsfSchema(version),
    layouts: loadLayouts(version),
    columns: 'frozen',
  });
  if (userFolder === undefined) builtInCompiled.set(version, compiled);
  return compiled;
}
