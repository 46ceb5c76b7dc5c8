/** Data as shared parts: the same data, with equal parts as one. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { compile } from '../../src/convert/definitions.js';
import { fromParts, shareParts, toParts } from '../../src/mapping/parts.js';

const SEED = Number(process.env.FALCONRY_SEED ?? 20_261_127);

it('equal parts are one, in whatever they lie; others are not', () => {
  const whole = {
    a: { x: 1, y: ['s'] },
    b: [
      { x: 1, y: ['s'] },
      { y: ['s'], x: 1 },
    ],
    c: ['s'],
    d: [[0], ['0']],
    e: null,
    f: undefined,
  };
  const shared = shareParts(whole);
  expect(shared).toEqual(whole);
  expect(shared.b[0]).toBe(shared.a);
  expect(shared.c).toBe(shared.a.y);
  expect(shared.d[0]).not.toBe(shared.d[1]);
  expect('f' in shared).toBe(false);
});

it(`any data comes back as it was, also through JSON (seed ${SEED})`, () => {
  const data = fc.oneof(
    fc.array(fc.jsonValue()),
    fc.dictionary(fc.oneof(fc.string(), fc.constantFrom('__proto__', 'constructor', 'length', '0')), fc.jsonValue()),
  );
  fc.assert(
    fc.property(data, (whole) => {
      const parts = JSON.parse(JSON.stringify(toParts(whole)));
      expect(JSON.stringify(fromParts(parts))).toBe(JSON.stringify(whole));
    }),
    { seed: SEED, numRuns: 2000 },
  );
});

it('of a whole OCSF version less than a tenth is left', () => {
  const { mapping } = compile('1.2.0');
  const objects = (value: unknown): number =>
    typeof value !== 'object' || value === null
      ? 0
      : 1 + Object.values(value).reduce<number>((sum, part) => sum + objects(part), 0);
  expect(toParts(mapping).length).toBeLessThan(objects(mapping) / 10);
});
