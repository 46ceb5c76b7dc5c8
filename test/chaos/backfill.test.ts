/**
 * A backfill whose children are killed at random instants, as Spot reclaims and as dead processes, while S3 throttles and resets 5 % of
 * the requests. `status` and `verify` are asked all along and compared with what lies in the work area; in the end every event is in the
 * lake exactly once.
 *
 * The short form is part of the suite; `npm run test:chaos` runs the whole (FALCONRY_CHAOS=1).
 */
import { setTimeout } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { type OpenPlan, openPlan } from '../../src/backfill/plan-file.js';
import { type BackfillStatus, backfillStatus } from '../../src/backfill/status.js';
import { type PlanVerification, verifyPlan } from '../../src/backfill/verify-plan.js';
import { Random } from '../../src/sample/random.js';
import { type Backfill, backfillJson, JOB_ENV, plan, SUBMIT, startBackfill, uidsInLake } from '../backfill/backfill-places.js';
import type { Child } from '../support/batch-server.js';
import { resetAfter, resetBefore, slowDown } from '../support/s3-server.js';

const LONG = process.env.FALCONRY_CHAOS !== undefined;
const SEED = Number(process.env.FALCONRY_CHAOS_SEED ?? 20_260_905);
const { KILLS, BATCHES } = LONG ? { KILLS: 300, BATCHES: 200 } : { KILLS: 6, BATCHES: 6 };
/** a slice a batch, each one unit; the last batch is shared out to two */
const SLICES = BATCHES + 1;
/** more kills than are asked for, so that the last slices are not all too quick for theirs */
const AIMED = LONG ? KILLS + 20 : KILLS;
/** children at a time: most of an attempt is its start, in which it waits for nothing but the processor */
const SLOTS = 4;
/** share of the requests that go wrong, of each kind: 5 % together */
const RATE = 0.05 / 3;

/** Kills attempts at a random instant between their start and the time that a whole one took lately; enough of them to use up its kills. */
class Killer {
  killed = 0;
  private tried = 0;
  private readonly random = new Random(SEED, 1);
  private lately = 2000;

  follow(backfill: Backfill, child: Child): void {
    const begun = performance.now();
    const { process, attempts } = child;
    process!.once('close', (code) => {
      if (code === 0) this.lately = (this.lately + performance.now() - begun) / 2;
    });
    const delay = this.random.between(1, Math.round(this.lately));
    const reclaimed = this.random.between(0, 3) > 0;
    if (this.random.between(0, 999) > 1000 * this.share(backfill)) return;
    this.tried++;
    setTimeout(delay).then(() => {
      if (this.killed >= AIMED || child.attempts !== attempts || child.process === undefined) return;
      this.killed++;
      if (this.killed % 50 === 0) console.log(`chaos: ${this.killed} kills, ${this.slicesLeft(backfill)} slices left`);
      backfill.batch.kill(child, reclaimed);
    });
  }

  /** Of the attempts, those to kill: as many as the kills that are left need, and more, since some end before their instant comes. */
  private share(backfill: Backfill): number {
    const killsLeft = AIMED - this.killed;
    return (killsLeft / (killsLeft + this.slicesLeft(backfill))) * ((this.tried + 5) / (this.killed + 4));
  }

  private slicesLeft({ batch }: Backfill): number {
    return SLICES - batch.children.filter(({ status }) => status === 'SUCCEEDED').length;
  }
}

/** Asks `status` and `verify`, and holds what they say against the work area before and after. */
class Observer {
  observations = 0;
  partly = 0;
  private running: Promise<void> | undefined;
  private failure: unknown;
  private notBefore = 0;

  constructor(
    private readonly backfill: Backfill,
    private readonly open: OpenPlan,
    private readonly units: readonly (readonly string[])[],
  ) {}

  /** Observes once more, unless it is at it, or was a moment ago: it looks at every unit, and the children need the processor too. */
  look(): void {
    const begun = performance.now();
    if (this.running !== undefined || begun < this.notBefore) return;
    this.running = this.observe()
      .catch((error) => {
        this.failure ??= error;
      })
      .finally(() => {
        this.notBefore = performance.now() + 4 * (performance.now() - begun);
        this.running = undefined;
      });
  }

  async finish(): Promise<void> {
    await this.running;
    if (this.failure !== undefined) throw this.failure;
  }

