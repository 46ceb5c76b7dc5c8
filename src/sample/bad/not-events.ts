/** Lines of which no converter can make an event. */
import { type BadLineKind, withBytes } from './line-kind.js';

export const NOT_EVENTS: readonly BadLineKind[] = [
  {
    kind: 'not-json',
    what: 'text that is not JSON',
    event: false,
    make: () => [
      'this is not JSON',
      '<html><body>503 Slow Down</body></html>',
      "{'event_simpleName':'DnsRequest'}",
      '{event_simpleName:"DnsRequest"}',
    ],
  },
  {
    kind: 'cut-off',
    what: 'an event that stops in the middle',
    event: false,
    make: (m) => [0.2, 0.5, 0.9].map((part) => cut(m.event(), part)),
  },
  {
    kind: 'not-an-object',
    what: 'JSON, but a list or a scalar',
    event: false,
    make: (m) => [`[${m.event()}]`, '[]', '"text"', '42', 'true', 'null'],
  },
  {
    kind: 'two-objects',
    what: 'two objects in one line',
    event: false,
    make: (m) => [m.event() + m.event(), `${m.event()},${m.event()}`],
  },
  {
    kind: 'bad-syntax',
    what: 'a comma too many, a number or literal JSON does not know',
    event: false,
    make: (m) => [
      `${m.event().slice(0, -1)},}`,
      m.event({ RemotePort: '0443' }),
      m.event({ RemotePort: 'NaN' }),
      m.event({ RemotePort: '1.' }),
      m.event({ InContext: 'True' }),
    ],
  },
  {
    kind: 'bad-escape',
    what: 'an escape that JSON does not know',
    event: false,
    make: (m) => [
      m.process({ CommandLine: '"\\x41"' }),
      m.process({ CommandLine: '"\\u12G4"' }),
      m.process({ CommandLine: '"C:\\Tools"' }),
    ],
  },
  {
    kind: 'raw-control',
    what: 'a control character or NUL that is not escaped',
    event: false,
    make: (m) => [0x00, 0x01, 0x09, 0x1f].map((code) => withBytes(m.process({ CommandLine: '"a@b"' }), code)),
  },
  { kind: 'empty-object', what: 'an object without members', event: false, make: () => ['{}'] },
  {
    kind: 'no-type',
    what: 'no event type, or an empty one, or not a string',
    event: false,
    make: (m) => [
      m.event({ event_simpleName: undefined }),
      m.event({ event_simpleName: '""' }),
      m.event({ event_simpleName: '42' }),
      m.event({ event_simpleName: 'null' }),
    ],
  },
  {
    kind: 'no-time',
    what: 'no time at all',
    event: false,
    make: (m) => [m.event({ timestamp: undefined, ContextTimeStamp: undefined })],
  },
  {
    kind: 'unusable-time',
    what: 'times that are none',
    event: false,
    make: (m) =>
      ['"yesterday"', '""', '"NaN"', '"none"', '{}', 'null'].map((time) => m.event({ timestamp: time, ContextTimeStamp: time })),
  },
  {
    kind: 'blank-line',
    what: 'nothing, or only spaces; many readers do not count it as a line',
    event: false,
    make: () => ['', '   ', '\t'],
  },
];

function cut(line: string, part: number): string {
  return line.slice(0, Math.floor(line.length * part));
}
