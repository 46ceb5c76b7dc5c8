/** Text as OCSF's types want it: tests on bytes. */
import type { TextTest } from '../mapping/plan.js';
import { testIp, testSubnet } from './ip.js';
import { ABSENT, ACCEPT, isHexDigit, REJECT, type Verdict } from './verdict.js';

/** What readers of OCSF take for "no value", whatever stands around it of white space (JavaScript's and Python's). */
const HOLLOW_WORDS = ['none', 'null', 'undefined', 'nan', 'n/a', '-', '[object object]'];
const SPACE = String.raw`[\s\x1c-\x1f\x85]*`;
const HOLLOW = new RegExp(`^${SPACE}(?:${HOLLOW_WORDS.map((word) => word.replace(/[[\]]/g, '\\$&')).join('|')})${SPACE}$`, 'i');
/** First bytes of a hollow value, and of white space. */
const MAY_BE_HOLLOW = new Uint8Array(256);
for (const c of 'nNuU-[') MAY_BE_HOLLOW[c.charCodeAt(0)] = 1;
for (let c = 0; c <= 32; c++) MAY_BE_HOLLOW[c] = 1;
for (const c of [0xc2, 0xe1, 0xe2, 0xe3, 0xef]) MAY_BE_HOLLOW[c] = 1;
const HOLLOW_LENGTHS = new Uint8Array(Math.max(...HOLLOW_WORDS.map((word) => word.length)) + 1);
for (const word of HOLLOW_WORDS) HOLLOW_LENGTHS[word.length] = 1;

/** Whether a text says that there is none: `none`, `N/A`, ` - `. Such is never written as a text. */
export function isHollow(bytes: Uint8Array, offset: number, length: number): boolean {
  const first = bytes[offset]!;
  if (MAY_BE_HOLLOW[first] === 0) return false;
  const isBare = isVisible(first) && isVisible(bytes[offset + length - 1]!);
  if (isBare && (length >= HOLLOW_LENGTHS.length || HOLLOW_LENGTHS[length] === 0)) return false;
  return HOLLOW.test(Buffer.from(bytes.buffer, bytes.byteOffset + offset, length).toString('utf8'));
}

function isVisible(c: number): boolean {
  return c > 32 && c < 127;
}

function codePoints(bytes: Uint8Array, offset: number, length: number): number {
  let count = 0;
  for (let p = offset; p < offset + length; p++) if ((bytes[p]! & 0xc0) !== 0x80) count++;
  return count;
}

/** Whether a text can stand in an attribute of this type. `maxLength` counts code points. */
export function testText(
  test: TextTest,
  bytes: Uint8Array,
  offset: number,
  length: number,
  maxLength: number,
  hexDigits = 0,
): Verdict {
  if (length === 0) return ABSENT;
  if (length > maxLength && codePoints(bytes, offset, length) > maxLength) return REJECT;
  switch (test) {
    case 'ip':
      return testIp(bytes, offset, offset + length);
    case 'mac':
      return testMac(bytes, offset, length);
    case 'hash':
      return testHash(bytes, offset, length, hexDigits);
    case 'uuid':
      return matches(UUID, bytes, offset, length);
    case 'bytestring':
      return isHollow(bytes, offset, length) ? REJECT : matches(BASE64, bytes, offset, length);
    case 'subnet':
      return testSubnet(bytes, offset, offset + length);
    default:
      return isHollow(bytes, offset, length) ? REJECT : ACCEPT;
  }
}

const UUID = /^(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\{[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\})$/i;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

function matches(pattern: RegExp, bytes: Uint8Array, offset: number, length: number): Verdict {
  return pattern.test(Buffer.from(bytes.buffer, bytes.byteOffset + offset, length).toString('latin1')) ? ACCEPT : REJECT;
}

/** Hexadecimal of the algorithm's length; all zeros are absent. */
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

/** Six octets, set off by `:` or `-`; all zeros are absent. */
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
