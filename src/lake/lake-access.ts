/**
 * With whose rights a lake is used, and where its partitions are registered: what real accounts ask for beside a place. All of it may be
 * left out: then one's own credentials are used, and nothing is registered.
 */
import { z } from 'zod';
import type { Role } from '../store/assume-role.js';
import { isS3Uri, type StoreOptions, storeOptionsOf } from '../store/open.js';
import { LAKE_VARIABLES } from './lake-variables.js';
import { parseObjectKey } from './partition.js';

const ROLE = /^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/;
const KEY = /^(arn:aws[a-z-]*:kms:[\w:/-]+|alias\/[\w/-]+|[\w-]+)$/;
const EXTERNAL_ID = /^[\w+=,.@:/-]{2,1224}$/;
const CATALOG_NAME = /^[a-z0-9_-]{1,255}$/;

/** A name with `{source}` and `{region}` filled in, as a word that any pattern of names takes. */
const sample = (template: string) => template.replace(/\{(source|region)\}/g, 'x');

const checked = (pattern: RegExp, what: string) =>
  z.string().refine((text) => pattern.test(sample(text)), { error: ({ input }) => `"${input}" is no ${what}` });

/** The options, as `convert`, `backfill plan`, `compact`, `pull` and the jobs take them. */
export const LAKE_ACCESS = {
  /** writes objects: an ARN that may hold `{source}` and `{region}`, since Security Lake makes a role a source */
  providerRole: checked(
    ROLE,
    "role's ARN; one looks like arn:aws:iam::111122223333:role/AmazonSecurityLake-Provider-{source}-{region}",
  ).optional(),
  /** lists, reads, deletes, aborts, and registers partitions */
  maintenanceRole: z
    .string()
    .regex(ROLE, { error: ({ input }) => `"${input}" is no role's ARN` })
    .optional(),
  /** what both roles ask for; never told in an error */
  externalId: z.string().regex(EXTERNAL_ID, 'is no external id: it has 2 to 1,224 letters, digits and _+=,.@:/-').optional(),
  /** objects are encrypted with it, if not as the bucket says */
  lakeKmsKey: z
    .string()
    .regex(KEY, { error: ({ input }) => `"${input}" is no KMS key; give its ARN or id` })
    .optional(),
  /** partitions are registered in this Glue database: its name, or `security-lake` for Security Lake's own names */
  glueDatabase: checked(CATALOG_NAME, 'name of a Glue database').optional(),
  /** the table of a source, with `{source}` and `{region}`; default: `{source}`, or Security Lake's own name */
  glueTable: checked(CATALOG_NAME, 'name of a Glue table').optional(),
};

const LakeAccessSchema = z.object(LAKE_ACCESS);

export type LakeAccess = z.output<typeof LakeAccessSchema>;

/** Each option has its variable. */
const VARIABLES: Readonly<Record<keyof LakeAccess, string>> = LAKE_VARIABLES;

/** What the environment says; an empty variable counts as absent. Not checked yet. */
export function lakeAccessOf(env: Readonly<Record<string, string | undefined>>): LakeAccess {
  const given = Object.entries(VARIABLES).filter(([, variable]) => env[variable]);
  return Object.fromEntries(given.map(([name, variable]) => [name, env[variable]]));
}

/** The same without the catalog: compaction makes no partition. */
export function lakeRolesOf(env: Readonly<Record<string, string | undefined>>): Omit<LakeAccess, 'glueDatabase' | 'glueTable'> {
  const { glueDatabase: _, glueTable: __, ...roles } = lakeAccessOf(env);
  return roles;
}

/** A lake's place in S3. */
export interface LakeStoreOptions extends LakeAccess {
  lake: string;
  region?: string | undefined;
  endpointUrl?: string | undefined;
}

/** How a lake's store is opened: roles count in S3 alone. */
export function lakeStoreOptions(options: LakeStoreOptions): StoreOptions {
  const s3 = storeOptionsOf(options);
  if (!isS3Uri(options.lake)) return s3;
  const { providerRole, maintenanceRole, lakeKmsKey } = options;
  return {
    ...s3,
    ...(maintenanceRole === undefined ? {} : { role: roleOf(maintenanceRole, options) }),
    ...(providerRole === undefined ? {} : { writeRole: (key: string) => roleOf(roleForKey(providerRole, key), options) }),
    ...(lakeKmsKey === undefined ? {} : { kmsKeyId: lakeKmsKey }),
  };
}

/** The maintenance role, where one is named and the lake is in S3. */
export function maintenanceRoleOf(options: LakeStoreOptions): Role | undefined {
  return lakeStoreOptions(options).role;
}

const roleOf = (arn: string, { externalId }: LakeAccess): Role => ({ arn, ...(externalId === undefined ? {} : { externalId }) });

function roleForKey(template: string, key: string): string {
  const parsed = parseObjectKey(key);
  if (parsed === undefined) throw new Error(`${key} is no object of a lake: no role writes it`);
  return filled(template, parsed.partition);
}

/** A template of names, for a source. */
export function filled(template: string, { source, region }: { source: string; region: string }): string {
  return template.replaceAll('{source}', source).replaceAll('{region}', region);
}
