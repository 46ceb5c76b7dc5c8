/** Counts by names that stand in the data: `constructor` and `__proto__` are names like any other. */
import { z } from 'zod';

/** Never reach into one that {@link noCounts} did not make: `{}` holds more than its own names. */
export type Counts = Record<string, number>;

export const noCounts = (): Counts => Object.create(null);

export function addCounts(to: Counts, from: Readonly<Counts> | ReadonlyMap<string, number>): void {
  for (const [name, n] of from instanceof Map ? from : Object.entries(from)) to[name] = (to[name] ?? 0) + n;
}

/** zod's own record would lose the name `__proto__`. */
export const CountsSchema = z.custom<Counts>(
  (value) => typeof value === 'object' && value !== null && Object.values(value).every((n) => Number.isSafeInteger(n) && n >= 0),
  'counts are whole numbers from 0',
);
