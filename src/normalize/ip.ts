/** Addresses as OCSF's `ip_t` and `subnet_t` want them, on bytes. */
import { ABSENT, ACCEPT, isHexDigit, REJECT, type Verdict } from './verdict.js';

/**
 * IPv4 in dotted decimal without leading zeros, or IPv6 with `::`, an embedded IPv4 and a zone of printable characters.
 * All zeros are absent.
 */
export function testIp(bytes: Uint8Array, start: number, end: number): Verdict {
  for (let p = start; p < end; p++) if (bytes[p] === 58) return testIp6(bytes, start, end);
  return testIp4(bytes, start, end);
}

function testIp4(bytes: Uint8Array, p: number, end: number): Verdict {
  let sum = 0;
  for (let part = 0; part < 4; part++) {
    if (part > 0 && (p >= end || bytes[p++] !== 46)) return REJECT;
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
    if (p + 1 >= end || bytes[p + 1] !== 58) return REJECT;
    gap = true;
    p += 2;
  }
  while (p < end && bytes[p] !== 37) {
    const from = p;
    while (p < end && isHexDigit(bytes[p]!)) p++;
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
  if (p < end && !isZone(bytes, p, end)) return REJECT;
  if (gap ? groups > 7 : groups !== 8) return REJECT;
  return sum === 0 ? ABSENT : ACCEPT;
}

/** `%` and at least one printable ASCII character that is no `%`. */
function isZone(bytes: Uint8Array, p: number, end: number): boolean {
  if (bytes[p++] !== 37 || p === end) return false;
  for (; p < end; p++) if (bytes[p]! <= 32 || bytes[p]! >= 127 || bytes[p] === 37) return false;
  return true;
}

/** An address, or an address and a prefix length that fits it. */
export function testSubnet(bytes: Uint8Array, start: number, end: number): Verdict {
  let slash = start;
  let mostBits = 32;
  for (; slash < end && bytes[slash] !== 47; slash++) if (bytes[slash] === 58) mostBits = 128;
  if (testIp(bytes, start, slash) === REJECT) return REJECT;
  if (slash === end) return ACCEPT;
  const digits = end - slash - 1;
  let bits = 0;
  for (let p = slash + 1; p < end; p++) {
    const c = bytes[p]! - 48;
    if (c < 0 || c > 9) return REJECT;
    bits = bits * 10 + c;
  }
  return digits >= 1 && digits <= 3 && bits <= mostBits ? ACCEPT : REJECT;
}
