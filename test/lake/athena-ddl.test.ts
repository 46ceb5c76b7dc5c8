/** Athena's DDL holds every frozen column with its type, and the places of partitions as the writer has them. */
import { expect, it } from 'vitest';
import { loadLayouts } from '../../src/convert/definitions.js';
import { athenaDdl, athenaType } from '../../src/lake/athena-ddl.js';
import { objectKey } from '../../src/lake/partition.js';
import type { LayoutNode } from '../../src/ocsf/layout.js';
import { OCSF_VERSIONS } from '../../src/ocsf/schema.js';

/** Reads a Hive type back, by itself. */
function parseType(text: string): unknown {
  let at = 0;
  const take = (token: string) => {
    if (!text.startsWith(token, at)) throw new Error(`${token} expected at ${at} of ${text}`);
    at += token.length;
  };
  const type = (): unknown => {
    const word = /^[a-z]+/.exec(text.slice(at))![0];
    take(word);
    if (text[at] !== '<') return word;
    take('<');
    const parts: unknown[] = [];
    do {
      if (parts.length > 0) take(',');
      const member = /^`([^`]+)`:/.exec(text.slice(at));
      if (member) take(member[0]);
      parts.push(member ? [member[1], type()] : type());
    } while (text[at] === ',');
    take('>');
    return { [word]: parts };
  };
  const parsed = type();
  if (at !== text.length) throw new Error(`more than a type: ${text.slice(at)}`);
  return parsed;
}

const LEAVES = { string: 'string', integer: 'int', long: 'bigint', float: 'double', boolean: 'boolean', timestamp: 'timestamp' };
function expected({ type, element, children }: LayoutNode): unknown {
  if (type === 'list') return { array: [expected(element!)] };
  if (type === 'map') return { map: ['string', 'string'] };
  if (type === 'struct') return { struct: children!.map((child) => [child.name, expected(child)]) };
  return LEAVES[type];
}

it.each(OCSF_VERSIONS)('OCSF %s: every column of every class, in order', (version) => {
  const layouts = loadLayouts(version);
  expect(layouts.length).toBeGreaterThan(5);
  for (const layout of layouts) {
    for (const column of layout.columns) expect(parseType(athenaType(column))).toEqual(expected(column));
    const table = {
      database: 'falconry',
      source: 'fdr12_x',
      lake: 's3://lake/root/',
      region: 'eu-central-1',
      firstDay: '20250101',
    };
    const ddl = athenaDdl({ ...table, layout, accounts: [] });
    const columns = [...ddl.matchAll(/^ {2}`([^`]+)` /gm)].map((match) => match[1]);
    expect(columns).toEqual(layout.columns.map(({ name }) => name));
  }
});

it('projects partitions to where objects are written', () => {
  const [layout] = loadLayouts('1.2.0');
  const partition = { source: 'fdr12_process', region: 'eu-central-1', accountId: 'external_abc', eventDay: '20250102' };
  const table = { database: 'd', source: partition.source, layout: layout!, lake: 's3://lake', region: partition.region };
  const ddl = athenaDdl({ ...table, accounts: ['external_abc', 'external_def'], firstDay: '20250101' });
  expect(ddl).toContain("'projection.accountid.values' = 'external_abc,external_def'");
  expect(ddl).toContain("'projection.eventday.range' = '20250101,NOW+1DAYS'");
  const template = /'storage\.location\.template' = '([^']+)'/.exec(ddl)![1]!;
  const place = template
    .replace(/\$\{region\}/, partition.region)
    .replace(/\$\{accountid\}/, 'external_abc')
    .replace(/\$\{eventday\}/, '20250102');
  expect(`s3://lake/${objectKey(partition, 'unit', 0)}`.startsWith(place)).toBe(true);
  expect(athenaDdl({ ...table, accounts: [], firstDay: '20250101' })).toContain("'projection.accountid.type' = 'injected'");
});
