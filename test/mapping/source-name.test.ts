import { expect, test } from 'vitest';
import { loaded, problemsOf } from './checked.js';

const file = (eventClass: string, source?: string) =>
  `class: ${eventClass}\n${source === undefined ? '' : `source: ${source}\n`}rules: []`;

test('one source a class; base_event has one without a file', () => {
  const set = loaded([
    { name: 'process_activity.yaml', text: file('process_activity', 'process') },
    { name: 'process_detect.yaml', text: file('process_activity', 'process') },
    { name: 'process_more.yaml', text: file('process_activity') },
    { name: 'dns.yaml', text: file('dns_activity', 'dns') },
  ]);
  expect(set.sources).toEqual([
    { class: 'base_event', suffix: 'base_event' },
    { class: 'dns_activity', suffix: 'dns' },
    { class: 'process_activity', suffix: 'process' },
  ]);
  expect(loaded([{ name: 'b.yaml', text: file('base_event', 'other') }]).sources).toEqual([
    { class: 'base_event', suffix: 'other' },
  ]);
});

test.each([
  [
    { 'a.yaml': file('dns_activity', 'fifteen_letters') },
    'a.yaml:2: source "fifteen_letters" has 15 characters; expected 1 to 14 of a-z, 0-9 and _',
  ],
  [{ 'a.yaml': file('dns_activity', 'DNS') }, 'a.yaml:2: source "DNS" has 3 characters; expected 1 to 14 of a-z, 0-9 and _'],
  [{ 'a.yaml': file('dns_activity', "''") }, 'a.yaml:2: source "" has 0 characters'],
  [{ 'a.yaml': file('dns_activity') }, 'a.yaml:1: class dns_activity has no source; expected "source" in a file of this class'],
  [
    { 'a.yaml': file('dns_activity', 'x'), 'b.yaml': file('http_activity', 'x') },
    'b.yaml:2: source "x" is the one of class dns_activity already (a.yaml:2); a source holds one class',
  ],
  [
    { 'a.yaml': file('dns_activity', 'x'), 'b.yaml': file('dns_activity', 'y') },
    'b.yaml:2: class dns_activity has the source "x" already (a.yaml:2); a class has one source, not "y" too',
  ],
])('%j', (files, expected) => {
  expect(problemsOf(files)).toEqual([expect.stringContaining(expected)]);
});
