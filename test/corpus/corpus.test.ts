/** The whole catalogue through the converter: nothing quarantined, every row valid OCSF of every version. */
import { describe, expect, it } from 'vitest';
import { loadCatalogue, loadCompiled } from '../../src/convert/definitions.js';
import { ocsfSchema } from '../../src/ocsf/load.js';
import { OCSF_VERSIONS, type OcsfVersion } from '../../src/ocsf/schema.js';
import { Validator } from '../../src/ocsf/validate.js';
import { Converter } from '../golden/convert.js';
import type { Row } from '../normalize/rows.js';
import { expectValid, HAS_REFEREE } from '../support/referee.js';
import { Corpus, type CorpusLine } from './corpus.js';

const AT_ONCE = 2_000;

const lines: readonly CorpusLine[] = [...new Corpus(loadCatalogue(), loadCompiled('1.2.0').mapping).lines()];

function* converted(version: OcsfVersion): Generator<{ line: CorpusLine; row: Row }> {
  const converter = new Converter(version);
  for (let start = 0; start < lines.length; start += AT_ONCE) {
    const some = lines.slice(start, start + AT_ONCE);
    const { rows, outcomes, quarantined } = converter.convert(some.map(({ text }) => `${text}\n`).join(''));
    expect(quarantined).toEqual([]);
    expect(outcomes).toEqual({ read: some.length, written: some.length, quarantined: 0, duplicate: 0, filtered: 0 });
    for (let i = 0; i < rows.length; i++) yield { line: some[i]!, row: rows[i]! };
  }
}

describe.each(OCSF_VERSIONS)('the generated corpus, OCSF %s', (version) => {
  it('is valid without a finding, and keeps every event type’s name', () => {
    const validator = new Validator(ocsfSchema(version));
    const found = new Map<string, string>();
    const types = new Set<string>();
    for (const { line, row } of converted(version)) {
      types.add(line.eventType);
      for (const { rule, path, message } of validator.validate(row)) {
        const key = `${rule} ${path} of ${row.class_name}`;
        if (!found.has(key)) found.set(key, `${line.eventType}, ${line.what}: ${message}`);
      }
    }
    expect([...found]).toEqual([]);
    expect(types.size).toBe(1_059);
  });

  it.skipIf(!HAS_REFEREE)('is valid by the referee', () => {
    const text: string[] = [];
    for (const { row } of converted(version)) {
      text.push(JSON.stringify(row, (_, value) => (typeof value === 'bigint' ? Number(value) : value)));
    }
    expectValid(text, version);
  });
});
