/** `falconry sources`: what to register in Security Lake. */
import { loadCompiled } from '../convert/definitions.js';
import { fillVersion } from './ocsf-option.js';
import { table } from './table.js';

export async function sourcesCommand({
  ocsf,
  mappings,
  json,
}: {
  ocsf: string;
  mappings?: string;
  json?: boolean;
}): Promise<void> {
  const { mapping } = loadCompiled(fillVersion(ocsf), mappings);
  const sources = mapping.classes.map((cls) => ({
    source: cls.source,
    class: cls.name,
    class_uid: cls.uid,
    ocsf: mapping.version,
    path: `ext/${cls.source}/region=<region>/accountId=<account>/eventDay=<yyyymmdd>/`,
  }));
  if (json === true) process.stdout.write(`${JSON.stringify(sources)}\n`);
  else {
    const rows = sources.map((source) => [source.source, source.class, String(source.class_uid), source.path]);
    process.stdout.write(`${table(['source', 'class', 'uid', 'path'], rows, [2])}\n`);
  }
}
