/** Entries against the attributes they fill. */
import { expect, test } from 'vitest';
import { entryAt, loaded, problemsOf, withMap } from './checked.js';

test.each([
  // paths
  ['procss.uid: A', 'procss.uid: unknown attribute of class process_activity "procss"; did you mean "process"'],
  ['process.cmdline: A', 'process.cmdline: unknown attribute of object process "cmdline"; did you mean "cmd_line"'],
  ['process.cmd_line.x: A', 'process.cmd_line.x: process.cmd_line is of type string_t and has no attributes of its own'],
  [
    'process.file.hashes.value: A',
    'process.file.hashes.value: process.file.hashes is an array and a path cannot go through it; give process.file.hashes a list of items',
  ],
  ['process.xattributes.x: A', 'process.xattributes.x: process.xattributes is free-form in OCSF and has no columns'],
  ['process.xattributes: A', 'process.xattributes: is free-form in OCSF'],
  // attributes that fill themselves
  ['activity_id: A', 'activity_id: fills itself from the rule’s "activity"'],
  ['severity_id: A', 'severity_id: fills itself from the rule’s "severity"'],
  ['severity: A', 'severity: fills itself from the rule’s "severity"; move it out of the map'],
  ['class_uid: A', 'class_uid: fills itself from the class'],
  ['category_name: A', 'category_name: fills itself from the class'],
  ['type_uid: A', 'type_uid: fills itself from class and activity'],
  ['time: A', 'time: fills itself from ContextTimeStamp'],
  ['time_dt: A', 'time_dt: fills itself from time'],
  ['observables: A', 'observables: fills itself from what was mapped'],
  ['unmapped: A', 'unmapped: fills itself from the fields that no entry took'],
  ['metadata.profiles: A', 'metadata.profiles: fills itself from the attributes used'],
  ['metadata.version: A', 'metadata.version: fills itself from the OCSF version'],
  ['metadata.logged_time: A', 'metadata.logged_time: fills itself from the cloud’s timestamp'],
  ['process.created_time_dt: A', 'process.created_time_dt: is the text form of created_time; map that one'],
  ['status: A', 'status: is the caption of status_id and fills itself; map status_id'],
  ['process.integrity: A', 'process.integrity: is the caption of integrity_id and fills itself; map integrity_id'],
  // kinds
  ['process: A', 'process: is the object process; map its attributes, like process.name, or { use: … } a shared object'],
  ["process.name: 'A | split(;)'", 'process.name: takes one value, but split gives a list; first(x) gives its first part'],
  ['process.name: [{ map: { x: A } }]', 'process.name: takes one value, not a list of items'],
  [
    'process.name: { hashes: { MD5: A } }',
    'process.name: takes no hashes; those fill arrays of fingerprint, and this is of type process_name_t',
  ],
  [
    'device.groups: { hashes: { MD5: A } }',
    'device.groups: takes no hashes; those fill arrays of fingerprint, and this is one of group',
  ],
  ['process.file.hashes: A', 'process.file.hashes: is an array of fingerprint; expected { hashes: … } or a list of items'],
  ['process.file.hashes: { hashes: { SHA256: A } }', 'process.file.hashes: unknown algorithm "SHA256"; did you mean "SHA-256"'],
  ['device.groups: A', 'device.groups: is an array of group; expected a list of items, - { map: … }'],
  ['metadata.labels: A', 'metadata.labels: is an array; expected a field that split cuts last, like "Field | split(;)"'],
  ['metadata.labels: { value: a }', 'metadata.labels: is an array; expected a field that split cuts last'],
  ["metadata.labels: 'A | split(;) | split(,)'", 'metadata.labels: kernel split takes text, but split gives a list'],
  // types
  ['process.pid: A | basename', 'process.pid: is of type integer_t, but kernel basename gives text'],
  ['process.name: A | hex', 'process.name: is of type process_name_t, but kernel hex gives an integer'],
  ['process.pid: A | epoch_s', 'process.pid: is of type integer_t, but kernel epoch_s gives a timestamp'],
  ['process.created_time: A | seconds', 'process.created_time: is of type timestamp_t, but kernel seconds gives an integer'],
  ['device.is_managed: A | hex', 'device.is_managed: is of type boolean_t, but kernel hex gives an integer'],
  ['process.pid: A | hex | basename', 'process.pid: kernel basename takes text, but hex gives an integer'],
  ['process.pid: [A, B | dirname]', 'process.pid: is of type integer_t, but kernel dirname gives text'],
  ['process.pid: { value: x }', 'process.pid: is of type integer_t; expected an integer, not "x"'],
  ['process.pid: { value: 1.5 }', 'process.pid: is of type integer_t; expected an integer, not 1.5'],
  [
    'process.pid: { value: 2147483648 }',
    'process.pid: is of type integer_t from -2147483648 to 2147483647; 2147483648 is outside',
  ],
  ['device.is_managed: { value: 1 }', 'device.is_managed: is of type boolean_t; expected true or false, not 1'],
  [
    `metadata.tenant_uid: { value: ${'x'.repeat(65536)} }`,
    'metadata.tenant_uid: is of type string_t of at most 65535 characters; the constant has 65536',
  ],
  [
    'process.pid: { field: A, table: { 1: x } }',
    'process.pid: is of type integer_t and takes no table, which gives text or true and false',
  ],
  [
    'device.is_managed: { field: A, table: { 1: true, 2: no } }',
    'device.is_managed: is of type boolean_t; expected true or false, not "no" (for "2")',
  ],
  // enums
  [
    'status_id: { field: S, table: { 0: Success } }',
    'status_id: is an enum and takes no table; write { field, enum: { raw: Caption } }',
  ],
  [
    'status_code: { field: S, enum: { 0: Success } }',
    'status_code: is no enum but of type string_t; text for text is { field, table }',
  ],
  [
    'status_code: { field: S, ranges: [{ is: x }] }',
    'status_code: is no enum but of type string_t; ranges give captions of an enum',
  ],
  ['status_id: { field: S, enum: { 0: Sucess } }', 'status_id: unknown caption of status_id "Sucess"; did you mean "Success"'],
  [
    'status_id: { field: S, enum: { 0: Success }, else: Faillure }',
    'status_id: unknown caption of status_id "Faillure"; did you mean "Failure"',
  ],
  [
    'status_id: { field: S, ranges: [{ is: Sucess }] }',
    'status_id: unknown caption of status_id "Sucess"; did you mean "Success"',
  ],
  ['status_id: { value: 1 }', 'status_id: unknown caption of status_id "1"; expected one of'],
  ['status_id: [S, { value: Fail }]', 'status_id: unknown caption of status_id "Fail"'],
  ['status_id: S | hex', 'status_id: is an enum and takes no kernels; expected a field that holds its ids'],
  ['device.type_id: item', 'device.type_id: "item" needs an "each" beside its map'],
])('%s', (map, expected) => {
  expect(problemsOf(withMap(map))).toEqual([expect.stringContaining(`dns.yaml:8: ${expected}`)]);
});

