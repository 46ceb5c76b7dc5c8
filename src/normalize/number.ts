/** Numbers read from bytes, exactly. */

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
  return negative && value !== 0 ? -value : value;
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

/** Set by the last {@link readFloat}: the text has more digits than a double keeps. */
export let floatIsRounded = false;

const FLOAT = /^-?0*(\d*?)(?:\.(\d+))?(?:[eE][+-]?\d+)?$/;
/** Decimals of up to this many digits come back from a double as they were. */
const DOUBLE_DIGITS = 15;

/** A JSON-like decimal of at most 64 characters; NaN for other text and for what is not finite. */
export function readFloat(bytes: Uint8Array, offset: number, length: number): number {
  floatIsRounded = false;
  if (length === 0 || length > 64) return Number.NaN;
  const text = String.fromCharCode(...bytes.subarray(offset, offset + length));
  const match = FLOAT.exec(text);
  if (match === null || !/^-?\d/.test(text)) return Number.NaN;
  floatIsRounded = `${match[1]}${match[2] ?? ''}`.replace(/^0+|0+$/g, '').length > DOUBLE_DIGITS;
  const value = Number(text);
  return Number.isFinite(value) ? value : Number.NaN;
}

/** A duration in seconds as whole milliseconds within int32; NaN for other text and where it says more than milliseconds. */
export function readSeconds(bytes: Uint8Array, offset: number, length: number): number {
  const end = offset + length;
  let p = offset;
  const negative = length > 0 && bytes[p] === 45;
  if (negative) p++;
  const start = p;
  let ms = 0;
  let point = -1;
  for (; p < end; p++) {
    const c = bytes[p]! - 48;
    if (c === -2 && point < 0 && p > start) {
      point = p;
      continue;
    }
    if (c < 0 || c > 9) return Number.NaN;
    if (point < 0 || p - point <= 3) ms = ms * 10 + c;
    else if (c !== 0) return Number.NaN;
  }
  const decimals = point < 0 ? 0 : Math.min(3, p - point - 1);
  if (p === start || point === p - 1) return Number.NaN;
  ms *= 10 ** (3 - decimals);
  if (ms > 2147483647) return Number.NaN;
  return negative && ms !== 0 ? -ms : ms;
}
