/** What bad and odd lines must become: one table, a line each. */
import { CLOUD_MS, connectionEvent, processEvent } from './made-archive.js';

export interface BadLine {
  name: string;
  line: Buffer;
  /** the reason in quarantine; without it the line becomes a row */
  quarantined?: string;
  /** by path; null says that the attribute must be absent */
  row?: Record<string, unknown>;
  /** what stands in `unmapped` beside what a plain event of the type has there */
  unmapped?: Record<string, string>;
  /** the same, where the event leaves its class: these at least */
  unmappedAtLeast?: Record<string, string>;
  /** `<event type>.<field>` that the report must count for this line */
  invalid?: string;
  /** the event type that the report must count as unknown */
  unknown?: string;
}

/** No line above is as long. */
export const MAX_LINE = 150_000;

type Body = Omit<BadLine, 'name' | 'line'>;

const lines: BadLine[] = [];
const idOf = (): string => `line-${String(lines.length).padStart(3, '0')}`;
const add = (name: string, line: Buffer | string, body: Body) => lines.push({ name, line: Buffer.from(line as Buffer), ...body });
const quarantined = (reason: string, name: string, line: Buffer | string) => add(name, line, { quarantined: reason });
const process = (name: string, members: Record<string, unknown>, raw: string | Buffer, body: Body) =>
  add(name, processEvent(idOf(), members, raw), body);
const connection = (name: string, members: Record<string, unknown>, raw: string | Buffer, body: Body) =>
  add(name, connectionEvent(idOf(), members, raw), body);

const plain = processEvent('never-written').toString();

// no event can be made of these
quarantined('not-json', 'text', 'this is not JSON');
quarantined('not-json', 'single quotes', "{'event_simpleName':'DnsRequest'}");
quarantined('not-json', 'two objects in a line', plain + plain);
quarantined('not-json', 'an unescaped control character', plain.replace('/quiet', '\u0001'));
quarantined('not-json', 'an unescaped NUL', plain.replace('/quiet', '\u0000'));
quarantined('not-json', 'an escape that JSON does not know', plain.replace('/quiet', '\\x41'));
quarantined('not-json', 'a comma too many', `${plain.slice(0, -1)},}`);
quarantined('not-json', 'a number with a leading zero', `${plain.slice(0, -1)},"Port":0443}`);
quarantined('not-json', 'bytes that are neither JSON nor UTF-8', Buffer.from([0xff, 0xfe, 0x7b, 0x00, 0x80]));
quarantined('cut-off', 'an event cut off in a value', plain.slice(0, plain.indexOf('/quiet')));
quarantined('cut-off', 'an event cut off after a colon', plain.slice(0, plain.indexOf(':') + 1));
quarantined('cut-off', 'an event without its last brace', plain.slice(0, -1));
quarantined('not-an-object', 'a list', `[${plain}]`);
quarantined('not-an-object', 'a string', '"text"');
quarantined('not-an-object', 'a number', '42');
quarantined('not-an-object', 'null', 'null');
quarantined('duplicate-key', 'a key twice', `${plain.slice(0, -1)},"CommandLine":"another"}`);
quarantined('duplicate-key', 'a key twice, once escaped', `${plain.slice(0, -1)},"Command\\u004cine":"another"}`);
quarantined('duplicate-key', 'an unknown key twice', `${plain.slice(0, -1)},"Odd":"1","Odd":"1"}`);
quarantined('too-deep', 'lists in lists, 1,000 deep', `${plain.slice(0, -1)},"Deep":${'['.repeat(1000)}${']'.repeat(1000)}}`);
quarantined('no-time', 'no time', processEvent(idOf(), { timestamp: undefined, ProcessStartTime: undefined }));
for (const time of ['yesterday', '', 'NaN', '0', '-1', '1772409600123456', '2026-02-30T00:00:00Z', { ms: 1 }]) {
  quarantined(
    'no-time',
    `the time ${JSON.stringify(time)}`,
    processEvent(idOf(), { timestamp: time, ProcessStartTime: undefined }),
  );
}
quarantined('no-event-type', 'no event type', processEvent(idOf(), { event_simpleName: undefined }));
quarantined('no-event-type', 'an empty event type', processEvent(idOf(), { event_simpleName: '' }));
quarantined('no-event-type', 'null for an event type', processEvent(idOf(), { event_simpleName: null }));
quarantined('no-event-type', 'an empty object', '{}');
quarantined('line-too-long', 'a line above the limit', processEvent(idOf(), { CommandLine: 'y'.repeat(MAX_LINE) }));

