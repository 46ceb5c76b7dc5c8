/** The OCSF version option of commands that read the mappings. */
import { FalconryError } from '../error.js';
import { OCSF_VERSIONS, type OcsfVersion } from '../ocsf/schema.js';

export function fillVersion(text: string): OcsfVersion {
  const version = OCSF_VERSIONS.find((known) => known === text);
  if (version === undefined) {
    throw new FalconryError('OPTION_INVALID', `--ocsf: "${text}" is none of ${OCSF_VERSIONS.join(', ')}.`, { exitCode: 2 });
  }
  return version;
}