test.each([
  ['http_activity', 'http_request.http_method: { value: Gett }', 'unknown caption of http_method "Gett"; did you mean "Get"'],
  [
    'http_activity',
    'http_request.http_method: { field: M, enum: { GET: Get }, else: source }',
    'is an enum of texts, which has no "else"',
  ],
  [
    'http_activity',
    'http_request.http_method: { field: M, enum: { 1: Gett } }',
    'unknown caption of http_method "Gett"; did you mean "Get"',
  ],
  ['http_activity', 'http_request.http_method: M | basename', 'is an enum of texts; expected a field that holds them'],
  ['dns_activity', 'query.opcode_id: { field: M, enum: { 1: Query }, else: source }', 'cannot take "else: source"'],
  [
    'dns_activity',
    "answers: [{ each: 'A | split(;)', map: { flag_ids: item } }]",
    'flag_ids: is an array of enum ids, which no value can fill',
  ],
  [
    'detection_finding',
    'evidences: [{ map: { process.pid: A, process.file.name: B, process.file.hashes: { hashes: { MD5: M } } } }]',
    'process.file.hashes: an array inside an item cannot be filled',
  ],
  [
    'dns_activity',
    "answers: [{ each: 'A | split(;)', map: { rdata: item, tipe: B } }]",
    'tipe: unknown attribute of object dns_answer "tipe"; did you mean "type"',
  ],
  [
    'network_activity',
    "connection_info.protocol_num: { value: 6 }\nconnection_info.direction_id: 'D | hex'",
    'direction_id: is an enum and takes no kernels',
  ],
])('%s: %s', (eventClass, map, expected) => {
  expect(problemsOf(withMap(map, eventClass)).filter((problem) => problem.includes(expected))).toHaveLength(1);
});

