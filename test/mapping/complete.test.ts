/** What OCSF requires and a rule never fills. */
import { expect, test } from 'vitest';
import { problemsOf, withMap } from './checked.js';

const rule = (eventClass: string, map: string, rest = '') =>
  [
    `class: ${eventClass}`,
    'source: test',
    'rules:',
    '  - events: [A]',
    '    activity: Other',
    '    include: [event]',
    `    map: { ${map} }`,
    rest,
  ].join('\n');

test.each([
  // the class
  [
    'process_activity',
    'device.uid: aid',
    ['dns.yaml:4: required attribute "process" of class process_activity is never filled; map it, or give a fallback'],
  ],
  [
    'network_activity',
    'dst_endpoint.ip: A',
    ['dns.yaml:4: required attribute "src_endpoint" of class network_activity is never filled (OCSF 1.2.0, 1.1.0); map it'],
  ],
  [
    'authentication',
    'user.name: A',
    ['dns.yaml:4: class authentication needs one of "service", "dst_endpoint", and none is ever filled'],
  ],
  [
    'patch_state',
    'device.uid: A',
    ['dns.yaml:4: class patch_state needs one of "device.os.sp_name", "device.os.sp_ver", "device.os.version"'],
  ],
  // the objects
  [
    'process_activity',
    'device.uid: A, process.uid: B, process.file.path: C',
    ['dns.yaml:7: process.file: required attribute "process.file.name" of object file is never filled'],
  ],
  [
    'process_activity',
    'device.uid: A, process.uid: B, process.user.type_id: { field: C, enum: { a: Admin } }',
    ['dns.yaml:7: process.user: object user needs one of "account", "name", "uid", and none is ever filled'],
  ],
  [
    'process_activity',
    'device.region: A, process.uid: B',
    ['dns.yaml:7: device: object device needs one of "ip", "uid", "name", "hostname",'],
  ],
  [
    'dns_activity',
    "src_endpoint.uid: A, answers: [{ each: 'B | split(;)', map: { type: item } }]",
    ['dns.yaml:7: answers: required attribute "answers.rdata" of object dns_answer is never filled'],
  ],
  [
    'dns_activity',
    'src_endpoint.uid: A, api.request.uid: B',
    [
      'dns.yaml:4: required attribute "cloud" of class dns_activity is never filled',
      'dns.yaml:7: api: required attribute "api.operation" of object api is never filled',
    ],
  ],
  [
    'scheduled_job_activity',
    'device.uid: A, job.name: B, job.file.path: C',
    ['dns.yaml:7: job.file: required attribute "job.file.name" of object file is never filled'],
  ],
])('%s with { %s }', (eventClass, map, expected) => {
  const problems = problemsOf(rule(eventClass, map));
  expect(problems).toHaveLength(expected.length);
  for (const [index, start] of expected.entries()) expect(problems[index]).toContain(start);
});

test.each([
  ['an actor of whom nothing is known', 'process_activity', 'device.uid: A, process.uid: B'],
  ['an actor of whom no name is known', 'process_activity', 'device.uid: A, process.uid: B, actor.idp.name: C'],
  ['required enums', 'process_activity', 'device.uid: A, process.uid: B, process.file.name: C'],
  [
    'an object of constants alone, which never is',
    'process_activity',
    'device.uid: A, process.uid: B, process.file.type_id: { value: Regular File }',
  ],
  [
    'a required member that is a constant',
    'process_activity',
    'device.uid: A, process.uid: B, device.os.name: { value: Windows }, device.os.version: C',
  ],
  [
    'a profile whose required enum is 0',
    'dns_activity',
    'src_endpoint.uid: A, disposition_id: { field: B, enum: { 1: Blocked } }',
  ],
  [
    'hashes',
    'process_activity',
    'device.uid: A, process.uid: B, process.file.name: C, process.file.hashes: { hashes: { MD5: D } }',
  ],
])('needs no entry: %s', (_, eventClass, map) => {
  expect(problemsOf(rule(eventClass, map))).toEqual([]);
});

test('metadata.product is nobody’s but the mapping’s', () => {
  const text = rule('process_activity', 'device.uid: A, process.uid: B').replace('    include: [event]\n', '');
  expect(problemsOf(text)).toEqual([
    'dns.yaml:4: metadata: required attribute "metadata.product" of object metadata is never filled',
  ]);
});

