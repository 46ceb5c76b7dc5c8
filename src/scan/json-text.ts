/** JSON's text forms on bytes: numbers, escapes, characters. Shared by the flat scanner and the exact parser. */

/** 1 for the bytes that end the plain run of a JSON string: the quote, the backslash and control characters. */
export const STRING_STOP = new Uint8Array(256);
STRING_STOP.fill(1, 0, 32);
STRING_STOP[34] = 1;
STRING_STOP[92] = 1;

/** The offset after a JSON number that starts at `p`, or -1 if none does. The bytes must end in a non-digit (a newline). */
export function numberEnd(bytes: Uint8Array, p: number): number {
  if (bytes[p] === 45) p++;
  let c = bytes[p]!;
  if (c === 48) p++;
  else if (c >= 49 && c <= 57) while ((c = bytes[p]!) >= 48 && c <= 57) p++;
  else return -1;
  if (bytes[p] === 46) {
    const start = ++p;
    while ((c = bytes[p]!) >= 48 && c <= 57) p++;
    if (p === start) return -1;
  }
  if (bytes[p] === 101 || bytes[p] === 69) {
    p++;
    if (bytes[p] === 43 || bytes[p] === 45) p++;
    const start = p;
    while ((c = bytes[p]!) >= 48 && c <= 57) p++;
    if (p === start) return -1;
  }
  return p;
}

/** The offset after `true`, `false` or `null` at `p`, or -1. */
export function literalEnd(bytes: Uint8Array, p: number): number {
  const c = bytes[p];
  if (c === 116) return bytes[p + 1] === 114 && bytes[p + 2] === 117 && bytes[p + 3] === 101 ? p + 4 : -1;
  if (c === 110) return bytes[p + 1] === 117 && bytes[p + 2] === 108 && bytes[p + 3] === 108 ? p + 4 : -1;
  if (c === 102) {
    return bytes[p + 1] === 97 && bytes[p + 2] === 108 && bytes[p + 3] === 115 && bytes[p + 4] === 101 ? p + 5 : -1;
  }
  return -1;
}

/** A hex digit's value by its byte; -1 for other bytes. */
export const HEX = new Int8Array(256).fill(-1);
for (let i = 0; i < 10; i++) HEX[48 + i] = i;
for (let i = 0; i < 6; i++) HEX[65 + i] = HEX[97 + i] = 10 + i;

/** The four hex digits at `p` as a number, or -1. */
export function hex4(bytes: Uint8Array, p: number): number {
  const a = HEX[bytes[p]!]!;
  const b = HEX[bytes[p + 1]!]!;
  const c = HEX[bytes[p + 2]!]!;
  const d = HEX[bytes[p + 3]!]!;
  return (a | b | c | d) < 0 ? -1 : (a << 12) | (b << 8) | (c << 4) | d;
}

/** What an escape letter stands for; 0 for letters that are no escape (`u` is handled apart). */
export const ESCAPE = new Uint8Array(256);
ESCAPE[34] = 34;
ESCAPE[92] = 92;
ESCAPE[47] = 47;
ESCAPE[98] = 8;
ESCAPE[102] = 12;
ESCAPE[110] = 10;
ESCAPE[114] = 13;
ESCAPE[116] = 9;

export const isHighSurrogate = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdbff;
export const isLowSurrogate = (unit: number): boolean => unit >= 0xdc00 && unit <= 0xdfff;

/** Writes a code point as UTF-8 and returns the offset after it. */
export function writeUtf8(bytes: Uint8Array, p: number, codePoint: number): number {
  if (codePoint < 0x80) bytes[p++] = codePoint;
  else if (codePoint < 0x800) {
    bytes[p++] = 0xc0 | (codePoint >> 6);
    bytes[p++] = 0x80 | (codePoint & 63);
  } else if (codePoint < 0x10000) {
    bytes[p++] = 0xe0 | (codePoint >> 12);
    bytes[p++] = 0x80 | ((codePoint >> 6) & 63);
    bytes[p++] = 0x80 | (codePoint & 63);
  } else {
    bytes[p++] = 0xf0 | (codePoint >> 18);
    bytes[p++] = 0x80 | ((codePoint >> 12) & 63);
    bytes[p++] = 0x80 | ((codePoint >> 6) & 63);
    bytes[p++] = 0x80 | (codePoint & 63);
  }
  return p;
}

/**
 * The offset after the escape whose backslash is at `p`, or -1 if it is none, or half of a surrogate pair (which no valid
 * UTF-8 can hold).
 */
export function escapeEnd(bytes: Uint8Array, p: number): number {
  if (bytes[p + 1] !== 117) return ESCAPE[bytes[p + 1]!] === 0 ? -1 : p + 2;
  const unit = hex4(bytes, p + 2);
  if (unit < 0 || isLowSurrogate(unit)) return -1;
  if (!isHighSurrogate(unit)) return p + 6;
  if (bytes[p + 6] !== 92 || bytes[p + 7] !== 117) return -1;
  return isLowSurrogate(hex4(bytes, p + 8)) ? p + 12 : -1;
}

/**
 * Undoes the escapes of a string in place: every escape is longer than the UTF-8 it stands for, so the text only shrinks.
 * The escapes must be sound ({@link escapeEnd}).
 *
 * @returns the new length in bytes
 */
export function unescapeInPlace(bytes: Uint8Array, start: number, length: number): number {
  const end = start + length;
  let read = bytes.indexOf(92, start);
  let write = read;
  while (read < end) {
    const c = bytes[read]!;
    if (c !== 92) {
      bytes[write++] = c;
      read++;
      continue;
    }
    const letter = bytes[read + 1]!;
    if (letter !== 117) {
      bytes[write++] = ESCAPE[letter]!;
      read += 2;
      continue;
    }
    let codePoint = hex4(bytes, read + 2);
    read += 6;
    if (isHighSurrogate(codePoint)) {
      codePoint = 0x10000 + ((codePoint - 0xd800) << 10) + (hex4(bytes, read + 2) - 0xdc00);
      read += 6;
    }
    write = writeUtf8(bytes, write, codePoint);
  }
  return write - start;
}
