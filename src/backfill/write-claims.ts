/**
 * Puts a plan's claims into the journals of the partitions that hold what it replaces, and takes them back. From then on compaction leaves
 * these objects alone and no writer brings one back; readers see them until they are retired.
 */
import { ledgerKey, readLedger } from '../convert/ledger.js';
import {
  type JournalEntry,
  type JournalInput,
  type JournalRecord,
  markKey,
  partitionJournalPrefix,
  readJournal,
  readJournals,
  recordKey,
} from '../lake/journal.js';
import { type Partition, parseObjectKey, partitionPrefix } from '../lake/partition.js';
import type { ObjectStore } from '../store/store.js';
import { type Claim, claimOf, type NewClaim } from './claim.js';
import { replaceContended, replaceMixed, replaceUnfinished } from './errors.js';
import { inOrder } from './in-order.js';
import type { Claimed } from './plan-file.js';

const AT_ONCE = 16;
const ATTEMPTS = 20;

/** What of one partition is replaced: the replaced units' own objects. */
interface Replaced {
  partition: Partition;
  objects: Map<string, { rows: number; bytes: number }>;
}

/** The objects of a plan's replaced units by partition, and the journals' word for them. */
export class ReplacedObjects {
  private constructor(
    private readonly work: ObjectStore,
    private readonly lakeId: string,
    private readonly plan: string,
    private readonly productVersion: string,
    private readonly partitions: ReadonlyMap<string, Replaced>,
  ) {}

  /** Reads the ledgers of the units. */
  static async read(
    work: ObjectStore,
    lakeId: string,
    { plan, productVersion, units }: { plan: string; productVersion: string; units: readonly string[] },
  ): Promise<ReplacedObjects> {
    const partitions = new Map<string, Replaced>();
    for await (const { objects } of inOrder(units, AT_ONCE, (unit) => readLedger(work, ledgerKey(lakeId, unit)))) {
      for (const { key, rows, bytes } of objects) {
        const { partition } = parseObjectKey(key)!;
        const name = partitionPrefix(partition);
        const replaced = partitions.get(name) ?? { partition, objects: new Map() };
        partitions.set(name, replaced);
        replaced.objects.set(key, { rows, bytes });
      }
    }
    return new ReplacedObjects(work, lakeId, plan, productVersion, partitions);
  }

  /**
   * What would be claimed. Reads only.
   *
   * @throws BACKFILL_REPLACE_MIXED, BACKFILL_REPLACE_UNFINISHED
   */
  async count(): Promise<{ objects: number; rows: number; bytes: number }> {
    const journals = await readJournals(this.work, this.lakeId, this.partitions);
    const inputs: JournalInput[] = [];
    const mixed: { key: string; other: string }[] = [];
    for (const [name, { partition, objects }] of this.partitions) {
      const claim = claimOf(objects, journals.get(name) ?? [], this.plan);
      if (claim.kind === 'mixed') mixed.push(claim);
      else inputs.push(...claimed(claim, partition).inputs);
    }
    if (mixed.length > 0) throw replaceMixed(mixed);
    return sizeOf(inputs);
  }

  /**
   * Writes the claims that do not stand yet. Can be repeated.
   *
   * @throws as {@link count}; some claims may stand then
   */
  async claim(): Promise<Claimed[]> {
    await this.count();
    const claimed: Claimed[] = [];
    for await (const one of inOrder(this.partitions.values(), AT_ONCE, (replaced) => this.claimOne(replaced))) {
      if (one !== undefined) claimed.push(one);
    }
    return claimed;
  }

  /** Takes back the claims that stand. */
  async release(): Promise<void> {
    const release = async ({ partition }: Replaced) => {
      const { prefix, entries } = await this.journal(partition);
      for (const { record } of entries) {
        if (record.replacedBy === this.plan && record.inputs.length > 0) {
          await this.work.write(markKey(prefix, record.number, 'released'), '{}\n', { ifAbsent: true });
        }
      }
    };
    for await (const _ of inOrder(this.partitions.values(), AT_ONCE, release));
  }

  private async claimOne({ partition, objects }: Replaced): Promise<Claimed | undefined> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const { prefix, entries } = await this.journal(partition);
      const claim = claimOf(objects, entries, this.plan);
      if (claim.kind === 'mixed') throw replaceMixed([claim]);
      const { number, inputs } = claimed(claim, partition);
      if (inputs.length === 0) return undefined;
      if (claim.kind === 'new' && !(await this.write(prefix, claim))) continue;
      return { journal: prefix, number, ...sizeOf(inputs) };
    }
    throw replaceContended(partitionPrefix(partition));
  }

  private async write(prefix: string, { record: next }: NewClaim): Promise<boolean> {
    const record: JournalRecord = {
      format: 1,
      ...next,
      product: this.productVersion,
      outputs: [],
      duplicates: 0,
      replacedBy: this.plan,
    };
    const body = `${JSON.stringify(record, null, 1)}\n`;
    return (await this.work.write(recordKey(prefix, record.number), body, { ifAbsent: true })).written;
  }

  private async journal(partition: Partition): Promise<{ prefix: string; entries: JournalEntry[] }> {
    const prefix = partitionJournalPrefix(this.lakeId, partition);
    return { prefix, entries: (await readJournal(this.work, prefix)).entries };
  }
}

/** @throws BACKFILL_REPLACE_COMPACTING */
function claimed(
  claim: Exclude<Claim, { kind: 'mixed' }>,
  { source, eventDay }: Partition,
): Pick<JournalRecord, 'number' | 'inputs'> {
  if (claim.kind === 'unfinished') throw replaceUnfinished(source, eventDay);
  return claim.kind === 'new' ? claim.record : claim;
}

function sizeOf(inputs: readonly JournalInput[]): { objects: number; rows: number; bytes: number } {
  const sum = { objects: inputs.length, rows: 0, bytes: 0 };
  for (const { rows, bytes } of inputs) {
    sum.rows += rows;
    sum.bytes += bytes;
  }
  return sum;
}
