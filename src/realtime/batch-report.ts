/** What became of a batch of notices: counts that add up. */
import { addCounts, type Counts, noCounts } from '../convert/counts.js';
import { addOutcomes, checkOutcomes, type Ledger, noOutcomes, type Outcomes } from '../convert/ledger.js';
import { PASSED_OVER, type PassedOver } from './input.js';
import type { ObjectConversion } from './object-converter.js';

/** What can become of an object that a notice names; `postponed`: there was no time left for it. */
export type ObjectOutcome = ObjectConversion['how'] | PassedOver | 'failed' | 'postponed';

const OBJECT_OUTCOMES: readonly ObjectOutcome[] = ['converted', 'finished', 'known', ...PASSED_OVER, 'failed', 'postponed'];

/** Of the files that were converted now. */
export interface ConvertedSums {
  events: Outcomes;
  /** quarantined lines by reason */
  quarantine: Counts;
  /** files converted up to a damage */
  damaged: number;
  written: { objects: number; bytes: number };
  /** where a catalog is named; `registered`: that it did not have before */
  partitions?: { registered: number };
}

export interface BatchReport extends ConvertedSums {
  /** received = done + returned. `test`: of those done, S3's test events */
  notices: { received: number; done: number; returned: number; test: number };
  /** noticed = the sum of the outcomes */
  objects: { noticed: number } & Record<ObjectOutcome, number>;
  /** records of removals and the like, which bring no object */
  otherEvents: number;
  /** objects that are no longer those of their notice; what lies there now was converted, or known */
  replaced: number;
  seconds: number;
}

export function newBatchReport(): BatchReport {
  const outcomes = Object.fromEntries(OBJECT_OUTCOMES.map((name) => [name, 0])) as Record<ObjectOutcome, number>;
  return {
    notices: { received: 0, done: 0, returned: 0, test: 0 },
    objects: { noticed: 0, ...outcomes },
    otherEvents: 0,
    replaced: 0,
    ...nothingConverted(),
    seconds: 0,
  };
}

export const nothingConverted = (): ConvertedSums => ({
  events: noOutcomes(),
  quarantine: noCounts(),
  damaged: 0,
  written: { objects: 0, bytes: 0 },
});

export function addConverted(report: ConvertedSums, { outcomes, quarantine, files, objects }: Ledger): void {
  addOutcomes(report.events, outcomes);
  addCounts(report.quarantine, quarantine);
  report.damaged += files.filter(({ damage }) => damage !== undefined).length;
  report.written.objects += objects.length;
  for (const { bytes } of objects) report.written.bytes += bytes;
}

/** Every notice and every object is accounted for; anything else is a bug. */
export function checkBatch({ notices, objects, events }: BatchReport): void {
  checkOutcomes(events, 'the batch');
  const { received, done, returned } = notices;
  if (received !== done + returned) throw new Error(`${received} notices received, but ${done} done + ${returned} returned`);
  const settled = OBJECT_OUTCOMES.reduce((sum, name) => sum + objects[name], 0);
  if (objects.noticed !== settled) throw new Error(`${objects.noticed} objects noticed, but ${settled} settled`);
}
