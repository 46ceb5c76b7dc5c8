/** What a pull did: counts that add up. */
import { checkOutcomes } from '../convert/ledger.js';
import type { ErrorRecord } from '../error.js';
import { type ConvertedSums, nothingConverted } from './batch-report.js';

/**
 * What can become of a file of a batch. `copied`, `converted`: now; `finished`: committed by an attempt that died, published now; `known`:
 * it was there already; `passedOver`: no file of an archive; `returned`: not done before the stop.
 */
export const FILE_OUTCOMES = ['copied', 'converted', 'finished', 'known', 'passedOver', 'failed', 'returned'] as const;
export type FileOutcome = (typeof FILE_OUTCOMES)[number];

export interface PullFailure extends Pick<ErrorRecord, 'code' | 'message'> {
  /** the message's id */
  id: string;
  /** the file's key, where it was one file */
  file?: string;
}

export interface PullReport extends ConvertedSums {
  queue: string;
  /** where to */
  to?: string;
  lake?: string;
  /** received = done + failed + returned. Failed ones are left in the queue and come again. */
  messages: { received: number; done: number; failed: number; returned: number };
  /** noticed = the sum of the outcomes */
  files: { noticed: number } & Record<FileOutcome, number>;
  /** compressed, of what was copied or converted */
  bytes: number;
  /** the first hundred */
  failures: PullFailure[];
  stopped: boolean;
  seconds: number;
}

const FAILURES = 100;

export function newPullReport(base: Pick<PullReport, 'queue' | 'to' | 'lake'>): PullReport {
  const outcomes = Object.fromEntries(FILE_OUTCOMES.map((name) => [name, 0])) as Record<FileOutcome, number>;
  return {
    ...base,
    messages: { received: 0, done: 0, failed: 0, returned: 0 },
    files: { noticed: 0, ...outcomes },
    bytes: 0,
    ...nothingConverted(),
    failures: [],
    stopped: false,
    seconds: 0,
  };
}

export function addFailure(report: PullReport, failure: PullFailure): void {
  if (report.failures.length < FAILURES) report.failures.push(failure);
}

/** Every message and every file is accounted for; anything else is a bug. */
export function checkPull({ messages, files, events }: PullReport): void {
  checkOutcomes(events, 'the pull');
  const { received, done, failed, returned } = messages;
  if (received !== done + failed + returned) {
    throw new Error(`${received} messages received, but ${done} done + ${failed} failed + ${returned} returned`);
  }
  const settled = FILE_OUTCOMES.reduce((sum, name) => sum + files[name], 0);
  if (files.noticed !== settled) throw new Error(`${files.noticed} files noticed, but ${settled} settled`);
}