test.each([
  ['activity: Qery', 'activity: unknown caption of activity_id "Qery"; did you mean "Query"'],
  ['activity: { field: A, enum: { 1: Nope } }', 'activity: unknown caption of activity_id "Nope"'],
  ['activity: { field: A }', 'expected a caption, or a map with "field" and "enum" or "ranges"'],
  ['activity: Query\n    severity: Hi', 'severity: unknown caption of severity_id "Hi"'],
  [
    'activity: Query\n    severity: { field: S, ranges: [{ below: 20, is: Lowish }] }',
    'severity: unknown caption of severity_id "Lowish"; did you mean "Low"',
  ],
])('%s', (lines, expected) => {
  const text = withMap('status_code: A', 'dns_activity').replace('activity: Other', lines);
  expect(problemsOf(text)).toEqual([expect.stringContaining(expected)]);
});

test('an attribute or caption that only some versions have is allowed', () => {
  expect(problemsOf(withMap('process.environment_variables: [{ map: { name: A } }]'))).toHaveLength(1); // 1.5.0 and later
  expect(problemsOf(withMap('actor.app_name: A'))).toEqual([]); // not in 1.1.0
  expect(
    problemsOf(
      withMap('status_code: A', 'network_activity')
        .replace('Other', 'Listen')
        .replace('status_code: A', 'src_endpoint.ip: A\n      dst_endpoint.ip: B'),
    ),
  ).toEqual([]); // 1.3.0
});

test('values come in the attribute’s own form', () => {
  const map = [
    'process.pid: { value: 4 }',
    'process.name: { value: 4 }',
    'device.is_managed: { value: true }',
    'device.type_id: { value: Server }',
    "metadata.labels: 'Tags | first(;) | split(,)'",
    'metadata.tenant_uid: [cid, { value: 0x10 }]',
    'status_id: Status',
  ].join('\n');
  const set = loaded([{ name: 'dns.yaml', text: withMap(map) }]);
  const value = (path: string) => entryAt(set, path)?.value;
  expect(value('process.pid')).toEqual({ kind: 'constant', value: 4 });
  expect(value('process.name')).toEqual({ kind: 'constant', value: '4' });
  expect(value('device.is_managed')).toEqual({ kind: 'constant', value: true });
  expect(value('device.type_id')).toEqual({ kind: 'constant', value: 'Server' });
  expect(value('metadata.labels')).toEqual({
    kind: 'list',
    field: 'Tags',
    kernels: [
      { name: 'first', args: [';'] },
      { name: 'split', args: [','] },
    ],
  });
  expect(value('metadata.tenant_uid')).toEqual({
    kind: 'first',
    of: [
      { kind: 'field', field: 'cid', kernels: [] },
      { kind: 'constant', value: '0x10' },
    ],
  });
  expect(value('status_id')).toEqual({
    kind: 'enum',
    field: 'Status',
    table: { 0: 'Unknown', 1: 'Success', 2: 'Failure', 99: 'Other' },
    else: { kind: 'absent' },
  });
});

test('an enum of texts comes as texts', () => {
  const method = (value: string) => {
    const map = `http_request.http_method: ${value}\nhttp_response.code: C\nsrc_endpoint.uid: aid\ndst_endpoint.ip: I`;
    return entryAt(loaded([{ name: 'http.yaml', text: withMap(map, 'http_activity') }]), 'http_request.http_method')?.value;
  };
  expect(method('{ value: Get }')).toEqual({ kind: 'constant', value: 'GET' });
  expect(method('{ field: M, enum: { 1: Get, 2: Put } }')).toEqual({ kind: 'table', field: 'M', table: { 1: 'GET', 2: 'PUT' } });
  expect(method('M')).toMatchObject({ kind: 'table', field: 'M', table: { GET: 'GET', TRACE: 'TRACE' } });
  expect(method('[M, { value: Get }]')).toMatchObject({
    kind: 'first',
    of: [{ kind: 'table' }, { kind: 'constant', value: 'GET' }],
  });
});
