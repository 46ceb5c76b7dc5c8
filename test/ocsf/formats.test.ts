import { isIP } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ipVersion, isBase64, isMac, isSubnet, isUuid, parseInstant } from '../../src/ocsf/formats.js';

const SEED = 1_007;

describe('addresses', () => {
  it.each(['0.0.0.0', '255.255.255.255', '10.0.0.1'])('%s is IPv4', (text) => expect(ipVersion(text)).toBe(4));
  it.each(['::', '::1', 'fe80::1%eth0', '2001:db8:1:2:3:4:5:6', '1:2:3:4:5:6:7::', '::ffff:10.1.2.3', '1:2:3:4:5:6:7.8.9.10'])(
    '%s is IPv6',
    (text) => expect(ipVersion(text)).toBe(6),
  );
  const bad = [
    '',
    '1.2.3',
    '1.2.3.4.5',
    '1.2.3.256',
    '01.2.3.4',
    '1.2.3.4 ',
    '1.2.3.4%eth0',
    ':',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7:8::',
    '12345::',
    'g::',
    'fe80::1%',
    '::1.2.3',
    '1:2:3:4:5:6:7:1.2.3.4',
    ':1:2:3:4:5:6:7',
    'localhost',
  ];
  it.each(bad)('"%s" is neither', (text) => expect(ipVersion(text)).toBeUndefined());

  it(`agrees with the runtime, seed ${SEED}`, () => {
    const nearAddress = fc
      .array(fc.constantFrom(':', '::', '.', '0', '1', 'ff', '255', 'abcd', '10.1.2.3'), { maxLength: 17 })
      .map((parts) => parts.join(''));
    const text = fc.oneof(fc.ipV4(), fc.ipV6(), nearAddress);
    fc.assert(
      fc.property(text, (address) => (ipVersion(address) ?? 0) === isIP(address)),
      { seed: SEED, numRuns: 3000 },
    );
  });

  it.each(['10.0.0.0/8', '10.1.2.3/8', '0.0.0.0/0', '::/0', '2001:db8::/128', '10.0.0.1'])('%s is a network', (text) =>
    expect(isSubnet(text)).toBe(true),
  );
  it.each(['10.0.0.0/33', '::/129', '10.0.0.0/', '10.0.0.0/-1', '10.0.0/8', '/8', '10.0.0.0/8/8'])('"%s" is none', (text) =>
    expect(isSubnet(text)).toBe(false),
  );
});

describe('identifiers', () => {
  it('knows MAC addresses, UUIDs and base64', () => {
    expect(['00-11-22-33-44-55', '00:11:22:aa:BB:55'].filter((text) => !isMac(text))).toEqual([]);
    expect(['001122334455', '00:11:22:33:44', '00:11:22:33:44:5g', '00:11:22:33:44:55:66'].filter(isMac)).toEqual([]);
    const uuid = '12345678-90ab-CDEF-1234-567890abcdef';
    expect([uuid, `{${uuid}}`].filter((text) => !isUuid(text))).toEqual([]);
    expect([`${uuid}0`, uuid.replaceAll('-', ''), `{${uuid}`, ''].filter(isUuid)).toEqual([]);
    expect(['', 'aGVsbG8=', 'aGVsbG8', '_-8='].filter((text) => !isBase64(text))).toEqual([]);
    expect(['a', 'a b=', 'ab===', 'a=bc'].filter(isBase64)).toEqual([]);
  });
});

describe('instants', () => {
  const noon = Date.UTC(2024, 4, 1, 12);
  it.each([
    ['2024-05-01T12:00:00Z', noon],
    ['2024-05-01t12:00:00z', noon],
    ['2024-05-01T12:00:00.123456Z', noon + 123],
    ['2024-05-01T12:00:00.5Z', noon + 500],
    ['2024-05-01T14:00:00+02:00', noon],
    ['2024-05-01T06:30:00-05:30', noon],
    ['2024-02-29T00:00:00Z', Date.UTC(2024, 1, 29)],
  ])('%s', (text, ms) => expect(parseInstant(text)).toEqual({ ms, zoned: true, rfc3339: true }));

  it('tells what lacks an offset or is written the way of SQL', () => {
    expect(parseInstant('2024-05-01T12:00:00')).toEqual({ ms: noon, zoned: false, rfc3339: true });
    expect(parseInstant('2024-05-01 12:00:00.25')).toEqual({ ms: noon + 250, zoned: false, rfc3339: false });
    expect(parseInstant('2024-05-01 12:00:00+00')).toEqual({ ms: noon, zoned: true, rfc3339: false });
    expect(parseInstant('2024-05-01T12:00:00+00')?.rfc3339).toBe(false);
  });

  const none = [
    '',
    '2024-05-01',
    '2024-02-30T00:00:00Z',
    '2023-02-29T00:00:00Z',
    '2024-13-01T00:00:00Z',
    '2024-05-01T24:00:00Z',
    '2024-05-01T12:60:00Z',
    '0000-01-01T00:00:00Z',
    '2024-05-01T12:00:00+24:00',
    '1714564800000',
    '2024-05-01T12:00:00.Z',
  ];
  it.each(none)('"%s" is none', (text) => expect(parseInstant(text)).toBeUndefined());

  it(`reads back what dates write, seed ${SEED}`, () => {
    const date = fc.date({ min: new Date('0001-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59Z'), noInvalidDate: true });
    fc.assert(
      fc.property(date, (instant) => parseInstant(instant.toISOString())?.ms === instant.getTime()),
      { seed: SEED, numRuns: 1000 },
    );
  });
});
