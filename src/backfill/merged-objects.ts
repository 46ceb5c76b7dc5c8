/** What became of a backfill's objects that compaction has merged, or a later backfill replaced: found by the journals. */
import { type JournalEntry, partitionJournalPrefix, readJournal, readJournals } from '../lake/journal.js';
import { parseObjectKey } from '../lake/partition.js';
import type { ObjectStore } from '../store/store.js';

/**
 * `merged`: its events are in the objects that replace it. `lost`: a journal says so, and these are not there. `replaced`: a later backfill
 * has converted them anew.
 */
export type Fate = { kind: 'unknown' } | { kind: 'merged' } | { kind: 'replaced' } | { kind: 'lost'; key: string };

export class MergedObjects {
  private readonly records = new Map<string, JournalEntry>();
  /** of objects that replace others, each looked for once */
  private readonly fates = new Map<string, Promise<Fate>>();

  private constructor(
    private readonly work: ObjectStore,
    private readonly lake: ObjectStore,
    private readonly lakeId: string,
  ) {}

  static async read(work: ObjectStore, lake: ObjectStore, lakeId: string): Promise<MergedObjects> {
    const merged = new MergedObjects(work, lake, lakeId);
    for (const entries of (await readJournals(work, lakeId)).values()) merged.take(entries);
    return merged;
  }

  /** Whether a journal says that the object has left the lake for good. */
  isGone(key: string): boolean {
    return this.records.get(key)?.state === 'deleted';
  }

  /** Of an object that is not in the lake. Compaction may run meanwhile: a journal that does not know of it is read again. */
  async fateOf(key: string): Promise<Fate> {
    const partition = parseObjectKey(key)?.partition;
    if (partition === undefined) return { kind: 'unknown' };
    if (!this.isReplaced(key)) {
      this.take((await readJournal(this.work, partitionJournalPrefix(this.lakeId, partition))).entries);
    }
    if (!this.isReplaced(key)) return { kind: 'unknown' };
    const { outputs, replacedBy } = this.records.get(key)!.record;
    if (replacedBy !== undefined) return { kind: 'replaced' };
    let worst: Fate = { kind: 'merged' };
    for (const output of outputs) {
      const fate = this.fates.get(output.key) ?? this.fateOfOutput(output);
      this.fates.set(output.key, fate);
      if ((await fate).kind === 'lost') return fate;
      if ((await fate).kind === 'replaced') worst = await fate;
    }
    return worst;
  }

  private async fateOfOutput({ key, bytes }: { key: string; bytes: number }): Promise<Fate> {
    const there = await this.lake.head(key);
    if (there?.size === bytes) return { kind: 'merged' };
    const fate = there === undefined ? await this.fateOf(key) : undefined;
    return fate?.kind === 'merged' || fate?.kind === 'replaced' ? fate : { kind: 'lost', key };
  }

  /** Inputs leave the lake only once the outputs are published. */
  private isReplaced(key: string): boolean {
    const state = this.records.get(key)?.state;
    return state !== undefined && state !== 'planned';
  }

  private take(entries: readonly JournalEntry[]): void {
    for (const entry of entries) for (const { key } of entry.record.inputs) this.records.set(key, entry);
  }
}
