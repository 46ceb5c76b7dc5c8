/** The project's own data files, and a user's mappings beside them, as text. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MappingFile } from '../mapping/load.js';
import type { OcsfVersion } from '../ocsf/schema.js';
import { mappingsUnreadable } from './errors.js';
import { PACKAGE_ROOT } from './package-root.js';

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

export const LAYOUT_FOLDER = join(PACKAGE_ROOT, 'src', 'ocsf', 'layouts');

/** Paths of the committed layouts of one OCSF version. */
export function layoutFiles(version: OcsfVersion): string[] {
  const folder = join(LAYOUT_FOLDER, version);
  try {
    return readdirSync(folder)
      .sort()
      .map((name) => join(folder, name));
  } catch {
    return [];
  }
}
