/** Readers of single values: the product's answer, the oracle's, the edges, and what random texts near them are made of. */
import { testIp, testSubnet } from '../../src/normalize/ip.js';
import * as number from '../../src/normalize/number.js';
import { readBoolean } from '../../src/normalize/reader.js';
import { testText } from '../../src/normalize/text.js';
import * as time from '../../src/normalize/time.js';
import { ABSENT, ACCEPT, type Verdict } from '../../src/normalize/verdict.js';
import * as oracle from './values.js';

/** The text in the midst of bytes that would change the answer if they were read. */
export function place(text: string, around = ':1.0%-'): [bytes: Uint8Array, offset: number, length: number] {
  const bytes = Buffer.from(around + text + around);
  return [bytes, Buffer.byteLength(around), Buffer.byteLength(text)];
}

type Answer = string | number | bigint | boolean;
const told = (read: oracle.Read): Answer => ('value' in read ? read.value : read.verdict);
const verdictOf = (verdict: Verdict, text: string): Answer =>
  verdict === ACCEPT ? text : verdict === ABSENT ? 'absent' : 'reject';
const numberOf = (value: number): Answer => (Number.isNaN(value) ? 'reject' : value);

const ip = (text: string) => {
  const [bytes, offset, length] = place(text);
  return text === '' ? 'absent' : verdictOf(testIp(bytes, offset, offset + length), text);
};
const longOf = (text: string, radix: 10 | 16): Answer => {
  const value = radix === 10 ? number.readInteger(...place(text)) : Number.NaN;
  if (!Number.isNaN(value)) return value;
  const large = number.readLong(...place(text), radix);
  if (large === undefined) return 'reject';
  return Number.isSafeInteger(Number(large)) ? Number(large) : large;
};

interface Case {
  name: string;
  /** what the product says */
  product: (text: string) => Answer;
  /** what the oracle says */
  oracle: (text: string) => Answer;
  edges: string[];
  /** characters that random texts are made of */
  alphabet: string;
}

const safe = (read: oracle.Read) =>
  'value' in read && typeof read.value !== 'boolean' && !Number.isSafeInteger(Number(read.value)) ? 'reject' : told(read);

