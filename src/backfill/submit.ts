/** `backfill submit`, `resume` and `cancel`: slices to array jobs. A command that breaks off can be given again. */
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { PRODUCT_VERSION } from '../convert/definitions.js';
import { ledgerPrefix, readUnitStates } from '../convert/ledger.js';
import { releaseLastingLock, takeLastingLock } from '../convert/work-lock.js';
import { FalconryError } from '../error.js';
import type { Batch, JobState } from './batch-client.js';
import { alreadySubmitted, jobsRunning, notSubmitted, planStale } from './errors.js';
import { ledgersDigest } from './plan.js';
import type { Claimed, OpenPlan, Plan, Submission } from './plan-file.js';
import { checkUntouched, noteCancelled } from './untouched.js';
import { ReplacedObjects } from './write-claims.js';

/** AWS's own bounds of an array. */
const ARRAY_MOST = 10_000;

/** As the image has it, from its working folder. */
const JOB = ['node', 'dist/jobs/convert-slice.js'] as const;

export interface SubmitOptions {
  queue: string;
  jobDefinition: string;
  /** of a child, 1 to 10 */
  attempts: number;
  /** `s3` endpoint that the jobs use, if not AWS's own */
  endpointUrl: string | undefined;
}

export interface Submitted {
  plan: string;
  submission: number;
  slices: number;
  jobs: { id: string; name: string; size: number }[];
  /** whether the plan replaces earlier conversions: `retire` comes before `verify` */
  replaces: boolean;
}

const JobSchema = z.object({ id: z.string() });

/** Cuts so many slices into arrays of 2 to 10,000 children, as even as they go; one slice is a plain job (size 1). Pure. */
export function cutArrays(slices: number): { offset: number; size: number }[] {
  const arrays = Math.ceil(slices / ARRAY_MOST);
  const cut = (i: number) => Math.round((slices * i) / arrays);
  return Array.from({ length: arrays }, (_, i) => ({ offset: cut(i), size: cut(i + 1) - cut(i) }));
}

const holderOf = (plan: Plan) => `backfill ${plan.id}`;

/** @throws BACKFILL_SUBMITTED, BACKFILL_PLAN_STALE, BACKFILL_REPLACE_…, WORK_LOCKED, BACKFILL_BATCH */
export async function submitPlan(open: OpenPlan, batch: Batch, options: SubmitOptions): Promise<Submitted> {
  const { plan, place } = open;
  const submissions = await place.readSubmissions();
  if (submissions.length > 1 || (submissions[0] && (await isNoted(open, submissions[0])))) throw alreadySubmitted(place.uri);
  await retakeLock(open);
  // one that was refused before, for its queue or definition, is written again
  if (submissions.length === 0) await checkFresh(open);
  await claimReplaced(open);
  const submission = await newSubmission(open, 1, [...plan.slices.keys()], options);
  return sendJobs(open, batch, submission, options);
}

/**
 * Submits the slices that are not done.
 *
 * @returns undefined where none is missing
 * @throws BACKFILL_NOT_SUBMITTED, BACKFILL_RUNNING, BACKFILL_PLAN_STALE, WORK_LOCKED, BACKFILL_BATCH
 */
export async function resumePlan(open: OpenPlan, batch: Batch, options: Partial<SubmitOptions>): Promise<Submitted | undefined> {
  const { plan, place } = open;
  const submissions = await place.readSubmissions();
  const last = submissions.at(-1);
  if (last === undefined) throw notSubmitted(place.uri);
  const filled: SubmitOptions = {
    queue: options.queue ?? last.queue,
    jobDefinition: options.jobDefinition ?? last.jobDefinition,
    attempts: options.attempts ?? 10,
    endpointUrl: options.endpointUrl,
  };
  const noted = await isNoted(open, last);
  if (noted && (await missingSlices(open)).length === 0 && !needsClaims(plan, await place.readClaims())) return undefined;
  await retakeLock(open);
  await claimReplaced(open);
  if (!noted) return sendJobs(open, batch, last, filled);
  const unfinished = (await jobStates(open, batch)).reduce((sum, { waiting, running }) => sum + waiting + running, 0);
  if (unfinished > 0) throw jobsRunning(unfinished);
  const missing = await missingSlices(open);
  if (missing.length === 0) return undefined;
  return sendJobs(open, batch, await newSubmission(open, last.number + 1, missing, filled), filled);
}

