/** Blocks, shared objects, parameters, and what goes over what. */
import { expect, test } from 'vitest';
import { loaded, problemsOf, SHARED, withMap } from './checked.js';

const field = (name: string, ...kernels: string[]) => ({
  kind: 'field',
  field: name,
  kernels: kernels.map((kernel) => ({ name: kernel, args: [] })),
});

/** Path → value of the first rule of the text, beside what every event has. */
function valuesOf(text: string, shared = SHARED): Record<string, unknown> {
  const set = loadedWith(shared, text);
  return Object.fromEntries(
    set.rules[0]!.entries.filter(({ path }) => !path.startsWith('metadata.')).map(({ path, value }) => [path, value]),
  );
}

function loadedWith(shared: string, text: string) {
  const problems = problemsOf(text, shared);
  if (problems.length > 0) throw new Error(problems.join('\n'));
  return loaded(
    [
      { name: '_shared.yaml', text: shared },
      { name: 'dns.yaml', text },
    ].slice(shared === SHARED ? 1 : 0),
  );
}

const rule = (fileLines: string, ruleLines: string) =>
  `class: process_activity\nsource: test\n${fileLines}\nrules:\n  - events: [A]\n    activity: Launch\n${ruleLines}`;

test('an object is put in with what it is given; the rest falls away', () => {
  expect(valuesOf(withMap('process.file: { use: file, path: ImageFileName, sha256: SHA256HashData }'))).toEqual({
    'process.file.name': field('ImageFileName', 'basename'),
    'process.file.path': field('ImageFileName'),
    'process.file.type_id': { kind: 'constant', value: 'Regular File' },
    'process.file.hashes': { kind: 'hashes', of: [{ algorithm: 'SHA-256', field: 'SHA256HashData' }] },
    'device.uid': field('aid'),
    'process.uid': field('TargetProcessId'),
  });
});

test('a parameter may be a list of fields or go through kernels of its own', () => {
  const values = valuesOf(
    withMap('process.file: { use: file, path: [A, B | hex], size: { value: 5 } }').replace('B | hex', 'B | dirname'),
  );
  expect(values['process.file.name']).toEqual({ kind: 'first', of: [field('A', 'basename'), field('B', 'dirname', 'basename')] });
  expect(values['process.file.path']).toEqual({ kind: 'first', of: [field('A'), field('B', 'dirname')] });
  expect(values['process.file.size']).toEqual({ kind: 'constant', value: 5 });
});

test('an entry that is written with a longer path wins over the object around it, whichever stands first', () => {
  for (const map of [
    'process.file: { use: file, path: A }\nprocess.file.name: B',
    'process.file.name: B\nprocess.file: { use: file, path: A }',
  ]) {
    const values = valuesOf(withMap(map));
    expect(values['process.file.name']).toEqual(field('B'));
    expect(values['process.file.path']).toEqual(field('A'));
  }
});

test('an entry replaces all that a layer below has at its path or under it', () => {
  const shared = SHARED.replace(
    '  device:',
    '  image: { map: { process.file: { use: file, path: A, md5: M, size: S }, process.uid: X } }\n  device:',
  );
  const values = valuesOf(
    rule('include: [event, device, image]', '    map:\n      process.file: { use: file, path: B }\n      process.file.size: T'),
    shared,
  );
  expect(values).toEqual({
    'device.uid': field('aid'),
    'process.uid': field('X'),
    'process.file.name': field('B', 'basename'),
    'process.file.path': field('B'),
    'process.file.type_id': { kind: 'constant', value: 'Regular File' },
    'process.file.size': field('T'),
  });
});

test('later blocks over earlier ones, the file’s map over its blocks, the rule’s own over all', () => {
  const shared = SHARED.replace(
    '  device:',
    '  one: { map: { process.uid: one, process.name: one, process.pid: one, process.cmd_line: one } }\n  two: { map: { process.name: two } }\n  three: { map: { process.pid: three } }\n  device:',
  );
  const values = valuesOf(
    rule(
      'include: [event, device, one, two]\nmap: { process.uid: file, process.pid: file }',
      '    include: [three]\n    map: { process.cmd_line: rule }',
    ),
    shared,
  );
  const expected = { 'process.uid': 'file', 'process.name': 'two', 'process.pid': 'three', 'process.cmd_line': 'rule' };
  for (const [path, from] of Object.entries(expected)) expect(values[path], path).toEqual(field(from));
});

test('items, and objects and parameters in them', () => {
  const shared = SHARED.replace(
    'objects:',
    "objects:\n  answer: { params: [part, list], map: { rdata: $part, type: { value: A } } }\n  answers: { params: [list], map: { answers: [{ each: '$list | split(;)', map: { rdata: item } }] } }",
  );
  const text = withMap(
    "answers: [{ each: 'A | split(;)', map: { rdata: item | basename, ttl: T } }, { map: { rdata: B } }]",
    'dns_activity',
  );
  const split = [{ name: 'split', args: [';'] }];
  expect(valuesOf(text, shared).answers).toEqual({
    kind: 'items',
    of: [
      {
        each: { field: 'A', kernels: split },
        entries: [
          {
            path: 'rdata',
            value: { kind: 'item', kernels: [{ name: 'basename', args: [] }] },
            where: { file: 'dns.yaml', line: 8 },
          },
          { path: 'ttl', value: field('T'), where: { file: 'dns.yaml', line: 8 } },
        ],
      },
      { entries: [{ path: 'rdata', value: field('B'), where: { file: 'dns.yaml', line: 8 } }] },
    ],
  });
});

