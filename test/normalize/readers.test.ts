/** The readers of texts, numbers and times against oracles: tables of edges first, then random texts near them. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { TextPart } from '../../src/mapping/plan.js';
import * as number from '../../src/normalize/number.js';
import { partLength, partOffset, splitText, takePart } from '../../src/normalize/text-part.js';
import * as time from '../../src/normalize/time.js';
import { CASES, place } from './reader-cases.js';
import * as oracle from './values.js';

const SEED = 4_071_987;
const RUNS = 20_000;
console.log(`readers: seed ${SEED}`);

describe.each(CASES)('$name', ({ product, oracle: expected, edges, alphabet }) => {
  test.each(edges)('%j', (text) => {
    expect(product(text)).toEqual(expected(text));
  });

  test('random texts', () => {
    const near = fc.oneof(
      fc.string({ unit: fc.constantFrom(...alphabet), maxLength: 24 }),
      fc
        .tuple(fc.constantFrom(...edges), fc.nat(), fc.nat(3), fc.string({ unit: fc.constantFrom(...alphabet), maxLength: 2 }))
        .map(([edge, at, cut, put]) => {
          const from = at % (edge.length + 1);
          return (edge.slice(0, from) + put + edge.slice(from + cut)).replace(/\p{Surrogate}/gu, '');
        }),
    );
    fc.assert(
      fc.property(near, (text) => {
        const [got, want] = [product(text), expected(text)];
        if (got !== want) expect(got, JSON.stringify(text)).toEqual(want);
      }),
      { seed: SEED, numRuns: RUNS / 4 },
    );
  });
});

test('a time of every second of a leap year’s end of February, in every form', () => {
  for (let s = Date.UTC(2024, 1, 28, 23, 59, 50); s < Date.UTC(2024, 2, 1, 0, 0, 10); s += 997) {
    const texts = [`${s / 1000}`, `${s}`, new Date(s).toISOString(), `${BigInt(s) * 10_000n + 116_444_736_000_000_000n}`];
    for (const text of texts) expect(time.readTime(...place(text), 'auto'), text).toBe(s);
  }
});

test('a float whose digits a double does not keep is told', () => {
  const isRounded = (text: string) => {
    number.readFloat(...place(text));
    return number.floatIsRounded;
  };
  expect(
    ['0.1', '123456789012345', '1234567890123456', '0.00000000000000000001', '9007199254740993', '1000000000000000000000'].map(
      isRounded,
    ),
  ).toEqual([false, false, true, false, true, false]);
});

describe('parts of a text', () => {
  const taken = (part: TextPart, text: string) => {
    const [bytes, offset, length] = place(text, '/;\\');
    return takePart(part, bytes, offset, length)
      ? Buffer.from(bytes.subarray(partOffset, partOffset + partLength)).toString()
      : undefined;
  };
  const texts = fc.string({ unit: fc.constantFrom('a', 'é', '\\', '/', ';', ' ', '::', '|', '😀'), maxLength: 12 });

  test.each([
    ['\\Device\\HarddiskVolume3\\Windows\\explorer.exe', 'explorer.exe', '\\Device\\HarddiskVolume3\\Windows'],
    ['/usr/bin/ls', 'ls', '/usr/bin'],
    ['ls', 'ls', undefined],
    ['/ls', 'ls', undefined],
    ['C:\\', undefined, 'C:'],
    ['a/b\\c', 'c', 'a/b'],
    ['', undefined, undefined],
    ['/', undefined, undefined],
    ['//', undefined, '/'],
  ])('%j has the base name %j and the folder %j', (text, base, folder) => {
    expect(taken({ part: 'basename' }, text)).toBe(base);
    expect(taken({ part: 'dirname' }, text)).toBe(folder);
  });

  test.each(['basename', 'dirname', 'first', 'after', 'before'] as const)('%s', (name) => {
    const separators = name === 'basename' || name === 'dirname' ? [''] : [';', '::', '😀', ' ', '|é'];
    fc.assert(
      fc.property(texts, fc.constantFrom(...separators), (text, separator) => {
        const part = (name === 'basename' || name === 'dirname' ? { part: name } : { part: name, separator }) as TextPart;
        expect(taken(part, text)).toBe(oracle.applyKernels(text, [{ name, args: [separator] }]));
      }),
      { seed: SEED, numRuns: 3000 },
    );
  });

  test('split', () => {
    fc.assert(
      fc.property(texts, fc.constantFrom(';', '::', '😀', ' ', ','), (text, separator) => {
        const [bytes, offset, length] = place(text, separator);
        const ranges: number[] = [];
        const count = splitText(bytes, offset, length, separator, ranges);
        const parts = Array.from({ length: count }, (_, i) =>
          Buffer.from(bytes.subarray(ranges[i * 2]!, ranges[i * 2]! + ranges[i * 2 + 1]!)).toString(),
        );
        expect(parts).toEqual(oracle.splitParts(text, separator).parts);
      }),
      { seed: SEED, numRuns: 5000 },
    );
  });
});
