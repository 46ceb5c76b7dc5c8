/** The whole way from texts to a mapping set, and the error that tells all problems. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FalconryError } from '../../src/error.js';
import { checkMappings, parseMappings } from '../../src/mapping/load.js';
import { mappingVersion } from '../../src/mapping/mapping-version.js';
import { SCHEMAS, sharedFile, withMap } from './checked.js';

const DNS = `
class: dns_activity
source: dns
severity: Low
rules:
  - events: [DnsRequest, 'SuspiciousDnsRequest']
    include: [event, device]      # blocks of _shared.yaml
    activity: { field: Kind, enum: { q: Query, r: Response }, else: source }
    severity: { field: Severity, ranges: [{ below: 20, is: Informational }, { is: Critical }] }
    time: QueryTime
    when: { field: event_platform, is: [Win, 1.10] }
    versions: [1.2.0, 1.3.0]
    map:
      query.hostname: DomainName
      query.type: { field: RequestType, table: { 1: A, 0x1C: AAAA } }
      src_endpoint.uid: aid
      rcode_id: { field: QueryStatus, enum: { 0: NoError, 9003: NXDomain }, else: Other }
      answers:
        - { each: 'IP4Records | split(;)', map: { rdata: item, type: { value: A } } }
  - events: [DnsRequestBlocked]
    include: [event]
    activity: Query
    map: { src_endpoint.uid: aid }
`;

test('a file comes out as checked data', () => {
  const set = parseMappings([sharedFile, { name: 'dns_activity.yaml', text: DNS }], SCHEMAS);
  const [first, second] = set.rules;
  const field = (name: string) => ({ kind: 'field', field: name, kernels: [] });
  const where = (line: number) => ({ file: 'dns_activity.yaml', line });
  expect({ ...first, entries: first!.entries.filter((entry) => entry.where.file !== '_shared.yaml') }).toEqual({
    eventTypes: ['DnsRequest', 'SuspiciousDnsRequest'],
    class: 'dns_activity',
    versions: ['1.2.0', '1.3.0'],
    when: { field: 'event_platform', is: ['Win', '1.10'] },
    activity: { kind: 'enum', field: 'Kind', table: { q: 'Query', r: 'Response' }, else: { kind: 'source' } },
    severity: { kind: 'ranges', field: 'Severity', ranges: [{ below: 20, caption: 'Informational' }, { caption: 'Critical' }] },
    time: 'QueryTime',
    entries: [
      { path: 'query.hostname', value: field('DomainName'), where: where(14) },
      { path: 'query.type', value: { kind: 'table', field: 'RequestType', table: { 1: 'A', '0x1C': 'AAAA' } }, where: where(15) },
      { path: 'src_endpoint.uid', value: field('aid'), where: where(16) },
      {
        path: 'rcode_id',
        value: {
          kind: 'enum',
          field: 'QueryStatus',
          table: { 0: 'NoError', 9003: 'NXDomain' },
          else: { kind: 'caption', caption: 'Other' },
        },
        where: where(17),
      },
      {
        path: 'answers',
        value: {
          kind: 'items',
          of: [
            {
              each: { field: 'IP4Records', kernels: [{ name: 'split', args: [';'] }] },
              entries: [
                { path: 'rdata', value: { kind: 'item', kernels: [] }, where: where(19) },
                { path: 'type', value: { kind: 'constant', value: 'A' }, where: where(19) },
              ],
            },
          ],
        },
        where: where(18),
      },
    ],
    fallbacks: [],
    where: where(6),
    origin: 'built-in',
  });
  expect(first!.entries.map((entry) => entry.path)).toContain('device.uid');
  expect(second!.severity).toEqual({ kind: 'constant', value: 'Low' });
  expect(set.placeholders).toEqual(['', '-']);
  expect(set.observableTypes).toEqual([1, 2]);
  expect(set.unknown.severity).toEqual({ kind: 'constant', value: 'Informational' });
  expect(set.unknown.entries.map((entry) => entry.path)).toEqual([
    'metadata.product.vendor_name',
    'metadata.product.name',
    'metadata.product.version',
  ]);
  expect(structuredClone(set)).toEqual(set);
});

test('the order of the files does not matter, and no file is no mapping', () => {
  const files = [sharedFile, { name: 'b.yaml', text: withMap('status_code: A') }, { name: 'a.yaml', text: DNS }];
  expect(parseMappings([...files].reverse(), SCHEMAS)).toEqual(parseMappings(files, SCHEMAS));
  expect(parseMappings([], SCHEMAS)).toMatchObject({ rules: [], placeholders: [], unknown: { entries: [] } });
});

test('all problems come in one error, fifty of them spelt out', () => {
  const lines = Array.from({ length: 53 }, (_, index) => `      nope_${index}: A`);
  const text = `${withMap('status_code: A')}\n${lines.join('\n')}`;
  const problem = (): unknown => {
    try {
      return parseMappings([sharedFile, { name: 'dns.yaml', text }], SCHEMAS);
    } catch (error) {
      return error;
    }
  };
  const error = problem() as FalconryError;
  expect(error).toBeInstanceOf(FalconryError);
  expect(error).toMatchObject({ code: 'MAPPING_INVALID', exitCode: 2 });
  const told = error.message.split('\n');
  expect(told).toHaveLength(52);
  expect(told[0]).toBe('The mapping has 53 problems; mend it and run again:');
  expect(told[1]).toMatch(
    /^ {2}dns\.yaml:11: nope_0: unknown attribute of class process_activity "nope_0"; expected one of action/,
  );
  expect(told[51]).toBe('  and 3 more');
  expect(checkMappings([sharedFile, { name: 'dns.yaml', text }], SCHEMAS).problems).toHaveLength(53);
});

test('the version names the texts, whatever their order', () => {
  const a = { name: 'a.yaml', text: 'x' };
  const b = { name: 'b.yaml', text: 'y' };
  expect(mappingVersion([a, b])).toMatch(/^[0-9a-f]{12}$/);
  expect(mappingVersion([b, a])).toBe(mappingVersion([a, b]));
  expect(mappingVersion([a, { ...b, text: 'z' }])).not.toBe(mappingVersion([a, b]));
  expect(mappingVersion([a, { ...b, name: 'c.yaml' }])).not.toBe(mappingVersion([a, b]));
  expect(mappingVersion([{ name: 'a', text: 'b1:c' }])).not.toBe(
    mappingVersion([
      { name: 'a', text: 'b' },
      { name: 'c', text: '' },
    ]),
  );
  const version = (origin: 'built-in' | 'user') =>
    parseMappings([sharedFile, { name: 'dns.yaml', text: withMap('status_code: A'), origin }], SCHEMAS).version;
  expect(version('user')).not.toBe(version('built-in'));
});

test('a damaged text gives problems or a set, never another error', () => {
  const words = [
    '',
    ':',
    '-',
    '[',
    '{',
    '}',
    '|',
    '$x',
    'item',
    'null',
    '~',
    '&a',
    '*a',
    '!t',
    '"',
    "'",
    '0x1',
    '{}',
    '[]',
    'use: file',
    'map:',
    'each: A',
    '__proto__',
    'constructor',
  ];
  const pieces = (text: string) => text.split(/(?<=[\s:,{}[\]])/);
  const texts = { shared: pieces(sharedFile.text), dns: pieces(DNS) };
  const damage = fc.record({
    file: fc.constantFrom<keyof typeof texts>('shared', 'dns'),
    at: fc.nat(),
    word: fc.constantFrom(...words),
    drop: fc.nat(2),
  });
  fc.assert(
    fc.property(fc.array(damage, { minLength: 1, maxLength: 3 }), (damages) => {
      const parts = { shared: [...texts.shared], dns: [...texts.dns] };
      for (const { file, at, word, drop } of damages) parts[file].splice(at % parts[file].length, drop, word);
      const files = [
        { name: '_shared.yaml', text: parts.shared.join('') },
        { name: 'dns.yaml', text: parts.dns.join('') },
      ];
      const { set, problems } = checkMappings(files, SCHEMAS);
      expect(set === undefined).toBe(problems.length > 0);
      for (const { file, line } of problems) {
        const text = files.find(({ name }) => name === file)!.text;
        expect(line).toBeLessThanOrEqual(text.split('\n').length);
      }
    }),
    { seed: 20240611, numRuns: 500 },
  );
});
