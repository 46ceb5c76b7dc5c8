/** YAML and the shape of files: every problem with its line. */
import { expect, test } from 'vitest';
import { problemsOf, SHARED, withMap } from './checked.js';

const file = (...lines: string[]) => lines.join('\n');
const complete = withMap('status_code: Status');

test('a sound file has no problem', () => {
  expect(problemsOf(complete)).toEqual([]);
});

test.each([
  ['not YAML', file('class: dns_activity', 'rules:', '  - events: [A', 'x: ]'), ['dns.yaml:4: not YAML: ']],
  ['a second document', `${complete}\n---\nclass: x`, ['dns.yaml:11: a second YAML document; a file holds one']],
  ['a tag', file('class: !x y', 'rules: []'), ['dns.yaml:1: not YAML: unresolved tag']],
  [
    'an alias',
    file('class: dns_activity', 'source: &a dns', 'rules: *a'),
    ['dns.yaml:3: aliases (*name) are not part', 'dns.yaml:3: "rules": expected a list of rules'],
  ],
  [
    'a key twice',
    withMap('status_code: A\nstatus_code: B'),
    ['dns.yaml:9: key "status_code" stands twice in this map; first on line 8'],
  ],
  [
    'a raw value twice',
    withMap('status_id: { field: S, enum: { 0: Success, 0: Failure } }'),
    ['dns.yaml:8: key "0" stands twice'],
  ],
  [
    'a key that is no text',
    file('class: dns_activity', '? [a]', ': b', 'rules: []'),
    ['dns.yaml:2: a list or a map cannot be a key'],
  ],
  ['an empty file', '', ['dns.yaml:1: expected a mapping file: a map with class, source,']],
  ['a list', '- a', ['dns.yaml:1: expected a mapping file']],
  [
    'an unknown key of the file',
    file('class: dns_activity', 'sorce: dns', 'rules: []'),
    ['dns.yaml:2: unknown key of a mapping file "sorce"; did you mean "source"'],
  ],
  ['a missing key', file('class: dns_activity', 'source: dns'), ['dns.yaml:1: "rules" is missing: expected a list of rules']],
  [
    'rules that are no list',
    file('class: dns_activity', 'rules:', '  events: [A]'),
    ['dns.yaml:2: "rules": expected a list of rules'],
  ],
  [
    'an unknown key of a rule',
    file('class: dns_activity', 'rules:', '  - events: [A]', '    activty: Query'),
    ['dns.yaml:4: unknown key of a rule "activty"; did you mean "activity"'],
  ],
  [
    'two unknown keys',
    file('class: dns_activity', 'rules:', '  - events: [A]', '    mapp: {}', '    whenn: {}'),
    [
      'dns.yaml:4: unknown key of a rule "mapp"; did you mean "map"',
      'dns.yaml:5: unknown key of a rule "whenn"; did you mean "when"',
    ],
  ],
  [
    'events that are no list',
    file('class: dns_activity', 'rules:', '  - events: A'),
    ['dns.yaml:3: "events": expected a list of event types'],
  ],
  [
    'no event type',
    file('class: dns_activity', 'rules:', '  - events: []'),
    ['dns.yaml:3: "events": expected at least one of the event types'],
  ],
  [
    'an unknown version',
    file('class: dns_activity', 'rules:', '  - events: [A]', '    versions:', '      - 1.2.0', '      - 1.4.0'),
    ['dns.yaml:6: expected one of 1.2.0, 1.3.0, 1.1.0'],
  ],
  [
    'a guard without a field',
    file('class: dns_activity', 'rules:', '  - events: [A]', '    when: { is: [a] }'),
    ['dns.yaml:4: "field" is missing: expected a field name'],
  ],
  [
    'a guard whose values are no list',
    file('class: dns_activity', 'rules:', '  - events: [A]', '    when: { field: F, is: a }'),
    ['dns.yaml:4: "is": expected a list of values'],
  ],
  [
    'a guard with not: yes',
    file('class: dns_activity', 'rules:', '  - events: [A]', '    when: { field: F, not: yes }'),
    ['dns.yaml:4: "not": expected true or false'],
  ],
  [
    'a map without content',
    file('class: dns_activity', 'rules:', '  - events: [A]', '    map:'),
    ['dns.yaml:4: "map": expected a map from attribute paths to values'],
  ],
])('%s', (_, text, expected) => {
  const problems = problemsOf(text);
  expect(problems).toHaveLength(expected.length);
  for (const [index, part] of expected.entries()) expect(problems[index]).toContain(part);
});

