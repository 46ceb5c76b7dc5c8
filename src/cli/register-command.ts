/** `falconry sources register`. */
import { z } from 'zod';
import { loadCompiled } from '../convert/definitions.js';
import { ConvertOptionsSchema, filledBy } from '../convert/options.js';
import { LAKE_ACCESS } from '../lake/lake-access.js';
import { type RegisterReport, registerSources } from '../lake/register-sources.js';
import { count, plural } from './numbers.js';
import { ProgressLine } from './progress-line.js';
import { table } from './table.js';

const RegisterOptionsSchema = z.object({
  region: ConvertOptionsSchema.shape.region,
  crawlerRole: LAKE_ACCESS.maintenanceRole.unwrap(),
  principal: z.string().regex(/^\d{12}$/, { error: ({ input }) => `"${input}" is no account; give 12 digits` }),
  externalId: LAKE_ACCESS.externalId.unwrap(),
  ocsf: ConvertOptionsSchema.shape.ocsf,
  mappings: z.string().optional(),
  source: z.array(z.string()).default([]),
  dryRun: z.boolean().default(false),
});

export type RegisterArguments = z.input<typeof RegisterOptionsSchema> & { json?: boolean };

export async function registerCommand({ json, ...args }: RegisterArguments): Promise<void> {
  const { region, crawlerRole, principal, externalId, dryRun, source: only, ...filled } = filledBy(RegisterOptionsSchema, args);
  const all = loadCompiled(filled.ocsf, filled.mappings).mapping.classes.map(({ source, name }) => ({ source, class: name }));
  const names = new Set(all.map(({ source }) => source));
  const known = z.array(
    z.string().refine((name) => names.has(name), { error: ({ input }) => `"${input}" is none of "falconry sources"` }),
  );
  filledBy(z.object({ source: known }), { source: only });
  const wanted = only.length === 0 ? all : all.filter(({ source }) => only.includes(source));
  const { SecurityLake } = await import('../store/security-lake.js');
  const api = new SecurityLake(region);
  const line = new ProgressLine(json !== true);
  try {
    const settings = { crawlerRole, principal, externalId };
    const onProgress = (done: number, total: number) => line.show(() => `${count(done)} of ${plural(total, 'source')}`);
    const report = await registerSources(api, wanted, { region, settings, dryRun, onProgress });
    line.clear();
    process.stdout.write(json === true ? `${JSON.stringify(report)}\n` : registerText(report));
  } finally {
    line.clear();
    api.close();
  }
}

const STATES = { created: 'registered now', registered: 'was registered', 'would-create': 'would be registered' };

export function registerText(report: RegisterReport): string {
  const { sources, dryRun, created, registered, wouldCreate, lake, providerRole } = report;
  const rows = sources.map((source) => [
    source.source,
    source.class,
    source.eventClass ?? '',
    STATES[source.state],
    source.location ?? '',
  ]);
  const lines = [table(['source', 'class', 'event class', 'state', 'location'], rows), ''];
  const before =
    registered === 0
      ? ''
      : `; ${plural(registered, 'source was', 'sources were')} there already and stayed as ${registered === 1 ? 'it is' : 'they are'}`;
  if (dryRun) lines.push(`Would register ${plural(wouldCreate, 'source')} in ${report.region}${before}.`, 'Nothing was changed.');
  else lines.push(`Registered ${plural(created, 'source')} in ${report.region}${before}.`);
  if (lake !== undefined && providerRole !== undefined)
    lines.push(
      '',
      'Conversions into this lake are given:',
      `  --lake ${lake} --region ${report.region} --glue-database security-lake \\`,
      `  --provider-role '${providerRole}' \\`,
      '  --maintenance-role <MaintenanceRoleArn> --external-id <the one given here>',
    );
  return `${lines.join('\n')}\n`;
}
