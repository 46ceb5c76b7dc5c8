/**
 * The journal of compaction: for each partition a row of numbered records in the work area, each written once (`If-None-Match: *`).
 *
 * A record is the one decision of a merge: which objects it replaces, by which. Its number is one more than that of the records that
 * its planner had seen, so of two that plan at the same time one wins. Two marks follow: `published` once all outputs are in the lake,
 * `deleted` once no input is. An input of a record is dead from the moment the record stands: its rows are, or will be, in the outputs.
 *
 * A backfill that replaces earlier conversions (`replacedBy`) writes its claims into the same journals: a record without outputs, whose
 * inputs leave the lake once the units of its plan are published. The mark `released` makes a claim as if it had never been.
 */
import { z } from 'zod';
import { readText } from '../store/read-text.js';
import type { ObjectStore } from '../store/store.js';
import { journalBroken } from './errors.js';
import { type Partition, parseObjectKey, partitionPrefix } from './partition.js';

const count = z.number().int().min(0);

const InputSchema = z.object({ key: z.string(), rows: count, bytes: count });

const OutputSchema = z.object({
  key: z.string(),
  /** where it lies until it is published, in the work area */
  staged: z.string(),
  rows: count,
  bytes: count,
  /** epoch ms */
  minTime: z.number(),
  maxTime: z.number(),
});

export const JournalRecordSchema = z.object({
  format: z.literal(1),
  number: count,
  product: z.string(),
  /** what was merged; it leaves the lake */
  inputs: z.array(InputSchema),
  outputs: z.array(OutputSchema),
  /** rows of the inputs that are in no output: their event stands elsewhere in the partition */
  duplicates: count,
  /** keys of the objects that together hold no event twice once this record is done; empty where more merges were to follow */
  checked: z.array(z.string()),
  /** the size of object that was aimed at */
  targetBytes: count,
  /** of a claim: the plan of the backfill whose units take the place of the inputs */
  replacedBy: z.string().optional(),
});

export type JournalRecord = z.output<typeof JournalRecordSchema>;
export type JournalInput = JournalRecord['inputs'][number];
export type JournalOutput = JournalRecord['outputs'][number];

/** How far a record is; `planned` is DESIGN's word for a record without marks. */
export type JournalState = 'planned' | 'published' | 'deleted';

export interface JournalEntry {
  record: JournalRecord;
  state: JournalState;
  /** when it was published, epoch ms */
  publishedAt: number | undefined;
}

const ROOT = 'compaction/';

/** Where the journals of a lake lie in a work area. */
export const journalPrefix = (lakeId: string): string => `${ROOT}${lakeId}/`;

/** Where the journal of one partition lies: as in the lake, below the journals' own prefix. */
export const partitionJournalPrefix = (lakeId: string, partition: Partition): string =>
  `${journalPrefix(lakeId)}${partitionPrefix(partition).slice('ext/'.length)}`;

const numberText = (number: number): string => String(number).padStart(6, '0');

export const recordKey = (prefix: string, number: number): string => `${prefix}${numberText(number)}.json`;
export const markKey = (prefix: string, number: number, mark: 'published' | 'deleted' | 'released'): string =>
  `${prefix}${numberText(number)}.${mark}`;
/** Outputs that no record names yet lie here, by the number that they are for and by the attempt. */
export const mergeStagingPrefix = (prefix: string, number: number, attempt: string): string =>
  `${prefix}staging/${numberText(number)}-${attempt}/`;

/** The number and attempt of a staged key, or undefined for other keys. */
export function stagedFor(prefix: string, key: string): number | undefined {
  const match = /^staging\/(\d{6,})-[^/]+\//.exec(key.slice(prefix.length));
  return match === null ? undefined : Number(match[1]);
}

/** @throws JOURNAL_BROKEN */
export async function readRecord(work: ObjectStore, key: string): Promise<JournalRecord> {
  const text = await readText(work, key);
  try {
    return JournalRecordSchema.parse(JSON.parse(text));
  } catch (error) {
    throw journalBroken(key, error);
  }
}

/** The journal of a partition, in order, and the keys of what is staged for it. */
export async function readJournal(work: ObjectStore, prefix: string): Promise<{ entries: JournalEntry[]; staged: string[] }> {
  const marks = new Map<string, number | undefined>();
  const records: string[] = [];
  const staged: string[] = [];
  for await (const { key, lastModified } of work.list(prefix)) {
    if (stagedFor(prefix, key) !== undefined) staged.push(key);
    else if (/\/\d{6,}\.json$/.test(key)) records.push(key);
    else if (/\/\d{6,}\.(published|deleted|released)$/.test(key)) marks.set(key, lastModified?.getTime());
  }
  const entries: JournalEntry[] = [];
  for (const key of records) entries.push(entryOf(await readRecord(work, key), key.slice(0, -'json'.length), marks));
  return { entries, staged };
}

function entryOf(record: JournalRecord, stem: string, marks: ReadonlyMap<string, number | undefined>): JournalEntry {
  if (marks.has(`${stem}released`)) return { record: { ...record, inputs: [] }, state: 'deleted', publishedAt: undefined };
  const state = marks.has(`${stem}deleted`) ? 'deleted' : marks.has(`${stem}published`) ? 'published' : 'planned';
  return { record, state, publishedAt: marks.get(`${stem}published`) };
}

/** Every journal of a lake, or of some of its partitions, by the partition's prefix in the lake (`ext/…/`). */
export async function readJournals(
  work: ObjectStore,
  lakeId: string,
  only?: { has(partition: string): boolean },
): Promise<Map<string, JournalEntry[]>> {
  const root = journalPrefix(lakeId);
  const prefixes = new Set<string>();
  for await (const { key } of work.list(root)) {
    if (/\/\d{6,}\.json$/.test(key)) prefixes.add(key.slice(0, key.lastIndexOf('/') + 1));
  }
  const journals = new Map<string, JournalEntry[]>();
  for (const prefix of prefixes) {
    const partition = `ext/${prefix.slice(root.length)}`;
    if (only?.has(partition) ?? true) journals.set(partition, (await readJournal(work, prefix)).entries);
  }
  return journals;
}

/**
 * Which of these keys a journal lists as inputs: they must not be written again. Costs a HEAD a partition where nothing was ever
 * compacted; nothing is listed.
 */
export async function deadKeys(work: ObjectStore, lakeId: string, keys: Iterable<string>): Promise<Set<string>> {
  const prefixes = new Map<string, string[]>();
  for (const key of keys) {
    const parsed = parseObjectKey(key);
    if (parsed === undefined) continue;
    const prefix = partitionJournalPrefix(lakeId, parsed.partition);
    const among = prefixes.get(prefix);
    if (among === undefined) prefixes.set(prefix, [key]);
    else among.push(key);
  }
  const dead = new Set<string>();
  for (const [prefix, among] of prefixes) {
    const asked = new Set(among);
    for (let number = 1; (await work.head(recordKey(prefix, number))) !== undefined; number++) {
      const { inputs, replacedBy } = await readRecord(work, recordKey(prefix, number));
      if (replacedBy !== undefined && (await work.head(markKey(prefix, number, 'released'))) !== undefined) continue;
      for (const { key } of inputs) if (asked.has(key)) dead.add(key);
    }
  }
  return dead;
}
