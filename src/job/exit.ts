/** How a job ends: the exit codes that the retry rules of its array know. */
import { errorRecord } from '../error.js';

export const EXIT = { done: 0, badPlan: 65, bug: 70, tryAgain: 75, stopped: 143 } as const;

/** What may be over at the next attempt: the store's trouble, a full scratch disk, credentials that were just being renewed. */
const PASSING = new Set([
  'STORE_UNAVAILABLE',
  'STORE_DAMAGED',
  'STORE_BAD_ANSWER',
  'STORE_NO_SPACE',
  'STORE_NO_CREDENTIALS',
  'STORE_ROLE_UNAVAILABLE',
  'CATALOG_UNAVAILABLE',
  // of two attempts that publish one unit, the slower may find that the quicker has cleared the staging
  'STAGING_LOST',
  'COMPACT_CONTENDED',
]);

export function exitCodeOf(error: unknown): number {
  const { code } = errorRecord(error);
  if (code === 'INTERNAL') return EXIT.bug;
  return PASSING.has(code) ? EXIT.tryAgain : EXIT.badPlan;
}
