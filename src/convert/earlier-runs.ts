/** What earlier runs into a lake have left: finished work to skip, committed work to publish, dead work to remove. */
import { type CommitPlace, clearStaging, publishUnit } from './commit.js';
import { fileIdentity, type Ledger, quarantineName, readLedgers, readUnitStates } from './ledger.js';
import type { TimeRange } from './time-range.js';

/** The files that ledgers hold, by {@link fileIdentity}, each with the ranges of event time that it was converted for. */
export type KnownFiles = Map<string, readonly TimeRange[]>;

export interface EarlierRuns {
  known: KnownFiles;
  /** canonical keys of the quarantine files that were replayed, or whose unit a later backfill has replaced */
  replayed: Set<string>;
  /** units that were committed and not yet published; they are now */
  published: number;
  /** partitions of theirs that were not registered before; undefined where none are to be */
  registered: number | undefined;
}

/** Only for who holds the lake's lock. */
export async function finishEarlierRuns(place: CommitPlace): Promise<EarlierRuns> {
  const runs: EarlierRuns = { known: new Map(), replayed: new Set(), published: 0, registered: undefined };
  const states = await readUnitStates(place.work, place.lakeId);
  for (const unit of states.retired) runs.replayed.add(quarantineName(unit));
  for await (const { ledger, published } of readLedgers(place.work, place.lakeId, states)) {
    addKnown(runs, ledger);
    if (published) continue;
    const registered = await publishUnit(place, ledger, undefined);
    if (registered !== undefined) runs.registered = (runs.registered ?? 0) + registered;
    runs.published++;
  }
  await clearStaging(place);
  return runs;
}

/** What {@link finishEarlierRuns} would find, without doing anything. */
export async function knownFiles(place: CommitPlace): Promise<KnownFiles> {
  const runs = { known: new Map(), replayed: new Set<string>() };
  for await (const { ledger } of readLedgers(place.work, place.lakeId)) addKnown(runs, ledger);
  return runs.known;
}

/** The event times that a ledger's unit was converted for. */
export function ledgerRange({ from, to }: Ledger['identity']): TimeRange {
  return { from: from ? Number(from) : Number.NEGATIVE_INFINITY, to: to ? Number(to) : Number.POSITIVE_INFINITY };
}

function addKnown({ known, replayed }: Pick<EarlierRuns, 'known' | 'replayed'>, { files, identity }: Ledger): void {
  const range = [ledgerRange(identity)];
  for (const file of files) {
    // by its name: lines mended in a replayed file afterwards would come together with those that were converted before
    if (file.feed === 'quarantine') replayed.add(file.canonicalKey);
    else {
      const key = fileIdentity(file);
      const ranges = known.get(key);
      known.set(key, ranges === undefined ? range : [...ranges, ...range]);
    }
  }
}
