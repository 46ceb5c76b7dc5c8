/** Ranges of event time, `[from, to)`, and what of one is already done. Pure. */

export interface TimeRange {
  /** epoch ms, inclusive; -Infinity where there is no bound */
  from: number;
  /** epoch ms, exclusive; Infinity where there is no bound */
  to: number;
}

/** How much of `asked` the ranges in `done` hold together. */
export function coverage(done: readonly TimeRange[], asked: TimeRange): 'all' | 'part' | 'none' {
  const overlapping = done.filter((range) => overlaps(range, asked));
  if (overlapping.length === 0) return 'none';
  let upTo = asked.from;
  for (const { from, to } of overlapping.sort((a, b) => a.from - b.from)) {
    if (from > upTo) return 'part';
    upTo = Math.max(upTo, to);
  }
  return upTo >= asked.to ? 'all' : 'part';
}

export const overlaps = (a: TimeRange, b: TimeRange): boolean => a.from < b.to && a.to > b.from;

/** Whether `outer` holds all of `inner`. */
export const contains = (outer: TimeRange, inner: TimeRange): boolean => outer.from <= inner.from && outer.to >= inner.to;

/** As a person writes it. */
export function rangeText({ from, to }: TimeRange): string {
  if (from === Number.NEGATIVE_INFINITY && to === Number.POSITIVE_INFINITY) return 'all times';
  if (from === Number.NEGATIVE_INFINITY) return `times before ${instant(to)}`;
  if (to === Number.POSITIVE_INFINITY) return `times from ${instant(from)}`;
  return `times from ${instant(from)} to ${instant(to)}`;
}

const instant = (ms: number): string => new Date(ms).toISOString().replace('.000Z', 'Z');
