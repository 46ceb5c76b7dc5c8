/**
 * Compacts one partition: finishes what earlier runs have begun, plans, merges, commits, publishes. Any number of processes may do so
 * at once: of records with one number one is written, and who loses plans anew.
 */
import { createHash, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { flushToDisk } from '../convert/commit.js';
import { scratchError } from '../convert/errors.js';
import type { LakePlace } from '../convert/places.js';
import type { DuckDBReader } from '../lake/duckdb-reader.js';
import {
  type JournalEntry,
  type JournalOutput,
  type JournalRecord,
  markKey,
  mergeStagingPrefix,
  partitionJournalPrefix,
  readJournal,
  recordKey,
} from '../lake/journal.js';
import { objectKey, type Partition, partitionPrefix } from '../lake/partition.js';
import type { ClassLayout } from '../ocsf/layout.js';
import type { ObjectInfo } from '../store/store.js';
import { rowsDiffer, tooContended } from './errors.js';
import { EventTable } from './event-table.js';
import { type ObjectFacts, readFacts, type SkippedObject, skipReason, unitOf } from './facts.js';
import { Merge, type MergeOptions } from './merge.js';
import { planMerges } from './plan.js';
import { clearAttempt, clearStaged, publishRecord } from './publish.js';
import { addMerge, addSkipped, type CompactReport } from './report.js';

export interface CompactionRoom {
  place: LakePlace;
  reader: DuckDBReader;
  layouts: readonly ClassLayout[];
  options: MergeOptions & { dryRun: boolean };
  /** units of which a ledger says that they are not published yet */
  unpublished: ReadonlySet<string>;
  report: CompactReport;
  signal: AbortSignal;
  onProgress(rowsWritten: number): void;
}

/** A published record whose inputs are to be deleted. */
export interface PendingDeletion {
  prefix: string;
  record: JournalRecord;
  /** epoch ms */
  publishedAt: number;
}

const ATTEMPTS = 20;

/** @returns the published records whose inputs still lie in the lake */
export async function compactPartition(room: CompactionRoom, partition: Partition): Promise<PendingDeletion[]> {
  const compaction = new PartitionCompaction(room, partition);
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (await compaction.attempt()) return compaction.pending();
    room.signal.throwIfAborted();
  }
  throw tooContended(partitionPrefix(partition));
}

/** What lies in a partition, as planning sees it. */
interface Listing {
  /** Falconry's own, not taken by any merge */
  alive: ObjectInfo[];
  compacted: ReadonlySet<string>;
  skipped: SkippedObject[];
  found: number;
  replaced: number;
  /** claimed by a backfill that has not yet converted all that takes their place */
  claimed: number;
  unpublished: number;
}

class PartitionCompaction {
  private readonly prefix: string;
  private entries: JournalEntry[] = [];
  /** inputs of the records that this run has written */
  private readonly merged = new Set<string>();
  private hasFinished = new Set<number>();

  constructor(
    private readonly room: CompactionRoom,
    private readonly partition: Partition,
  ) {
    this.prefix = partitionJournalPrefix(room.place.lakeId, partition);
  }

  pending(): PendingDeletion[] {
    return this.entries
      .filter(({ state }) => state === 'published')
      .map(({ record, publishedAt }) => ({ prefix: this.prefix, record, publishedAt: publishedAt ?? Date.now() }));
  }

  /** False where another process has changed the partition meanwhile: then all is to be seen anew. */
  async attempt(): Promise<boolean> {
    try {
      return await this.run();
    } catch (error) {
      if (this.room.signal.aborted || !(await this.hasMoved())) throw error;
      return false;
    }
  }

  private async run(): Promise<boolean> {
    const { reader, place, options, signal } = this.room;
    await this.takeUp();
    const listing = await this.list();
    if (this.isSettled(listing)) {
      this.tell(listing, listing.alive.length, []);
      return true;
    }
    const objects = await this.readFacts(listing);
    // what compaction made comes first: of two rows of one event that in a late object goes
    const preferred = [...objects].sort((a, b) => Number(b.isCompacted) - Number(a.isCompacted) || (a.key < b.key ? -1 : 1));
    const events = await EventTable.read(reader, place.lake, preferred, signal);
    const duplicates = await events.duplicates();
    for (const object of objects) object.duplicates = duplicates.get(object.key) ?? 0;
    const { merges, compact } = planMerges(objects, options.targetBytes);
    if (!options.dryRun) {
      if (merges.length === 0 && !(await this.commitChecked(objects))) return false;
      for (const [at, inputs] of merges.entries()) {
        if (!(await this.merge(inputs, events, at === merges.length - 1 ? compact : undefined))) return false;
      }
    }
    this.tell(listing, compact.length, merges);
    return true;
  }

