/** A tenant's dictionary: every form in which it may come, and what is said of what is none. */
import { describe, expect, it } from 'vitest';
import { FalconryError } from '../../src/error.js';
import { parseDictionary } from '../../src/mapping/event-dictionary.js';
import { entry } from './made-up-dictionary.js';

const ENTRIES = [
  entry('QuuxHappened', ['B', 'A'], { platform: 'mac', version: 2, description: 'newer' }),
  entry('QuuxHappened', ['C', 'A'], { platform: 'win', version: 1, description: 'older' }),
  entry('AnotherQuux', null, { description: 'no fields' }),
];

const EXPECTED = {
  entries: 3,
  types: [
    { eventType: 'AnotherQuux', platforms: ['win'], description: 'no fields', fields: [] },
    { eventType: 'QuuxHappened', platforms: ['mac', 'win'], description: 'newer', fields: ['A', 'B', 'C'] },
  ],
};

const answer = (resources: unknown) => ({ meta: { query_time: 0.1 }, errors: [], resources });

describe('takes', () => {
  const forms: [string, string][] = [
    ['a list of entries, indented', JSON.stringify(ENTRIES, null, 4)],
    ["the API's answer", JSON.stringify(answer(ENTRIES))],
    ["a client's answer", JSON.stringify({ status_code: 200, headers: {}, body: answer(ENTRIES) })],
    ['a list of answers', JSON.stringify([answer(ENTRIES.slice(0, 1)), answer(ENTRIES.slice(1))])],
    ['an entry a line', ENTRIES.map((one) => `${JSON.stringify(one)}\r\n`).join('\n')],
    ['an answer a line', `${JSON.stringify(answer(ENTRIES.slice(0, 2)))}\n${JSON.stringify(answer(ENTRIES.slice(2)))}`],
  ];
  it.each(forms)('%s', (_, json) => {
    expect(parseDictionary(json, 'd.json')).toEqual(EXPECTED);
  });
});

describe('refuses in one sentence', () => {
  const bad: [string, string, RegExp][] = [
    ['an empty file', ' \n', /it is empty/],
    ['what is no JSON', '<html>\n</html>', /it is no JSON \(/],
    ['a list that breaks off', JSON.stringify(ENTRIES, null, 4).slice(0, 300), /it is no JSON \(/],
    ['a line that breaks off', `${JSON.stringify(ENTRIES[0])}\n{"name":`, /it is no JSON \(/],
    ['no entries', '[]', /it holds no event type/],
    ['an answer without entries', JSON.stringify(answer([])), /it holds no event type/],
    ['ids alone', JSON.stringify(answer(['1', '2'])), /it holds ids alone/],
    ['numbers', '[1, 2]', /it holds no entries of event types/],
    ['an event of FDR', '{"event_simpleName":"DnsRequest","name":"DnsRequestV8"}', /something else than entries/],
    ['a name that is a number', JSON.stringify([{ ...ENTRIES[0], name: 7 }]), /entry 1 has a "name" that cannot be/],
    ['an empty name', JSON.stringify([ENTRIES[0], entry('', [])]), /entry 2 has a "name" that cannot be/],
    ['a name with a newline', JSON.stringify([entry('a\nb', [])]), /entry 1 has a "name"/],
    ['a name with half a pair', JSON.stringify([entry('a\ud800', [])]), /entry 1 has a "name"/],
    ['a name without end', JSON.stringify([entry('x'.repeat(257), [])]), /entry 1 has a "name"/],
    ['a field without a name', JSON.stringify([{ ...ENTRIES[0], fields: [{ id: '1' }] }]), /"fields\.0\.name" that cannot be/],
    ['fields that are no list', JSON.stringify([{ ...ENTRIES[0], fields: 'A' }]), /entry 1 has a "fields"/],
  ];
  it.each(bad)('%s', (_, json, words) => {
    let thrown: unknown;
    try {
      parseDictionary(json, 'my.json');
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(FalconryError);
    const { code, exitCode, message } = thrown as FalconryError;
    expect([code, exitCode]).toEqual(['DICTIONARY_INVALID', 2]);
    expect(message).toMatch(words);
    expect(message).toMatch(/^my\.json is no dictionary of event types: [^\n]+; export it from [^\n]+\.$/);
  });
});
