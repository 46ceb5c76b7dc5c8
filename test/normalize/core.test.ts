/**
 * The whole core, lines to columns, against the naive reference over the shipped mappings: every row in every column, every outcome,
 * in every OCSF version.
 *
 * `FALCONRY_EVENTS=100000` for a longer run, `FALCONRY_SEED` for another seed.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compileMapping } from '../../src/mapping/compile.js';
import type { MappingSet } from '../../src/mapping/model.js';
import { isFeedType } from '../../src/mapping/plan.js';
import { Normalizer, type QuarantinedLine } from '../../src/normalize/normalizer.js';
import type { OcsfSchema } from '../../src/ocsf/schema.js';
import { Validator } from '../../src/ocsf/validate.js';
import { randomNumbers } from '../ocsf/random-event.js';
import { EventMaker } from './random-events.js';
import { MappingMaker } from './random-mapping.js';
import { Reference } from './reference.js';
import { type PlacedRow, rowsAsRead } from './rows.js';
import { blockOf, noOutcomes, schemas, shipped } from './shipped.js';

const EVENTS = Number(process.env.FALCONRY_EVENTS ?? 4000);
const SEED = Number(process.env.FALCONRY_SEED ?? 7_052_024);
const BATCH = 500;

/** Findings that a mapping answers for, or that only say that a random value contradicts another. */
const NOT_OURS = ['ip_version_mismatch', 'protocol_mismatch', 'deprecated', 'datetime_mismatch'];

/** Normalizes random events with both, and compares outcomes and rows. Returns how many events became which class. */
function compare(set: MappingSet, schema: OcsfSchema, normalizer: Normalizer, seed: number, events: number): string[] {
  const random = randomNumbers(seed);
  const maker = new EventMaker(random, set, schema);
  const lines = Array.from({ length: events }, () => maker.line());
  const reference = new Reference(set, schema);
  const validator = new Validator(schema);
  const outcomes = noOutcomes();
  const quarantined = new Map<number, QuarantinedLine>();
  normalizer.startUnit();
  normalizer.add(blockOf(lines), outcomes, (line) => quarantined.set(line.line, { ...line, bytes: line.bytes.slice() }));
  const rows = rowsAsRead(normalizer);
  expect(outcomes).toEqual({ read: events, written: rows.length, quarantined: quarantined.size, duplicate: 0, filtered: 0 });
  let next = 0;
  lines.forEach((line, i) => {
    const told = `seed ${seed}, line ${i}: ${line}`;
    const expected = reference.normalize(Buffer.from(line));
    if ('fault' in expected) {
      const found = quarantined.get(i + 1);
      expect(expected.fault, told).toContain(found?.reason);
      expect(Buffer.from(found!.bytes).toString(), told).toBe(line);
      return;
    }
    const { optional, ...row } = expected;
    const got = rows[next++]!;
    expect(comparable(got, optional), told).toEqual(comparable(row, optional));
    const findings = validator.validate(plain(got)).filter(({ level, rule }) => level === 'error' || rule === 'placeholder');
    expect(
      findings.filter(({ rule }) => !NOT_OURS.includes(rule)),
      told,
    ).toEqual([]);
  });
  expect(next).toBe(rows.length);
  return rows.map((row) => row.class);
}

describe.each(schemas)('OCSF $version', (schema) => {
  const { mapping } = compileMapping({ set: shipped, schema, layouts: [], columns: 'grow' });
  const normalizer = new Normalizer(mapping, { dedupe: false });

  test(`${EVENTS} events become what the reference makes of them, valid (seed ${SEED})`, () => {
    const classes = new Map<string, number>();
    const batchOfEvents = fc.property(fc.integer(), (seed) => {
      for (const name of compare(shipped, schema, normalizer, seed, BATCH)) classes.set(name, (classes.get(name) ?? 0) + 1);
    });
    fc.assert(batchOfEvents, { seed: SEED, numRuns: Math.ceil(EVENTS / BATCH), endOnFailure: true });
    console.log(`seed ${SEED}, OCSF ${schema.version}: ${JSON.stringify(Object.fromEntries(classes))}`);
    // events never become what only rows of feeds become
    const ofEvents = new Set(
      shipped.rules.filter(({ eventTypes }) => !eventTypes.some(isFeedType)).map(({ class: name }) => name),
    );
    const ofFeeds = new Set(shipped.rules.map(({ class: name }) => name).filter((name) => !ofEvents.has(name)));
    expect([...classes.keys()].sort()).toEqual(
      mapping.classes
        .map(({ name }) => name)
        .filter((name) => !ofFeeds.has(name))
        .sort(),
    );
  });

  test(`random mappings (seed ${SEED})`, () => {
    const classes = new Set<string>();
    const randomMapping = fc.property(fc.integer(), (seed) => {
      const random = new MappingMaker(randomNumbers(seed), schema).set(12);
      const compiled = compileMapping({ set: random, schema, layouts: [], columns: 'grow' });
      const own = new Normalizer(compiled.mapping, { dedupe: false });
      for (const name of compare(random, schema, own, seed, 200)) classes.add(name);
    });
    fc.assert(randomMapping, { seed: SEED, numRuns: Math.ceil(EVENTS / 300), endOnFailure: true });
    console.log(`seed ${SEED}, OCSF ${schema.version}: random mappings gave ${classes.size} classes`);
    expect(classes.size).toBeGreaterThan(15);
  });
});

/** Rows as the validator takes them. */
function plain({ row }: PlacedRow): Record<string, unknown> {
  const { unmapped, ...rest } = row;
  return unmapped === undefined ? rest : { ...rest, unmapped: Object.fromEntries(unmapped as Map<string, string>) };
}

/** Without what may be either way, and with lists whose order says nothing sorted. */
function comparable({ row, ...place }: PlacedRow, optional: ReadonlySet<string>): unknown {
  const unmapped =
    row.unmapped === undefined
      ? []
      : [...(row.unmapped as Map<string, string>)].filter(([key]) => !optional.has(key)).sort(byText);
  const observables = ((row.observables ?? []) as object[]).map((one) => JSON.stringify(one, Object.keys(one).sort())).sort();
  return { ...place, row: { ...row, unmapped, observables } };
}

const byText = ([a]: [string, string], [b]: [string, string]) => (a < b ? -1 : 1);
