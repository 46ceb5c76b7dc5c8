/** What a reader says of a value. */

export const ACCEPT = 0;
/** The attribute cannot hold the value: it stays in `unmapped`, counted. */
export const REJECT = 1;
/** A value that means "absent" for this type. */
export const ABSENT = 2;
export type Verdict = typeof ACCEPT | typeof REJECT | typeof ABSENT;

export function isHexDigit(c: number): boolean {
  return (c >= 48 && c <= 57) || ((c | 32) >= 97 && (c | 32) <= 102);
}
