/** The errors of a backfill. */
import { FalconryError } from '../error.js';

const usage = (code: string, message: string, cause?: unknown) => new FalconryError(code, message, { exitCode: 2, cause });

export const badTemplate = (template: string, why: string) =>
  usage('BACKFILL_BAD_TEMPLATE', `--template: "${template}" cannot be used: ${why}; one looks like fdr/{yyyy}/{MM}/{dd}/.`);
export const badInventory = (uri: string, why: string, cause?: unknown) =>
  usage('BACKFILL_BAD_INVENTORY', `The S3 Inventory manifest ${uri} cannot be used: ${why}.`, cause);
export const crossRegion = (archive: string, region: string, lakeRegion: string) =>
  usage(
    'BACKFILL_CROSS_REGION',
    `The archive ${archive} is in ${region}, the lake in ${lakeRegion}, and AWS charges each byte between them: run in ${region}, or give --archive-region ${region} --allow-cross-region.`,
  );
export const localWork = (uri: string) =>
  usage(
    'BACKFILL_WORK_NEEDED',
    `A backfill's jobs share their state in S3, and ${uri} is a folder of this machine: give --work s3://….`,
  );
export const localPlace = (what: string, uri: string) =>
  usage('BACKFILL_LOCAL_PLACE', `The jobs of a backfill cannot reach the ${what} ${uri}, a folder of this machine: give s3://….`);
export const emptyPlan = (archive: string, why: string) =>
  usage('BACKFILL_EMPTY', `There is nothing to convert in ${archive}: ${why}.`);
export const notAPlan = (uri: string, why: string, cause?: unknown) =>
  usage('BACKFILL_NO_PLAN', `${uri} is no backfill's plan: ${why}; give the URI that "falconry backfill plan" printed.`, cause);
export const planFormat = (uri: string, format: unknown) =>
  usage(
    'BACKFILL_PLAN_VERSION',
    `The plan ${uri} has format ${JSON.stringify(format)}, which this version does not read; make it again with "falconry backfill plan".`,
  );
export const planOutdated = (uri: string, what: string, planned: string, here: string) =>
  usage(
    'BACKFILL_PLAN_OUTDATED',
    `The plan ${uri} was made with ${what} ${planned}, and this version has ${here}, which would make other objects; plan again, or run the image of that version.`,
  );
export const planStale = (uri: string) =>
  new FalconryError(
    'BACKFILL_PLAN_STALE',
    `Something was converted into the lake since ${uri} was made, so that files might be converted twice; make the plan again.`,
  );
export const brokenFile = (what: string, uri: string, cause: unknown) =>
  new FalconryError('BACKFILL_BROKEN', `The ${what} ${uri} cannot be read; make the plan again.`, { exitCode: 65, cause });
export const inputChanged = (slice: number, key: string, gone: boolean, cause: unknown) =>
  new FalconryError(
    'BACKFILL_INPUT_CHANGED',
    `input-changed: slice ${slice}: ${key} ${gone ? 'is gone' : 'has changed'} since the plan was made; plan again.`,
    { exitCode: 65, cause },
  );
export const noSlice = (slice: number, slices: number) =>
  usage('BACKFILL_NO_SLICE', `There is no slice ${slice}: the submission has ${slices}; check the array's size and offset.`);
export const notSubmitted = (uri: string) =>
  new FalconryError('BACKFILL_NOT_SUBMITTED', `The plan ${uri} was not submitted; use "falconry backfill submit".`);
export const alreadySubmitted = (uri: string) =>
  new FalconryError(
    'BACKFILL_SUBMITTED',
    `The plan ${uri} was submitted before; use "falconry backfill resume" for what is missing.`,
  );
export const jobsRunning = (count: number) =>
  new FalconryError(
    'BACKFILL_RUNNING',
    `${count} of this backfill's jobs are not done yet; wait for them, or stop them with "falconry backfill cancel".`,
  );
export const batchError = (doing: string, why: string, cause: unknown) =>
  new FalconryError('BACKFILL_BATCH', `AWS Batch cannot ${doing}: ${why}.`, { cause });
