import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { coverage, rangeText, type TimeRange } from '../../src/convert/time-range.js';

const OPEN = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };
const until = (to: number): TimeRange => ({ from: Number.NEGATIVE_INFINITY, to });
const from = (start: number): TimeRange => ({ from: start, to: Number.POSITIVE_INFINITY });

describe('coverage', () => {
  it('of nothing done is none, of all times all', () => {
    expect(coverage([], OPEN)).toBe('none');
    expect(coverage([OPEN], OPEN)).toBe('all');
    expect(coverage([OPEN], { from: 3, to: 5 })).toBe('all');
  });

  it('tells ranges that meet from ranges that overlap or leave a gap', () => {
    expect(coverage([until(5)], from(5))).toBe('none');
    expect(coverage([until(5)], from(4))).toBe('part');
    expect(coverage([until(5)], OPEN)).toBe('part');
    expect(coverage([from(5), until(5)], OPEN)).toBe('all');
    expect(coverage([until(5), from(6)], OPEN)).toBe('part');
    expect(
      coverage(
        [
          { from: 1, to: 9 },
          { from: 2, to: 3 },
        ],
        { from: 1, to: 9 },
      ),
    ).toBe('all');
  });

  it('agrees with counting the instants (seed 20260805)', () => {
    const range = fc
      .tuple(fc.integer({ min: 0, max: 12 }), fc.integer({ min: 1, max: 6 }))
      .map(([start, length]): TimeRange => ({ from: start, to: start + length }));
    fc.assert(
      fc.property(fc.array(range, { maxLength: 5 }), range, (done, asked) => {
        let held = 0;
        for (let t = asked.from; t < asked.to; t++) if (done.some((r) => t >= r.from && t < r.to)) held++;
        const expected = held === 0 ? 'none' : held === asked.to - asked.from ? 'all' : 'part';
        expect(coverage(done, asked)).toBe(expected);
      }),
      { seed: 20_260_805 },
    );
  });
});

it('a range reads like a sentence', () => {
  const day = Date.UTC(2026, 2, 1);
  expect(rangeText(OPEN)).toBe('all times');
  expect(rangeText(until(day))).toBe('times before 2026-03-01T00:00:00Z');
  expect(rangeText(from(day + 1))).toBe('times from 2026-03-01T00:00:00.001Z');
  expect(rangeText({ from: day, to: day + 86_400_000 })).toBe('times from 2026-03-01T00:00:00Z to 2026-03-02T00:00:00Z');
});
