/**
 * What an analyst expects of the event types that matter most, by the tables beside this file: each names the class, the
 * activity, the severity and the values of what the event is about. The events are the first lines of the golden folders.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { OCSF_VERSIONS } from '../../src/ocsf/schema.js';
import { Converter } from '../golden/convert.js';

const FOLDER = fileURLToPath(new URL('.', import.meta.url));
const GOLDEN = fileURLToPath(new URL('../golden/', import.meta.url));
const FEWEST_TYPES = 150;

const expectation = z.strictObject({
  class: z.string(),
  /** `Other` stands for what OCSF has no word for: the event type itself is then the name */
  activity: z.string(),
  severity: z.string(),
  /** attribute → value; a hash by its algorithm, an attribute that must be absent as null */
  expect: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
});
const entry = expectation.extend({
  /** what is different in other versions than 1.2.0 */
  versions: z.partialRecord(z.enum(OCSF_VERSIONS), expectation.partial()).optional(),
});

const tables = readdirSync(FOLDER)
  .filter((name) => name.endsWith('.yaml'))
  .map((name) => ({ name, types: z.record(z.string(), entry).parse(parse(readFileSync(`${FOLDER}${name}`, 'utf8'))) }));
const firstLine = (type: string) => readFileSync(`${GOLDEN}${type}/in.ndjson`, 'utf8').split('\n', 1)[0]!;

it('covers the event types that matter most', () => {
  const types = tables.flatMap((table) => Object.keys(table.types));
  expect(new Set(types).size).toBe(types.length);
  expect(types.length).toBeGreaterThanOrEqual(FEWEST_TYPES);
});

describe.each(OCSF_VERSIONS)('OCSF %s', (version) => {
  const converter = new Converter(version);

  it.each(tables)('$name', ({ types }) => {
    const names = Object.keys(types);
    const { rows } = converter.convert(names.map((type) => `${firstLine(type)}\n`).join(''));
    names.forEach((type, index) => {
      const { versions, ...told } = types[type]!;
      const own = versions?.[version] ?? {};
      const wanted = { ...told, ...own, expect: { ...told.expect, ...own.expect } };
      const row = rows[index]!;
      const found = Object.fromEntries(Object.keys(wanted.expect).map((path) => [path, at(row, path)]));
      const activity = row.activity_id === 99 ? 'Other' : row.activity_name;
      expect({ class: row.class_name, activity, severity: row.severity, expect: found }, type).toEqual(wanted);
    });
  });
});

/** The value at `answers[0].rdata`, `file.hashes.SHA-256`; null where nothing stands. */
function at(row: unknown, path: string): unknown {
  let value: unknown = row;
  for (const step of path.match(/[^.[\]]+/g)!) {
    if (Array.isArray(value) && !/^\d+$/.test(step)) {
      value = value.find((item: { algorithm?: string }) => item.algorithm === step)?.value;
    } else value = (value as Record<string, unknown> | undefined)?.[step];
    if (value === undefined || value === null) return null;
  }
  return typeof value === 'bigint' ? Number(value) : value;
}
