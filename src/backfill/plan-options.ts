/** What `backfill plan` is told. */
import { z } from 'zod';
import { optionInvalid } from '../convert/errors.js';
import { type ConvertOptions, type FilledOptions, fillOptions } from '../convert/options.js';
import { isS3Uri } from '../store/open.js';
import { crossRegion, localPlace, localWork } from './errors.js';
import { DEFAULT_RATES, type Rates } from './estimate.js';
import { DEFAULT_SLICE_LIMITS, type SliceLimits } from './slices.js';

const number = (least: number, most: number) => z.coerce.number().min(least).max(most);

export const BackfillOptionsSchema = z.strictObject({
  /** manifest.json of an S3 Inventory, in place of listing */
  inventory: z.string().optional(),
  template: z.string().optional(),
  /** reconverts what earlier conversions of other mappings hold of the range, to retire it afterwards */
  replace: z.boolean().default(false),
  probe: z.boolean().default(false),
  byLastModified: z.boolean().default(false),
  slackHours: number(0, 24 * 365).default(24),
  allowCrossRegion: z.boolean().default(false),
  vcpus: number(1, 64).default(DEFAULT_RATES.vcpus),
  mibPerSecond: number(0.01, 10_000).default(DEFAULT_RATES.bytesPerSecond / 1024 / 1024),
  sliceMinutes: number(0.001, 30).default(DEFAULT_SLICE_LIMITS.aim / 60),
  secondsPerFile: number(0, 3600).default(DEFAULT_RATES.secondsPerFile),
  startSeconds: number(0, 3600).default(DEFAULT_RATES.startSeconds),
  dollarsPerVcpuHour: number(0, 100).default(DEFAULT_RATES.dollarsPerVcpuHour),
  dollarsPerThousandGets: number(0, 100).default(DEFAULT_RATES.dollarsPerThousandGets),
  dollarsPerThousandPuts: number(0, 100).default(DEFAULT_RATES.dollarsPerThousandPuts),
  objectsPerUnit: number(0, 10_000).default(DEFAULT_RATES.objectsPerUnit),
  jobsAtOnce: number(1, 100_000).default(100),
});
export type BackfillOptions = z.input<typeof BackfillOptionsSchema>;

export interface FilledBackfill {
  convert: FilledOptions;
  /** as they were given: what the jobs fill again */
  given: ConvertOptions;
  backfill: z.output<typeof BackfillOptionsSchema>;
  rates: Rates;
  limits: SliceLimits;
}

/** @throws OPTION_INVALID, BACKFILL_WORK_NEEDED, BACKFILL_LOCAL_PLACE, BACKFILL_CROSS_REGION */
export function fillBackfill(given: ConvertOptions, options: BackfillOptions): FilledBackfill {
  const convert = fillOptions(given);
  const result = BackfillOptionsSchema.safeParse(options);
  if (!result.success) {
    const problems = result.error.issues.map(({ path, message }) => `--${kebab(path.join('.'))}: ${message}`);
    throw optionInvalid(`${problems.join('; ')}.`);
  }
  const backfill = result.data;
  if ([backfill.probe, backfill.byLastModified].filter(Boolean).length > 1) {
    throw optionInvalid('--probe and --by-last-modified exclude each other: give one.');
  }
  if (backfill.inventory !== undefined && backfill.template !== undefined) {
    throw optionInvalid('--inventory and --template exclude each other: give one.');
  }
  if ((backfill.probe || backfill.byLastModified) && convert.from === undefined && convert.to === undefined) {
    throw optionInvalid('--probe and --by-last-modified look for files of a time: give --from or --to with them.');
  }
  if (convert.work === undefined || !isS3Uri(convert.work)) throw localWork(convert.work ?? 'the default work area');
  for (const what of ['archive', 'lake'] as const) if (!isS3Uri(convert[what])) throw localPlace(what, convert[what]);
  if (convert.mappings !== undefined) throw localPlace('mappings', convert.mappings);
  const { archiveRegion, region } = convert;
  if (archiveRegion !== undefined && archiveRegion !== region && !backfill.allowCrossRegion) {
    throw crossRegion(convert.archive, archiveRegion, region);
  }
  return {
    convert,
    given,
    backfill,
    rates: {
      vcpus: Math.round(backfill.vcpus),
      bytesPerSecond: backfill.mibPerSecond * 1024 * 1024,
      secondsPerFile: backfill.secondsPerFile,
      startSeconds: backfill.startSeconds,
      dollarsPerVcpuHour: backfill.dollarsPerVcpuHour,
      dollarsPerThousandGets: backfill.dollarsPerThousandGets,
      dollarsPerThousandPuts: backfill.dollarsPerThousandPuts,
      objectsPerUnit: backfill.objectsPerUnit,
    },
    limits: limitsOf(backfill.sliceMinutes * 60),
  };
}

/** Short slices, as tests have them, have a shorter least length as well. */
function limitsOf(aim: number): SliceLimits {
  const { least, most, files } = DEFAULT_SLICE_LIMITS;
  return { aim, least: Math.min(least, aim * 0.3), most: Math.max(aim, Math.min(most, aim * 3)), files };
}

function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
