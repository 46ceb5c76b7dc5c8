/**
 * Chaos: children killed at random instants, as Spot reclaims and as dead processes, while S3 throttles and resets 5 % of the requests; in
 * the end every event is in the lake exactly once. `npm run test:chaos` runs the long form.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import type { BackfillStatus } from '../../src/backfill/status.js';
import type { PlanVerification } from '../../src/backfill/verify-plan.js';
import { Random } from '../../src/sample/random.js';
import { backfillJson, plan, SUBMIT, startBackfill, uidsInLake } from '../backfill/backfill-places.js';
import { resetAfter, resetBefore, slowDown } from '../support/s3-server.js';

const LONG = process.env.FALCONRY_CHAOS !== undefined;
const SEED = Number(process.env.FALCONRY_CHAOS_SEED ?? 20_260_905);
const { KILLS, BATCHES, MOST_MS } = LONG ? { KILLS: 300, BATCHES: 200, MOST_MS: 4000 } : { KILLS: 6, BATCHES: 6, MOST_MS: 3000 };
/** share of the requests that go wrong, of each kind: 5 % together */
const RATE = 0.05 / 3;

it(
  `${KILLS} kills of the children of ${BATCHES} slices (seed ${SEED})`,
  async () => {
    const random = new Random(SEED, 1);
    let left = KILLS;
    let killed = 0;
    const backfill = await startBackfill(
      { batches: BATCHES, files: 3, events: 20 },
      {
        slots: 2,
        s3: { seed: SEED },
        onStart: (child) => {
          if (left <= 0) return;
          const delay = random.between(1, MOST_MS);
          const reclaimed = random.between(0, 3) > 0;
          const attempt = child.attempts;
          sleep(delay).then(() => {
            if (left <= 0 || child.attempts !== attempt || child.process === undefined) return;
            left--;
            killed++;
            backfill.batch.kill(child, reclaimed);
          });
        },
      },
    );
    try {
      // a slice a batch: each is one unit
      const { plan: uri, slices } = await plan(backfill, '--unit-bytes', '4000', '--slice-minutes', '0.001', '--vcpus', '1');
      expect(slices).toBeGreaterThanOrEqual(BATCHES / 2);
      backfill.s3.faults.add(
        { fault: slowDown(), rate: RATE },
        { fault: resetBefore(), rate: RATE },
        { fault: resetAfter(), rate: RATE },
      );
      await backfillJson(backfill, 'submit', uri, ...SUBMIT);
      const seen: BackfillStatus[] = [];
      for (let round = 0; ; round++) {
        const idle = backfill.batch.idle();
        seen.push(await backfillJson<BackfillStatus>(backfill, 'status', uri));
        await idle;
        const status = await backfillJson<BackfillStatus>(backfill, 'status', uri);
        seen.push(status);
        expect(status.state).not.toBe('running');
        if (status.slices.missing === 0) break;
        expect(round).toBeLessThan(KILLS);
        await backfillJson(backfill, 'resume', uri);
      }
      let done = 0;
      for (const status of seen) {
        expect(status.slices.done + status.slices.missing).toBe(slices);
        expect(status.slices.done).toBeGreaterThanOrEqual(done);
        expect(status.events.read).toBeLessThanOrEqual(backfill.uids.length);
        done = status.slices.done;
      }
      expect(killed).toBeGreaterThan(KILLS / 3);
      expect(backfill.s3.faults.struck).toBeGreaterThan(0);
      backfill.s3.faults.clear();
      expect(await uidsInLake(backfill)).toEqual(backfill.uids);
      const verified = await backfillJson<PlanVerification>(backfill, 'verify', uri);
      expect(verified).toMatchObject({ ok: true, files: backfill.files, objects: backfill.s3.keys('lake').length });
      expect(verified.events).toEqual({
        read: backfill.uids.length,
        written: backfill.uids.length,
        quarantined: 0,
        duplicate: 0,
        filtered: 0,
      });
      expect(backfill.s3.pendingUploads('lake')).toEqual([]);
    } finally {
      await backfill.stop();
    }
  },
  LONG ? 7_200_000 : 600_000,
);
