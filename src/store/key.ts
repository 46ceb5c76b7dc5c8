/** Object keys: which ones every store takes, and their order. */
import { keyRefused } from './errors.js';

/** S3's limit, kept by every store so that what one holds can be copied to another. */
const MAX_KEY_BYTES = 1024;

/**
 * Refuses a key that no store takes: empty, above 1,024 bytes of UTF-8, beginning with `/`, with a NUL, with a segment `.` or
 * `..`, or not Unicode. All else is legal and taken literally: `%2F`, spaces, `=`, `#`.
 *
 * @throws STORE_KEY_REFUSED
 */
export function checkKey(key: string): void {
  const reason = refusal(key);
  if (reason) throw keyRefused(key, reason);
}

/** Whether {@link checkKey} takes a key. */
export function isKey(key: string): boolean {
  // nearly all keys are of this kind, and archives have millions of them
  if (key.length <= MAX_KEY_BYTES && PLAIN_KEY.test(key)) return true;
  return refusal(key) === undefined;
}

/** Printable ASCII, no segment of which begins with a dot. */
const PLAIN_KEY = /^(?:[!-\-0-~][!-.0-~]*\/)*[!-\-0-~][!-.0-~]*$/;

/** The same for the prefix of a listing, which may be empty and may end anywhere in a key. */
export function checkPrefix(prefix: string): void {
  if (prefix !== '') checkKey(`${prefix}x`);
}

function refusal(key: string): string | undefined {
  if (key === '') return 'it is empty';
  if (key.startsWith('/')) return 'it begins with "/"';
  if (key.includes('\0')) return 'it holds a NUL';
  if (/\p{Surrogate}/u.test(key)) return 'its name is not valid UTF-8; rename it';
  if (/(^|\/)\.{1,2}(\/|$)/.test(key)) return 'it has a segment "." or ".."';
  if (Buffer.byteLength(key) > MAX_KEY_BYTES) return `it is longer than ${MAX_KEY_BYTES} bytes`;
  return undefined;
}

/** Compares keys by their UTF-8 bytes, as S3 lists them; `<` on strings would order by UTF-16 units. */
export function compareKeys(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const left = a.charCodeAt(i);
    const right = b.charCodeAt(i);
    if (left !== right) return codePointRank(left) - codePointRank(right);
  }
  return a.length - b.length;
}

/** Surrogates stand for code points above all others, yet lie below U+E000 as units. */
function codePointRank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit < 0xe000 ? unit + 0x2000 : unit - 0x800;
}
