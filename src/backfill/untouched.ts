/** Whether a plan is still right after the lake was free for others: what they may have converted must not be converted again. */
import { ledgerRange } from '../convert/earlier-runs.js';
import { fileIdentity, quarantineName, readLedgers } from '../convert/ledger.js';
import { rangeOf } from '../convert/plan-files.js';
import { overlaps } from '../convert/time-range.js';
import { planStale } from './errors.js';
import { ledgersDigest } from './plan.js';
import { conversionOf, type OpenPlan } from './plan-file.js';
import { SeenFiles } from './seen-files.js';
import { readSlice } from './slice-file.js';

/** Stands since the plan gave the lake back before its end. */
const CANCELLED = 'cancelled.json';

export const noteCancelled = ({ place }: OpenPlan): Promise<boolean> => place.write(CANCELLED, {});

/**
 * For who holds the lake's lock again. Where the lake was given back meanwhile, and other ledgers came, they are read: realtime's and
 * those of other files do no harm.
 *
 * @throws BACKFILL_PLAN_STALE
 */
export async function checkUntouched(open: OpenPlan): Promise<void> {
  const { plan, place } = open;
  const { work } = place;
  if ((await work.head(place.key(CANCELLED))) === undefined) return;
  const own = new Set((await place.readUnitNames()).flat());
  if ((await ledgersDigest(work, plan.lakeId, own)) !== plan.ledgers) await checkLedgers(open, own);
  await work.delete(place.key(CANCELLED));
}

async function checkLedgers(open: OpenPlan, own: ReadonlySet<string>): Promise<void> {
  const { plan, place } = open;
  const asked = rangeOf(conversionOf(open));
  const replaced = new Set(plan.replace === undefined ? [] : await place.readReplaced());
  const planned = new SeenFiles();
  for (const [number] of plan.slices.entries()) {
    for (const { files } of (await readSlice(open, number)).units) for (const file of files) planned.add(fileIdentity(file));
  }
  const quarantines = new Set([...replaced].map(quarantineName));
  for await (const { ledger } of readLedgers(place.work, plan.lakeId)) {
    if (own.has(ledger.unit) || replaced.has(ledger.unit)) continue;
    const inRange = overlaps(ledgerRange(ledger.identity), asked);
    for (const file of ledger.files) {
      const isTwice =
        file.feed === 'quarantine' ? quarantines.has(file.canonicalKey) : inRange && planned.has(fileIdentity(file));
      if (isTwice) throw planStale(place.uri);
    }
  }
}
