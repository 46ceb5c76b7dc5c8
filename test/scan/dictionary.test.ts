import { expect, test } from 'vitest';
import { FieldDictionary, hashBytes, mixWord } from '../../src/scan/dictionary.js';

const idOf = (dictionary: FieldDictionary, key: string) => {
  const bytes = Buffer.from(`..${key}..`);
  return dictionary.idOf(hashBytes(bytes, 2, bytes.length - 4), bytes, 2, bytes.length - 4);
};

test('known fields come first and keep their ids', () => {
  const dictionary = new FieldDictionary(['aid', 'cid', 'k'.repeat(1000)]);
  expect([idOf(dictionary, 'aid'), idOf(dictionary, 'cid'), idOf(dictionary, 'k'.repeat(1000))]).toEqual([0, 1, 2]);
  expect(idOf(dictionary, 'new')).toBe(3);
  expect(idOf(dictionary, 'new')).toBe(3);
  expect(dictionary.name(3)).toBe('new');
  expect(dictionary.size).toBe(4);
});

test('names come back as they are: a byte order mark, an empty name, any script', () => {
  const dictionary = new FieldDictionary([]);
  for (const name of ['\ufeffx', '', 'Ключ', '😀']) expect(dictionary.name(idOf(dictionary, name))).toBe(name);
});

test('100,000 keys: the first 65,536 are learned, the rest are not, and none is taken for another', () => {
  const dictionary = new FieldDictionary(['known']);
  const ids = Array.from({ length: 100_000 }, (_, i) => idOf(dictionary, `Field_${i}`));
  expect(dictionary.size).toBe(65_536);
  expect(ids.filter((id) => id >= 0).length).toBe(65_535);
  expect(new Set(ids.filter((id) => id >= 0)).size).toBe(65_535);
  for (let i = 0; i < 100_000; i += 997) {
    expect(idOf(dictionary, `Field_${i}`)).toBe(ids[i]);
    if (ids[i]! >= 0) expect(dictionary.name(ids[i]!)).toBe(`Field_${i}`);
  }
  expect(idOf(dictionary, 'known')).toBe(0);
});

test('keys made to collide are learned up to a bound, and stay apart', () => {
  // a word that undoes what the first one did to the hash: all these keys of two words have one hash
  const keys: string[] = [];
  for (let first = 0x21212121; keys.length < 4096; first++) {
    const second = mixWord(0, first) ^ 0x41414141;
    const key = Buffer.alloc(8);
    key.writeInt32LE(first | 0);
    key.writeInt32LE(second, 4);
    if (key.every((byte) => byte > 32 && byte < 127)) keys.push(key.toString());
  }
  expect(new Set(keys.map((key) => hashBytes(Buffer.from(key), 0, key.length))).size).toBe(1);
  const dictionary = new FieldDictionary(['known']);
  const ids = keys.map((key) => idOf(dictionary, key));
  const learned = ids.filter((id) => id >= 0);
  expect(new Set(learned).size).toBe(learned.length);
  expect(learned.length).toBeLessThan(40);
  expect(keys.map((key) => idOf(dictionary, key))).toEqual(ids);
});

test('a key longer than 256 bytes is not learned', () => {
  const dictionary = new FieldDictionary([]);
  expect(idOf(dictionary, 'k'.repeat(257))).toBe(-1);
  expect(idOf(dictionary, 'k'.repeat(256))).toBe(0);
});
