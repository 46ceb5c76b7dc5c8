/** Every mapped event type: the lines of `<type>/in.ndjson` become the rows of `<type>/out.json`, valid in every OCSF version. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { loadCatalogue, loadCompiled, loadMappings } from '../../src/convert/definitions.js';
import { ocsfSchema } from '../../src/ocsf/load.js';
import { OCSF_VERSIONS } from '../../src/ocsf/schema.js';
import { Validator } from '../../src/ocsf/validate.js';
import { Corpus, exampleName } from '../corpus/corpus.js';
import type { Row } from '../normalize/rows.js';
import { expectValid, HAS_REFEREE } from '../support/referee.js';
import { Converter, jsonText, uidsOf } from './convert.js';

const FOLDER = fileURLToPath(new URL('.', import.meta.url));
/** The secondary feeds' folder: see feeds.test.ts. */
const FEEDS = 'fdrv2';
const UPDATE = process.env.UPDATE_GOLDEN === '1';

const isOfEvents = (type: string): boolean => !type.startsWith(`${FEEDS}/`);

/** The folder of a mapped event type; one that a mapping names by how it begins has the folder of an example. */
const mapped = [...new Set(loadMappings().rules.flatMap(({ eventTypes }) => eventTypes))].filter(isOfEvents).map((type) => ({
  type,
  folder: exampleName(type),
}));
if (UPDATE) writeMissingInputs();

const types = readdirSync(FOLDER, { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && entry.name !== FEEDS)
  .map(({ name }) => name)
  .sort();
const inputs = new Map(types.map((type) => [type, readFileSync(join(FOLDER, type, 'in.ndjson'), 'utf8')]));
const converters = new Map(OCSF_VERSIONS.map((version) => [version, new Converter(version)]));

it('has a folder for every mapped event type and no other', () => {
  expect(types).toEqual(mapped.map(({ folder }) => folder).sort());
});

/** A new type's lines: one with all its fields, one with none. */
function writeMissingInputs(): void {
  const corpus = new Corpus(loadCatalogue(), loadCompiled('1.2.0').mapping);
  for (const { type, folder } of mapped) {
    const path = join(FOLDER, folder);
    if (existsSync(path)) continue;
    mkdirSync(path);
    writeFileSync(join(path, 'in.ndjson'), [...corpus.shortLines(type)].map(({ text }) => `${text}\n`).join(''));
  }
}

it('has lines of the type that the folder names, each with its own id', () => {
  for (const [type, text] of inputs) {
    for (const line of text.trimEnd().split('\n')) {
      const event = JSON.parse(line) as Record<string, unknown>;
      expect(event.event_simpleName ?? event.ExternalApiType ?? event['event-type'], type).toBe(type);
    }
  }
  const uids = [...inputs.values()].flatMap(uidsOf);
  expect(new Set(uids).size).toBe(uids.length);
});

describe('the rows of OCSF 1.2.0', () => {
  it.each(types)('%s', (type) => {
    const file = join(FOLDER, type, 'out.json');
    const made = `${jsonText(converters.get('1.2.0')!.convert(inputs.get(type)!).rows)}\n`;
    if (UPDATE) writeFileSync(file, made);
    expect(made).toBe(readFileSync(file, 'utf8'));
  });
});

describe.each(OCSF_VERSIONS)('OCSF %s', (version) => {
  const converter = converters.get(version)!;
  const byType = new Map(types.map((type) => [type, converter.convert(inputs.get(type)!)]));
  const rows = [...byType.values()].flatMap((converted) => converted.rows);

  it('makes one row of every line', () => {
    for (const [type, { outcomes, quarantined, rows: ofType }] of byType) {
      const uids = uidsOf(inputs.get(type)!);
      expect(quarantined, type).toEqual([]);
      expect(outcomes, type).toEqual({ read: uids.length, written: uids.length, quarantined: 0, duplicate: 0, filtered: 0 });
      expect(
        ofType.map(({ metadata }) => (metadata as Row).uid),
        type,
      ).toEqual(uids);
    }
  });

  it('makes the same rows of all lines together', () => {
    const together = converter.convert([...inputs.values()].join(''));
    expect(together.rows.map((row) => jsonText(row))).toEqual(rows.map((row) => jsonText(row)));
  });

  it('makes valid events without oddities', () => {
    const validator = new Validator(ocsfSchema(version));
    const findings = rows.flatMap((row) =>
      validator.validate(row).map((finding) => ({ event: (row.metadata as Row).event_code, ...finding })),
    );
    expect(findings).toEqual([]);
  });

  it.skipIf(!HAS_REFEREE)('passes the outside referee', () => {
    expectValid(rows.map((row) => JSON.stringify(row)));
  });
});
