/**
 * Writes the CloudFormation templates: `npm run infra:synth [-- --ocsf 1.3.0] [--out infra/templates]`. They hold no assets and need no
 * bootstrap, so that any tool can deploy them.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { App, BootstraplessSynthesizer, type IStackSynthesizer, Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { loadCompiled } from '../src/convert/definitions.js';
import { OCSF_VERSIONS, type OcsfVersion } from '../src/ocsf/schema.js';
import { ConversionStack } from './conversion-stack.js';
import { LakeStack } from './lake-stack.js';
import { RealtimeStack } from './realtime-stack.js';

/** @param ocsf whose sources the lake has: each version has its own */
export function makeApp(ocsf: OcsfVersion): App {
  const app = new App({ analyticsReporting: false });
  // also writes the reasons of what is acknowledged into the templates
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app, { writeSuppressionsToCloudFormation: true }));
  // its types and exactOptionalPropertyTypes disagree
  const synthesizer = () => new BootstraplessSynthesizer() as unknown as IStackSynthesizer;
  new ConversionStack(app, 'falconry', { synthesizer: synthesizer() });
  const sources = loadCompiled(ocsf).mapping.classes.map(({ source }) => source);
  new LakeStack(app, 'falconry-lake', { synthesizer: synthesizer(), sources });
  new RealtimeStack(app, 'falconry-realtime', { synthesizer: synthesizer() });
  return app;
}

/** @returns the templates' paths */
export function writeTemplates(ocsf: OcsfVersion, folder: string): string[] {
  mkdirSync(folder, { recursive: true });
  return makeApp(ocsf)
    .synth()
    .stacks.map(({ stackName, template }) => {
      const path = join(folder, `${stackName}.json`);
      writeFileSync(path, `${JSON.stringify(template)}\n`);
      return path;
    });
}

if (import.meta.url === pathToFileURL(process.argv[1]!).href) {
  const { values } = parseArgs({
    options: { ocsf: { type: 'string', default: '1.2.0' }, out: { type: 'string', default: 'infra/templates' } },
  });
  const ocsf = OCSF_VERSIONS.find((version) => version === values.ocsf);
  if (ocsf === undefined) throw new Error(`--ocsf "${values.ocsf}" is none of ${OCSF_VERSIONS.join(', ')}`);
  process.stdout.write(`${writeTemplates(ocsf, values.out).join('\n')}\n`);
}