  /** Reads the journal and publishes what it names. */
  private async takeUp(): Promise<void> {
    const { place, options, report } = this.room;
    const { entries, staged } = await readJournal(place.work, this.prefix);
    this.entries = entries;
    if (options.dryRun) return;
    for (const entry of entries) {
      // a claim is published by its backfill: once that has converted all
      if (entry.state !== 'planned' || entry.record.replacedBy !== undefined) continue;
      await publishRecord(place, this.prefix, entry.record);
      entry.state = 'published';
      entry.publishedAt = Date.now();
      if (!this.hasFinished.has(entry.record.number)) report.finished++;
      this.hasFinished.add(entry.record.number);
    }
    await clearStaged(place, this.prefix, staged, entries.at(-1)?.record.number ?? 0);
  }

  /** What lies in the partition. A dead key that came back is deleted. */
  private async list(): Promise<Listing> {
    const { place, options, unpublished } = this.room;
    const dead = new Map<string, JournalEntry>();
    const compacted = new Set<string>();
    for (const entry of this.entries) {
      for (const { key } of entry.record.inputs) dead.set(key, entry);
      for (const { key } of entry.record.outputs) compacted.add(key);
    }
    const listing: Listing = {
      alive: [],
      compacted,
      skipped: [],
      found: this.merged.size,
      replaced: 0,
      claimed: 0,
      unpublished: 0,
    };
    for await (const info of place.lake.list(partitionPrefix(this.partition))) {
      if (info.key.endsWith('/') || this.merged.has(info.key)) continue;
      listing.found++;
      const entry = dead.get(info.key);
      const reason = skipReason(info);
      if (entry !== undefined) {
        if (entry.state === 'planned' && entry.record.replacedBy !== undefined) listing.claimed++;
        else listing.replaced++;
        if (entry.state === 'deleted' && !options.dryRun) await place.lake.delete(info.key);
      } else if (reason !== undefined) listing.skipped.push({ key: info.key, reason });
      else if (unpublished.has(unitOf(info.key)!)) listing.unpublished++;
      else listing.alive.push(info);
    }
    return listing;
  }

  /** Whether the last record has seen all that is here, with the same aim: then nothing is read. */
  private isSettled({ alive }: Listing): boolean {
    const last = this.entries.at(-1)?.record;
    if (last === undefined || last.targetBytes !== this.room.options.targetBytes) return alive.length === 0;
    const checked = new Set(last.checked);
    return alive.every(({ key }) => checked.has(key));
  }

  private async readFacts(listing: Listing): Promise<ObjectFacts[]> {
    const { reader, place, layouts, signal } = this.room;
    const objects: ObjectFacts[] = [];
    for await (const facts of readFacts(reader, place.lake, listing.alive, layouts, listing.compacted)) {
      signal.throwIfAborted();
      if ('reason' in facts) listing.skipped.push(facts);
      else objects.push(facts);
    }
    return objects;
  }

  /** @param left what the plan leaves as it is; undefined where other merges follow */
  private async merge(
    inputs: readonly ObjectFacts[],
    events: EventTable,
    left: readonly ObjectFacts[] | undefined,
  ): Promise<boolean> {
    const { place, report } = this.room;
    const number = this.nextNumber();
    const attempt = randomUUID().slice(0, 8);
    const { outputs, localPaths } = await this.stage(inputs, events, number, attempt);
    const taken = new Set(inputs.map(({ key }) => key));
    const record: JournalRecord = {
      format: 1,
      number,
      product: this.room.options.productVersion,
      inputs: inputs.map(({ key, rows, bytes }) => ({ key, rows, bytes })),
      outputs,
      duplicates: sum(inputs.map(({ duplicates }) => duplicates)),
      checked: left === undefined ? [] : [...left.map(({ key }) => key), ...this.made(), ...outputs.map(({ key }) => key)].sort(),
      targetBytes: this.room.options.targetBytes,
    };
    const [read, written] = [sum(record.inputs.map(({ rows }) => rows)), sum(outputs.map(({ rows }) => rows))];
    if (read !== written + record.duplicates) throw rowsDiffer(inputs[0]!.key, read - record.duplicates, written);
    const won = await this.commit(record);
    if (won) {
      for (const key of taken) this.merged.add(key);
      await publishRecord(place, this.prefix, record, localPaths);
      this.entries.push({ record, state: 'published', publishedAt: Date.now() });
      addMerge(report, {
        partition: partitionPrefix(this.partition),
        inputs: inputs.length,
        inputBytes: sum(inputs.map(({ bytes }) => bytes)),
        inputRows: read,
        outputs: outputs.map(({ key, rows, bytes, minTime, maxTime }) => ({ path: key, rows, bytes, minTime, maxTime })),
        duplicates: record.duplicates,
      });
    }
    await clearAttempt(place, this.prefix, number, attempt);
    return won;
  }

