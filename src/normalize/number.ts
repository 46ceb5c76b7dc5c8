/** Numbers and times read from bytes, exactly, without making strings. */

/** Set by the last {@link readTime}: the text says more than a millisecond can hold. */
export let timeIsFiner = false;

const MIN_TIME = Date.UTC(1990, 0, 1);
const MAX_TIME = Date.UTC(2100, 0, 1);
/** FILETIME ticks (100 ns) between 1601 and 1970. */
const FILETIME_EPOCH = 116_444_736_000_000_000n;
/** Above this a bare number is FILETIME (facts: Elastic's rule for FDR). */
const FILETIME_FLOOR = 0x0100000000000000n;

/**
 * A decimal integer, optionally signed, with an optional fraction of zeros (`1.0`).
 *
 * @returns NaN for other text and beyond 2^53
 */
export function readInteger(bytes: Uint8Array, offset: number, length: number): number {
  let p = offset;
  let end = offset + length;
  let negative = false;
  if (bytes[p] === 45) {
    negative = true;
    p++;
  }
  const start = p;
  let value = 0;
  for (; p < end; p++) {
    const c = bytes[p]! - 48;
    if (c < 0 || c > 9) break;
    value = value * 10 + c;
  }
  if (p === start || value > Number.MAX_SAFE_INTEGER) return Number.NaN;
  if (p < end) {
    if (bytes[p] !== 46 || p + 1 === end) return Number.NaN;
    for (end--; end > p; end--) if (bytes[end] !== 48) return Number.NaN;
  }
  return negative ? -value : value;
}

/** A hexadecimal integer with or without `0x`; NaN for other text and beyond 2^53. */
export function readHex(bytes: Uint8Array, offset: number, length: number): number {
  let p = offset;
  const end = offset + length;
  if (length > 2 && bytes[p] === 48 && (bytes[p + 1]! | 32) === 120) p += 2;
  if (p === end) return Number.NaN;
  let value = 0;
  for (; p < end; p++) {
    const c = bytes[p]!;
    const digit = c >= 48 && c <= 57 ? c - 48 : (c | 32) >= 97 && (c | 32) <= 102 ? (c | 32) - 87 : -1;
    if (digit < 0) return Number.NaN;
    value = value * 16 + digit;
  }
  return value > Number.MAX_SAFE_INTEGER ? Number.NaN : value;
}

/** A 64-bit integer of any size as text; undefined for other text or outside int64. */
export function readLong(bytes: Uint8Array, offset: number, length: number, radix: 10 | 16): bigint | undefined {
  if (length === 0 || length > 24) return undefined;
  const text = String.fromCharCode(...bytes.subarray(offset, offset + length));
  const digits = radix === 16 ? /^(?:0x)?([0-9a-f]+)$/i.exec(text)?.[1] : /^(-?\d+)(?:\.0*)?$/.exec(text)?.[1];
  if (digits === undefined || text.endsWith('.')) return undefined;
  const value = BigInt(radix === 16 ? `0x${digits}` : digits);
  return BigInt.asIntN(64, value) === value ? value : undefined;
}

/** A JSON-like decimal; NaN for other text and for what is not finite. */
export function readFloat(bytes: Uint8Array, offset: number, length: number): number {
  if (length === 0 || length > 64) return Number.NaN;
  const text = String.fromCharCode(...bytes.subarray(offset, offset + length));
  if (!/^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(text)) return Number.NaN;
  const value = Number(text);
  return Number.isFinite(value) ? value : Number.NaN;
}

/**
 * An instant as epoch milliseconds.
 *
 * `auto` tells the unit by magnitude: up to 11 digits before the point are seconds, to 14 milliseconds, above
 * 0x0100000000000000 FILETIME; text with a dash after the fourth digit is RFC 3339.
 *
 * @returns NaN for other text and for instants outside 1990 to 2099 (OCSF's readers take such for a wrong unit)
 */
export function readTime(bytes: Uint8Array, offset: number, length: number, unit: 'auto' | 's' | 'ms' | 'filetime'): number {
  timeIsFiner = false;
  if (length > 4 && bytes[offset + 4] === 45) return plausible(readRfc3339(bytes, offset, length));
  let p = offset;
  const end = offset + length;
  let whole = 0;
  for (; p < end; p++) {
    const c = bytes[p]! - 48;
    if (c < 0 || c > 9) break;
    whole = whole * 10 + c;
  }
  const digits = p - offset;
  if (digits === 0) return Number.NaN;
  let fraction = 0;
  if (p < end) {
    if (bytes[p] !== 46 || p + 1 === end) return Number.NaN;
    let scale = 100;
    for (p++; p < end; p++) {
      const c = bytes[p]! - 48;
      if (c < 0 || c > 9) return Number.NaN;
      if (scale >= 1) fraction += c * scale;
      else if (c !== 0) timeIsFiner = true;
      scale /= 10;
    }
  }
  if (unit === 'filetime' || (unit === 'auto' && digits >= 17)) return plausible(readFiletime(bytes, offset, digits));
  if (unit === 's' || (unit === 'auto' && digits <= 11)) return plausible(whole * 1000 + fraction);
  if (fraction !== 0) timeIsFiner = true;
  return plausible(whole);
}

function plausible(ms: number): number {
  return ms >= MIN_TIME && ms < MAX_TIME ? ms : Number.NaN;
}

function readFiletime(bytes: Uint8Array, offset: number, digits: number): number {
  const ticks = readLong(bytes, offset, digits, 10);
  if (ticks === undefined || ticks <= FILETIME_FLOOR) return Number.NaN;
  const sinceEpoch = ticks - FILETIME_EPOCH;
  if (sinceEpoch % 10_000n !== 0n) timeIsFiner = true;
  return Number(sinceEpoch / 10_000n);
}

const RFC3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?(Z|z|[+-]\d\d:\d\d)$/;

function readRfc3339(bytes: Uint8Array, offset: number, length: number): number {
  if (length > 40) return Number.NaN;
  const match = RFC3339.exec(String.fromCharCode(...bytes.subarray(offset, offset + length)));
  if (match === null) return Number.NaN;
  const [, year, month, day, hour, minute, second, fraction = '', zone] = match;
  const date = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second));
  const check = new Date(date);
  if (check.getUTCMonth() !== Number(month) - 1 || check.getUTCDate() !== Number(day) || Number(hour) > 23 || Number(minute) > 59) return Number.NaN;
  if (/[1-9]/.test(fraction.slice(3))) timeIsFiner = true;
  const ms = Number(fraction.padEnd(3, '0').slice(0, 3));
  if (zone === 'Z' || zone === 'z') return date + ms;
  const away = (Number(zone!.slice(1, 3)) * 60 + Number(zone!.slice(4, 6))) * 60_000;
  return date + ms - (zone![0] === '-' ? -away : away);
}
