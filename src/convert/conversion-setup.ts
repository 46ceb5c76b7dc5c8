/** What a run's threads are told. */
import type { CompiledMapping } from '../mapping/plan.js';
import type { ConversionSetup } from './conversion-room.js';
import { type FilledOptions, rowIdentity } from './options.js';
import { PRODUCT_VERSION } from './package-root.js';
import type { Places } from './places.js';
import { newProgress } from './shared-progress.js';

export function conversionSetup(
  options: FilledOptions,
  { lakeId, workUri, workFolder }: Pick<Places, 'lakeId' | 'workUri' | 'workFolder'>,
  mapping: CompiledMapping,
  snapshot: ConversionSetup['snapshot'] | undefined,
): ConversionSetup {
  return {
    mapping,
    options,
    productVersion: PRODUCT_VERSION,
    lakeId,
    workUri,
    workFolder,
    identity: rowIdentity(options, mapping.mappingVersion, PRODUCT_VERSION, snapshot?.id),
    progress: newProgress(),
    ...(snapshot && { snapshot }),
  };
}