export const CASES: Case[] = [
  {
    name: 'ip_t',
    product: ip,
    oracle: (text) => told(oracle.readIp(text, 1000)),
    alphabet: '0123:.f%e',
    edges: [
      ...[
        '10.0.96.215',
        '255.255.255.255',
        '256.1.1.1',
        '1.2.3',
        '1.2.3.4.5',
        '01.2.3.4',
        '1.2.3.',
        '.1.2.3',
        '0.0.0.0',
        '0.0.0.1',
        '1.2.3.4%1',
        '1..2.3',
      ],
      ...[
        '::',
        '::1',
        '1::',
        ':',
        ':::',
        ':1',
        '1:',
        '1:2:3:4:5:6:7:8',
        '1:2:3:4:5:6:7',
        '1:2:3:4:5:6:7:8:9',
        '1::2::3',
        '1:2:3:4:5:6:7::',
        '::2:3:4:5:6:7:8',
      ],
      ...[
        '1::3:4:5:6:7:8',
        '1:2:3:4::5:6:7:8',
        'fe80::1%eth0',
        'fe80::1%',
        '%eth0',
        '::%1',
        'fe80::1%a%b',
        'fe80::1%a b',
        'fe80::1% ',
        '12345::',
        'g::',
        'FE80::ABCD',
      ],
      ...[
        '::ffff:1.2.3.4',
        '::1.2.3.4',
        '1.2.3.4::',
        '::1.2.3',
        '::1.2.3.04',
        '::ffff:0.0.0.0',
        '::0.0.0.0',
        '1:2:3:4:5:6:1.2.3.4',
        '1:2:3:4:5:6:7:1.2.3.4',
        '::1.2.3.4:5',
        '0:0:0:0:0:0:0:0',
      ],
      ...['::1.2.3.4%1', '0::0', '0000::0000', '', ' 1.2.3.4', '1.2.3.4 ', '1.2.3.4/8', '1e1.2.3.4', '::1/64', '1.2.3.4\u0000'],
    ],
  },
  {
    name: 'subnet_t',
    product: (text) => {
      const [bytes, offset, length] = place(text);
      return text === '' ? 'absent' : verdictOf(testSubnet(bytes, offset, offset + length), text);
    },
    oracle: (text) => told(oracle.readSubnet(text, 1000)),
    alphabet: '0123:./f',
    edges: [
      '10.0.0.0/8',
      '10.0.0.0',
      '10.0.0.0/33',
      '10.0.0.0/',
      '/8',
      '::/0',
      '::/128',
      '::/129',
      '0.0.0.0/0',
      '1.2.3.4/8/8',
      '1.2.3.4/008',
      '1.2.3.4/0008',
      '1.2.3.4/-1',
      'x/8',
    ],
  },
  {
    name: 'mac_t',
    product: (text) => verdictOf(testText('mac', ...place(text), 32), text),
    oracle: (text) => told(oracle.readMac(text)),
    alphabet: '0a:-',
    edges: [
      '00-50-56-C0-00-08',
      '00:50:56:c0:00:08',
      '00-50:56-c0:00-08',
      '00-00-00-00-00-00',
      '005056c00008',
      '00-50-56-c0-00-0',
      '00-50-56-c0-00-08-09',
      'g0-50-56-c0-00-08',
      '00--50-56-c0-00-8',
    ],
  },
  {
    name: 'MD5',
    product: (text) => verdictOf(testText('hash', ...place(text), 64, 32), text),
    oracle: (text) => told(oracle.readHash(text, 32, 64)),
    alphabet: '0af',
    edges: [
      'd41d8cd98f00b204e9800998ecf8427e',
      'D41D8CD98F00B204E9800998ECF8427E',
      '0'.repeat(32),
      '0'.repeat(31),
      'g'.repeat(32),
      '1'.repeat(33),
      '0'.repeat(31).concat('1'),
    ],
  },
  {
    name: 'SHA-512 in a version that holds 64 characters',
    product: (text) => verdictOf(testText('hash', ...place(text), 64, 128), text),
    oracle: (text) => told(oracle.readHash(text, 128, 64)),
    alphabet: '0a',
    edges: ['a'.repeat(128)],
  },
  {
    name: 'string_t',
    product: (text) => verdictOf(testText('string', ...place(text), 40), text),
    oracle: (text) => told(oracle.readText(text, 40)),
    alphabet: 'noeNULundfia/- \t\u00a0\u0085\u001c\ufeff\u3000',
    edges: [
      ...[
        'none',
        'NONE',
        ' None ',
        '\tnull\n',
        'undefined',
        'NaN',
        'n/a',
        'N/A',
        '-',
        ' - ',
        '[object Object]',
        'nonee',
        'no ne',
        '--',
        'n',
        'None.',
        'nán',
      ],
      ...[
        '\u00a0none',
        '\ufeffnull',
        'none\u3000',
        '\u2028-',
        '\u001cnone\u001d',
        '\u0085-',
        '\u205fn/a\u202f',
        '\u1680nan',
        '\u180enone',
        '\u200bnone',
        ' ',
        '\u0000none',
      ],
      ...[
        ' '.repeat(30).concat('none'),
        'none'.concat(' '.repeat(30)),
        'none'.concat(' '.repeat(29), 'x'),
        `${'\u3000'.repeat(20)}none${'\u3000'.repeat(16)}`,
      ],
      ...[
        'é'.repeat(40),
        'é'.repeat(41),
        '😀'.repeat(40),
        '😀'.repeat(41),
        'x'.repeat(40),
        'x'.repeat(41),
        'net.exe user',
        'NT AUTHORITY\\SYSTEM',
      ],
    ],
  },
  {
    name: 'a text without bound',
    product: (text) => verdictOf(testText('string', ...place(text), 0x7fffffff), text),
    oracle: (text) => told(oracle.readText(text, 0x7fffffff)),
    alphabet: 'none ',
    edges: [
      ' '.repeat(100).concat('none'),
      'none'.concat(' '.repeat(1000)),
      `${'\u3000'.repeat(100)}-`,
      `-${'\u2003'.repeat(100)}`,
    ],
  },
  {
    name: 'uuid_t',
    product: (text) => verdictOf(testText('uuid', ...place(text), 64), text),
    oracle: (text) => told(oracle.readFor({ type: 'uuid_t' } as never, typeOf('uuid_t', 64), text, [])),
    alphabet: '0a-{}',
    edges: [
      '15e0db29-6a0e-11ee-561d-94b55f87021f',
      '{15E0DB29-6a0e-11ee-561d-94b55f87021f}',
      '{15e0db29-6a0e-11ee-561d-94b55f87021f',
      '15e0db29-6a0e-11ee-561d-94b55f87021f}',
      '15e0db296a0e11ee561d94b55f87021f',
    ],
  },
  {
    name: 'bytestring_t',
    product: (text) => verdictOf(testText('bytestring', ...place(text), 64), text),
    oracle: (text) => told(oracle.readFor({ type: 'bytestring_t' } as never, typeOf('bytestring_t', 64), text, [])),
    alphabet: 'AQgw=+/',
    edges: ['QUJD', 'QUI=', 'QQ==', 'QQ=', 'Q', 'null', 'none', 'nonenone', 'QU JD', '===='],
  },
  {
    name: 'an integer',
    product: (text) => (text === '' ? 'absent' : numberOf(number.readInteger(...place(text)))),
    oracle: (text) => safe(oracle.readLong(text, false)),
    alphabet: '0129.-',
    edges: [
      '0',
      '-0',
      '-0.0',
      '7',
      '-7',
      '+7',
      '007',
      '1.0',
      '1.000',
      '1.',
      '.0',
      '1.5',
      '1.05',
      '1e3',
      ' 1',
      '--1',
      '-',
      '9007199254740991',
      '-9007199254740991',
      '9007199254740992',
      '9007199254740993',
      '99999999999999999999',
      '1.0.0',
    ],
  },
  {
    name: 'a hexadecimal integer',
    product: (text) => (text === '' ? 'absent' : numberOf(number.readHex(...place(text)))),
    oracle: (text) => safe(oracle.readLong(text, true)),
    alphabet: '0x1fF',
    edges: [
      '0x0',
      '0',
      'ff',
      '0XfF',
      '0x',
      'x1',
      '0x1g',
      '-1',
      '1fffffffffffff',
      '0x1fffffffffffff',
      '0x20000000000000',
      '0xffffffffffffffff',
      '00ff',
    ],
  },
  {
    name: 'long_t',
    product: (text) => (text === '' ? 'absent' : longOf(text, 10)),
    oracle: (text) => told(oracle.readLong(text, false)),
    alphabet: '0129.-',
    edges: [
      '9007199254740993',
      '9223372036854775807',
      '9223372036854775808',
      '-9223372036854775808',
      '-9223372036854775809',
      '12168621487068014576',
      '9223372036854775807.0',
      '9223372036854775807.',
      '1.0',
      `${'0'.repeat(30)}7`,
      `1.${'0'.repeat(30)}`,
      '9007199254740993.5',
    ],
  },
  {
    name: 'a hexadecimal long_t',
    product: (text) => (text === '' ? 'absent' : longOf(text, 16)),
    oracle: (text) => told(oracle.readLong(text, true)),
    alphabet: '0x7fF8',
    edges: ['0x7fffffffffffffff', '0x8000000000000000', '7FFFFFFFFFFFFFFF', '0xffffffffffffffff', '0x', ''],
  },
  {
    name: 'float_t',
    product: (text) => (text === '' ? 'absent' : numberOf(number.readFloat(...place(text)))),
    oracle: (text) => told(oracle.readFloat(text)),
    alphabet: '0159.e+-',
    edges: [
      '0',
      '-0',
      '1.5',
      '-1.5e-7',
      '1E400',
      '.5',
      '5.',
      '1e',
      '1e+',
      '1.e5',
      'NaN',
      'Infinity',
      '0x10',
      '1_0',
      '00.5',
      '9'.repeat(64),
      '9'.repeat(65),
      '0.1234567890123456789',
      '1e308',
      '1e309',
    ],
  },
  {
    name: 'seconds as milliseconds',
    product: (text) => (text === '' ? 'absent' : numberOf(number.readSeconds(...place(text)))),
    oracle: (text) => told(oracle.readSeconds(text)),
    alphabet: '0129.-',
    edges: [
      '0',
      '1',
      '1.5',
      '0.001',
      '0.0001',
      '0.0010',
      '1.0000000001',
      '2147483.647',
      '2147483.648',
      '-2147483.647',
      '-2147483.648',
      '1.',
      '.5',
      '1.5.0',
      '-',
      '-0.0',
      '1e3',
      '0.1',
      '4.35',
      '99999999999999999999',
    ],
  },
  {
    name: 'boolean_t',
    product: (text) => (text === '' ? 'absent' : (readBoolean(...place(text)) ?? 'reject')),
    oracle: (text) => told(oracle.readBoolean(text)),
    alphabet: 'truefals01',
    edges: ['true', 'TRUE', 'False', '1', '0', '2', 'tru', 'truee', 'yes', 'falſe'],
  },
  ...(['auto', 's', 'ms', 'filetime'] as const).map(
    (unit): Case => ({
      name: `a time, unit ${unit}`,
      product: (text) => {
        if (text === '') return 'absent';
        const ms = time.readTime(...place(text), unit);
        return Number.isNaN(ms) ? 'reject' : `${ms}${time.timeIsFiner ? ' and finer' : ''}`;
      },
      oracle: (text) => {
        const read = oracle.readTime(text, unit);
        return 'value' in read ? `${read.value}${read.verdict === 'part' ? ' and finer' : ''}` : read.verdict;
      },
      alphabet: '0123456789.-T:Z',
      edges: [
        ...[
          '1642690337',
          '1642690337.495',
          '1642690337.4950',
          '1642690337.4951',
          '1642690337.',
          '.5',
          '1642690337.4.5',
          '-1642690337',
          '1642690337495',
          '1642690337495.0',
          '1642690337495.5',
          '0',
          '631152000',
          '631151999.999',
        ],
        ...[
          '4102444799.999',
          '4102444800',
          '4102444800000',
          '4102444799999',
          '16426903374950',
          '1642690337495000',
          '1642690337495123456',
          '-11724671741.249',
          '1.642690337e9',
          ' 1642690337',
          '00001642690337',
          '99999999999',
        ],
        ...[
          '132871639374950000',
          '132871639374950001',
          '13287163937495000',
          '132871639374959999',
          '132871639374950000.5',
          '72057594037927936',
          '72057594037927937',
          '9223372036854775807',
          '99999999999999999999',
        ],
        ...[
          '2022-01-20T14:52:17Z',
          '2022-01-20T14:52:17.495Z',
          '2022-01-20t14:52:17.4z',
          '2022-01-20 14:52:17+00:00',
          '2022-01-20T14:52:17.495123456Z',
          '2022-01-20T14:52:17.495000000Z',
          '2022-01-20T14:52:17.4951234567Z',
          '2022-01-20T14:52:17',
        ],
        ...[
          '2022-01-20T14:52:17+02:00',
          '2022-01-20T14:52:17-02:30',
          '2022-01-20T14:52:17-23:59',
          '2022-01-20T14:52:17+24:00',
          '2022-01-20T14:52:17+00:60',
          '2022-01-20T14:52:17+0200',
          '2024-02-29T00:00:00Z',
          '2023-02-29T00:00:00Z',
          '2000-02-29T00:00:00Z',
        ],
        ...[
          '2022-13-01T00:00:00Z',
          '2022-00-01T00:00:00Z',
          '2022-01-32T00:00:00Z',
          '2022-04-31T00:00:00Z',
          '2022-01-00T00:00:00Z',
          '2022-01-20T24:00:00Z',
          '2022-01-20T23:60:00Z',
          '2022-01-20T23:59:60Z',
          '2016-12-31T23:59:60.500Z',
          '2022-01-20T12:00:61Z',
        ],
        ...[
          '0095-01-01T00:00:00Z',
          '1990-01-01T00:00:00Z',
          '1989-12-31T23:59:59.999Z',
          '1990-01-01T00:30:00+01:00',
          '2099-12-31T23:59:59.999Z',
          '2100-01-01T00:00:00Z',
          '9999-12-31T23:59:59Z',
          '2022-1-20T14:52:17Z',
          '2022-01-20',
        ],
      ],
    }),
  ),
];

function typeOf(name: string, maxLength: number) {
  return { types: new Map([[name, { name, base: 'string', maxLength }]]) } as never;
}
