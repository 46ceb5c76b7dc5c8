/** Text of JSON strings as valid UTF-8, appended to a growing buffer: the exact parser's way, which takes any bytes. */
import { isUtf8 } from 'node:buffer';
import { ESCAPE, hex4, isHighSurrogate, isLowSurrogate, writeUtf8 } from './json-text.js';

/** Takes text and says where it lies: a growing buffer whose content is one line's cells. */
export class TextBuffer {
  bytes: Uint8Array = new Uint8Array(1 << 12);
  length = 0;

  /** Room for `n` more bytes. */
  reserve(n: number): void {
    if (this.length + n <= this.bytes.length) return;
    const next = new Uint8Array(Math.max(this.bytes.length * 2, this.length + n));
    next.set(this.bytes.subarray(0, this.length));
    this.bytes = next;
  }
}

/** The text of a JSON string without its escapes; false where something had to become U+FFFD. */
export function writeString(bytes: Uint8Array, start: number, end: number, into: TextBuffer): boolean {
  const first = bytes.subarray(start, end).indexOf(92);
  if (first < 0) return writeUtf8Text(bytes, start, end, into);
  into.reserve((end - start) * 3);
  let exact = true;
  let p = start;
  while (p < end) {
    let next = bytes.subarray(p, end).indexOf(92);
    next = next < 0 ? end : p + next;
    if (next > p) exact = writeUtf8Text(bytes, p, next, into) && exact;
    p = next;
    if (p >= end) break;
    const letter = bytes[p + 1]!;
    if (letter !== 117) {
      into.reserve(1);
      into.bytes[into.length++] = ESCAPE[letter]!;
      p += 2;
      continue;
    }
    let codePoint = hex4(bytes, p + 2);
    p += 6;
    if (
      isHighSurrogate(codePoint) &&
      p + 6 <= end &&
      bytes[p] === 92 &&
      bytes[p + 1] === 117 &&
      isLowSurrogate(hex4(bytes, p + 2))
    ) {
      codePoint = 0x10000 + ((codePoint - 0xd800) << 10) + (hex4(bytes, p + 2) - 0xdc00);
      p += 6;
    } else if (isHighSurrogate(codePoint) || isLowSurrogate(codePoint)) {
      codePoint = 0xfffd;
      exact = false;
    }
    into.reserve(4);
    into.length = writeUtf8(into.bytes, into.length, codePoint);
  }
  return exact;
}

/** Bytes as valid UTF-8; false where something had to become U+FFFD. */
export function writeUtf8Text(bytes: Uint8Array, start: number, end: number, into: TextBuffer): boolean {
  const raw = bytes.subarray(start, end);
  if (isUtf8(raw)) {
    into.reserve(raw.length);
    into.bytes.set(raw, into.length);
    into.length += raw.length;
    return true;
  }
  const text = Buffer.from(new TextDecoder('utf-8', { ignoreBOM: true }).decode(raw), 'utf8');
  into.reserve(text.length);
  into.bytes.set(text, into.length);
  into.length += text.length;
  return false;
}
