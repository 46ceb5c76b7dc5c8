/**
 * What `explain` tells is what `convert` writes: every golden line, and random events of random mappings.
 *
 * `FALCONRY_SEED` for another seed.
 */
import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadCompiled } from '../../src/convert/definitions.js';
import { compileMapping } from '../../src/mapping/compile.js';
import type { CompiledMapping } from '../../src/mapping/plan.js';
import { Explainer } from '../../src/normalize/explainer.js';
import { Normalizer } from '../../src/normalize/normalizer.js';
import { randomNumbers } from '../ocsf/random-event.js';
import { expectTrue, expectWritten } from './explained.js';
import { EventMaker } from './random-events.js';
import { MappingMaker } from './random-mapping.js';
import { rowsAsRead } from './rows.js';
import { blockOf, noOutcomes, schemas } from './shipped.js';

const SEED = Number(process.env.FALCONRY_SEED ?? 20_260_302);
const GOLDEN = new URL('../golden/', import.meta.url);
const types = readdirSync(GOLDEN, { withFileTypes: true }).flatMap((entry) =>
  entry.isDirectory() && entry.name !== 'fdrv2' ? [entry.name] : [],
);
const linesOf = (type: string) =>
  readFileSync(new URL(`${type}/in.ndjson`, GOLDEN), 'utf8')
    .trimEnd()
    .split('\n');

const engines = (mapping: CompiledMapping): [Normalizer, Explainer] => [
  new Normalizer(mapping, { dedupe: false }),
  new Explainer(mapping),
];

/** All lines converted together, and each explained by itself. */
function compare(normalizer: Normalizer, explainer: Explainer, lines: readonly string[], told: string): void {
  normalizer.startUnit();
  const quarantined = new Map<number, string>();
  normalizer.add(blockOf(lines), noOutcomes(), ({ line, reason }) => quarantined.set(line, reason));
  const rows = rowsAsRead(normalizer);
  let next = 0;
  lines.forEach((line, i) => {
    const explanation = explainer.explain(Buffer.from(line), i + 1, 0);
    const reason = quarantined.get(i + 1);
    if (reason !== undefined) {
      expect(explanation, line).toMatchObject({ outcome: 'quarantined', reason, line: i + 1 });
      return;
    }
    const row = rows[next++]!;
    expectWritten(explanation);
    expectTrue(explanation, row.class, row.row, `${told}, line ${i + 1}: ${line}`);
  });
  expect(next).toBe(rows.length);
}

describe.each(schemas)('OCSF $version', ({ version }) => {
  it('explains every golden line as it is converted', () => {
    const both = engines(loadCompiled(version).mapping);
    for (const type of types) compare(...both, linesOf(type), type);
  });
});

describe.each(schemas)('OCSF $version', (schema) => {
  it(`explains random events of random mappings (seed ${SEED})`, () => {
    const property = fc.property(fc.integer(), (seed) => {
      const random = randomNumbers(seed);
      const set = new MappingMaker(random, schema).set(12);
      const { mapping } = compileMapping({ set, schema, layouts: [], columns: 'grow' });
      const maker = new EventMaker(random, set, schema);
      compare(
        ...engines(mapping),
        Array.from({ length: 60 }, () => maker.line()),
        `seed ${seed}`,
      );
    });
    fc.assert(property, { seed: SEED, numRuns: 12, endOnFailure: true });
  });
});

it('names the field that wrote a value: without it the value is gone, another, or one that another field has too', () => {
  const explainer = new Explainer(loadCompiled('1.2.0').mapping);
  let edges = 0;
  for (const type of types) {
    const line = linesOf(type)[0]!;
    const explanation = explainer.explain(Buffer.from(line), 1, 0);
    expectWritten(explanation);
    for (const { field, attributes } of explanation.fields) {
      const event = JSON.parse(line) as Record<string, unknown>;
      if (!(field in event) || field === 'event_simpleName' || field === 'ExternalApiType') continue;
      delete event[field];
      const without = explainer.explain(Buffer.from(JSON.stringify(event)), 1, 0);
      if (without?.outcome !== 'written' || without.class !== explanation.class) continue;
      for (const { path, value } of attributes) {
        edges++;
        const now = without.fields.find((other) => other.attributes.some((attribute) => attribute.path === path));
        const still = [...without.constants, ...(now?.attributes ?? [])].find((attribute) => attribute.path === path);
        const gone = still === undefined || still.value !== value;
        // two fields may tell one time in different words
        if (path === 'time' && now !== undefined && now.field !== field) continue;
        const another = now !== undefined && now.field !== field && now.text?.includes(String(value)) === true;
        expect(gone || another, `${type}: ${path} = ${value} is from ${field}, and stays without it`).toBe(true);
      }
    }
  }
  expect(edges).toBeGreaterThan(types.length * 5);
});