// impossible values: the attribute is left out, the text kept
for (const port of ['99999', '65536', '-1']) {
  connection(`the port ${port}`, { RemotePort: port }, '', {
    row: { 'dst_endpoint.port': null, 'dst_endpoint.ip': '198.51.100.9', 'src_endpoint.port': 50123 },
    unmapped: { RemotePort: port },
    invalid: 'NetworkConnectIP4.RemotePort',
  });
}
for (const ip of ['999.1.2.3', '10.1.2', '10.1.2.3;', '010.1.2.3', '::g', 'not-an-ip']) {
  process(`the address ${ip}`, { aip: ip }, '', {
    row: { 'device.ip': null },
    unmapped: { aip: ip },
    invalid: 'ProcessRollup2.aip',
  });
  connection(`the remote address ${ip}`, { RemoteAddressIP4: ip }, '', {
    row: { 'dst_endpoint.ip': null },
    unmappedAtLeast: { RemoteAddressIP4: ip },
    invalid: 'NetworkConnectIP4.RemoteAddressIP4',
  });
}
for (const hash of ['a'.repeat(63), 'b'.repeat(65), 'z'.repeat(64)]) {
  process(`a SHA-256 of ${hash.length} times ${hash[0]}`, { SHA256HashData: hash }, '', {
    row: { 'process.file.hashes': null },
    unmapped: { SHA256HashData: hash },
    invalid: 'ProcessRollup2.SHA256HashData',
  });
}
for (const pid of ['abc', '4e2', ' 443 ', '0x1bb', '1.5', '2147483648', '-2147483649', '99999999999999999999']) {
  process(`the process id ${pid}`, { RawProcessId: pid }, '', {
    row: { 'process.pid': null },
    unmapped: { RawProcessId: pid },
    invalid: 'ProcessRollup2.RawProcessId',
  });
}
process('the largest process id', { RawProcessId: '2147483647' }, '', { row: { 'process.pid': 2147483647 } });
process('a string of 65,535 characters', { CommandLine: 'x'.repeat(65_535) }, '', {
  row: { 'process.cmd_line': 'x'.repeat(65_535) },
});
process('a string of 65,536 characters', { CommandLine: 'x'.repeat(65_536) }, '', {
  row: { 'process.cmd_line': null },
  unmapped: { CommandLine: 'x'.repeat(65_536) },
  invalid: 'ProcessRollup2.CommandLine',
});
// 65,535 characters of two bytes are within the limit
process('65,535 characters in 131,070 bytes', { CommandLine: 'ü'.repeat(65_535) }, '', {
  row: { 'process.cmd_line': 'ü'.repeat(65_535) },
});

// text: bytes that are no UTF-8, escapes, surrogates
const commandLine = (text: string | Buffer): Buffer =>
  Buffer.concat([Buffer.from('"CommandLine":"'), Buffer.from(text as Buffer), Buffer.from('"')]);
const INVALID_UTF8: [string, number[], string][] = [
  ['a byte that begins nothing', [0xff], '�'],
  ['a sequence cut short', [0xe2, 0x82], '�'],
  ['an overlong NUL', [0xc0, 0x80], '��'],
  ['a surrogate in UTF-8', [0xed, 0xa0, 0x80], '���'],
  ['beyond U+10FFFF', [0xf4, 0x90, 0x80, 0x80], '����'],
];
for (const [name, bytes, shown] of INVALID_UTF8) {
  const raw = Buffer.concat([Buffer.from('caf'), Buffer.from(bytes), Buffer.from(' é')]);
  process(`bytes that are no UTF-8: ${name}`, { CommandLine: undefined }, commandLine(raw), {
    row: { 'process.cmd_line': `caf${shown} é` },
    unmapped: { 'CommandLine#base64': raw.toString('base64') },
  });
}
for (const [escaped, shown] of [
  ['x\\ud83dy', 'x�y'],
  ['\\ude00', '�'],
  ['\\ud83d\\u0041', '�A'],
  ['\\ude00\\ud83d', '��'],
] as const) {
  process(`half a surrogate pair: ${escaped}`, { CommandLine: undefined }, commandLine(escaped), {
    row: { 'process.cmd_line': shown },
    unmapped: { 'CommandLine#base64': Buffer.from(escaped).toString('base64') },
  });
}
process('a surrogate pair', { CommandLine: undefined }, commandLine('\\ud83d\\ude00 😀'), {
  row: { 'process.cmd_line': '😀 😀' },
});
process('escapes', { CommandLine: undefined }, commandLine('\\u0041\\u00e9\\/\\"\\\\\\b\\f\\n\\r\\t\\u65E5'), {
  row: { 'process.cmd_line': 'Aé/"\\\b\f\n\r\t日' },
});
process('NUL and control characters as escapes', { CommandLine: undefined }, commandLine('a\\u0000b\\u0001\\u001f\\u007f'), {
  row: { 'process.cmd_line': 'a\u0000b\u0001\u001f\u007f' },
});
process('the same in a field without a home', {}, '"Odd":"a\\u0000b\\ud83d\\ude00"', { unmapped: { Odd: 'a\u0000b😀' } });
process('a key that is no UTF-8', {}, Buffer.from('"Odd\xff":"1"', 'latin1'), {
  unmapped: { 'Odd�': '1', 'Odd�#name#base64': Buffer.from('Odd\xff', 'latin1').toString('base64') },
});

