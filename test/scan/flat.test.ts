/** What the flat scanner takes, and what it hands back. */
import { expect, test } from 'vitest';
import { LineCells } from '../../src/scan/cells.js';
import { FieldDictionary } from '../../src/scan/dictionary.js';
import { FlatScanner } from '../../src/scan/flat.js';
import { Scanners } from './scanned.js';

const flat = (line: string) => new Scanners().flat(Buffer.from(line));

test('strings, numbers and literals by their text', () => {
  expect(flat('{ "a" : "x" ,"b":-1.50e+3,\t"c":true,"d":null,"":"","e":"q\\"\\u00e9\\ud83d\\ude00"}\r')).toEqual([
    ['a', 'x'],
    ['b', '-1.50e+3'],
    ['c', 'true'],
    ['d', null],
    ['', ''],
    ['e', 'q"é😀'],
  ]);
  expect(flat('{}')).toEqual([]);
});

test('a field is not taken for the one that came here in the line before', () => {
  const scanners = new Scanners();
  const names = (line: string) => scanners.flat(Buffer.from(line))?.map(([name]) => name);
  for (const second of ['bc', 'b', 'bcd', 'bd', '', 'B', 'b ', 'é', 'b']) {
    expect(names(`{"a":1,"${second}":2,"c":3}`)).toEqual(['a', second, 'c']);
  }
  expect(names('{"c":1,"a":2}')).toEqual(['c', 'a']);
  expect(names('{"a":1,"b":2,"a":3}')).toBeUndefined();
  expect(names('{"a":1,"b')).toBeUndefined();
});

test.each([
  ['nesting', '{"a":{}}'],
  ['an array', '{"a":[]}'],
  ['a key given twice', '{"a":1,"b":2,"a":3}'],
  ['an escaped key', '{"\\u0061":1}'],
  ['half a surrogate pair', '{"a":"\\ud800"}'],
  ['the wrong half', '{"a":"\\udc00\\ud800"}'],
  ['half a pair and another escape', '{"a":"\\ud800\\n"}'],
  ['a control character', '{"a":"\u0000"}'],
  ['an unknown escape', '{"a":"\\x"}'],
  ['a short escape', '{"a":"\\u12"}'],
  ['a leading zero', '{"a":01}'],
  ['a word', '{"a":nulL}'],
  ['two values', '{"a":1 2}'],
  ['a comma at the end', '{"a":1,}'],
  ['text after the object', '{"a":1} x'],
  ['a second object', '{"a":1}{"b":2}'],
  ['no object', '[]'],
  ['nothing', ''],
  ['a line cut off', '{"a":"b'],
  ['a key longer than 256 bytes', `{"${'k'.repeat(257)}":1}`],
])('hands back %s', (_, line) => {
  expect(flat(line)).toBeUndefined();
});

test('a line that ends in a backslash does not reach into the next', () => {
  expect(flat('{"a":"x\\')).toBeUndefined();
  expect(flat('{"a":"x\\u00')).toBeUndefined();
  expect(flat('{"a":"\\ud83d\\')).toBeUndefined();
});

test('a key of an earlier line is no key given twice, even after a line that was handed back', () => {
  const scanners = new Scanners();
  expect(scanners.flat(Buffer.from('{"x":1,"y":[]}'))).toBeUndefined();
  expect(scanners.flat(Buffer.from('{"x":1,"y":2}'))).toEqual([
    ['x', '1'],
    ['y', '2'],
  ]);
});

test('more fields than the cells have room for', () => {
  const line = JSON.stringify(Object.fromEntries(Array.from({ length: 3000 }, (_, i) => [`field${i}`, `value\n${i}`])));
  expect(flat(line)).toEqual(Array.from({ length: 3000 }, (_, i) => [`field${i}`, `value\n${i}`]));
});

test('keys beyond the dictionary: the flat scanner hands back, the exact parser gives their own bytes', () => {
  const scanners = new Scanners(['a', 'b'], 3);
  expect(scanners.flat(Buffer.from('{"a":1,"c":2}'))).toBeDefined();
  const line = Buffer.from('{"b":1,"dé":"x","c":2}');
  expect(scanners.flat(line)).toBeUndefined();
  expect(scanners.exact(line)).toEqual([
    ['b', '1'],
    ['dé', 'x'],
    ['c', '2'],
  ]);
});

test('lines one after the other', () => {
  const bytes = Buffer.from('{"a":1}\n{"a":2}\r\n \n{"a":3}\n');
  const scanner = new FlatScanner(new FieldDictionary([]));
  const cells = new LineCells();
  expect(scanner.scan(bytes, 0, cells)).toBe(8);
  expect(scanner.scan(bytes, 8, cells)).toBe(17);
  expect(scanner.scan(bytes, 17, cells)).toBe(-1);
  expect(scanner.scan(bytes, 19, cells)).toBe(bytes.length);
});
