/** What a compaction can be told. */
import { z } from 'zod';
import { filledBy } from '../convert/options.js';
import { LAKE_ACCESS } from '../lake/lake-access.js';

const MiB = 1024 * 1024;

const { providerRole, maintenanceRole, externalId, lakeKmsKey } = LAKE_ACCESS;

const whole = (from: number, to = Number.MAX_SAFE_INTEGER) =>
  z.union([z.number(), z.string()]).transform((given, context) => {
    const number = typeof given === 'number' ? given : /^\d{1,15}$/.test(given) ? Number(given) : Number.NaN;
    if (Number.isInteger(number) && number >= from && number <= to) return number;
    const range = to === Number.MAX_SAFE_INTEGER ? `from ${from} on` : `from ${from} to ${to}`;
    context.addIssue({ code: 'custom', message: `"${given}" is no whole number ${range}` });
    return z.NEVER;
  });

export const CompactOptionsSchema = z.strictObject({
  lake: z.string().min(1, 'is empty'),
  work: z.string().min(1, 'is empty').optional(),
  /** UTC, yyyymmdd or yyyy-mm-dd */
  day: z
    .string()
    .regex(/^\d{4}-?\d{2}-?\d{2}$/, { error: ({ input }) => `"${input}" is no day; write 20260301` })
    .transform((day) => day.replaceAll('-', '')),
  source: z.string().optional(),
  /** days after its end at which a day closes */
  settle: whole(0, 3650).default(2),
  /** an object's size to aim at */
  objectBytes: whole(1024).default(256 * MiB),
  rowGroupRows: whole(2048, 1_048_576).default(40_960),
  compressionLevel: whole(1, 19).default(1),
  /** seconds between publishing and deleting, for readers that have listed the lake before; default 60 in S3, 0 in a folder */
  grace: whole(0, 86_400).optional(),
  /** DuckDB's memory; sorting beyond it goes to the scratch folder */
  memoryMib: whole(256).default(1024),
  threads: whole(1, 256).optional(),
  region: z.string().optional(),
  endpointUrl: z.url({ error: ({ input }) => `"${input}" is no URL` }).optional(),
  dryRun: z.boolean().default(false),
  ...{ providerRole, maintenanceRole, externalId, lakeKmsKey },
});

export type CompactOptions = z.input<typeof CompactOptionsSchema>;
export type FilledCompactOptions = z.output<typeof CompactOptionsSchema>;

/** @throws OPTION_INVALID naming every option that is wrong */
export const fillCompactOptions = (options: CompactOptions): FilledCompactOptions => filledBy(CompactOptionsSchema, options);