test.each([
  ['an entry without a value', 'status_code:', 'dns.yaml:8: expected a value after the colon'],
  ['a number for a value', 'status_code: 5', 'dns.yaml:8: expected a field name; a constant is written { value: 5 }'],
  [
    'a nested map',
    'process: { cmd_line: CommandLine }',
    'dns.yaml:8: unknown key of a value "cmd_line"; expected one of use, value, enum, table, ranges, hashes, field; a nested attribute is written as a dotted path',
  ],
  ['an unknown kind of value', 'status_code: { valuee: x }', 'dns.yaml:8: unknown key of a value "valuee"; did you mean "value"'],
  ['field alone in braces', 'status_code: { field: Status }', 'dns.yaml:8: a field alone is written without braces'],
  [
    'an unknown key beside field',
    'status_id: { field: Status, enumm: { 0: Success } }',
    'dns.yaml:8: unknown key of a value with "field" "enumm"; did you mean "enum"',
  ],
  ['an enum without a field', 'status_id: { enum: { 0: Success } }', 'dns.yaml:8: "field" is missing: expected a field name'],
  [
    'an enum with kernels',
    "status_id: { field: 'Status | hex', enum: { 0: Success } }",
    'dns.yaml:8: expected a field name alone, without kernels, not "Status | hex"',
  ],
  ['an enum without entries', 'status_id: { field: Status, enum: {} }', 'dns.yaml:8: expected at least one entry with a caption'],
  ['an enum without a caption', 'status_id: { field: Status, enum: { 0: } }', 'dns.yaml:8: "0": expected a caption'],
  [
    'an unknown key of an enum',
    'status_id: { field: Status, enum: { 0: Success }, els: Other }',
    'dns.yaml:8: unknown key of an enum "els"; did you mean "else"',
  ],
  ['a constant with two keys', 'status_code: { value: x, field: y }', 'dns.yaml:8: unknown key of a constant "field"'],
  [
    'ranges that fall',
    'status_id: { field: S, ranges: [{ below: 5, is: Success }, { below: 5, is: Failure }] }',
    'dns.yaml:8: ranges must rise: below 5 stands after below 5',
  ],
  [
    'an open range before the last',
    'status_id: { field: S, ranges: [{ is: Success }, { below: 5, is: Failure }] }',
    'dns.yaml:8: only the last range may lack "below"',
  ],
  ['an empty list', 'status_code: []', 'dns.yaml:8: an empty list'],
  [
    'a list in a list',
    'status_code: [A, [B]]',
    'dns.yaml:8: a list cannot stand in a list of which the first valid one is taken',
  ],
  [
    'each outside a list',
    "process.file.hashes: { each: 'A | split(;)', map: { value: item } }",
    'dns.yaml:8: objects of an array stand in a list: - { each: …, map: … }',
  ],
  [
    'each without split',
    'device.agent_list:\n  - { each: A, map: { uid: item } }',
    'dns.yaml:9: expected a field that split cuts last, like "Field | split(;)", not "A"',
  ],
  [
    'an item without a map',
    "device.agent_list:\n  - { map: { uid: A } }\n  - { each: 'A | split(;)' }",
    'dns.yaml:10: "map" is missing: expected a map from attribute paths to values',
  ],
  ['use without a name', 'process.file: { use: [file] }', 'dns.yaml:8: "use": expected the name of an object of _shared.yaml'],
  [
    'an unknown kernel',
    'status_code: Status | hexx',
    'dns.yaml:8: unknown kernel "hexx"; did you mean "hex", at character 10 of "Status | hexx"',
  ],
  [
    'a parameter outside an object',
    'status_code: $path',
    'dns.yaml:8: "$path" is a parameter; those stand only in the objects of _shared.yaml',
  ],
])('%s', (_, map, expected) => {
  expect(problemsOf(withMap(map))).toEqual([expect.stringContaining(expected)]);
});

test('the shared file has a shape too', () => {
  expect(problemsOf(complete, 'bloks: {}')).toEqual([
    '_shared.yaml:1: unknown key of _shared.yaml "bloks"; did you mean "blocks"',
  ]);
  expect(problemsOf(complete, `${SHARED}x: y`)).toEqual([expect.stringContaining('unknown key of _shared.yaml "x"')]);
  const broken = SHARED.replace('device: { map: {', 'device: { mapp: {');
  expect(problemsOf(complete, broken)).toEqual([
    '_shared.yaml:10: "map" is missing: expected a map from attribute paths to values',
    '_shared.yaml:10: unknown key of a block "mapp"; did you mean "map"',
  ]);
  const observables = SHARED.replace('IP Address', 'IP Adress');
  expect(problemsOf(complete, observables)).toEqual([
    '_shared.yaml:3: unknown observable type "IP Adress"; did you mean "IP Address"',
  ]);
});

test('meanings are checked once every file has its shape', () => {
  const both = { 'a.yaml': file('class: dns_activity', 'rules: x'), 'b.yaml': withMap('nonsense: A') };
  expect(problemsOf(both)).toEqual(['a.yaml:2: "rules": expected a list of rules']);
});