test('objects may use objects, but not themselves', () => {
  const nested = SHARED.replace(
    'objects:',
    'objects:\n  image: { params: [path], map: { name: $path | basename, file: { use: file, path: $path } } }',
  );
  expect(
    Object.keys(valuesOf(withMap('process.parent_process: { use: image, path: P }\nprocess.parent_process.uid: U'), nested)),
  ).toEqual(
    expect.arrayContaining(['process.parent_process.name', 'process.parent_process.file.path', 'process.parent_process.uid']),
  );
  // An inner object that is given nothing falls away, its constants with it.
  const bare = nested.replace('params: [path], map: { name: $path | basename,', 'params: [path, uid], map: { uid: $uid,');
  expect(Object.keys(valuesOf(withMap('process.parent_process: { use: image, uid: U }'), bare)).sort()).toEqual([
    'device.uid',
    'process.parent_process.uid',
    'process.uid',
  ]);
  const endless = SHARED.replace(
    'objects:',
    'objects:\n  chain: { params: [uid], map: { uid: $uid, parent_process: { use: chain, uid: $uid } } }',
  );
  expect(problemsOf(withMap('process.parent_process: { use: chain, uid: P }'), endless)).toEqual([
    expect.stringMatching(/^_shared\.yaml:\d+: object "chain" uses itself: chain → chain$/),
  ]);
});

test('each entry knows the line that said it', () => {
  const set = loaded([
    { name: 'dns.yaml', text: withMap('process.file: { use: file, path: A }').replace('[event]', '[event, device]') },
  ]);
  const where = Object.fromEntries(set.rules[0]!.entries.map((entry) => [entry.path, `${entry.where.file}:${entry.where.line}`]));
  expect(where['metadata.product.name']).toBe('_shared.yaml:8');
  expect(where['process.file.name']).toBe('dns.yaml:8');
  expect(where['process.uid']).toBe('dns.yaml:10');
  expect(set.rules[0]!.where).toEqual({ file: 'dns.yaml', line: 4 });
});

test.each([
  ['process.file: { use: fil, path: A }', 'dns.yaml:8: unknown object "fil"; did you mean "file"'],
  [
    'process.file: { use: file, pth: A, path: B }',
    'dns.yaml:8: unknown parameter "pth"; did you mean "path" (object file, _shared.yaml:12)',
  ],
  [
    'process.file: { use: file, path: { value: a } }',
    'dns.yaml:8: parameter $path goes through basename, so it must be a field or a list of fields (object file, _shared.yaml:12)',
  ],
  [
    'process.file: { use: file, path: A, sha256: A | hex }',
    'dns.yaml:8: parameter $sha256 must be a field alone, without kernels (object file, _shared.yaml:12)',
  ],
  [
    'process.user: { use: file, path: A }\nprocess.user.uid: B',
    'dns.yaml:8: process.user.path: unknown attribute of object user "path"',
  ],
  [
    'process.file: { use: file, sha256: A }',
    'dns.yaml:8: process.file: required attribute "process.file.name" of object file is never filled',
  ],
])('%s', (map, expected) => {
  expect(problemsOf(withMap(map))).toEqual(expect.arrayContaining([expect.stringContaining(expected)]));
});

test('what a block lacks is told where it is included, with the block’s line', () => {
  const shared = SHARED.replace('device.uid: aid', 'device.uidd: aid');
  expect(problemsOf(withMap('status_code: A').replace('[event]', '[event, device]'), shared)).toEqual([
    'dns.yaml:6: device.uidd: unknown attribute of object device "uidd"; did you mean "uid" (block device, _shared.yaml:10)',
  ]);
  expect(problemsOf(withMap('status_code: A').replace('[event]', '[event, devise]'))).toEqual([
    'dns.yaml:6: unknown block "devise"; did you mean "device"',
  ]);
});

test('problems inside the shared file are told there', () => {
  const shared = SHARED.replace('name: $path | basename', 'name: $pth | basename').replace(
    'device.uid: aid',
    'device.uid: aid | basenam',
  );
  expect(problemsOf(withMap('status_code: A'), shared)).toEqual([
    '_shared.yaml:10: unknown kernel "basenam"; did you mean "basename", at character 7 of "aid | basenam"',
    '_shared.yaml:15: unknown parameter "pth"; did you mean "path"',
  ]);
  expect(
    problemsOf(
      withMap('status_code: A'),
      SHARED.replace('unknown: { include: [event] }', 'unknown: { include: [event], map: { statuss_code: A } }'),
    ),
  ).toEqual([expect.stringContaining('_shared.yaml:20: statuss_code: unknown attribute of class base_event "statuss_code"')]);
});
