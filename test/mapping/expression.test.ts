import { expect, test } from 'vitest';
import { parseExpression } from '../../src/mapping/expression.js';

const field = (name: string, ...kernels: [string, ...string[]][]) => ({
  kind: 'field',
  field: name,
  kernels: kernels.map(([kernel, ...args]) => ({ name: kernel, args })),
});

test.each([
  ['DomainName', field('DomainName')],
  ['  aid  ', field('aid')],
  ['PatternDispositionFlags.KillProcess', field('PatternDispositionFlags.KillProcess')],
  ['event-type', field('event-type')],
  ['ImageFileName|basename', field('ImageFileName', ['basename'])],
  ['A | first(;) | basename', field('A', ['first', ';'], ['basename'])],
  ['Tags | split(,)', field('Tags', ['split', ','])],
  ['Tags | split( ; )', field('Tags', ['split', ';'])],
  ['Tags | split(space)', field('Tags', ['split', ' '])],
  ['Tags | after(comma)', field('Tags', ['after', ','])],
  ['Tags | split("comma")', field('Tags', ['split', 'comma'])],
  ['Tags | split("|")', field('Tags', ['split', '|'])],
  ["Tags | after(')')", field('Tags', ['after', ')'])],
  ['Tags | split(|)', field('Tags', ['split', '|'])],
  ['Tags | split(")', field('Tags', ['split', '"'])],
  ['Path | after(\\)', field('Path', ['after', '\\'])],
  ['Params | pair(space)', field('Params', ['pair', 'space'])],
  ['"Field Name" | hex', field('Field Name', ['hex'])],
  ["'item'", field('item')],
  ['$path | basename', field('$path', ['basename'])],
  ['item', { kind: 'item', kernels: [] }],
  ['item | basename', { kind: 'item', kernels: [{ name: 'basename', args: [] }] }],
])('reads %s', (text, expected) => {
  expect(parseExpression(text)).toEqual(expected);
});

test.each([
  ['', 'expected a field name, at character 1 of ""'],
  ['| basename', 'expected a field name, at character 1 of "| basename"'],
  ['A B', 'expected "|" and a kernel, or the end, but found "B", at character 3 of "A B"'],
  ['A |', 'expected a kernel after "|", at character 4 of "A |"'],
  ['A | first(;', 'expected ")", at character 12 of "A | first(;"'],
  ['A | basenme', 'unknown kernel "basenme"; did you mean "basename", at character 5 of "A | basenme"'],
  ['A | basename(x)', 'kernel basename takes no argument, not "x", at character 5 of "A | basename(x)"'],
  ['A | hex | split', 'kernel split needs its separator: split(x), at character 11 of "A | hex | split"'],
  ['A | pair()', 'kernel pair needs its key: pair(x), at character 5 of "A | pair()"'],
  ['"A', 'a quote that is not closed, at character 1 of ""A"'],
  ['$', 'expected the name of a parameter, at character 2 of "$"'],
  ['"$x"', 'a field name does not begin with "$", at character 1 of ""$x""'],
  ['A | constructor', 'unknown kernel "constructor"'],
])('refuses %s', (text, message) => {
  expect(parseExpression(text)).toContain(message);
});
