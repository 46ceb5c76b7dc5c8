/** Text as OCSF's types want it: tests on bytes, and parts of a value as ranges of the same bytes. */
import type { TextPart, TextTest } from '../mapping/plan.js';

export const ACCEPT = 0;
/** The attribute cannot hold the value: it stays in `unmapped`, counted. */
export const REJECT = 1;
/** A value that means "absent" for this type. */
export const ABSENT = 2;
export type Verdict = typeof ACCEPT | typeof REJECT | typeof ABSENT;

const encoder = new TextEncoder();

/** What a reader takes for "no value" whatever the type; trimmed, lower case. Strings of these are never written. */
const HOLLOW = new Set(['none', 'null', 'undefined', 'nan', 'n/a', '-', '[object object]']);
const LONGEST_HOLLOW = 15;
/** First bytes of a hollow value, and white space. */
const MAY_BE_HOLLOW = new Uint8Array(256);
for (const c of 'nNuU-[') MAY_BE_HOLLOW[c.charCodeAt(0)] = 1;
for (let c = 0; c <= 32; c++) MAY_BE_HOLLOW[c] = 1;
MAY_BE_HOLLOW[0xc2] = MAY_BE_HOLLOW[0xe1] = MAY_BE_HOLLOW[0xe2] = MAY_BE_HOLLOW[0xe3] = 1;

function isHollow(bytes: Uint8Array, offset: number, length: number): boolean {
  if (MAY_BE_HOLLOW[bytes[offset]!] === 0 || length > 64) return false;
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + offset, length).toString('utf8').trim();
  return text.length <= LONGEST_HOLLOW && HOLLOW.has(text.toLowerCase());
}

function codePoints(bytes: Uint8Array, offset: number, length: number): number {
  let count = 0;
  for (let p = offset; p < offset + length; p++) if ((bytes[p]! & 0xc0) !== 0x80) count++;
  return count;
}

function isHexDigit(c: number): boolean {
  return (c >= 48 && c <= 57) || ((c | 32) >= 97 && (c | 32) <= 102);
}

/** Whether a text can stand in an attribute of this type. `maxLength` counts code points. */
export function testText(test: TextTest, bytes: Uint8Array, offset: number, length: number, maxLength: number, hexDigits = 0): Verdict {
  if (length === 0) return ABSENT;
  if (length > maxLength && codePoints(bytes, offset, length) > maxLength) return REJECT;
  switch (test) {
    case 'ip':
      return testIp(bytes, offset, length);
    case 'mac':
      return testMac(bytes, offset, length);
    case 'hash':
      return testHash(bytes, offset, length, hexDigits);
    case 'uuid':
      return matches(UUID, bytes, offset, length);
    case 'bytestring':
      return matches(BASE64, bytes, offset, length);
    case 'subnet':
      return testSubnet(bytes, offset, length);
    default:
      return isHollow(bytes, offset, length) ? REJECT : ACCEPT;
  }
}

const UUID = /^\{?[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\}?$/i;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

function matches(pattern: RegExp, bytes: Uint8Array, offset: number, length: number): Verdict {
  return pattern.test(latin1(bytes, offset, length)) ? ACCEPT : REJECT;
}

function latin1(bytes: Uint8Array, offset: number, length: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + offset, length).toString('latin1');
}

function testHash(bytes: Uint8Array, offset: number, length: number, hexDigits: number): Verdict {
  if (length !== hexDigits) return REJECT;
  let nonZero = 0;
  for (let p = offset; p < offset + length; p++) {
    const c = bytes[p]!;
    if (!isHexDigit(c)) return REJECT;
    nonZero |= c ^ 48;
  }
  return nonZero === 0 ? ABSENT : ACCEPT;
}

function testMac(bytes: Uint8Array, offset: number, length: number): Verdict {
  if (length !== 17) return REJECT;
  let nonZero = 0;
  for (let i = 0; i < 17; i++) {
    const c = bytes[offset + i]!;
    if (i % 3 === 2) {
      if (c !== 58 && c !== 45) return REJECT;
    } else {
      if (!isHexDigit(c)) return REJECT;
      nonZero |= c ^ 48;
    }
  }
  return nonZero === 0 ? ABSENT : ACCEPT;
}

/** IPv4 dotted decimal without leading zeros, or IPv6 with `::`, an embedded IPv4 and a zone. All zeros are absent. */
function testIp(bytes: Uint8Array, offset: number, length: number): Verdict {
  let colon = false;
  for (let p = offset; p < offset + length && !colon; p++) colon = bytes[p] === 58;
  if (!colon) return testIp4(bytes, offset, offset + length);
  return testIp6(bytes, offset, offset + length);
}

function testIp4(bytes: Uint8Array, p: number, end: number): Verdict {
  let sum = 0;
  for (let part = 0; part < 4; part++) {
    if (part > 0 && bytes[p++] !== 46) return REJECT;
    const start = p;
    let value = 0;
    for (; p < end; p++) {
      const c = bytes[p]! - 48;
      if (c < 0 || c > 9) break;
      value = value * 10 + c;
    }
    const digits = p - start;
    if (digits === 0 || digits > 3 || value > 255 || (digits > 1 && bytes[start] === 48)) return REJECT;
    sum |= value;
  }
  if (p !== end) return REJECT;
  return sum === 0 ? ABSENT : ACCEPT;
}