test('a fallback that can take the event makes a rule complete', () => {
  const network = { 'network.yaml': 'class: network_activity\nsource: network\nrules: []' };
  const http = (fallback: string) => ({
    ...network,
    'dns.yaml': rule('http_activity', 'http_request.url.url_string: A, dst_endpoint.ip: B, src_endpoint.ip: C', fallback),
  });
  expect(problemsOf(http(''))).toEqual([
    'dns.yaml:4: required attribute "http_response" of class http_activity is never filled; map it, or give a fallback that does without',
  ]);
  expect(problemsOf(http('    fallback: [{ class: network_activity, activity: Traffic, map: { url.url_string: A } }]'))).toEqual(
    [],
  );
  expect(problemsOf(http('    fallback: [{ class: base_event }]'))).toEqual([]);
  expect(problemsOf(http('    fallback: [{ class: network_activity }]'))).toEqual([
    expect.stringContaining('dns.yaml:8: "activity" is missing: expected a caption of network_activity'),
  ]);
  expect(problemsOf(http('    fallback: [{ class: netwrk_activity, activity: Traffic }]'))[0]).toContain(
    'dns.yaml:8: unknown class "netwrk_activity"; did you mean "network_activity"',
  );
  expect(problemsOf(http('    fallback: [{ class: ssh_activity, activity: Open }]'))).toEqual([
    'dns.yaml:4: class ssh_activity has no source; expected "source" in a file of this class',
  ]);
  expect(problemsOf(http('    fallback: [{ class: network_activity, activity: Traffic, map: { url.pth: A } }]'))).toEqual([
    expect.stringContaining('dns.yaml:8: url.pth: unknown attribute of object url "pth"'),
  ]);
});

test('a fallback that lacks something itself is told', () => {
  const text = rule(
    'http_activity',
    'http_request.url.url_string: A',
    '    fallback: [{ class: network_activity, activity: Traffic }]',
  );
  expect(problemsOf({ 'dns.yaml': text, 'n.yaml': 'class: network_activity\nsource: network\nrules: []' })).toEqual([
    'dns.yaml:4: required attribute "dst_endpoint" of class http_activity is never filled; map it, or give a fallback that does without',
    'dns.yaml:4: required attribute "http_response" of class http_activity is never filled; map it, or give a fallback that does without',
    'dns.yaml:4: required attribute "src_endpoint" of class http_activity is never filled (OCSF 1.2.0, 1.1.0); map it, or give a fallback that does without',
    expect.stringContaining(
      'dns.yaml:8: fallback network_activity can never be taken: required attribute "dst_endpoint" of class network_activity is never filled',
    ),
  ]);
});

test('only the versions of the rule count', () => {
  const listens = rule('network_activity', 'dst_endpoint.ip: A', '    versions: [1.3.0]');
  expect(problemsOf(listens)).toEqual([]);
  const text = rule(
    'win_service_activity',
    'device.uid: A, win_service.name: B, win_service.cmd_line: C',
    '    versions: [1.3.0, 1.2.0]',
  );
  expect(problemsOf(text)).toEqual(['dns.yaml:8: OCSF 1.2.0 has no class win_service_activity; take it out of "versions"']);
});

test('a class that no version has', () => {
  expect(problemsOf(rule('proces_activity', 'a: B'))[0]).toContain(
    'dns.yaml:1: unknown class "proces_activity"; did you mean "process_activity"',
  );
});

test('base_event needs a reason, other classes an activity', () => {
  expect(problemsOf(rule('base_event', 'status_code: A').replace('    activity: Other\n', ''))).toEqual([
    'dns.yaml:4: "reason" is missing: expected one line that tells why no class but base_event fits',
  ]);
  expect(problemsOf(rule('base_event', 'status_code: A', '    reason: "  "'))).toEqual([
    'dns.yaml:8: "reason": expected one line of text',
  ]);
  expect(problemsOf(rule('base_event', 'status_code: A', '    reason: sensor housekeeping'))).toEqual([]);
  expect(problemsOf(withMap('status_code: A').replace('    activity: Other\n', ''))).toEqual([
    'dns.yaml:4: "activity" is missing: expected a caption of process_activity\'s activity_id, or an enum',
  ]);
});
