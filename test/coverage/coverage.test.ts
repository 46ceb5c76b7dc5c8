/** The catalogue and the mappings go together, and docs/coverage.md says how far. */
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { loadCatalogue, loadCompiled, loadMappings } from '../../src/convert/definitions.js';
import { catalogueEvents } from '../../src/mapping/catalogue.js';
import { catalogueCoverage, coverageOf } from '../../src/mapping/coverage.js';
import { isFeedType } from '../../src/mapping/plan.js';
import { OCSF_VERSIONS } from '../../src/ocsf/schema.js';
import { writeSample } from '../../src/sample/sample.js';
import { Corpus } from '../corpus/corpus.js';
import { Converter } from '../golden/convert.js';
import { type Event, eventLines, newFolder, typeOf } from '../sample/read-sample.js';
import { coveragePage, type Share } from './page.js';

const PAGE = new URL('../../docs/coverage.md', import.meta.url);
const UPDATE = process.env.UPDATE_COVERAGE === '1';
/** DESIGN: at most a fifth of the types whose fields are public. */
const MOST_BASE_EVENTS = 0.2;

const catalogue = loadCatalogue();
const withFields = catalogueEvents(catalogue).filter(
  ([name, { fields }]) => fields.length > 0 && Object.hasOwn(catalogue.events, name),
);

describe.each(OCSF_VERSIONS)('the mappings for OCSF %s', (version) => {
  const { mapping } = loadCompiled(version);

  it('take every event type of the catalogue and no other', () => {
    const { sensor, external, missing } = catalogueCoverage(mapping, catalogue);
    expect(missing).toEqual([]);
    expect([sensor, external]).toEqual([
      { covered: 1_033, of: 1_033 },
      { covered: 26, of: 26 },
    ]);
    const names = new Set(catalogueEvents(catalogue).map(([name]) => name));
    expect(Object.keys(mapping.routes).filter((name) => !names.has(name) && !isFeedType(name))).toEqual([]);
  });

  it('make base events of at most a fifth of the types whose fields are known', () => {
    expect(withFields).toHaveLength(254);
    const corpus = new Corpus(catalogue, mapping);
    const text = withFields.map(([name]) => `${corpus.shortLines(name).next().value!.text}\n`).join('');
    const { rows } = new Converter(version).convert(text);
    const base = withFields.filter((_, index) => rows[index]!.class_uid === 0).map(([name]) => name);
    expect(base.length, base.join(', ')).toBeLessThanOrEqual(withFields.length * MOST_BASE_EVENTS);
  });
});

it('knows the type of every field of the catalogue', () => {
  const unknown = catalogueEvents(catalogue).flatMap(([, { fields }]) => fields.filter((field) => !catalogue.fields[field]));
  expect(unknown).toEqual([]);
});

it('is told in docs/coverage.md', async () => {
  const { mapping } = loadCompiled('1.2.0');
  const coverage = coverageOf(mapping, loadMappings(), catalogue);
  const page = coveragePage('1.2.0', coverage, catalogueCoverage(mapping, catalogue), await sampleShares());
  if (UPDATE) writeFileSync(PAGE, page);
  expect(readFileSync(PAGE, 'utf8'), 'UPDATE_COVERAGE=1 writes it anew').toBe(page);
});

async function sampleShares(): Promise<Map<string, Share>> {
  const directory = newFolder();
  await writeSample({ directory, events: 40_000, seed: 1, feeds: false });
  const lines = eventLines(directory);
  const converter = new Converter('1.2.0');
  const shares = new Map<string, Share>();
  for (let start = 0; start < lines.length; start += 4_000) {
    const some = lines.slice(start, start + 4_000);
    const { rows } = converter.convert(some.map((line) => `${line}\n`).join(''));
    expect(rows).toHaveLength(some.length);
    rows.forEach((row, index) => {
      const event = JSON.parse(some[index]!) as Event;
      const type = typeOf(event);
      const share = shares.get(type) ?? { events: 0, fields: 0, unmapped: 0 };
      shares.set(type, share);
      share.events++;
      share.fields += Object.keys(event).length;
      share.unmapped += new Set(Object.keys((row.unmapped as object | undefined) ?? {}).map((name) => name.split('.')[0])).size;
    });
  }
  return shares;
}
