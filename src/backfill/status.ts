/** `backfill status`: how far a backfill is, from the work area; and why jobs failed, from AWS Batch too. Reads only. */
import { addOutcomes, noOutcomes, type Outcomes, readUnitStates } from '../convert/ledger.js';
import { journalPrefix, markKey } from '../lake/journal.js';
import type { Batch, JobState } from './batch-client.js';
import { inOrder } from './in-order.js';
import { DoneSchema, FailureSchema, type OpenPlan, type Plan, sizeOfClaims, sliceName } from './plan-file.js';
import { jobStates, notedJobs } from './submit.js';

export interface BackfillStatus {
  plan: string;
  /**
   * `planned`: not submitted; `running`: jobs are waiting or running; `incomplete`: none is, and slices are missing; `converted`: all is in
   * the lake, beside what it replaces
   */
  state: 'planned' | 'running' | 'incomplete' | 'converted' | 'complete';
  /** done: all units published. total = done + missing */
  slices: { total: number; done: number; missing: number };
  /** `committed` ones are not yet published; `resume` finishes them */
  units: { total: number; published: number; committed: number };
  /** units of this plan that a later one has replaced */
  replacedUnits: number;
  /** of a plan that replaces others: what leaves the lake, and the objects that are deleted already */
  replace?: { units: number; objects: number; rows: number; retiredObjects: number; done: boolean };
  /** compressed; done: of the units of slices that are done */
  bytes: { total: number; done: number };
  /** of the slices that are done */
  events: Outcomes;
  damagedFiles: number;
  objects: number;
  writtenBytes: number;
  /** undefined where AWS Batch was not asked */
  jobs?: { waiting: number; running: number; succeeded: number; failed: number };
  /** with so many jobs as run now, at the speed of the slices that are done; undefined where none runs */
  secondsLeft?: number;
  /** failed attempts of slices that are still missing, by what the job said, and what Batch says of failed children */
  failures: Record<string, { count: number; example: string }>;
}

const READS = 16;

/** @param batch left out: the jobs' states are not asked for */
export async function backfillStatus(open: OpenPlan, batch?: Batch): Promise<BackfillStatus> {
  const { plan, place } = open;
  // jobs first: a job that ends in between has its units in the listing that follows
  const states = batch === undefined ? undefined : await jobStates(open, batch);
  const submitted = (await place.readSubmissions()).length > 0;
  const { committed, published, retired } = await readUnitStates(place.work, plan.lakeId);
  const names = await place.readUnitNames();
  const done = names.map((units) => units.every((unit) => published.has(unit)));
  const all = names.flat();
  const status: BackfillStatus = {
    plan: place.uri,
    state: 'planned',
    slices: { total: names.length, done: 0, missing: 0 },
    units: {
      total: all.length,
      published: all.filter((unit) => published.has(unit)).length,
      committed: all.filter((unit) => committed.has(unit) && !published.has(unit)).length,
    },
    replacedUnits: all.filter((unit) => retired.has(unit)).length,
    bytes: { total: plan.bytes, done: 0 },
    events: noOutcomes(),
    damagedFiles: 0,
    objects: 0,
    writtenBytes: 0,
    failures: {},
  };
  for (const [slice, isDone] of done.entries()) {
    if (isDone) status.slices.done++;
    else status.slices.missing++;
    if (isDone) status.bytes.done += plan.slices[slice]!.bytes;
  }
  const speed = await addDone(open, done, status);
  await addFailures(open, done, status);
  if (states !== undefined) {
    status.jobs = sumStates(states);
    const left = plan.slices.reduce((sum, { seconds }, slice) => (done[slice] ? sum : sum + seconds), 0);
    if (status.jobs.running > 0 && status.slices.missing > 0) status.secondsLeft = (left * speed) / status.jobs.running;
    if (batch !== undefined) await addBatchFailures(open, batch, done, states, status);
  }
  const active = (status.jobs?.waiting ?? 0) + (status.jobs?.running ?? 0) > 0;
  if (plan.replace !== undefined) status.replace = await replaceState(open, plan.replace);
  if (status.slices.missing === 0 && (submitted || status.replace === undefined)) {
    status.state = (status.replace?.done ?? true) ? 'complete' : 'converted';
  } else if (active) status.state = 'running';
  else if (submitted) status.state = 'incomplete';
  return status;
}

