/** Which rule takes an event type: order, guards, versions, and a user's rules before the built-in ones. */
import { expect, test } from 'vitest';
import type { Rule } from '../../src/mapping/model.js';
import { loaded, problemsOf } from './checked.js';

function file(eventClass: string, ...rules: string[]): string {
  const map =
    eventClass === 'process_activity'
      ? 'map: { device.uid: aid, process.uid: P }'
      : 'map: { src_endpoint.uid: aid, dst_endpoint.uid: B }';
  const lines = rules.map((rule) => `  - { ${rule}, activity: Other, include: [event], ${map} }`);
  return [`class: ${eventClass}`, `source: ${eventClass.slice(0, 5)}`, 'rules:', ...lines].join('\n');
}

const GUARD = 'when: { field: F }';
const summary = ({ eventTypes, class: name, when, versions }: Rule) =>
  `${name} ${eventTypes.join('+')}${when ? ' when' : ''}${versions ? ` ${versions.join('+')}` : ''}`;

test('guarded rules before the one without', () => {
  const text = file(
    'dns_activity',
    `events: [A], ${GUARD}`,
    'events: [A], when: { field: G, is: [1, x], not: true }',
    'events: [A, B]',
  );
  const set = loaded([{ name: 'dns.yaml', text }]);
  expect(set.rules.map(summary)).toEqual(['dns_activity A when', 'dns_activity A when', 'dns_activity A+B']);
  expect(set.rules[1]!.when).toEqual({ field: 'G', is: ['1', 'x'], not: true });
});

test('an event type that a rule without a guard has taken', () => {
  expect(problemsOf(file('dns_activity', 'events: [A, B]', `events: [C, B], ${GUARD}`))).toEqual([
    'dns.yaml:5: event type "B" never comes here: the rule at dns.yaml:4 takes all of it; give that one a "when" or put it last',
  ]);
  expect(problemsOf(file('dns_activity', 'events: [A]', 'events: [A]'))).toHaveLength(1);
  expect(
    problemsOf({ 'b.yaml': file('dns_activity', 'events: [A]'), 'a.yaml': file('process_activity', 'events: [A]') }),
  ).toEqual([
    'b.yaml:4: event type "A" never comes here: the rule at a.yaml:4 takes all of it; give that one a "when" or put it last',
  ]);
  expect(problemsOf(file('dns_activity', 'events: [A, A]'))).toEqual(['dns.yaml:4: event type "A" stands twice in this rule']);
});

test('rules of different versions do not meet', () => {
  const text = file('dns_activity', 'events: [A], versions: [1.3.0]', 'events: [A], versions: [1.1.0, 1.2.0]');
  expect(problemsOf(text)).toEqual([]);
  const meet = file('dns_activity', 'events: [A], versions: [1.3.0, 1.2.0]', 'events: [A], versions: [1.1.0, 1.2.0]');
  expect(problemsOf(meet)).toEqual([expect.stringContaining('dns.yaml:5: event type "A" never comes here')]);
  expect(problemsOf(file('dns_activity', 'events: [A], versions: [1.3.0]', 'events: [A]'))).toEqual([
    expect.stringContaining('dns.yaml:5: '),
  ]);
});

test('a class that some versions lack takes nothing there', () => {
  const service = [
    'class: win_service_activity',
    'source: service',
    'rules:',
    '  - events: [A]',
    '    activity: Start',
    '    include: [event]',
    '    map: { device.uid: aid, win_service.name: B, win_service.cmd_line: C }',
  ].join('\n');
  const older = file('process_activity', 'events: [A], versions: [1.1.0, 1.2.0]');
  expect(problemsOf({ 'a.yaml': service, 'b.yaml': older })).toEqual([]);
});

const builtIn = [
  { name: 'dns.yaml', text: file('dns_activity', `events: [A], ${GUARD}`, 'events: [A, B, C]') },
  { name: 'process.yaml', text: file('process_activity', 'events: [D]') },
];
const withUser = (text: string) => loaded([...builtIn, { name: 'mine/my.yaml', text, origin: 'user' }]).rules.map(summary);

test('a user’s rule takes its event types from the built-in ones', () => {
  expect(withUser(file('process_activity', 'events: [A, D, E]'))).toEqual(['process_activity A+D+E', 'dns_activity B+C']);
});

test('a user’s guarded rule leaves the rest to the built-in ones', () => {
  expect(withUser(file('process_activity', `events: [A], ${GUARD}`))).toEqual([
    'process_activity A when',
    'dns_activity A when',
    'dns_activity A+B+C',
    'process_activity D',
  ]);
});

test('a user’s rule for one version leaves the others', () => {
  expect(withUser(file('process_activity', 'events: [B], versions: [1.3.0]'))).toEqual([
    'process_activity B 1.3.0',
    'dns_activity A when',
    'dns_activity A+C',
    'dns_activity B 1.2.0+1.1.0',
    'process_activity D',
  ]);
});

test('a user’s own rules are held to the same order', () => {
  const twice = file('process_activity', 'events: [A]', 'events: [A]');
  expect(() => withUser(twice)).toThrow(/never comes here: the rule at mine\/my\.yaml:4/);
});

test('a user’s shared file is for the user’s files', () => {
  const shared =
    'placeholders: [NULL]\nblocks:\n  device: { map: { device.uid: MyId } }\n  mine: { map: { device.hostname: MyHost } }';
  const text = `class: process_activity\nrules:\n  - { events: [A], activity: Open, include: [event, device, mine], map: { process.uid: P } }`;
  const builtInDevice = {
    name: 'process.yaml',
    text: 'class: process_activity\nsource: proc\ninclude: [event, device]\nrules:\n  - { events: [B], activity: Open, map: { process.uid: P } }',
  };
  const set = loaded([
    builtInDevice,
    { name: 'mine/_shared.yaml', text: shared, origin: 'user' },
    { name: 'mine/p.yaml', text, origin: 'user' },
  ]);
  const fieldAt = (rule: Rule, path: string) => rule.entries.find((entry) => entry.path === path)?.value;
  expect(set.placeholders).toEqual(['NULL']);
  expect(fieldAt(set.rules[0]!, 'device.uid')).toMatchObject({ field: 'MyId' });
  expect(fieldAt(set.rules[0]!, 'device.hostname')).toMatchObject({ field: 'MyHost' });
  expect(fieldAt(set.rules[0]!, 'metadata.product.name')).toBeDefined();
  expect(fieldAt(set.rules[1]!, 'device.uid')).toMatchObject({ field: 'aid' });
  expect(set.unknown.entries.length).toBeGreaterThan(0);
  expect(set.sources).toContainEqual({ class: 'process_activity', suffix: 'proc' });
});
