/** Compiles the built-in mappings for every OCSF version, as the last step of `npm run build`. */
import { OCSF_VERSIONS } from '../ocsf/schema.js';
import { writeCompiled } from './compiled-file.js';
import { COMPILED_FOLDER, keyOf } from './compiled-plan.js';
import { compile } from './definitions.js';

for (const version of OCSF_VERSIONS) writeCompiled(COMPILED_FOLDER, keyOf(version), compile(version));
