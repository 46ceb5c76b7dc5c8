/** Which objects of a partition are merged, and how large the outputs are: numbers in, numbers out. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Cutter } from '../../src/compact/event-table.js';
import { closesAt, nextRows, type PlanObject, planMerges } from '../../src/compact/plan.js';

const TARGET = 1000;
const object = (key: string, minTime: number, maxTime: number, bytes: number, more: Partial<PlanObject> = {}): PlanObject => ({
  ...{ key, minTime, maxTime, bytes, rows: bytes, kind: 'process_activity 1.2.0', duplicates: 0, isCompacted: false },
  ...more,
});
const keys = (objects: readonly PlanObject[]): string => objects.map(({ key }) => key).join('');
const plan = (...objects: PlanObject[]) => {
  const { merges, compact } = planMerges(objects, TARGET);
  return { merges: merges.map(keys), compact: keys(compact) };
};

describe('planMerges', () => {
  it('leaves a partition of one object alone, however small', () => {
    expect(plan(object('a', 0, 10, 1))).toEqual({ merges: [], compact: 'a' });
  });
  it('merges small neighbours, in order of time', () => {
    expect(plan(object('b', 20, 30, 10), object('a', 40, 50, 10), object('c', 0, 10, 10)).merges).toEqual(['cba']);
  });
  it('leaves objects of half the target and more alone where they share no time', () => {
    expect(plan(object('a', 0, 10, 500), object('b', 10, 20, 999), object('c', 30, 40, 5000))).toEqual({
      merges: [],
      compact: 'abc',
    });
  });
  it('merges objects that overlap, however large', () => {
    expect(plan(object('a', 0, 10, 900), object('b', 9, 20, 900), object('c', 20, 30, 900))).toEqual({
      merges: ['ab'],
      compact: 'c',
    });
  });
  it('rewrites for a late object those that it overlaps and no more', () => {
    const made = ['a', 'b', 'c', 'd'].map((key, i) => object(key, i * 100, i * 100 + 99, 800, { isCompacted: true }));
    expect(plan(...made, object('x', 150, 250, 3))).toEqual({ merges: ['bxc'], compact: 'ad' });
    expect(plan(...made, object('x', 199, 200, 3))).toEqual({ merges: [], compact: 'abcdx' });
  });
  it('does not merge small objects over a large one between them', () => {
    expect(plan(object('a', 0, 10, 10), object('b', 20, 30, 900), object('c', 40, 50, 10))).toEqual({
      merges: [],
      compact: 'abc',
    });
  });
  it('leaves what compaction has cut below half the target alone, unless it is a fragment', () => {
    const cut = (key: string, at: number, bytes: number) => object(key, at, at + 9, bytes, { isCompacted: true });
    expect(plan(cut('a', 0, 400), cut('b', 10, 300), cut('c', 20, 125)).merges).toEqual([]);
    expect(plan(cut('a', 0, 124), cut('b', 10, 124), cut('c', 20, 125)).merges).toEqual(['ab']);
  });
  it('rewrites a large object that holds a duplicate', () => {
    expect(plan(object('a', 0, 10, 900), object('b', 20, 30, 900, { duplicates: 1 }))).toEqual({ merges: ['b'], compact: 'a' });
  });
  it('never merges objects of different classes or versions', () => {
    const other = { kind: 'process_activity 1.3.0' };
    expect(
      plan(object('a', 0, 10, 1), object('b', 0, 10, 1, other), object('c', 5, 9, 1), object('d', 5, 9, 1, other)).merges,
    ).toEqual(['ac', 'bd']);
  });

  it('puts each object into one place, and what is left alone overlaps nothing (any objects)', () => {
    const any = fc.record({
      at: fc.nat(60),
      long: fc.nat(20),
      bytes: fc.integer({ min: 1, max: 1500 }),
      isCompacted: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(any, { maxLength: 12 }), (given) => {
        const objects = given.map(({ at, long, bytes, isCompacted }, i) =>
          object(String.fromCharCode(97 + i), at, at + long, bytes, { isCompacted }),
        );
        const { merges, compact } = planMerges(objects, TARGET);
        expect([...merges.flat(), ...compact].map(({ key }) => key).sort()).toEqual(objects.map(({ key }) => key).sort());
        for (const one of compact) {
          for (const other of objects) {
            if (other !== one)
              expect(one.minTime < other.maxTime && other.minTime < one.maxTime, `${one.key}${other.key}`).toBe(false);
          }
        }
        // the same objects in another order give the same plan
        expect(planMerges([...objects].reverse(), TARGET).merges.map(keys)).toEqual(merges.map(keys));
      }),
      { seed: 20_260_805, numRuns: 500 },
    );
  });
});

it('cuts rows evenly, below the target', () => {
  expect(nextRows(100, 10, 1000)).toBe(100);
  expect(nextRows(101, 10, 1000)).toBe(51);
  expect(nextRows(50, 10, 1000)).toBe(50);
  expect(nextRows(1050, 10, 1000)).toBe(96);
  expect(nextRows(3, 5000, 1000)).toBe(1);
});

it('a day closes the given days after its end', () => {
  expect(new Date(closesAt(Date.UTC(2026, 2, 3), 2)).toISOString()).toBe('2026-03-05T00:00:00.000Z');
});

describe('Cutter', () => {
  /** time → uids, in order */
  async function cuts(rows: Record<number, string[]>, wanted: number): Promise<string[]> {
    const times = Object.keys(rows).map(Number);
    const seconds = [...new Set(times.map((time) => Math.floor(time / 1000)))];
    const within = (second: number) => times.filter((time) => Math.floor(time / 1000) === second);
    const count = (some: number[]) => some.reduce((sum, time) => sum + rows[time]!.length, 0);
    const cutter = new Cutter(
      seconds.map((second) => ({ second, rows: count(within(second)) })),
      async (second) => within(second).map((time) => ({ time, rows: rows[time]!.length })),
      async (time, n) => rows[time]![n],
      async (time, uid) => rows[time]!.filter((other) => other < uid).length,
    );
    const found: string[] = [];
    for (let cut = await cutter.next(wanted); cut !== undefined; cut = await cutter.next(wanted))
      found.push(`${cut.time}${cut.uid === undefined ? '' : `<${cut.uid}`}: ${cut.rows}`);
    return found;
  }

  it('takes whole seconds where they fit, and milliseconds where a cut falls into one', async () => {
    const rows = { 1000: ['a', 'b'], 1500: ['c'], 2000: ['d', 'e'], 2001: ['f'], 9000: ['g'] };
    expect(await cuts(rows, 100)).toEqual(['9999: 7']);
    expect(await cuts(rows, 3)).toEqual(['1999: 3', '2999: 3', '9999: 1']);
    expect(await cuts(rows, 5)).toEqual(['2000: 5', '9999: 2']);
  });
  it('parts a millisecond by uid where it alone is too much, and never parts equal uids', async () => {
    expect(await cuts({ 5: ['a', 'b', 'c', 'd', 'e'] }, 2)).toEqual(['5<c: 2', '5<e: 2', '5: 1']);
    expect(await cuts({ 5: ['a', 'a', 'a', 'a', 'b'] }, 2)).toEqual(['5: 5']);
    expect(await cuts({ 5: ['a', 'b', 'b', 'b', 'c'], 7: ['d'] }, 3)).toEqual(['5<b: 1', '5<c: 3', '7: 2']);
  });
});
