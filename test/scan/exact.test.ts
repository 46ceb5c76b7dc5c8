/** The exact parser, case by case. */
import { expect, test } from 'vitest';
import { Scanners } from './scanned.js';

const exact = (line: string | Uint8Array) => new Scanners().exact(Buffer.from(line as string));
const latin1 = (text: string) => Buffer.from(text, 'latin1');
const base64 = (text: string) => latin1(text).toString('base64');

test.each([
  // not JSON at all, and never will be
  ['not-json', ''],
  ['not-json', '  '],
  ['not-json', 'hello'],
  ['not-json', '{a:1}'],
  ['not-json', '{"a":01}'],
  ['not-json', '{"a":1.e5}'],
  ['not-json', '{"a":1.e'],
  ['not-json', '{"a":+1}'],
  ['not-json', '{"a":tru}'],
  ['not-json', '{"a":1,}'],
  ['not-json', '{"a":1}x'],
  ['not-json', '{"a":1}{"b":2}'],
  ['not-json', '{"a":"\\u12"}'],
  ['not-json', '{"a":"\\u1'.concat('"')],
  ['not-json', '{"a":"\\x'],
  ['not-json', '{"a":"\u0001"}'],
  ['not-json', '\ufeff{"a":1}'],
  ['not-json', '{"a":[1,]}'],
  // the start of JSON
  ['cut-off', '{'],
  ['cut-off', '{"a'],
  ['cut-off', '{"a":'],
  ['cut-off', '{"a":-'],
  ['cut-off', '{"a":1'],
  ['cut-off', '{"a":1.'],
  ['cut-off', `{"a":${'1'.repeat(100)}.`],
  ['cut-off', '{"a":1.5e+'],
  ['cut-off', '{"a":fals'],
  ['cut-off', '{"a":"\\'],
  ['cut-off', '{"a":"\\u1'],
  ['cut-off', '{"a":[{"b":1},'],
  ['cut-off', '{"a":1,'],
  ['cut-off', '"text'],
  // JSON, but no object
  ['not-an-object', '[{"a":1}]'],
  ['not-an-object', '12'],
  ['not-an-object', ' null '],
  ['not-an-object', '"{}"'],
  // a name that comes twice
  ['duplicate-key', '{"a":1,"a":1}'],
  ['duplicate-key', '{"a":1,"\\u0061":2}'],
  ['duplicate-key', '{"n":{"a":1,"a":2}}'],
  ['duplicate-key', '{"n":[{"a":1,"a":2}]}'],
  ['duplicate-key', '{"a":"\\ud800","a#base64":"x"}'],
  ['duplicate-key', '{"\\ud800":1,"\\udc00":2}'],
  ['too-deep', `{"a":${'['.repeat(300)}${']'.repeat(300)}}`],
])('%s: %s', (fault, line) => {
  expect(exact(line)).toBe(fault);
});

test('objects become dotted names, arrays and empty objects stay JSON text', () => {
  expect(exact('{"a":{"b":{"c":1.50},"d":null},"e":[1, {"f":2}],"g":{},"h":true}')).toEqual([
    ['a.b.c', '1.50'],
    ['a.d', null],
    ['e', '[1, {"f":2}]'],
    ['g', '{}'],
    ['h', 'true'],
  ]);
});

test('an outer name that is empty is not lost: `id` inside it is not the id', () => {
  expect(exact('{"":{"id":"x"},"id":"y"}')).toEqual([
    ['.id', 'x'],
    ['id', 'y'],
  ]);
});

test('where flattened names would clash, nothing is flattened', () => {
  expect(exact('{"a.b":1,"a":{"b":2}}')).toEqual([
    ['a.b', '1'],
    ['a', '{"b":2}'],
  ]);
});

test('objects deeper than eight levels stay JSON text', () => {
  expect(exact('{"1":{"2":{"3":{"4":{"5":{"6":{"7":{"8":{"9":{"10":1}}}}}}}}}}')).toEqual([['1.2.3.4.5.6.7.8.9', '{"10":1}']]);
});

test('numbers keep their digits', () => {
  const numbers = ['9007199254740993', '18446744073709551616', '1e400', '-0.0', '0.10000000000000000000001'];
  expect(exact(`{${numbers.map((number, i) => `"${i}":${number}`).join()}}`)).toEqual(
    numbers.map((number, i) => [`${i}`, number]),
  );
});

test('what UTF-8 cannot hold is kept beside it in base64', () => {
  expect(exact(latin1('{"a":"x\xff\\n","b":"\\ud800\\u0041","c":["\xc3"],"d":"\xc3\xa9"}'))).toEqual([
    ['a', 'x\ufffd\n'],
    ['a#base64', base64('x\xff\\n')],
    ['b', '\ufffdA'],
    ['b#base64', base64('\\ud800\\u0041')],
    ['c', '["\ufffd"]'],
    ['c#base64', base64('["\xc3"]')],
    ['d', 'é'],
  ]);
});

test('the bytes of a changed name are kept, with those of the names around it', () => {
  expect(exact(latin1('{"o\xff":{"i\xfe":1,"j":2},"p":{"q\xfd":3}}'))).toEqual([
    ['o\ufffd.i\ufffd', '1'],
    ['o\ufffd.i\ufffd#name#base64', base64('o\xff.i\xfe')],
    ['o\ufffd.j', '2'],
    ['o\ufffd.j#name#base64', base64('o\xff.j')],
    ['p.q\ufffd', '3'],
    ['p.q\ufffd#name#base64', base64('p.q\xfd')],
  ]);
});
