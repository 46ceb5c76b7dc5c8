/** Units to slices: what one Batch child converts. Pure. */
import type { Amount } from './estimate.js';

export interface SliceLimits {
  /** seconds a slice aims at */
  aim: number;
  /** seconds below which the last slice joins the one before it */
  least: number;
  /** seconds that no slice of several units exceeds */
  most: number;
  /** files that no slice of several units exceeds: a slice's list is read whole */
  files: number;
}

/** AWS advises 3 to 5 minutes a job at least, and 30 at most on Spot. */
export const DEFAULT_SLICE_LIMITS: SliceLimits = { aim: 600, least: 180, most: 1800, files: 100_000 };

export interface SliceDraft<Unit> extends Amount {
  units: Unit[];
  /** estimated seconds of work */
  seconds: number;
}

/**
 * Groups units, in the order they come, into slices of about `aim` seconds. Every unit is in exactly one slice; the same units give the
 * same slices. Holds two slices.
 *
 * @param secondsOf the estimate of an amount; additive
 */
export async function* streamSlices<Unit extends Amount>(
  units: Iterable<Unit> | AsyncIterable<Unit>,
  secondsOf: (amount: Amount) => number,
  limits: SliceLimits = DEFAULT_SLICE_LIMITS,
): AsyncGenerator<SliceDraft<Unit>, void, void> {
  let held: SliceDraft<Unit> | undefined;
  let open: SliceDraft<Unit> | undefined;
  for await (const unit of units) {
    const { files } = unit;
    const seconds = secondsOf(unit);
    if (open && (open.seconds + seconds > limits.aim || open.files + files > limits.files)) {
      if (held) yield held;
      held = open;
      open = undefined;
    }
    open ??= { units: [], bytes: 0, files: 0, seconds: 0 };
    open.units.push(unit);
    open.bytes += unit.bytes;
    open.files += files;
    open.seconds += seconds;
  }
  if (held && open && open.seconds < limits.least && fitsTogether(held, open, limits)) {
    held.units.push(...open.units);
    held.bytes += open.bytes;
    held.files += open.files;
    held.seconds += open.seconds;
    open = undefined;
  }
  if (held) yield held;
  if (open) yield open;
}

function fitsTogether(a: SliceDraft<unknown>, b: SliceDraft<unknown>, { most, files }: SliceLimits): boolean {
  return a.seconds + b.seconds <= most && a.files + b.files <= files;
}
