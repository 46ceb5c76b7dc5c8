/** Text from the data, fit for a terminal. */

/** Control characters as spaces: they could move the cursor or rewrite what stands there. */
export const plainText = (text: string): string => text.replace(/[\u0000-\u001f\u007f-\u009f]/g, ' ');

const LONGEST_NAME = 80;

/** A name that the data chose, cut where it is very long. */
export function plainName(name: string): string {
  const text = plainText(name);
  return text.length <= LONGEST_NAME ? text : `${text.slice(0, LONGEST_NAME - 1)}…`;
}
