/** What a conversion is told, filled once from the command line or a job: later code never asks what a missing option means. */
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { LAKE_ACCESS } from '../lake/lake-access.js';
import { OCSF_VERSIONS } from '../ocsf/schema.js';
import { optionInvalid } from './errors.js';

const MiB = 1024 * 1024;

/** An ISO date or instant, in UTC where it says no zone. */
const instant = z.string().transform((text, context) => {
  const ms = Date.parse(
    /^\d{4}-\d\d-\d\d$/.test(text) ? `${text}T00:00:00Z` : /(Z|[+-]\d\d:?\d\d)$/.test(text) ? text : `${text}Z`,
  );
  if (Number.isNaN(ms))
    context.addIssue({ code: 'custom', message: `"${text}" is no date; write 2026-03-01 or 2026-03-01T12:00:00Z` });
  return ms;
});

/** A whole number, as such or as text. */
const whole = (least: number, most = Number.MAX_SAFE_INTEGER) =>
  z.union([z.number(), z.string()]).transform((given, context) => {
    const value = given === '' ? Number.NaN : Number(given);
    if (Number.isSafeInteger(value) && value >= least && value <= most) return value;
    const range = most === Number.MAX_SAFE_INTEGER ? `from ${least}` : `from ${least} to ${most}`;
    context.addIssue({ code: 'custom', message: `"${given}" is no whole number ${range}` });
    return z.NEVER;
  });

/** A path, `file://` URL or `s3://` URI; URLs of files become paths. */
const place = z
  .string()
  .min(1, 'is empty')
  .transform((uri, context) => {
    if (!uri.startsWith('file://')) return uri;
    try {
      return fileURLToPath(uri);
    } catch {
      context.addIssue({ code: 'custom', message: `"${uri}" is no file of this machine` });
      return z.NEVER;
    }
  });

const matching = (pattern: RegExp, what: string) =>
  z.string().regex(pattern, { error: ({ input }) => `"${input}" is no ${what}` });

export const ConvertOptionsSchema = z.strictObject({
  archive: place,
  lake: place,
  work: place.optional(),
  region: matching(/^[a-z]{2}(-[a-z]+)+-\d$/, 'region; one looks like eu-central-1'),
  /** where the archive's bucket is, if not in `region` */
  archiveRegion: matching(/^[a-z]{2}(-[a-z]+)+-\d$/, 'region; one looks like eu-central-1').optional(),
  accountId: matching(
    /^(\d{12}|external(_[A-Za-z0-9_-]{1,64})?)$/,
    'account; give 12 digits, "external" or "external_<id>"',
  ).optional(),
  ocsf: z.enum(OCSF_VERSIONS, { error: ({ input }) => `"${input}" is none of ${OCSF_VERSIONS.join(', ')}` }).default('1.2.0'),
  workers: whole(1, 256).default(availableParallelism()),
  from: instant.optional(),
  to: instant.optional(),
  dedupe: z.boolean().default(false),
  /** true: from the snapshot that was made last; a text: from the snapshot of that id */
  enrich: z.union([z.boolean(), z.string()]).default(false),
  strict: z.boolean().default(false),
  mappings: z.string().optional(),
  endpointUrl: z.url({ error: ({ input }) => `"${input}" is no URL` }).optional(),
  /** bytes of the longest line */
  maxLine: whole(1024, 64 * MiB).default(16 * MiB),
  /** inflated over compressed bytes above which a file is taken for a bomb */
  maxRatio: whole(10).default(200),
  /** an object's size to aim at */
  objectBytes: whole(MiB).default(256 * MiB),
  rowGroupRows: whole(2048, 1_048_576).default(8192),
  compressionLevel: whole(1, 19).default(1),
  /** compressed bytes of a unit */
  unitBytes: whole(1).default(48 * MiB),
  /** memory of the rows that a worker sorts at a time: of common events a third to a half of their lines */
  windowBytes: whole(MiB).default(256 * MiB),
  safeHandover: z.boolean().default(false),
  ...LAKE_ACCESS,
});

export type ConvertOptions = z.input<typeof ConvertOptionsSchema>;
export type FilledOptions = z.output<typeof ConvertOptionsSchema>;

/** @throws OPTION_INVALID naming every option that is wrong */
export function fillOptions(options: ConvertOptions): FilledOptions {
  const filled = filledBy(ConvertOptionsSchema, options);
  if (filled.from !== undefined && filled.to !== undefined && filled.from >= filled.to) {
    throw optionInvalid('--from must be before --to: the range is [from, to).');
  }
  return filled;
}

/** @throws OPTION_INVALID naming every option that is wrong */
export function filledBy<Schema extends z.ZodType>(schema: Schema, options: unknown): z.output<Schema> {
  const result = schema.safeParse(options);
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => `--${kebab(issue.path.join('.'))}: ${issue.message}`);
  throw optionInvalid(`${problems.join('; ')}.`);
}

function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** The options that change what an object holds, for the unit's id: two conversions that agree in these make the same bytes. */
export function rowIdentity(
  options: FilledOptions,
  mappingVersion: string,
  productVersion: string,
  snapshot?: string,
): Record<string, string> {
  return {
    ocsf: options.ocsf,
    mapping: mappingVersion,
    product: productVersion,
    from: String(options.from ?? ''),
    to: String(options.to ?? ''),
    dedupe: String(options.dedupe),
    region: options.region,
    accountId: options.accountId ?? '',
    maxLine: String(options.maxLine),
    maxRatio: String(options.maxRatio),
    objectBytes: String(options.objectBytes),
    rowGroupRows: String(options.rowGroupRows),
    compressionLevel: String(options.compressionLevel),
    windowBytes: String(options.windowBytes),
    ...(snapshot === undefined ? {} : { snapshot }),
  };
}