// numbers and times, exact
process('a number beyond 2^53', { ParentProcessId: undefined }, '"ParentProcessId":12168621487068014576', {
  row: { 'process.parent_process.uid': '12168621487068014576' },
});
process('an id beyond 64 bits', { TargetProcessId: '18446744073709551616' }, '', {
  row: { 'process.uid': '18446744073709551616' },
});
process('numbers without a home', {}, '"A":9007199254740993,"B":1e400,"C":-0,"D":0.10,"E":true', {
  unmapped: { A: '9007199254740993', B: '1e400', C: '-0', D: '0.10', E: 'true' },
});
const filetime = { event_simpleName: 'FsVolumeUnmounted', ProcessStartTime: undefined };
for (const [name, raw] of [
  ['FILETIME as text', '"ContextTimeStamp":"134168831904567891"'],
  ['FILETIME as a number', '"ContextTimeStamp":134168831904567891'],
] as const) {
  process(name, filetime, raw, {
    row: { time: '1772409590456', 'metadata.original_time': '134168831904567891' },
    unmappedAtLeast: {},
  });
}
process('seconds', { ProcessStartTime: '1772409590' }, '', {
  row: { time: '1772409590000', 'process.created_time': '1772409590000' },
});
process('fractions of a millisecond', { ProcessStartTime: '1772409590.123456789' }, '', {
  row: { time: '1772409590123', 'metadata.original_time': '1772409590.123456789' },
});
process('fractions of the cloud’s millisecond', { timestamp: '1772409600123.75', ProcessStartTime: undefined }, '', {
  row: { time: '1772409600123', 'metadata.logged_time': '1772409600123' },
  unmapped: { timestamp: '1772409600123.75' },
});
process('negative seconds', { ProcessStartTime: '-11644473600.000' }, '', {
  row: { time: String(CLOUD_MS), 'process.created_time': null, 'metadata.original_time': '-11644473600.000' },
  invalid: 'ProcessRollup2.ProcessStartTime',
});
process('a clock years off', { ProcessStartTime: '1234567890.000' }, '', {
  row: { time: String(CLOUD_MS), 'process.created_time': '1234567890000', 'metadata.original_time': '1234567890.000' },
});
process('RFC 3339', { timestamp: '2026-03-02T03:02:03.456+02:00', ProcessStartTime: undefined }, '', {
  row: { time: String(Date.UTC(2026, 2, 2, 1, 2, 3, 456)) },
});
process('RFC 3339 with nanoseconds', { timestamp: '2026-03-02T01:02:03.123456789Z', ProcessStartTime: undefined }, '', {
  row: { time: String(Date.UTC(2026, 2, 2, 1, 2, 3, 123)) },
  unmapped: { timestamp: '2026-03-02T01:02:03.123456789Z' },
});

// keys and shapes
process('keys that differ only in case', {}, '"commandline":"b","COMMANDLINE":"c"', {
  row: { 'process.cmd_line': 'tool.exe /quiet' },
  unmapped: { commandline: 'b', COMMANDLINE: 'c' },
});
process('a string here', { Odd: '25, 27' }, '', { unmapped: { Odd: '25, 27' } });
process('a list there', {}, '"Odd":["25", 27]', { unmapped: { Odd: '["25", 27]' } });
process('an object there', {}, '"Odd":{"a":"1","b":{"c":[]},"d":{}}', {
  unmapped: { 'Odd.a': '1', 'Odd.b.c': '[]', 'Odd.d': '{}' },
});
process('names that mean something to JavaScript', {}, '"__proto__":"p","constructor":"c","toString":"t"', {
  unmapped: JSON.parse('{"__proto__":"p","constructor":"c","toString":"t"}'),
});
process('an empty key and one with a dot', {}, '"":"empty","a.b":"dot"', { unmapped: { '': 'empty', 'a.b': 'dot' } });
add('white space between tokens', `  ${processEvent(idOf()).toString().replaceAll('":', '" :\t').replaceAll(',"', ' , "')} `, {
  row: { 'process.pid': 4321 },
});
add('a carriage return at the end', `${processEvent(idOf())}\r`, { row: { 'process.pid': 4321 } });

// types that no mapping names
for (const type of ['TelepathyObserved', '__proto__', 'constructor', 'Größe 📏 <b>']) {
  process(`the event type ${type}`, { event_simpleName: type }, '', {
    row: { class_uid: 0, 'metadata.event_code': type },
    unmappedAtLeast: { CommandLine: 'tool.exe /quiet', RawProcessId: '4321' },
    unknown: type,
  });
}
process('a number for an event type', { event_simpleName: 4711 }, '', {
  row: { class_uid: 0, 'metadata.event_code': '4711' },
  unmappedAtLeast: { CommandLine: 'tool.exe /quiet' },
  unknown: '4711',
});

// customer ids that are no path
for (const cid of ['../../x', '..', 'a/b=c', 'x'.repeat(500), 'ü', '']) {
  process(`the customer id ${cid.slice(0, 20)}`, { cid }, '', { row: { 'metadata.tenant_uid': cid === '' ? null : cid } });
}

export const BAD_LINES: readonly BadLine[] = lines;
