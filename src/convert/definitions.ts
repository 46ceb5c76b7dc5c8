/** Loads the project's own data files (mappings, frozen layouts), and a user's mappings beside them, and compiles them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Catalogue } from '../mapping/catalogue.js';
import { type CompileResult, compileMapping } from '../mapping/compile.js';
import { parseMappings } from '../mapping/load.js';
import type { MappingSet } from '../mapping/model.js';
import { shareParts } from '../mapping/parts.js';
import type { ClassLayout } from '../ocsf/layout.js';
import { ocsfSchema } from '../ocsf/load.js';
import { OCSF_VERSIONS, type OcsfVersion } from '../ocsf/schema.js';
import { compiledPlan } from './compiled-plan.js';
import { layoutFiles, mappingFiles } from './definition-files.js';
import { PACKAGE_ROOT } from './package-root.js';

export { LAYOUT_FOLDER, mappingFiles } from './definition-files.js';
export { PACKAGE_ROOT, PRODUCT_VERSION } from './package-root.js';

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

/** The committed layouts of one OCSF version. */
export function loadLayouts(version: OcsfVersion): ClassLayout[] {
  return layoutFiles(version).map((path) => JSON.parse(readFileSync(path, 'utf8')) as ClassLayout);
}

/** Mappings and layouts of one version, ready to run. */
export function loadCompiled(version: OcsfVersion, userFolder?: string): CompileResult {
  if (userFolder !== undefined) return compile(version, userFolder);
  let compiled = builtInCompiled.get(version) ?? compiledPlan(version);
  if (compiled === undefined) builtInCompiled.set(version, (compiled = compile(version)));
  return compiled;
}

/** From the mapping files themselves, with a user's own on top. */
export function compile(version: OcsfVersion, userFolder?: string): CompileResult {
  const compiled = compileMapping({
    set: loadMappings(userFolder),
    schema: ocsfSchema(version),
    layouts: loadLayouts(version),
    columns: 'frozen',
  });
  return shareParts(compiled);
}
