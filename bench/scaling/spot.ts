/** A backfill on machines that are taken back: every slice begins anew on the next. Simulated, and by its closed form. Pure. */
import { Random } from '../../src/sample/random.js';

export interface SpotRun {
  /** by the clock */
  seconds: number;
  attempts: number;
  /** seconds of jobs whose work was lost */
  lostSeconds: number;
  /** attempts of the slice that had most */
  mostAttempts: number;
}

/**
 * Jobs take slices one after the other; each attempt is cut short if its machine is taken back first, which happens at random, always
 * alike (an exponential wait). AWS tries a reclaimed child again at once.
 *
 * @param sliceSeconds start and work of an attempt that is left alone
 * @param reclaimsPerHour of a machine
 * @param seed the same seed gives the same run
 */
export function simulateSpot(
  slices: number,
  sliceSeconds: number,
  jobsAtOnce: number,
  reclaimsPerHour: number,
  seed: number,
): SpotRun {
  const random = new Random(seed, 0);
  const perSecond = reclaimsPerHour / 3600;
  const free = new Float64Array(Math.min(jobsAtOnce, slices));
  const run: SpotRun = { seconds: 0, attempts: 0, lostSeconds: 0, mostAttempts: 0 };
  for (let slice = 0; slice < slices; slice++) {
    let job = 0;
    for (let other = 1; other < free.length; other++) if (free[other]! < free[job]!) job = other;
    for (let attempts = 1; ; attempts++) {
      run.attempts++;
      run.mostAttempts = Math.max(run.mostAttempts, attempts);
      const left = perSecond === 0 ? Number.POSITIVE_INFINITY : -Math.log(1 - random.fraction()) / perSecond;
      if (left >= sliceSeconds) break;
      free[job]! += left;
      run.lostSeconds += left;
    }
    free[job]! += sliceSeconds;
    run.seconds = Math.max(run.seconds, free[job]!);
  }
  return run;
}

/** Expected seconds of jobs until a slice is done, lost attempts counted: (e^(λd) - 1) / λ. */
export function expectedSeconds(sliceSeconds: number, reclaimsPerHour: number): number {
  const perSecond = reclaimsPerHour / 3600;
  return perSecond === 0 ? sliceSeconds : Math.expm1(perSecond * sliceSeconds) / perSecond;
}
