/**
 * `backfill retire`: once all that a plan converts is in the lake, takes out what that replaces. Killed at any instant and given again it
 * goes on: the journals' marks say how far it is.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { retiredKey } from '../convert/ledger.js';
import { closeLakePlace, openLakePlace } from '../convert/places.js';
import { markKey, readRecord, recordKey } from '../lake/journal.js';
import type { ObjectStore } from '../store/store.js';
import { notAReplace, notConverted, notSubmitted } from './errors.js';
import { inOrder } from './in-order.js';
import { objectsThere } from './objects-there.js';
import { type Claimed, conversionOf, type OpenPlan, type Retired, sizeOfClaims } from './plan-file.js';
import { retakeLock } from './submit.js';
import { verifyPlan } from './verify-plan.js';

export interface RetireReport extends Retired {
  plan: string;
  /** false: all was retired before */
  new: boolean;
  /** objects that had come back since, and were deleted again */
  cameBack: number;
}

export interface RetireProgress {
  phase: 'verifying' | 'waiting' | 'retiring';
  /** slices, or objects */
  done: number;
  total: number;
  secondsLeft: number;
}

export interface RetireOptions {
  /** seconds between the last look at what was converted and the first deletion, for readers that have listed the lake before */
  grace?: number;
  onProgress?: (progress: RetireProgress) => void;
}

const DEFAULT_GRACE = 60;
const AT_ONCE = 16;

/**
 * Verifies what the plan has converted, then deletes what it replaces and marks the earlier units retired.
 *
 * @throws BACKFILL_NO_REPLACE, BACKFILL_NOT_SUBMITTED, BACKFILL_NOT_WHOLE, BACKFILL_PLAN_STALE, WORK_LOCKED, and what stores throw
 */
export async function retirePlan(
  open: OpenPlan,
  { grace = DEFAULT_GRACE, onProgress }: RetireOptions = {},
): Promise<RetireReport> {
  const { plan, place } = open;
  if (plan.replace === undefined) throw notAReplace(place.uri);
  const claims = await place.readClaims();
  if (claims === undefined) throw notSubmitted(place.uri);
  const lakePlace = await openLakePlace(conversionOf(open));
  const { work, lake } = lakePlace;
  const { objects: total } = sizeOfClaims(claims);
  const tell = (phase: RetireProgress['phase'], done: number, total: number, secondsLeft = 0) =>
    onProgress?.({ phase, done, total, secondsLeft });
  try {
    const before = await place.readRetired();
    if (before !== undefined) return { plan: place.uri, new: false, ...before, cameBack: await deleteAgain(work, lake, claims) };
    await checkConverted(open, (slices) => tell('verifying', slices, plan.slices.length));
    await retakeLock(open);

    const mark = ({ journal, number }: Claimed, name: 'published' | 'deleted') =>
      work.write(markKey(journal, number, name), '{}\n', { ifAbsent: true });
    for await (const _ of inOrder(claims, AT_ONCE, (claim) => mark(claim, 'published')));
    for (let left = claims.length > 0 ? grace : 0; left > 0; left--) {
      tell('waiting', 0, total, left);
      await sleep(Math.min(left, 1) * 1000);
    }

    let gone = 0;
    const retire = async (claim: Claimed): Promise<Claimed> => {
      const { journal, number } = claim;
      if ((await work.head(markKey(journal, number, 'deleted'))) === undefined) {
        for (const { key } of (await readRecord(work, recordKey(journal, number))).inputs) await lake.delete(key);
        await mark(claim, 'deleted');
      }
      return claim;
    };
    for await (const { objects } of inOrder(claims, AT_ONCE, retire)) tell('retiring', (gone += objects), total);
    const units = await place.readReplaced();
    const note = (unit: string) => work.write(retiredKey(plan.lakeId, unit), `${JSON.stringify({ by: place.uri })}\n`);
    for await (const _ of inOrder(units, AT_ONCE, note));
    const retired: Retired = { units: units.length, ...sizeOfClaims(claims) };
    await place.write('retired.json', retired);
    return { plan: place.uri, new: true, ...retired, cameBack: 0 };
  } finally {
    await closeLakePlace(lakePlace);
  }
}

async function checkConverted(open: OpenPlan, onProgress: (slices: number) => void): Promise<void> {
  const { findings, findingCount } = await verifyPlan(open, { onProgress, replaced: false });
  if (findingCount > 0) throw notConverted(open.place.uri, findingCount, `${findings[0]!.kind}: ${findings[0]!.message}`);
}

/** A writer that was slow can bring back an object that it began to write before it was claimed. */
async function deleteAgain(work: ObjectStore, lake: ObjectStore, claims: readonly Claimed[]): Promise<number> {
  let cameBack = 0;
  for await (const keys of inOrder(claims, AT_ONCE, (claim) => objectsThere(work, lake, claim))) {
    for (const key of keys) await lake.delete(key);
    cameBack += keys.length;
  }
  return cameBack;
}
