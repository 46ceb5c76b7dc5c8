/** Mappings for whoever is to start soon: what compiles them is loaded only where it is needed. */
import type { CompileResult } from '../mapping/compile.js';
import type { OcsfVersion } from '../ocsf/schema.js';
import { compiledPlan } from './compiled-plan.js';

/** Mappings and layouts of one version, ready to run: as `loadCompiled` gives them, which is loaded only where it is needed. */
export async function openCompiled(version: OcsfVersion, userFolder?: string): Promise<CompileResult> {
  const compiled = userFolder === undefined ? compiledPlan(version) : undefined;
  if (compiled !== undefined) return compiled;
  const { loadCompiled } = await import('./definitions.js');
  return loadCompiled(version, userFolder);
}
