/** What a backfill keeps in the work area, and where: the plan, its slices, what was submitted, what each slice became. */
import { gunzipSync } from 'node:zlib';
import { z } from 'zod';
import { CountsSchema } from '../convert/counts.js';
import { OutcomesSchema } from '../convert/ledger.js';
import { type ConvertOptions, type FilledOptions, fillOptions } from '../convert/options.js';
import type { LakeAccess } from '../lake/lake-access.js';
import { openStore, type StoreOptions } from '../store/open.js';
import type { ObjectStore, ReadOptions } from '../store/store.js';
import { brokenFile, notAPlan, planFormat } from './errors.js';

export const PLAN_FORMAT = 2;

const count = z.number().int().min(0);

/** Where a slice lies: bytes `start` to `end`, both inclusive, of a part. */
const SlicePlaceSchema = z.object({ part: count, start: count, end: count });
export type SlicePlace = z.output<typeof SlicePlaceSchema>;

export const PlanSchema = z.object({
  format: z.literal(PLAN_FORMAT),
  id: z.string(),
  /** the options of the conversion, as they were given */
  options: z.looseObject({ archive: z.string(), lake: z.string(), work: z.string(), region: z.string() }),
  /** see rowIdentity: what the units' names depend on */
  identity: z.record(z.string(), z.string()),
  lakeId: z.string(),
  vcpus: count,
  slices: z.array(z.object({ units: count, files: count, bytes: count, seconds: z.number(), at: SlicePlaceSchema })),
  units: count,
  files: count,
  bytes: count,
  /** of the names of the ledgers that the lake had */
  ledgers: z.string(),
  /** of a plan that replaces earlier conversions: how much, as the lake was */
  replace: z.object({ units: count, objects: count, rows: count, bytes: count }).optional(),
});
export type Plan = z.output<typeof PlanSchema>;

/** The names of the units that a plan replaces. */
const ReplacedSchema = z.array(z.string());

/** A plan's claim in a partition's journal: see write-claims.ts. */
const ClaimedSchema = z.object({ journal: z.string(), number: count, objects: count, rows: count, bytes: count });
export type Claimed = z.output<typeof ClaimedSchema>;
const ClaimsSchema = z.array(ClaimedSchema);

export function sizeOfClaims(claims: readonly Claimed[]): { objects: number; rows: number; bytes: number } {
  const sum = (name: 'objects' | 'rows' | 'bytes') => claims.reduce((total, claim) => total + claim[name], 0);
  return { objects: sum('objects'), rows: sum('rows'), bytes: sum('bytes') };
}

/** What has left the lake, once all has. */
export const RetiredSchema = z.object({ units: count, objects: count, rows: count, bytes: count });
export type Retired = z.output<typeof RetiredSchema>;

/** The units' names, slice by slice. */
const UnitNamesSchema = z.array(z.array(z.string()));

/** One call of `submit` or `resume`: child `offset + index` of its arrays converts `slices[offset + index]`. */
export const SubmissionSchema = z.object({
  number: count,
  slices: z.array(count),
  jobs: z.array(z.object({ name: z.string(), offset: count, size: count })),
  queue: z.string(),
  jobDefinition: z.string(),
});
export type Submission = z.output<typeof SubmissionSchema>;

/** What a slice became: the sums of its units' ledgers. Written when all of them are published. */
export const DoneSchema = z.object({
  slice: count,
  outcomes: OutcomesSchema,
  filtered: CountsSchema,
  quarantine: CountsSchema,
  files: count,
  damagedFiles: count,
  bytes: z.object({ compressed: count, inflated: count, written: count }),
  objects: count,
  /** where a catalog is named; `registered`: that it did not have before */
  partitions: z.object({ registered: count }).optional(),
  seconds: z.number(),
});
export type Done = z.output<typeof DoneSchema>;

/** Why an attempt at a slice failed. */
export const FailureSchema = z.object({ slice: count, code: z.string(), message: z.string(), exitCode: z.number() });
export type Failure = z.output<typeof FailureSchema>;

export const planPrefix = (lakeId: string, id: string) => `backfill/${lakeId}/${id}/`;
export const sliceName = (slice: number) => String(slice).padStart(5, '0');

/** A plan's place in an open work area. */
export class PlanPlace {
  constructor(
    readonly work: ObjectStore,
    readonly prefix: string,
  ) {}

