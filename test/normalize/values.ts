/**
 * What a text means for an attribute, on strings and with the platform's own parsers (node:net, Date, BigInt): an oracle for
 * the readers and kernels, with which it shares no code.
 */
import { isIP } from 'node:net';
import type { KernelCall } from '../../src/mapping/model.js';
import type { Attribute, OcsfSchema } from '../../src/ocsf/schema.js';

/** `part`: written, but the text says more than what is written. */
export type Read = { verdict: 'value' | 'part'; value: string | number | bigint | boolean } | { verdict: 'reject' | 'absent' };

export const REJECT: Read = { verdict: 'reject' };
export const ABSENT: Read = { verdict: 'absent' };
const value = (of: string | number | bigint | boolean): Read => ({ verdict: 'value', value: of });

const HOLLOW = ['none', 'null', 'undefined', 'nan', 'n/a', '-', '[object object]'];
const PYTHON_SPACE = '\x1c\x1d\x1e\x1f\x85';

/** JavaScript's and Python's white space taken from both ends, then lower case. */
export function isHollow(text: string): boolean {
  let trimmed = text.trim();
  for (let before = ''; before !== trimmed; ) {
    before = trimmed;
    if (PYTHON_SPACE.includes(trimmed[0] ?? 'x')) trimmed = trimmed.slice(1).trim();
    if (PYTHON_SPACE.includes(trimmed.at(-1) ?? 'x')) trimmed = trimmed.slice(0, -1).trim();
  }
  return HOLLOW.includes(trimmed.toLowerCase());
}

export function readText(text: string, maxLength = 65_535): Read {
  if (text === '') return ABSENT;
  if ([...text].length > maxLength || isHollow(text)) return REJECT;
  return value(text);
}

export function readIp(text: string, maxLength = 40): Read {
  if (text === '') return ABSENT;
  if ([...text].length > maxLength) return REJECT;
  const [address, zone, ...more] = text.split('%') as [string, ...string[]];
  if (more.length > 0 || isIP(address) === 0) return REJECT;
  if (zone !== undefined && (isIP(address) !== 6 || !/^[!-~]+$/.test(zone))) return REJECT;
  return /^[0:.]+$/.test(address) ? ABSENT : value(text);
}

export function readSubnet(text: string, maxLength = 42): Read {
  if (text === '') return ABSENT;
  if (text.length > maxLength) return REJECT;
  const [address, bits, ...more] = text.split('/') as [string, ...string[]];
  if (more.length > 0 || readIp(address, 100).verdict === 'reject' || address === '') return REJECT;
  if (bits === undefined) return value(text);
  return /^\d{1,3}$/.test(bits) && Number(bits) <= (address.includes(':') ? 128 : 32) ? value(text) : REJECT;
}

export function readMac(text: string): Read {
  if (text === '') return ABSENT;
  const octets = text.split(/[:-]/);
  if (octets.length !== 6 || !octets.every((octet) => /^[0-9a-f]{2}$/i.test(octet))) return REJECT;
  return octets.every((octet) => octet === '00') ? ABSENT : value(text);
}

export function readHash(text: string, digits: number, maxLength: number): Read {
  if (text === '') return ABSENT;
  if (text.length > maxLength || text.length !== digits || !/^[0-9a-f]+$/i.test(text)) return REJECT;
  return /^0+$/.test(text) ? ABSENT : value(text);
}

export function readInteger(text: string, min: number, max: number, hex: boolean): Read {
  if (text === '') return ABSENT;
  const exact = hex ? hexInteger(text) : decimalInteger(text);
  return exact === undefined || exact < BigInt(min) || exact > BigInt(max) ? REJECT : value(Number(exact));
}

/** Within int64. A long text of digits is refused, however small the number. */
export function readLong(text: string, hex: boolean): Read {
  if (text === '') return ABSENT;
  const exact = hex ? hexInteger(text) : decimalInteger(text);
  if (exact === undefined || BigInt.asIntN(64, exact) !== exact) return REJECT;
  if (text.length > 24 && (hex || exact > BigInt(Number.MAX_SAFE_INTEGER) || exact < BigInt(Number.MIN_SAFE_INTEGER)))
    return REJECT;
  return value(exact <= BigInt(Number.MAX_SAFE_INTEGER) && exact >= BigInt(Number.MIN_SAFE_INTEGER) ? Number(exact) : exact);
}

const decimalInteger = (text: string) => (/^-?\d+(\.0+)?$/.test(text) ? BigInt(text.split('.')[0]!) : undefined);
const hexInteger = (text: string) => (/^(0x)?[0-9a-f]+$/i.test(text) ? BigInt(`0x${text.replace(/^0x/i, '')}`) : undefined);