/** Claims are counted as the journals' marks have them; one listing. */
async function replaceState(
  { plan, place }: OpenPlan,
  planned: NonNullable<Plan['replace']>,
): Promise<NonNullable<BackfillStatus['replace']>> {
  const retired = await place.readRetired();
  if (retired !== undefined) {
    const { units, objects, rows } = retired;
    return { units, objects, rows, retiredObjects: objects, done: true };
  }
  const claims = await place.readClaims();
  const { units } = planned;
  // compaction may have merged some since the plan was made
  const { objects, rows } = claims === undefined ? planned : sizeOfClaims(claims);
  const marks = new Set<string>();
  if (claims !== undefined) {
    for await (const { key } of place.work.list(journalPrefix(plan.lakeId))) if (key.endsWith('.deleted')) marks.add(key);
  }
  const gone = (claims ?? []).filter(({ journal, number }) => marks.has(markKey(journal, number, 'deleted')));
  return { units, objects, rows, retiredObjects: sizeOfClaims(gone).objects, done: false };
}

/**
 * A slice whose job died between its last unit and its record counts as done, with its events still to be told.
 *
 * @returns the seconds that slices took to those that were expected
 */
async function addDone({ plan, place }: OpenPlan, done: readonly boolean[], status: BackfillStatus): Promise<number> {
  let [taken, expected] = [0, 0];
  const slices = done.flatMap((isDone, slice) => (isDone ? [slice] : []));
  const read = (slice: number) => place.readIfThere(`done/${sliceName(slice)}.json`, DoneSchema);
  for await (const record of inOrder(slices, READS, read)) {
    if (record === undefined) continue;
    addOutcomes(status.events, record.outcomes);
    status.damagedFiles += record.damagedFiles;
    status.objects += record.objects;
    status.writtenBytes += record.bytes.written;
    taken += record.seconds;
    expected += plan.slices[record.slice]!.seconds;
  }
  return expected > 0 ? taken / expected : 1;
}

async function addFailures({ place }: OpenPlan, done: readonly boolean[], status: BackfillStatus): Promise<void> {
  const names = (await place.list('failures/')).filter((name) => !done[Number(/(\d+)-/.exec(name)?.[1])]);
  for await (const failure of inOrder(names, READS, (name) => place.read(name, FailureSchema))) {
    addFailure(status, failure.code, failure.message);
  }
}

async function addBatchFailures(
  open: OpenPlan,
  batch: Batch,
  done: readonly boolean[],
  states: readonly JobState[],
  status: BackfillStatus,
): Promise<void> {
  const failed = new Set(states.flatMap(({ id, failed: count }) => (count > 0 ? [id] : [])));
  for (const { id, submission, offset, size } of await notedJobs(open)) {
    if (!failed.has(id)) continue;
    for (const { index, reason } of await batch.failures(id, size)) {
      const slice = submission.slices[offset + index]!;
      if (!done[slice]) addFailure(status, reason, `slice ${slice}`);
    }
  }
}

function addFailure({ failures }: BackfillStatus, reason: string, example: string): void {
  failures[reason] ??= { count: 0, example };
  failures[reason].count++;
}

function sumStates(states: readonly JobState[]): NonNullable<BackfillStatus['jobs']> {
  const sum = { waiting: 0, running: 0, succeeded: 0, failed: 0 };
  for (const state of states) for (const name of Object.keys(sum) as (keyof typeof sum)[]) sum[name] += state[name];
  return sum;
}
