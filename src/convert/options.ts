/** What a conversion is told, filled once from the command line or a job: later code never asks what a missing option means. */
import { availableParallelism } from 'node:os';
import { z } from 'zod';
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

const bytes = (least: number) => z.coerce.number().int().min(least);

export const ConvertOptionsSchema = z.strictObject({
  archive: z.string().min(1),
  lake: z.string().min(1),
  work: z.string().min(1).optional(),
  region: z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'a region looks like eu-central-1'),
  accountId: z
    .string()
    .regex(/^(\d{12}|external(_[A-Za-z0-9_-]{1,64})?)$/, 'an account is 12 digits, "external" or "external_<id>"')
    .optional(),
  ocsf: z.enum(OCSF_VERSIONS).default('1.2.0'),
  workers: z.coerce.number().int().min(1).max(256).default(availableParallelism()),
  from: instant.optional(),
  to: instant.optional(),
  dedupe: z.boolean().default(false),
  strict: z.boolean().default(false),
  mappings: z.string().optional(),
  endpointUrl: z.url().optional(),
  /** bytes of the longest line */
  maxLine: bytes(1024)
    .max(64 * MiB)
    .default(16 * MiB),
  /** inflated over compressed bytes above which a file is taken for a bomb */
  maxRatio: z.coerce.number().min(10).default(200),
  /** an object's size to aim at */
  objectBytes: bytes(MiB).default(256 * MiB),
  rowGroupRows: z.coerce.number().int().min(2048).max(1_048_576).default(40_960),
  compressionLevel: z.coerce.number().int().min(1).max(19).default(1),
  /** compressed bytes of a unit */
  unitBytes: bytes(1).default(48 * MiB),
  /** raw bytes that a worker sorts at a time */
  windowBytes: bytes(MiB).default(256 * MiB),
  safeHandover: z.boolean().default(false),
});

export type ConvertOptions = z.input<typeof ConvertOptionsSchema>;
export type FilledOptions = z.output<typeof ConvertOptionsSchema>;

/** @throws OPTION_INVALID naming every option that is wrong */
export function fillOptions(options: ConvertOptions): FilledOptions {
  const result = ConvertOptionsSchema.safeParse(options);
  if (!result.success) {
    const problems = result.error.issues.map((issue) => `--${kebab(issue.path.join('.'))}: ${issue.message}`);
    throw optionInvalid(`${problems.join('; ')}.`);
  }
  const filled = result.data;
  if (filled.from !== undefined && filled.to !== undefined && filled.from >= filled.to) {
    throw optionInvalid('--from must be before --to: the range is [from, to).');
  }
  return filled;
}

function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** The options that change what an object holds, for the unit's id: two conversions that agree in these make the same bytes. */
export function rowIdentity(options: FilledOptions, mappingVersion: string, productVersion: string): Record<string, string> {
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
  };
}