export function readFloat(text: string): Read {
  if (text === '') return ABSENT;
  if (text.length > 64 || !/^-?\d/.test(text) || !/^[-+.\deE]+$/.test(text) || text.endsWith('.') || /\.[eE]/.test(text))
    return REJECT;
  const number = Number(text);
  if (!Number.isFinite(number)) return REJECT;
  const digits = text
    .replace(/[eE].*/, '')
    .replace(/[-.]/g, '')
    .replace(/^0+|0+$/g, '');
  return { verdict: digits.length > 15 ? 'part' : 'value', value: number };
}

export function readSeconds(text: string): Read {
  if (text === '') return ABSENT;
  if (!/^-?\d+(\.\d+)?$/.test(text)) return REJECT;
  const [whole, fraction = ''] = text.replace('-', '').split('.') as [string, string?];
  if (/[1-9]/.test(fraction.slice(3))) return REJECT;
  const ms = BigInt(whole) * 1000n + BigInt(fraction.slice(0, 3).padEnd(3, '0'));
  return ms > 2147483647n ? REJECT : value(text.startsWith('-') ? Number(-ms) : Number(ms));
}

export function readBoolean(text: string): Read {
  if (text === '') return ABSENT;
  if (/^(true|1)$/i.test(text)) return value(true);
  return /^(false|0)$/i.test(text) ? value(false) : REJECT;
}

const EARLIEST = Date.parse('1990-01-01T00:00:00Z');
const LATEST = Date.parse('2100-01-01T00:00:00Z');

export function readTime(text: string, unit: 'auto' | 's' | 'ms' | 'filetime' = 'auto'): Read {
  if (text === '') return ABSENT;
  const instant = text[4] === '-' ? rfc3339(text) : bareTime(text, unit);
  if (instant === undefined || instant.ms < EARLIEST || instant.ms >= LATEST) return REJECT;
  return { verdict: instant.finer ? 'part' : 'value', value: instant.ms };
}

function rfc3339(text: string): { ms: number; finer: boolean } | undefined {
  const match = /^(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d):(\d\d)(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)$/.exec(text);
  if (match === null) return undefined;
  const [, date, minute, second, fraction = '', zone] = match;
  // Date knows no leap second, and takes the 30th of February
  const leap = second === '60' ? 1000 : 0;
  const parsed = Date.parse(
    `${date}T${minute}:${leap > 0 ? '59' : second}.${fraction.slice(1, 4).padEnd(3, '0')}${zone!.toUpperCase()}`,
  );
  if (Number.isNaN(parsed) || minute!.startsWith('24')) return undefined;
  if (new Date(`${date}T00:00:00Z`).toISOString().slice(0, 10) !== date) return undefined;
  return { ms: parsed + leap, finer: /[1-9]/.test(fraction.slice(4)) };
}

function bareTime(text: string, unit: 'auto' | 's' | 'ms' | 'filetime'): { ms: number; finer: boolean } | undefined {
  if (!/^\d+(\.\d+)?$/.test(text)) return undefined;
  const [whole, fraction = ''] = text.split('.') as [string, string?];
  const kind = unit !== 'auto' ? unit : whole.length >= 17 ? 'filetime' : whole.length <= 11 ? 's' : 'ms';
  if (kind === 's') {
    const ms = BigInt(whole) * 1000n + BigInt(fraction.slice(0, 3).padEnd(3, '0'));
    return { ms: Number(ms), finer: /[1-9]/.test(fraction.slice(3)) };
  }
  const hasFraction = /[1-9]/.test(fraction);
  if (kind === 'ms') return { ms: Number(whole), finer: hasFraction };
  const ticks = BigInt(whole);
  if (ticks <= 2n ** 56n) return undefined;
  const since = ticks - 116_444_736_000_000_000n;
  return { ms: Number(since / 10_000n), finer: hasFraction || since % 10_000n !== 0n };
}