  /** Outputs of the merges that this run has committed before. */
  private made(): string[] {
    return this.entries.flatMap(({ record }) =>
      record.inputs.some(({ key }) => this.merged.has(key)) ? record.outputs.map(({ key }) => key) : [],
    );
  }

  /** Merges into the work area's staging; on an error nothing stays there. */
  private async stage(inputs: readonly ObjectFacts[], events: EventTable, number: number, attempt: string) {
    const { place, reader, options, signal, onProgress } = this.room;
    const { work, lake, workFolder } = place;
    const id = mergeId(inputs);
    const staging = mergeStagingPrefix(this.prefix, number, attempt);
    const scratch = workFolder === undefined ? await mkdtemp(join(reader.scratch, 'merge-')) : join(workFolder, staging);
    const outputs: JournalOutput[] = [];
    const localPaths = new Map<string, string>();
    try {
      for await (const { path, ...written } of new Merge(reader, lake, inputs, events, options, id).run(scratch, signal)) {
        const staged = `${staging}${outputs.length}.parquet`;
        if (workFolder === undefined) await work.writeFile(staged, path, { consume: true });
        else {
          await flushToDisk(path);
          localPaths.set(staged, path);
        }
        outputs.push({ key: objectKey(this.partition, id, outputs.length), staged, ...written });
        onProgress(written.rows);
      }
      return { outputs, localPaths };
    } catch (error) {
      await clearAttempt(place, this.prefix, number, attempt).catch(() => {});
      throw scratchError(error, scratch);
    } finally {
      if (workFolder === undefined) await rm(scratch, { recursive: true, force: true });
    }
  }

  /** Notes that these objects need no merge, so that the next run need not read them. False where another record was quicker. */
  private async commitChecked(objects: readonly ObjectFacts[]): Promise<boolean> {
    const { place, options } = this.room;
    if (objects.length === 0) return true;
    const number = this.nextNumber();
    const checked = objects.map(({ key }) => key).sort();
    const record: JournalRecord = {
      format: 1,
      number,
      product: options.productVersion,
      inputs: [],
      outputs: [],
      duplicates: 0,
      checked,
      targetBytes: options.targetBytes,
    };
    if (!(await this.commit(record))) return false;
    for (const mark of ['published', 'deleted'] as const) await place.work.write(markKey(this.prefix, number, mark), '{}\n');
    this.entries.push({ record, state: 'deleted', publishedAt: Date.now() });
    return true;
  }

  private async commit(record: JournalRecord): Promise<boolean> {
    const key = recordKey(this.prefix, record.number);
    return (await this.room.place.work.write(key, `${JSON.stringify(record, null, 1)}\n`, { ifAbsent: true })).written;
  }

  private nextNumber(): number {
    return (this.entries.at(-1)?.record.number ?? 0) + 1;
  }

  /** Whether the journal is another than the one that was read: objects that it names come and go. */
  private async hasMoved(): Promise<boolean> {
    const state = (entries: readonly JournalEntry[]) => entries.map((entry) => `${entry.record.number} ${entry.state}`).join();
    return state((await readJournal(this.room.place.work, this.prefix)).entries) !== state(this.entries);
  }

  private tell(listing: Listing, compact: number, merges: readonly (readonly ObjectFacts[])[]): void {
    const { report, options } = this.room;
    report.partitions.found++;
    report.partitions[merges.length > 0 || this.merged.size > 0 ? 'compacted' : 'unchanged']++;
    report.objects.found += listing.found;
    report.objects.replaced += listing.replaced;
    report.objects.claimed += listing.claimed;
    report.objects.unpublished += listing.unpublished;
    report.objects.compact += compact;
    addSkipped(report, listing.skipped);
    if (!options.dryRun) return;
    for (const inputs of merges) {
      addMerge(report, {
        partition: partitionPrefix(this.partition),
        inputs: inputs.length,
        inputBytes: sum(inputs.map(({ bytes }) => bytes)),
        inputRows: sum(inputs.map(({ rows }) => rows)),
        outputs: [],
        duplicates: sum(inputs.map(({ duplicates }) => duplicates)),
      });
    }
  }
}

/** Names a merge's outputs: by its inputs alone, so that the same merge gives the same names. */
export function mergeId(inputs: readonly { key: string; bytes: number }[]): string {
  const lines = inputs.map(({ key, bytes }) => `${key} ${bytes}\n`).sort();
  return createHash('sha256').update(lines.join('')).digest('hex').slice(0, 32);
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, n) => total + n, 0);
