/**
 * Which objects of a partition hold the rows of replaced units: their own objects, or those into which compaction has merged them. A claim
 * names them in the partition's journal. Pure.
 */
import type { JournalEntry, JournalInput, JournalRecord } from '../lake/journal.js';
import { compareKeys } from '../store/key.js';

/** Rows and bytes by key. */
export type ObjectSizes = ReadonlyMap<string, { rows: number; bytes: number }>;

/** To be written as the next record; without inputs there is nothing to write. */
export interface NewClaim {
  kind: 'new';
  record: Pick<JournalRecord, 'number' | 'inputs' | 'checked' | 'targetBytes'>;
}

export type Claim =
  | NewClaim
  /** the plan's claim stands */
  | { kind: 'standing'; number: number; inputs: JournalInput[] }
  /** compaction has merged rows of replaced units with those of `other`, which stays */
  | { kind: 'mixed'; key: string; other: string }
  /** a merge of the rows is not at its end: what it replaced is, or may come, beside what it made */
  | { kind: 'unfinished' };

/**
 * @param objects of the replaced units in this partition
 * @param entries the partition's journal
 * @param plan the id of the plan that replaces them
 */
export function claimOf(objects: ObjectSizes, entries: readonly JournalEntry[], plan: string): Claim {
  /** holds rows of replaced units alone */
  const replaced = new Set(objects.keys());
  const there = new Map(objects);
  for (const { record, state } of entries) {
    if (record.replacedBy !== undefined) {
      if (record.replacedBy === plan && record.inputs.length > 0) {
        return { kind: 'standing', number: record.number, inputs: record.inputs };
      }
      // of another replace that is not at its end the objects are still there
      if (state === 'deleted') for (const { key } of record.inputs) there.delete(key);
      continue;
    }
    if (!record.inputs.some(({ key }) => replaced.has(key))) continue;
    const other = record.inputs.find(({ key }) => !replaced.has(key));
    if (other !== undefined) return { kind: 'mixed', key: record.outputs[0]?.key ?? record.inputs[0]!.key, other: other.key };
    if (state !== 'deleted') return { kind: 'unfinished' };
    for (const { key } of record.inputs) there.delete(key);
    for (const { key, rows, bytes } of record.outputs) {
      replaced.add(key);
      there.set(key, { rows, bytes });
    }
  }
  const last = entries.at(-1)?.record;
  return {
    kind: 'new',
    record: {
      number: (last?.number ?? 0) + 1,
      inputs: [...there].map(([key, { rows, bytes }]) => ({ key, rows, bytes })).sort((a, b) => compareKeys(a.key, b.key)),
      checked: (last?.checked ?? []).filter((key) => !there.has(key)),
      targetBytes: last?.targetBytes ?? 0,
    },
  };
}
