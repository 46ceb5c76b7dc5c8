/** Events whose text or times are written in an odd way. */
import { type BadLineKind, withBytes } from './line-kind.js';

export const ODD_TEXT: readonly BadLineKind[] = [
  {
    kind: 'invalid-utf8',
    what: 'bytes that are not UTF-8',
    event: true,
    make: (m) =>
      [[0xc3, 0x28], [0xff], [0xc0, 0x80], [0xe2, 0x82], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80]].map((bytes) =>
        withBytes(m.process({ CommandLine: '"caf@"' }), ...bytes),
      ),
  },
  {
    kind: 'escaped-nul',
    what: 'NUL as an escape',
    event: true,
    make: (m) => [m.process({ CommandLine: '"a\\u0000b\\u0000\\u0000"' })],
  },
  {
    kind: 'escaped-control',
    what: 'control characters as escapes',
    event: true,
    make: (m) => [m.process({ CommandLine: '"\\u0001\\u0007\\b\\f\\n\\r\\t\\u001b[31m\\u007f"' })],
  },
  {
    kind: 'unicode-escapes',
    what: 'letters as escapes',
    event: true,
    make: (m) => [m.process({ CommandLine: '"--a\\u003d1 \\u00e9\\u00C9 \\/ \\u65e5\\u672c"' })],
  },
  {
    kind: 'surrogate-pair',
    what: 'an emoji as two escapes, and as bytes',
    event: true,
    make: (m) => [m.process({ CommandLine: '"\\ud83d\\ude00"' }), m.process({ CommandLine: '"😀"' })],
  },
  {
    kind: 'lone-surrogate',
    what: 'half of a surrogate pair',
    event: true,
    make: (m) =>
      ['"\\ud83d"', '"\\ude00x"', '"\\ud83d\\u0041"', '"\\ude00\\ud83d"'].map((text) => m.process({ CommandLine: text })),
  },
  {
    kind: 'white-space',
    what: 'spaces and tabs around the tokens',
    event: true,
    make: (m) => [` \t${m.event().replaceAll('":', '" : ').replaceAll(',"', ' ,\t"')}  `],
  },
  { kind: 'carriage-return', what: 'a line that ends with CR LF', event: true, make: (m) => [`${m.event()}\r`] },
];

export const ODD_TIMES: readonly BadLineKind[] = [
  {
    kind: 'filetime',
    what: 'Windows FILETIME, as string and as number',
    event: true,
    make: (m) =>
      ['"134171424001230000"', '134171424001230000'].map((time) =>
        m.event({ event_simpleName: '"FsVolumeUnmounted"', ContextTimeStamp: time }),
      ),
  },
  {
    kind: 'negative-time',
    what: 'seconds before 1970',
    event: true,
    make: (m) => [m.event({ ContextTimeStamp: '"-11644473600.000"' }), m.event({ CreationTimeStamp: '"-11724671741.249"' })],
  },
  {
    kind: 'fractional-time',
    what: 'fractions of milliseconds and nanoseconds',
    event: true,
    make: (m) => [
      m.event({ ContextTimeStamp: '"1772409600.123456789"' }),
      m.event({ timestamp: '"1772409600123.75"' }),
      m.event({ ContextTimeStamp: '"1772409600"' }),
      m.event({ ContextTimeStamp: '1772409600.5' }),
    ],
  },
  {
    kind: 'rfc3339-time',
    what: 'times as text',
    event: true,
    make: (m) =>
      ['"2026-03-02T01:02:03Z"', '"2026-03-02T03:02:03.456+02:00"', '"2026-03-02T01:02:03.123456789Z"'].map((time) =>
        m.event({ timestamp: time, ContextTimeStamp: undefined }),
      ),
  },
  {
    kind: 'clock-years-off',
    what: 'an endpoint clock years away from the cloud',
    event: true,
    make: (m) => ['"1234567890.000"', '"4102444800.000"'].map((time) => m.event({ ContextTimeStamp: time })),
  },
  {
    kind: 'time-out-of-range',
    what: 'endpoint times that no calendar holds, or 1970',
    event: true,
    make: (m) => ['"99999999999999999999.999"', '"1e30"', '"0"'].map((time) => m.event({ ContextTimeStamp: time })),
  },
  {
    kind: 'duplicate-event',
    what: 'the same line twice',
    event: true,
    make: (m) => {
      const line = m.event();
      return [line, line];
    },
  },
];
