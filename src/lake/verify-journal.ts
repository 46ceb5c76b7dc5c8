/** What the journals of compaction say of the objects that lie in a lake. */
import type { JournalEntry, JournalOutput, JournalState } from './journal.js';
import { parseObjectKey, partitionPrefix } from './partition.js';
import type { LakeFindings } from './verify-findings.js';

/** By the partition's prefix in the lake. */
export type Journals = ReadonlyMap<string, readonly JournalEntry[]>;

export class JournalVerifier {
  private readonly replaced = new Map<string, JournalState>();
  /** of these, what a backfill replaces */
  private readonly claimed = new Set<string>();
  /** outputs that must be there, by key */
  private readonly expected = new Map<string, JournalOutput>();
  /** outputs that may be there already, beside what they replace */
  private readonly early = new Set<string>();
  private readonly checked = new Set<string>();

  /** @param journals of the part of the lake that is verified */
  constructor(
    journals: Journals,
    private readonly findings: LakeFindings,
  ) {
    for (const entries of journals.values()) {
      for (const { record, state } of entries) {
        for (const { key } of record.inputs) {
          this.replaced.set(key, state);
          if (record.replacedBy !== undefined) this.claimed.add(key);
        }
        for (const output of record.outputs) {
          if (state === 'planned') this.early.add(output.key);
          else this.expected.set(output.key, output);
        }
      }
      const last = entries.at(-1);
      if (last !== undefined && last.state !== 'planned') for (const key of last.record.checked) this.checked.add(key);
    }
    for (const [key, state] of this.replaced) if (!(this.claimed.has(key) && state === 'planned')) this.expected.delete(key);
  }

  /** Notes an object that is there. False for one whose rows stand elsewhere for good: it is not to be read. */
  see(key: string, bytes: number): boolean {
    const output = this.expected.get(key);
    this.expected.delete(key);
    if (output !== undefined && output.bytes !== bytes) {
      const message = `it has ${bytes} bytes, the journal says ${output.bytes}`;
      this.findings.add('compacted_missing', { object: key, message });
    }
    const state = this.replaced.get(key);
    if (state === 'deleted')
      this.findings.add('replaced_object', { object: key, message: 'a finished journal lists it as replaced' });
    else if (state !== undefined) {
      const what = this.claimed.has(key) ? 'the backfill' : 'the journal';
      this.findings.add('replaced_soon', { object: key, message: `${what} that replaces it is ${state}` });
    }
    return state !== 'deleted';
  }

  /** Whether an object's events count when duplicates are looked for: of an object and what replaces it one does. */
  counts(key: string): boolean {
    return !(this.replaced.get(key) === 'published' || this.claimed.has(key) || this.early.has(key));
  }

  /** Whether compaction has left the object free of events that stand elsewhere in the partition. */
  isChecked(key: string): boolean {
    return this.checked.has(key);
  }

  /** Notes what was not seen. */
  finish(): void {
    for (const { key, rows } of this.expected.values()) {
      this.findings.add('compacted_missing', { object: key, message: `${rows} events that the journal says are in it` });
    }
  }
}

/** The journals of the partitions that a source and day name. */
export function journalsOf(journals: Journals, source: string | undefined, day: string | undefined): Journals {
  return new Map(
    [...journals].filter(([prefix]) => {
      const partition = parseObjectKey(`${prefix}any.parquet`)?.partition;
      return (
        partition !== undefined &&
        partitionPrefix(partition) === prefix &&
        (source === undefined || partition.source === source) &&
        (day === undefined || partition.eventDay === day)
      );
    }),
  );
}