/**
 * Stops all jobs of a plan and gives the lake's lock back when none is running any more. What is committed stays, and `resume` goes on.
 * Where nothing is, what the plan was to replace is as before; else it stays claimed, beside what takes its place.
 *
 * @param patience ms to wait for jobs to end
 * @returns children that were stopped, and those that still run: the lock is then kept, and `cancel` has to be given again
 */
export async function cancelPlan(
  open: OpenPlan,
  batch: Batch,
  patience = 120_000,
): Promise<{ stopped: number; running: number }> {
  const { plan, place } = open;
  const until = Date.now() + patience;
  const active = (states: readonly JobState[]) => states.filter(({ waiting, running }) => waiting + running > 0);
  let left = active(await jobStates(open, batch));
  const stopped = left.reduce((sum, { waiting, running }) => sum + waiting + running, 0);
  for (const { id } of left) await batch.terminate(id, 'falconry backfill cancel');
  while (left.length > 0 && Date.now() < until) {
    await sleep(Math.min(1000, patience / 10));
    left = active(await jobStates(open, batch));
  }
  if (left.length === 0) {
    await noteCancelled(open);
    if (plan.replace !== undefined && !(await hasCommitted(open))) await releaseReplaced(open);
    await releaseLastingLock(place.work, plan.lakeId, holderOf(plan));
  }
  return { stopped, running: left.reduce((sum, { waiting, running }) => sum + waiting + running, 0) };
}

/** Gives the lake's lock back: for a backfill that is whole. */
export async function finishPlan({ plan, place }: OpenPlan): Promise<void> {
  await releaseLastingLock(place.work, plan.lakeId, holderOf(plan));
}

/**
 * For who holds the lake's lock: nothing was converted into it since the plan was made. Else the lock is given back.
 *
 * @throws BACKFILL_PLAN_STALE
 */
async function checkFresh({ plan, place }: OpenPlan): Promise<void> {
  const units = new Set((await place.readUnitNames()).flat());
  if ((await ledgersDigest(place.work, plan.lakeId, units)) === plan.ledgers) return;
  await releaseReplaced({ plan, place });
  await releaseLastingLock(place.work, plan.lakeId, holderOf(plan));
  throw planStale(place.uri);
}

const needsClaims = ({ replace }: Plan, claims: readonly Claimed[] | undefined) => replace !== undefined && claims === undefined;

/**
 * Claims what the plan replaces, where it does and has not yet. Can be repeated.
 *
 * @throws BACKFILL_REPLACE_…; nothing is claimed then, and the lock is given back
 */
async function claimReplaced(open: OpenPlan): Promise<void> {
  const { plan, place } = open;
  if (!needsClaims(plan, await place.readClaims())) return;
  try {
    await place.write('claims.json', await (await replacedBy(open)).claim());
  } catch (error) {
    if (error instanceof FalconryError && error.code.startsWith('BACKFILL_REPLACE_')) {
      await releaseReplaced(open);
      await releaseLastingLock(place.work, plan.lakeId, holderOf(plan));
    }
    throw error;
  }
}

async function releaseReplaced({ plan, place }: OpenPlan): Promise<void> {
  if (plan.replace === undefined) return;
  await place.work.delete(place.key('claims.json'));
  await (await replacedBy({ plan, place })).release();
}

async function replacedBy({ plan, place }: OpenPlan): Promise<ReplacedObjects> {
  const units = await place.readReplaced();
  return ReplacedObjects.read(place.work, plan.lakeId, { plan: plan.id, productVersion: PRODUCT_VERSION, units });
}

/** A plan without units has all of it from before. */
async function hasCommitted({ plan, place }: OpenPlan): Promise<boolean> {
  const { committed } = await readUnitStates(place.work, plan.lakeId);
  return plan.units === 0 || (await place.readUnitNames()).flat().some((unit) => committed.has(unit));
}

/** Slices of which not all units are published, by one listing. */
export async function missingSlices({ plan, place }: OpenPlan): Promise<number[]> {
  const published = await publishedUnits({ plan, place });
  const units = await place.readUnitNames();
  return units.flatMap((names, slice) => (names.every((unit) => published.has(unit)) ? [] : [slice]));
}

export async function publishedUnits({ plan, place }: OpenPlan): Promise<Set<string>> {
  const prefix = ledgerPrefix(plan.lakeId);
  const published = new Set<string>();
  for await (const { key } of place.work.list(prefix)) {
    if (key.endsWith('.published')) published.add(key.slice(prefix.length, -'.published'.length));
  }
  return published;
}

