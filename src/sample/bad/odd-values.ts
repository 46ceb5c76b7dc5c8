/** Events with values, keys or types that do not fit: an event must come out, what does not fit may stay unmapped. */
import type { BadLineKind } from './line-kind.js';

export const ODD_VALUES: readonly BadLineKind[] = [
  {
    kind: 'port-out-of-range',
    what: 'a port below 0 or above 65535',
    event: true,
    make: (m) => ['"99999"', '"65536"', '"-1"'].map((port) => m.event({ RemotePort: port })),
  },
  {
    kind: 'bad-ip',
    what: 'an address that is none',
    event: true,
    make: (m) =>
      ['"999.1.2.3"', '"not-an-ip"', '"10.1.2"', '"10.1.2.3.4"', '"::g"', '"10.1.2.3;"', '"-"'].map((ip) =>
        m.event({ RemoteAddressIP4: ip }),
      ),
  },
  {
    kind: 'hash-wrong-length',
    what: 'a hash too short, too long, or not hex',
    event: true,
    make: (m) =>
      [`"${'a'.repeat(63)}"`, `"${'b'.repeat(130)}"`, `"${'z'.repeat(64)}"`].map((hash) => m.process({ SHA256HashData: hash })),
  },
  {
    kind: 'text-for-number',
    what: 'text where a number belongs',
    event: true,
    make: (m) => [
      m.process({ RawProcessId: '"abc"' }),
      m.event({ Protocol: '"TCP"' }),
      m.event({ RemotePort: '"0x1bb"' }),
      m.event({ LocalPort: '" 443 "' }),
      m.event({ LocalPort: '"4e2"' }),
    ],
  },
  {
    kind: 'beyond-int32',
    what: 'integers outside 32 bits',
    event: true,
    make: (m) =>
      ['"2147483648"', '"4294967296"', '"-2147483649"', '"99999999999999999999"'].map((pid) => m.process({ RawProcessId: pid })),
  },
  {
    kind: 'beyond-int64',
    what: 'ids outside signed 64 bits, as strings',
    event: true,
    make: (m) => ['"12168621487068014576"', '"18446744073709551616"'].map((id) => m.process({ TargetProcessId: id })),
  },
  {
    kind: 'bare-number',
    what: 'bare numbers beyond 2^53, with exponents, fractions, minus zero',
    event: true,
    make: (m) =>
      ['9007199254740993', '1719309930613520072', '12168621487068014576', '-0', '1e3', '1.5E+400', '0.1'].map((id) =>
        m.process({ ParentProcessId: id }),
      ),
  },
  {
    kind: 'bare-values',
    what: 'numbers, booleans and null in place of strings',
    event: true,
    make: (m) => [m.event({ Protocol: '6', RemotePort: '443', InContext: 'false', aip: 'null' })],
  },
  {
    kind: 'long-string',
    what: 'a string over 65,535 characters',
    event: true,
    make: (m) => [
      m.process({ CommandLine: `"${'x'.repeat(65_536)}"` }),
      m.process({ CommandLine: `"${'ü\\\\'.repeat(40_000)}"` }),
    ],
  },
  {
    kind: 'nested-value',
    what: 'an object or list where FDR has a string',
    event: true,
    make: (m) => [
      m.event({ UserName: '{"Name":"amelia","ID":7}' }),
      m.event({ aip: '["198.51.100.7","198.51.100.8"]' }),
      m.event({ Attacks: '[{"Tactic":"Execution","Technique":"PowerShell, Scripting"}]' }),
    ],
  },
  {
    kind: 'string-or-list',
    what: 'one field, a string here and a list there',
    event: true,
    make: (m) => [m.process({ Tags: '"25, 27, 41"' }), m.process({ Tags: '["25","27","41"]' }), m.process({ Tags: '[]' })],
  },
  {
    kind: 'deep-nesting',
    what: 'lists in lists, 100 deep',
    event: true,
    make: (m) => [m.event({ Extra: '['.repeat(100) + ']'.repeat(100) })],
  },
  {
    kind: 'no-id',
    what: 'an event without id, or without aid',
    event: true,
    make: (m) => [m.event({ id: undefined }), m.event({ aid: undefined })],
  },
  {
    kind: 'unknown-type',
    what: 'event types nobody has heard of',
    event: true,
    make: (m) => [m.event({ event_simpleName: '"TelepathyObserved"' }), m.event({ event_simpleName: '"Größe 📏 <b>"' })],
  },
  {
    kind: 'prototype-names',
    what: 'names that mean something to JavaScript',
    event: true,
    make: (m) => [
      m.event({ event_simpleName: '"__proto__"' }),
      m.event({ event_simpleName: '"constructor"' }),
      m.event({ __proto__x: '"1"', hasOwnProperty: '"2"', '\\u005f_proto__': '{"polluted":"yes"}' }),
    ],
  },
  {
    kind: 'odd-keys',
    what: 'keys that are empty, dotted, quoted, escaped',
    event: true,
    make: (m) => [
      m.event({ '': '"empty"', 'a.b': '"dot"', 'c d': '"space"', '\\"q\\"': '"quote"', 'Remote\\u0050ortX': '"escaped"' }),
    ],
  },
  {
    kind: 'escaped-known-key',
    what: 'a known key spelt with an escape',
    event: true,
    make: (m) => [
      m.event({ RemotePort: undefined, 'Remote\\u0050ort': '"443"' }),
      m.event({ event_simpleName: undefined, 'event\\u005fsimpleName': '"NetworkConnectIP4"' }),
    ],
  },
  {
    kind: 'case-keys',
    what: 'keys that differ only in case',
    event: true,
    make: (m) => [
      m.event({ event_simpleName: '"ChannelDataDownloadComplete"', Id: '"42"' }),
      m.event({ MACPrefix: '"00-50-56"', MacPrefix: '"00-50-57"' }),
    ],
  },
  {
    kind: 'duplicate-key',
    what: 'the same key twice',
    event: true,
    make: (m) => [
      `${m.event({ RemotePort: '"443"' }).slice(0, -1)},"RemotePort":"8443"}`,
      `${m.event().slice(0, -1)},"UserName":"a","UserName":"b"}`,
    ],
  },
  {
    kind: 'many-keys',
    what: 'two thousand keys',
    event: true,
    make: (m) => [m.event(Object.fromEntries(Array.from({ length: 2000 }, (_, i) => [`Extra${i}`, `"${i}"`])))],
  },
];
