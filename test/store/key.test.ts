/** Keys: which are refused, and their order. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { checkKey, checkPrefix, compareKeys, isKey } from '../../src/store/key.js';

const SEED = 20_260_803;

it('orders any keys by their UTF-8 bytes', () => {
  const key = fc.string({ unit: 'binary', maxLength: 8 });
  fc.assert(
    fc.property(key, key, key, (prefix, a, b) => {
      const bytes = Buffer.compare(Buffer.from(prefix + a), Buffer.from(prefix + b));
      expect(Math.sign(compareKeys(prefix + a, prefix + b))).toBe(bytes);
    }),
    { seed: SEED, numRuns: 2000 },
  );
  expect(compareKeys('\uff5e', '\u{1f600}')).toBeLessThan(0);
  expect('\uff5e' < '\u{1f600}').toBe(false);
});

it('takes every key within the rules', () => {
  for (const key of ['a', 'a/b', '.hidden', 'a..b', '...', 'a/.../b', '%2e%2e/a', ' ', 'a'.repeat(1024), 'a//b', 'a/'])
    checkKey(key);
  for (const prefix of ['', 'a', 'a/', 'a/.', 'a/b']) checkPrefix(prefix);
});

it('says why a key is refused', () => {
  const reasons = {
    '': 'empty',
    '/a': 'begins with',
    'a\0': 'NUL',
    'a/..': 'segment',
    '..': 'segment',
    '\ud800': 'UTF-8',
    ['é'.repeat(513)]: 'longer than 1024 bytes',
  };
  for (const [key, reason] of Object.entries(reasons)) {
    expect(() => checkKey(key)).toThrow(
      expect.objectContaining({ code: 'STORE_KEY_REFUSED', message: expect.stringContaining(reason) }),
    );
  }
  for (const prefix of ['/', '../', 'a/../b', './']) expect(() => checkPrefix(prefix), prefix).toThrow('is refused');
});

it('is quick to take a key and never takes another than checkKey does', () => {
  const part = fc.constantFrom(
    'a',
    '.',
    '..',
    '/',
    '//',
    '-',
    '0',
    '~',
    '!',
    ' ',
    '\0',
    'é',
    '\ud800',
    '\x7f',
    'b.gz',
    'x'.repeat(600),
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 6 }), (parts) => {
      const key = parts.join('');
      let taken = true;
      try {
        checkKey(key);
      } catch {
        taken = false;
      }
      expect(isKey(key), JSON.stringify(key)).toBe(taken);
    }),
    { seed: SEED, numRuns: 5000 },
  );
});