/** The part of a text that kernels take; undefined where there is none. */
export function applyKernels(text: string, kernels: readonly KernelCall[]): string | undefined {
  let part: string | undefined = text;
  for (const { name, args } of kernels) {
    if (part === undefined) return undefined;
    const [argument = ''] = args;
    const at: number = part.indexOf(argument);
    const cut: number = Math.max(part.lastIndexOf('/'), part.lastIndexOf('\\'));
    if (name === 'basename') part = part.slice(cut + 1) || undefined;
    else if (name === 'dirname') part = part.slice(0, Math.max(0, cut)) || undefined;
    else if (name === 'first') part = blanksOff(at < 0 ? part : part.slice(0, at)) || undefined;
    else if (name === 'before') part = at < 0 ? undefined : blanksOff(part.slice(0, at)) || undefined;
    else if (name === 'after') part = at < 0 ? undefined : blanksOff(part.slice(at + argument.length)) || undefined;
    else if (name === 'pair') part = pairOf(part, argument);
    else if (name === 'members') part = membersOf(part, argument);
  }
  return part;
}

const blanksOff = (text: string) => text.replace(/^ +| +$/g, '');

function pairOf(json: string, key: string): string | undefined {
  try {
    const list = JSON.parse(json) as { Key?: unknown; ValueString?: unknown }[];
    const found = Array.isArray(list) ? list.find((pair) => pair?.Key === key)?.ValueString : undefined;
    return typeof found === 'string' && found !== '' && isWellFormed(found) ? found : undefined;
  } catch {
    return undefined;
  }
}

function membersOf(json: string, key: string): string | undefined {
  try {
    const list = JSON.parse(json) as Record<string, unknown>[];
    if (!Array.isArray(list)) return undefined;
    const found = list.map((item) => (Object.hasOwn(item ?? {}, key) ? item[key] : undefined));
    const texts = found.filter((text) => typeof text === 'string' && text !== '' && isWellFormed(text));
    return texts.length > 0 ? texts.join() : undefined;
  } catch {
    return undefined;
  }
}

const isWellFormed = (text: string) => Buffer.from(text).toString() === text;

/** The parts of a list inside a string; `whole`: nothing of it was left over. */
export function splitParts(text: string, separator: string): { parts: string[]; whole: boolean } {
  if (text.startsWith('[')) {
    try {
      const list = JSON.parse(text) as unknown[];
      const exact = list.filter((element) =>
        typeof element === 'string'
          ? isWellFormed(element)
          : typeof element === 'number'
            ? Number.isSafeInteger(element)
            : typeof element === 'boolean',
      );
      return { parts: exact.map(String).filter((part) => part !== ''), whole: exact.length === list.length };
    } catch {
      // a text that only looks like JSON
    }
  }
  return {
    parts: text
      .split(separator)
      .map(blanksOff)
      .filter((part) => part !== ''),
    whole: true,
  };
}

/** A text (after its kernels' parts) as a value of an attribute that is no enum. */
export function readFor(attribute: Attribute, schema: OcsfSchema, text: string, kernels: readonly KernelCall[]): Read {
  const names = new Set(kernels.map(({ name }) => name));
  if (attribute.type === 'timestamp_t') {
    return readTime(
      text,
      names.has('epoch_s') ? 's' : names.has('epoch_ms') ? 'ms' : names.has('filetime') ? 'filetime' : 'auto',
    );
  }
  const type = schema.types.get(attribute.type)!;
  const [min, max] = type.range ?? [-(2 ** 31), 2 ** 31 - 1];
  const longest = type.maxLength ?? schema.types.get('string_t')?.maxLength ?? 2 ** 31 - 1;
  switch (type.base) {
    case 'integer':
      return names.has('seconds') ? readSeconds(text) : readInteger(text, min, max, names.has('hex'));
    case 'long':
      return readLong(text, names.has('hex'));
    case 'float':
      return readFloat(text);
    case 'boolean':
      return readBoolean(text);
  }
  const tooLong = [...text].length > longest;
  switch (attribute.type) {
    case 'ip_t':
      return readIp(text, longest);
    case 'mac_t':
      return tooLong ? REJECT : readMac(text);
    case 'subnet_t':
      return readSubnet(text, longest);
    case 'uuid_t':
      return text === ''
        ? ABSENT
        : /^(\{?)[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(\}?)$/i.test(text) && text.startsWith('{') === text.endsWith('}')
          ? value(text)
          : REJECT;
    case 'bytestring_t':
      return text === '' ? ABSENT : isBase64(text) && !tooLong && !isHollow(text) ? value(text) : REJECT;
    default:
      return readText(text, longest);
  }
}

/** Padded; the bits that the last character has too many may be set. */
function isBase64(text: string): boolean {
  const again = Buffer.from(text, 'base64').toString('base64');
  const end = text.replace(/=+$/, '').length;
  return (
    again.length === text.length &&
    !text.slice(0, end).includes('=') &&
    again.slice(0, end - 1) === text.slice(0, end - 1) &&
    again.slice(end) === text.slice(end)
  );
}
