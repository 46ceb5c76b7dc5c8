/** Byte strings as numbers, against a Map. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ByteDictionary, numberOf } from '../../src/enrich/byte-dictionary.js';

it('numbers strings in the order in which they came, and finds them in its arrays', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 6 }), { maxLength: 2000 }), (strings) => {
      const dictionary = new ByteDictionary();
      const known = new Map<string, number>();
      for (const bytes of strings) {
        const name = Buffer.from(bytes).toString('hex');
        if (!known.has(name)) known.set(name, known.size);
        // the same bytes in the middle of others
        const around = Uint8Array.from([1, ...bytes, 2]);
        expect(dictionary.add(around, 1, bytes.length)).toBe(known.get(name));
      }
      const arrays = dictionary.arrays();
      expect(dictionary.count).toBe(known.size);
      expect(arrays.ends.length).toBe(known.size);
      expect(arrays.slots.length).toBeGreaterThanOrEqual(known.size * 2);
      for (const [name, number] of known) {
        const bytes = Buffer.from(name, 'hex');
        expect(numberOf(arrays, bytes, 0, bytes.length)).toBe(number);
        expect(numberOf(arrays, Buffer.concat([bytes, Buffer.from('absent!')]), 0, bytes.length + 7)).toBe(-1);
      }
    }),
    { seed: 20261126, numRuns: 60 },
  );
});
