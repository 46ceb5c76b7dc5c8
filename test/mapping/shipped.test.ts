/** The mapping files that Falconry ships. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { checkMappings } from '../../src/mapping/load.js';
import { ocsfSchema } from '../../src/ocsf/load.js';
import { OCSF_VERSIONS } from '../../src/ocsf/schema.js';

const folder = new URL('../../mappings/fdr/', import.meta.url);
const files = readdirSync(folder)
  .filter((name) => name.endsWith('.yaml'))
  .map((name) => ({ name, text: readFileSync(new URL(name, folder), 'utf8') }));
const schemas = OCSF_VERSIONS.map((version) => ocsfSchema(version));
const { set, problems } = checkMappings(files, schemas);

test('has no problem', () => {
  expect(problems.map(({ file, line, message }) => `${file}:${line}: ${message}`)).toEqual([]);
  expect(set).toBeDefined();
});

test('gives every file a source and every rule something to fill', () => {
  expect(new Set(set!.sources.map((source) => source.class)).size).toBe(set!.sources.length);
  expect(set!.sources.map((source) => source.class)).toEqual(
    expect.arrayContaining([...new Set(set!.rules.map((rule) => rule.class))]),
  );
  for (const rule of set!.rules) expect(rule.entries.length, `${rule.where.file}:${rule.where.line}`).toBeGreaterThan(0);
  expect(set!.unknown.entries.map((entry) => entry.path)).toContain('metadata.product.vendor_name');
});

test('crosses threads', () => {
  expect(structuredClone(set)).toEqual(set);
});

test('goes with the example of the language’s page', () => {
  const page = readFileSync(new URL('../../docs/mapping-language.md', import.meta.url), 'utf8');
  const example = /```yaml\n([\s\S]*?)```/.exec(page)![1]!;
  const checked = checkMappings(
    [...files.filter(({ name }) => name === '_shared.yaml'), { name: 'example.yaml', text: example }],
    schemas,
  );
  expect(checked.problems).toEqual([]);
  expect(checked.set!.rules[0]!.entries.find(({ path }) => path === 'answers')?.value).toMatchObject({ of: [{}, {}] });
});