  get uri(): string {
    return `${this.work.uri}/${this.prefix}plan.json`;
  }
  key(name: string): string {
    return this.prefix + name;
  }
  uriOf(name: string): string {
    return `${this.work.uri}/${this.prefix}${name}`;
  }

  /** A small file, or some bytes of one, as JSON (`.gz`: inflated), checked; undefined where there is none. */
  async readIfThere<T>(name: string, schema: z.ZodType<T>, range: ReadOptions = {}): Promise<T | undefined> {
    const parts: Buffer[] = [];
    try {
      for await (const part of await this.work.read(this.key(name), range)) parts.push(part as Buffer);
    } catch (error) {
      if ((error as { code?: string }).code === 'STORE_NOT_FOUND') return undefined;
      throw error;
    }
    try {
      const bytes = Buffer.concat(parts);
      return schema.parse(JSON.parse((name.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8')));
    } catch (error) {
      throw brokenFile('file', this.uriOf(name), error);
    }
  }

  /** The same of a file that must be there. */
  async read<T>(name: string, schema: z.ZodType<T>, range: ReadOptions = {}): Promise<T> {
    const value = await this.readIfThere(name, schema, range);
    if (value === undefined) throw brokenFile('file', this.uriOf(name), new Error('it does not exist'));
    return value;
  }

  async write(name: string, value: unknown, options: { ifAbsent?: boolean } = {}): Promise<boolean> {
    const { written } = await this.work.write(this.key(name), `${JSON.stringify(value)}\n`, options);
    return written;
  }

  /** Names below the plan that begin with `prefix`. */
  async list(prefix: string): Promise<string[]> {
    const names: string[] = [];
    for await (const { key } of this.work.list(this.key(prefix))) names.push(key.slice(this.prefix.length));
    return names;
  }

  readUnitNames(): Promise<string[][]> {
    return this.read('units.json.gz', UnitNamesSchema);
  }
  readReplaced(): Promise<string[]> {
    return this.read('replaced.json.gz', ReplacedSchema);
  }
  /** Undefined before a plan that replaces others is submitted. */
  readClaims(): Promise<Claimed[] | undefined> {
    return this.readIfThere('claims.json', ClaimsSchema);
  }
  readRetired(): Promise<Retired | undefined> {
    return this.readIfThere('retired.json', RetiredSchema);
  }
  async readSubmissions(): Promise<Submission[]> {
    const names = await this.list('submissions/');
    return Promise.all(names.map((name) => this.read(name, SubmissionSchema)));
  }
}

export interface OpenPlan {
  plan: Plan;
  place: PlanPlace;
  /** where the command or job that opened it was told to find S3 */
  endpointUrl?: string;
  /** with whose rights it uses the lake, where the plan does not say */
  access?: LakeAccess;
}

/** The options of a plan's conversion; the endpoint that the command or job was given goes before the plan's own. */
export function conversionOf({ plan, endpointUrl, access }: OpenPlan, more: Partial<ConvertOptions> = {}): FilledOptions {
  const given = plan.options as unknown as ConvertOptions;
  return fillOptions({ ...access, ...given, ...(endpointUrl === undefined ? {} : { endpointUrl }), ...more });
}

/**
 * Opens the plan that a URI names: its `plan.json`, or any file or folder of it.
 *
 * @throws BACKFILL_NO_PLAN, BACKFILL_PLAN_VERSION, and what the store throws
 */
export async function openPlan(uri: string, options: StoreOptions, access: LakeAccess = {}): Promise<OpenPlan> {
  const match = /^(.+?)\/(backfill\/[^/]+\/[0-9a-f]{16}\/)/.exec(`${uri}/`);
  if (!match) throw notAPlan(uri, 'a plan lies at <work area>/backfill/<lake>/<plan>/plan.json');
  const place = new PlanPlace(await openStore(match[1]!, options), match[2]!);
  const raw = await place.readIfThere('plan.json', z.looseObject({ format: z.unknown() }));
  if (raw === undefined) throw notAPlan(uri, 'there is no plan.json');
  if (raw.format !== PLAN_FORMAT) throw planFormat(uri, raw.format);
  const plan = PlanSchema.safeParse(raw);
  if (!plan.success) throw brokenFile('plan', uri, plan.error);
  const { endpointUrl } = options;
  return { plan: plan.data, place, access, ...(endpointUrl === undefined ? {} : { endpointUrl }) };
}
