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

/** What keeps a plan from replacing earlier conversions, before anything is converted. */
const noReplace = (code: string, message: string, exitCode = 2) =>
  new FalconryError(`BACKFILL_REPLACE_${code}`, message, { exitCode });

export const replaceWider = (key: string, done: string, asked: string) =>
  noReplace(
    'WIDER',
    `${key} was converted for ${done}, and replacing ${asked} would take the rest of its events out of the lake; give --from and --to that hold all of it, or neither.`,
  );
export const replaceEnriched = (key: string) =>
  noReplace(
    'ENRICHED',
    `${key} was converted with --enrich, which a backfill cannot: its rows would lose host and user; use another range.`,
  );
export const replacePartial = (unit: string, file: string) =>
  noReplace(
    'PARTIAL',
    `The unit ${unit} of the lake was made from ${file} too, which is not among the archive's files of this plan as it was then; give --archive, --template and --probe as for its plan, and restore the file if it is gone.`,
  );
export const replaceUnpublished = (unit: string) =>
  noReplace(
    'UNPUBLISHED',
    `The unit ${unit} is committed and not yet published; finish what made it first: "falconry backfill resume", "falconry convert" or "falconry replay".`,
    1,
  );
export const replaceReplayed = (replay: string, unit: string, asked: string) =>
  noReplace(
    'REPLAYED',
    `Quarantined lines of the unit ${unit} were replayed as ${replay}, and became events outside ${asked}; give --from and --to that hold them.`,
  );
export const replaceMixed = (mixed: readonly { key: string; other: string }[]) => {
  const [{ key, other }, ...more] = mixed as [{ key: string; other: string }];
  const others = more.length === 0 ? '' : ` (and ${more.length} more)`;
  return noReplace(
    'MIXED',
    `Compaction has merged events to be replaced with others in ${key}${others}, such as those of ${other}; give --from and --to that begin and end with days and hold all that was converted for these.`,
  );
};
export const replaceUnfinished = (source: string, day: string) =>
  noReplace(
    'COMPACTING',
    `A compaction of ${source} on ${day} is not at its end, and its objects are to be replaced; run "falconry compact" on that day, then this again.`,
    1,
  );
export const replaceContended = (partition: string) =>
  noReplace('CONTENDED', `Compactions of ${partition} were quicker each time; run this again when they are done.`, 1);
export const notAReplace = (uri: string) =>
  usage(
    'BACKFILL_NO_REPLACE',
    `The plan ${uri} replaces nothing: there is nothing to retire; only one made with --replace has this step.`,
  );
export const notConverted = (uri: string, findings: number, example: string) =>
  new FalconryError(
    'BACKFILL_NOT_WHOLE',
    `Nothing was retired: what takes its place is not whole in ${findings} ${findings === 1 ? 'point' : 'points'} (${example}); use "falconry backfill status ${uri}", then "falconry backfill resume".`,
  );