  private async observe(): Promise<void> {
    const total = this.units.length;
    let before = this.truth();
    const status = await backfillStatus(this.open);
    let after = this.truth();
    expect(status.slices.done + status.slices.missing).toBe(total);
    expect(status.slices.done).toBeGreaterThanOrEqual(before.slices);
    expect(status.slices.done).toBeLessThanOrEqual(after.slices);
    expect(status.units.published).toBeGreaterThanOrEqual(before.published.size);
    expect(status.units.published).toBeLessThanOrEqual(after.published.size);
    expect(status.events.read).toBe(status.events.written);
    expect(status.events.read).toBeLessThanOrEqual(this.backfill.uids.length);
    before = after;
    const verified = await verifyPlan(this.open);
    after = this.truth();
    const found = new Map(verified.findings.map(({ unit, kind }) => [unit, kind]));
    for (const unit of this.units.flat()) {
      const kind = found.get(unit);
      if (kind === undefined) {
        if (verified.findingCount === verified.findings.length) expect(after.published).toContain(unit);
      } else if (kind === 'missing-unit') expect(before.committed).not.toContain(unit);
      else if (kind === 'not-published') expect(before.published).not.toContain(unit);
      else expect.unreachable(`verify finds ${kind} in ${unit}`);
    }
    if (verified.ok) expect(after.slices).toBe(total);
    this.observations++;
    if (before.slices > 0 && before.slices < total) this.partly++;
  }

  private truth(): { committed: Set<string>; published: Set<string>; slices: number } {
    const committed = new Set<string>();
    const published = new Set<string>();
    for (const key of this.backfill.s3.keys('work')) {
      const [, unit, kind] = /\/ledger\/[^/]+\/([0-9a-f]+)\.(json|published)$/.exec(key) ?? [];
      if (unit !== undefined) (kind === 'json' ? committed : published).add(unit);
    }
    const slices = this.units.filter((units) => units.every((unit) => published.has(unit))).length;
    return { committed, published, slices };
  }
}

it(
  `${KILLS} kills of the children of ${BATCHES} slices (seed ${SEED})`,
  async () => {
    const begun = performance.now();
    const killer = new Killer();
    let observer: Observer | undefined;
    const backfill: Backfill = await startBackfill(
      { batches: BATCHES, files: 3, events: 20 },
      {
        slots: SLOTS,
        s3: { seed: SEED },
        onStart: (child) => {
          killer.follow(backfill, child);
          observer?.look();
        },
      },
    );
    Object.assign(process.env, JOB_ENV);
    let open: OpenPlan | undefined;
    try {
      const { plan: uri, slices } = await plan(backfill, '--unit-bytes', '4000', '--slice-minutes', '0.001', '--vcpus', '1');
      expect(slices).toBe(SLICES);
      open = await openPlan(uri, { endpointUrl: backfill.s3.endpointUrl });
      observer = new Observer(backfill, open, await open.place.readUnitNames());
      backfill.s3.faults.add(
        { fault: slowDown(), rate: RATE },
        { fault: resetBefore(), rate: RATE },
        { fault: resetAfter(), rate: RATE },
      );
      await backfillJson(backfill, 'submit', uri, ...SUBMIT);
      for (let round = 0; ; round++) {
        await backfill.batch.idle();
        const status = await backfillJson<BackfillStatus>(backfill, 'status', uri);
        expect(status.state).not.toBe('running');
        expect(status.slices.done + status.slices.missing).toBe(slices);
        if (status.slices.missing === 0) break;
        expect(round).toBeLessThan(KILLS);
        await backfillJson(backfill, 'resume', uri);
      }
      await observer.finish();
      expect(observer.partly).toBeGreaterThan(0);
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
      const minutes = (performance.now() - begun) / 60_000;
      console.log(
        `chaos: ${killer.killed} kills, ${observer.observations} observations, ${minutes.toFixed(1)} minutes, seed ${SEED}`,
      );
      // some attempts are by chance quicker than their kills
      expect(killer.killed).toBeGreaterThanOrEqual(LONG ? KILLS : KILLS / 3);
    } finally {
      await open?.place.work.close();
      await backfill.stop();
    }
  },
  LONG ? 7_200_000 : 600_000,
);
