/** Which objects a replace claims, with numbers. */
import { describe, expect, it } from 'vitest';
import { type Claim, claimOf } from '../../src/backfill/claim.js';
import type { JournalEntry, JournalRecord } from '../../src/lake/journal.js';

const sizes = (...keys: string[]) => new Map(keys.map((key, i) => [key, { rows: i + 1, bytes: 100 * (i + 1) }]));

function entry(
  number: number,
  inputs: string[],
  outputs: string[],
  more: Partial<JournalRecord> & { state?: JournalEntry['state'] } = {},
): JournalEntry {
  const { state = 'deleted', ...rest } = more;
  const record: JournalRecord = {
    format: 1,
    number,
    product: '0.1.0',
    inputs: inputs.map((key) => ({ key, rows: 1, bytes: 1 })),
    outputs: outputs.map((key) => ({ key, staged: 's', rows: 9, bytes: 900, minTime: 0, maxTime: 1 })),
    duplicates: 0,
    checked: outputs,
    targetBytes: 7,
    ...rest,
  };
  return { record, state, publishedAt: undefined };
}

const keysOf = (claim: Claim) => {
  if (claim.kind !== 'new') throw new Error(claim.kind);
  return claim.record.inputs.map(({ key }) => key);
};

describe('a claim', () => {
  it('names the units’ own objects where nothing was merged', () => {
    expect(claimOf(sizes('b', 'a'), [], 'plan')).toEqual({
      kind: 'new',
      record: {
        number: 1,
        inputs: [
          { key: 'a', rows: 2, bytes: 200 },
          { key: 'b', rows: 1, bytes: 100 },
        ],
        checked: [],
        targetBytes: 0,
      },
    });
  });

  it('names what compaction has made of them, through several merges, with its rows and bytes', () => {
    const entries = [entry(1, ['a', 'b'], ['m']), entry(2, ['m', 'c'], ['n', 'o'])];
    const claim = claimOf(sizes('a', 'b', 'c', 'd'), entries, 'plan');
    expect(keysOf(claim)).toEqual(['d', 'n', 'o']);
    expect(claim).toMatchObject({ record: { number: 3, inputs: [{ rows: 4 }, { rows: 9, bytes: 900 }, { rows: 9 }] } });
  });

  it('leaves what it does not name as checked as it was', () => {
    const entries = [entry(1, ['x', 'y'], ['z'], { checked: ['a', 'z'] })];
    expect(claimOf(sizes('a'), entries, 'plan')).toMatchObject({ record: { number: 2, checked: ['z'], targetBytes: 7 } });
  });

  it('is refused where a merge has taken other rows too, however early', () => {
    const entries = [entry(1, ['a', 'x'], ['m']), entry(2, ['m', 'b'], ['n'])];
    expect(claimOf(sizes('a', 'b'), entries, 'plan')).toEqual({ kind: 'mixed', key: 'm', other: 'x' });
    expect(claimOf(sizes('b', 'c'), [entry(1, ['x', 'y'], ['m']), entry(2, ['m', 'b'], ['n'])], 'plan')).toEqual({
      kind: 'mixed',
      key: 'n',
      other: 'm',
    });
  });

  for (const state of ['planned', 'published'] as const) {
    it(`waits for a merge that is ${state}`, () => {
      expect(claimOf(sizes('a', 'b'), [entry(1, ['a', 'b'], ['m'], { state })], 'plan')).toEqual({ kind: 'unfinished' });
    });
  }

  it('stands once, whatever its state', () => {
    const entries = [entry(1, ['a'], [], { replacedBy: 'plan', state: 'planned' }), entry(2, ['x'], ['y'])];
    expect(claimOf(sizes('a'), entries, 'plan')).toEqual({
      kind: 'standing',
      number: 1,
      inputs: [{ key: 'a', rows: 1, bytes: 1 }],
    });
  });

  it('takes over from another plan what that has not retired, and is made anew when it was released', () => {
    const other = (state: JournalEntry['state']) => [entry(1, ['a', 'b'], [], { replacedBy: 'other', state })];
    expect(keysOf(claimOf(sizes('a', 'b', 'c'), other('planned'), 'plan'))).toEqual(['a', 'b', 'c']);
    expect(keysOf(claimOf(sizes('a', 'b', 'c'), other('deleted'), 'plan'))).toEqual(['c']);
    const released = [entry(1, [], [], { replacedBy: 'plan' })];
    expect(claimOf(sizes('a'), released, 'plan')).toMatchObject({ kind: 'new', record: { number: 2, inputs: [{ key: 'a' }] } });
  });
});