function testIp6(bytes: Uint8Array, start: number, end: number): Verdict {
  let p = start;
  let groups = 0;
  let gap = false;
  let sum = 0;
  if (bytes[p] === 58) {
    if (bytes[p + 1] !== 58) return REJECT;
    gap = true;
    p += 2;
  }
  while (p < end && bytes[p] !== 37) {
    const from = p;
    let value = 0;
    while (p < end && isHexDigit(bytes[p]!)) value = value * 16 + (bytes[p++]! | 32);
    if (p < end && bytes[p] === 46) {
      let to = p;
      while (to < end && bytes[to] !== 37) to++;
      const verdict = testIp4(bytes, from, to);
      if (verdict === REJECT) return REJECT;
      if (verdict === ACCEPT) sum = 1;
      groups += 2;
      p = to;
      break;
    }
    if (p === from || p - from > 4) return REJECT;
    for (let q = from; q < p; q++) sum |= bytes[q]! ^ 48;
    groups++;
    if (p < end && bytes[p] === 58) {
      p++;
      if (p < end && bytes[p] === 58) {
        if (gap) return REJECT;
        gap = true;
        p++;
      } else if (p === end || bytes[p] === 37) return REJECT;
    } else break;
  }
  if (p < end && (bytes[p] !== 37 || p + 1 === end)) return REJECT;
  if (gap ? groups > 7 : groups !== 8) return REJECT;
  return sum === 0 ? ABSENT : ACCEPT;
}

function testSubnet(bytes: Uint8Array, offset: number, length: number): Verdict {
  const text = latin1(bytes, offset, length);
  const slash = text.indexOf('/');
  const ip = slash < 0 ? length : slash;
  const bits = slash < 0 ? 0 : Number(text.slice(slash + 1));
  const isIp6 = text.includes(':');
  if (testIp(bytes, offset, ip) === REJECT || !/^(\/\d{1,3})?$/.test(slash < 0 ? '' : text.slice(slash))) return REJECT;
  return bits <= (isIp6 ? 128 : 32) ? ACCEPT : REJECT;
}

/** Where the part of the last {@link takePart} lies. */
export let partOffset = 0;
export let partLength = 0;

/**
 * Narrows a value to one of its parts, in {@link partOffset} and {@link partLength}.
 *
 * @returns false where the value has no such part (or `pair` found none)
 */
export function takePart(part: TextPart, bytes: Uint8Array, offset: number, length: number): boolean {
  const end = offset + length;
  partOffset = offset;
  partLength = length;
  switch (part.part) {
    case 'whole':
      return true;
    case 'basename':
    case 'dirname': {
      let p = end;
      while (p > offset && bytes[p - 1] !== 92 && bytes[p - 1] !== 47) p--;
      if (part.part === 'basename') partOffset = p;
      partLength = part.part === 'basename' ? end - p : Math.max(0, p - 1 - offset);
      return partLength > 0;
    }
    case 'pair':
      return false; // made, not found: see Kernels.madeText
    default: {
      const at = indexOfText(bytes, offset, end, separatorBytes(part.separator));
      if (part.part === 'first') partLength = at < 0 ? length : at - offset;
      else if (at < 0) return false;
      else if (part.part === 'before') partLength = at - offset;
      else {
        partOffset = at + separatorBytes(part.separator).length;
        partLength = end - partOffset;
      }
      trim(bytes);
      return partLength > 0;
    }
  }
}

function trim(bytes: Uint8Array): void {
  while (partLength > 0 && bytes[partOffset] === 32) {
    partOffset++;
    partLength--;
  }
  while (partLength > 0 && bytes[partOffset + partLength - 1] === 32) partLength--;
}

const separators = new Map<string, Uint8Array>();

export function separatorBytes(separator: string): Uint8Array {
  let bytes = separators.get(separator);
  if (bytes === undefined) separators.set(separator, (bytes = encoder.encode(separator)));
  return bytes;
}

/** The offset of `what` in `bytes[from, end)`, or -1. */
export function indexOfText(bytes: Uint8Array, from: number, end: number, what: Uint8Array): number {
  const first = what[0]!;
  for (let p = from; p + what.length <= end; p++) {
    if (bytes[p] !== first) continue;
    let i = 1;
    while (i < what.length && bytes[p + i] === what[i]) i++;
    if (i === what.length) return p;
  }
  return -1;
}

/**
 * The parts of a list inside a string, as (offset, length) pairs: trimmed of spaces, empty ones left out.
 *
 * @returns the number of parts; `into` grows as needed
 */
export function splitText(bytes: Uint8Array, offset: number, length: number, separator: string, into: number[]): number {
  const what = separatorBytes(separator);
  const end = offset + length;
  let count = 0;
  let p = offset;
  while (p <= end) {
    let at = indexOfText(bytes, p, end, what);
    if (at < 0) at = end;
    partOffset = p;
    partLength = at - p;
    trim(bytes);
    if (partLength > 0) {
      into[count * 2] = partOffset;
      into[count * 2 + 1] = partLength;
      count++;
    }
    p = at + what.length;
    if (what.length === 0) break;
  }
  return count;
}