/** The states of all jobs that were submitted for a plan, in the order of submission. */
export async function jobStates(open: OpenPlan, batch: Batch): Promise<JobState[]> {
  const jobs = await notedJobs(open);
  return batch.describe(jobs.map(({ id }) => id));
}

export interface NotedJob {
  id: string;
  submission: Submission;
  offset: number;
  size: number;
}

export async function notedJobs({ place }: OpenPlan): Promise<NotedJob[]> {
  const submissions = await place.readSubmissions();
  const jobs: NotedJob[] = [];
  for (const submission of submissions) {
    for (const { name, offset, size } of submission.jobs) {
      const noted = await place.readIfThere(`jobs/${name}.json`, JobSchema);
      if (noted !== undefined) jobs.push({ id: noted.id, submission, offset, size });
    }
  }
  return jobs;
}

async function isNoted({ place }: OpenPlan, submission: Submission): Promise<boolean> {
  for (const { name } of submission.jobs) if ((await place.work.head(place.key(`jobs/${name}.json`))) === undefined) return false;
  return true;
}

/**
 * Takes the lake's lock, which the plan may hold or may have given back; in the latter case what came meanwhile is looked at.
 *
 * @throws WORK_LOCKED; BACKFILL_PLAN_STALE, and the lock is given back
 */
export async function retakeLock(open: OpenPlan): Promise<void> {
  await takeLock(open);
  try {
    await checkUntouched(open);
  } catch (error) {
    if ((error as { code?: string }).code === 'BACKFILL_PLAN_STALE') {
      await releaseLastingLock(open.place.work, open.plan.lakeId, holderOf(open.plan));
    }
    throw error;
  }
}

async function takeLock({ plan, place }: OpenPlan): Promise<void> {
  const by = `the backfill ${place.uri}; end it with "falconry backfill verify" when it is done, or "falconry backfill cancel"`;
  await takeLastingLock(place.work, plan.lakeId, holderOf(plan), by);
}

async function newSubmission(
  { plan, place }: OpenPlan,
  number: number,
  slices: number[],
  options: SubmitOptions,
): Promise<Submission> {
  const jobs = cutArrays(slices.length).map((array, i) => ({ name: `falconry-${plan.id}-${number}-${i + 1}`, ...array }));
  const { queue, jobDefinition } = options;
  const submission: Submission = { number, slices, jobs, queue, jobDefinition };
  await place.write(nameOf(number), submission);
  return submission;
}

const nameOf = (number: number) => `submissions/${String(number).padStart(4, '0')}.json`;

/** Jobs that are noted are not sent again; one that was sent and not noted is found by its name. */
async function sendJobs(open: OpenPlan, batch: Batch, submission: Submission, options: SubmitOptions): Promise<Submitted> {
  const { plan, place } = open;
  const jobs: Submitted['jobs'] = [];
  for (const { name, offset, size } of submission.jobs) {
    const noted = await place.readIfThere(`jobs/${name}.json`, JobSchema);
    const id =
      noted?.id ??
      (await batch.find(submission.queue, name)) ??
      (await batch.submit({
        name,
        queue: submission.queue,
        jobDefinition: submission.jobDefinition,
        size,
        command: commandOf(open, submission, offset, options),
        vcpus: plan.vcpus,
        // DESIGN's budget: 1.5 GiB, and 1 GiB a worker
        memoryMiB: 1536 + 1024 * plan.vcpus,
        attempts: options.attempts,
        timeoutSeconds: timeoutOf(submission.slices.map((slice) => plan.slices[slice]!.seconds)),
      }));
    if (noted === undefined) await place.write(`jobs/${name}.json`, { id });
    jobs.push({ id, name, size });
  }
  const replaces = plan.replace !== undefined;
  return { plan: place.uri, submission: submission.number, slices: submission.slices.length, jobs, replaces };
}

function commandOf({ plan, place }: OpenPlan, { number }: Submission, offset: number, { endpointUrl }: SubmitOptions): string[] {
  return [
    ...JOB,
    ...[place.uriOf(nameOf(number)), '--offset', String(offset), '--region', plan.options.region],
    ...(endpointUrl === undefined ? [] : ['--endpoint-url', endpointUrl]),
  ];
}

/** A job that Batch ends for its time is not tried again, so the time is generous: an hour, or six times the longest slice. */
function timeoutOf(seconds: readonly number[]): number {
  return Math.max(3600, Math.ceil(6 * seconds.reduce((most, each) => Math.max(most, each), 0)));
}
