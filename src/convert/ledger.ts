/** The ledger: one record a unit, written once. It says which files became which objects, with counts that add up. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { readText } from '../store/read-text.js';
import type { ObjectStore } from '../store/store.js';
import { CountsSchema } from './counts.js';
import { ledgerBroken } from './errors.js';

const count = z.number().int().min(0);

export const OutcomesSchema = z.object({ read: count, written: count, quarantined: count, duplicate: count, filtered: count });

const LedgerFileSchema = z.object({
  key: z.string(),
  canonicalKey: z.string(),
  size: count,
  etag: z.string(),
  /** in hex, where the notice of the file told it and its bytes had it */
  md5: z.string().optional(),
  feed: z.string(),
  outcomes: OutcomesSchema,
  inflatedBytes: count,
  damage: z.object({ reason: z.string(), compressedOffset: count, inflatedOffset: count, message: z.string() }).optional(),
});

const LedgerObjectSchema = z.object({
  key: z.string(),
  /** where it lies until it is published, in the work area */
  staged: z.string(),
  class: z.string(),
  source: z.string(),
  rows: count,
  bytes: count,
  /** epoch ms */
  minTime: z.number(),
  maxTime: z.number(),
});

export const LedgerSchema = z.object({
  format: z.literal(1),
  unit: z.string(),
  identity: z.record(z.string(), z.string()),
  files: z.array(LedgerFileSchema),
  outcomes: OutcomesSchema,
  /** by reason: `range` */
  filtered: CountsSchema,
  quarantine: CountsSchema,
  /** the quarantined lines, if there are any; as for objects, but they stay in the work area */
  quarantineFile: z.object({ key: z.string(), staged: z.string(), bytes: count }).optional(),
  /** values an attribute could not hold, by `<event type>.<field>` */
  invalid: CountsSchema,
  /** events of types without a mapping */
  unknown: CountsSchema,
  /** with `enrich`: rows that asked for facts, by kind and what came of it, and the processes of the unit */
  facts: CountsSchema.optional(),
  objects: z.array(LedgerObjectSchema),
  seconds: z.number(),
});

export type Ledger = z.output<typeof LedgerSchema>;
export type LedgerFile = Ledger['files'][number];
export type LedgerObject = Ledger['objects'][number];
export type Outcomes = Ledger['outcomes'];

/** Where a lake's ledgers lie in a work area. */
export function ledgerPrefix(lakeId: string): string {
  return `ledger/${lakeId}/`;
}

/** A lake's name in a work area: `lake` where the work area lies inside it, else a hash of its URI. */
export function lakeIdOf(lakeUri: string, workIsInside: boolean): string {
  return workIsInside ? 'lake' : createHash('sha256').update(lakeUri).digest('hex').slice(0, 12);
}

export const lockKey = (lakeId: string) => `lock/${lakeId}.json`;
export const ledgerKey = (lakeId: string, unit: string) => `${ledgerPrefix(lakeId)}${unit}.json`;
/** Stands once all objects of a unit are in the lake. */
export const publishedKey = (lakeId: string, unit: string) => `${ledgerPrefix(lakeId)}${unit}.published`;
/** Stands once a later backfill has replaced a unit: its objects have left the lake. */
export const retiredKey = (lakeId: string, unit: string) => `${ledgerPrefix(lakeId)}${unit}.retired`;
export const stagingPrefix = (lakeId: string) => `staging/${lakeId}/`;
export const attemptPrefix = (lakeId: string, unit: string, attempt: string) => `${stagingPrefix(lakeId)}${unit}/${attempt}/`;
export const quarantineKey = (lakeId: string, unit: string) => `quarantine/${lakeId}/${unit}.ndjson.gz`;

/** The canonical key under which a unit's quarantined lines are replayed. */
export const quarantineName = (unit: string) => `quarantine/${unit}.ndjson.gz`;

export async function readLedger(store: ObjectStore, key: string): Promise<Ledger> {
  const text = await readText(store, key);
  try {
    return LedgerSchema.parse(JSON.parse(text));
  } catch (error) {
    throw ledgerBroken(key, error);
  }
}

export interface UnitStates {
  /** have a ledger, in order of their names */
  committed: Set<string>;
  /** whose objects are all in the lake, or were */
  published: Set<string>;
  /** that a later backfill has replaced */
  retired: Set<string>;
}

/** The units of a lake, by one listing. */
export async function readUnitStates(store: ObjectStore, lakeId: string): Promise<UnitStates> {
  const committed = new Set<string>();
  const published = new Set<string>();
  const retired = new Set<string>();
  const prefix = ledgerPrefix(lakeId);
  for await (const { key } of store.list(prefix)) {
    const name = key.slice(prefix.length);
    if (name.endsWith('.json')) committed.add(name.slice(0, -'.json'.length));
    else if (name.endsWith('.published')) published.add(name.slice(0, -'.published'.length));
    else if (name.endsWith('.retired')) retired.add(name.slice(0, -'.retired'.length));
  }
  return { committed, published, retired };
}

/** The ledgers of a lake but for those of retired units, and whether each is published. */
export async function* readLedgers(
  store: ObjectStore,
  lakeId: string,
  states?: UnitStates,
): AsyncGenerator<{ ledger: Ledger; published: boolean }> {
  const { committed, published, retired } = states ?? (await readUnitStates(store, lakeId));
  for (const unit of committed) {
    if (!retired.has(unit)) yield { ledger: await readLedger(store, ledgerKey(lakeId, unit)), published: published.has(unit) };
  }
}

/** A file by content: the same bytes under the same canonical key are converted once. */
export function fileIdentity(file: { canonicalKey: string; size: number; etag: string }): string {
  return `${file.canonicalKey}\n${file.size}\n${file.etag}`;
}

export const noOutcomes = (): Outcomes => ({ read: 0, written: 0, quarantined: 0, duplicate: 0, filtered: 0 });

export function addOutcomes(to: Outcomes, from: Outcomes): void {
  to.read += from.read;
  to.written += from.written;
  to.quarantined += from.quarantined;
  to.duplicate += from.duplicate;
  to.filtered += from.filtered;
}

/** Read = written + quarantined + duplicate + filtered; anything else is a bug that must not be committed. */
export function checkOutcomes(outcomes: Outcomes, what: string): void {
  const { read, written, quarantined, duplicate, filtered } = outcomes;
  if (read !== written + quarantined + duplicate + filtered) {
    throw new Error(
      `${what}: ${read} read, but ${written} written + ${quarantined} quarantined + ${duplicate} duplicate + ${filtered} filtered`,
    );
  }
}
