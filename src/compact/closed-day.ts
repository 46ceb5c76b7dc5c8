/** A day is compacted once it is closed. Pure. */
import { dayBounds } from '../lake/lake-objects.js';
import { dayOpen } from './errors.js';
import { closesAt } from './plan.js';

/**
 * @param day yyyymmdd
 * @param settle days after its end at which it closes
 * @param now epoch ms
 * @throws DAY_OPEN
 */
export function checkClosed({ day, settle }: { day: string; settle: number }, now: number): void {
  const closes = closesAt(dayBounds(day).to, settle);
  if (now < closes) throw dayOpen(day, new Date(closes).toISOString());
}
