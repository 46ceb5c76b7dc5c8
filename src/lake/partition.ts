/** Security Lake's path rules (AWS user guide, "custom sources"): pure names, no I/O. */

/** Where one object's rows belong. */
export interface Partition {
  /** custom source: at most 20 characters of a-z 0-9 _ */
  source: string;
  region: string;
  /** an AWS account, `external` or `external_<id>` */
  accountId: string;
  /** UTC, yyyymmdd */
  eventDay: string;
}

/** Security Lake's limit: the provider role `AmazonSecurityLake-Provider-<source>-<region>` holds no more. */
export const MAX_SOURCE_NAME = 20;

/** A customer id that may stand in a path as it is; others become `external`. */
const SAFE_TENANT = /^[A-Za-z0-9_-]{1,64}$/;

/** The partition's account for a tenant: FDR's customer id is no AWS account, so it gets the `external_` form. */
export function accountIdOf(tenant: string, override: string | undefined): string {
  if (override !== undefined) return override;
  return SAFE_TENANT.test(tenant) ? `external_${tenant}` : 'external';
}

/** Days since 1970 as yyyymmdd. */
export function eventDayOf(day: number): string {
  return new Date(day * 86_400_000).toISOString().slice(0, 10).replaceAll('-', '');
}

export function partitionPrefix({ source, region, accountId, eventDay }: Partition): string {
  return `ext/${source}/region=${region}/accountId=${accountId}/eventDay=${eventDay}/`;
}

/** An object's key: a function of the unit, the partition and a number, so that writing again overwrites. */
export function objectKey(partition: Partition, unitId: string, number: number): string {
  return `${partitionPrefix(partition)}${unitId}-${String(number).padStart(4, '0')}.zst.parquet`;
}

const KEY = /^ext\/([a-z0-9_]+)\/region=([^/]+)\/accountId=([^/]+)\/eventDay=(\d{8})\/([^/]+\.parquet)$/;

/** The partition and file name of a key, or undefined where the key is no lake object. */
export function parseObjectKey(key: string): { partition: Partition; name: string } | undefined {
  const match = KEY.exec(key);
  if (match === null) return undefined;
  const [, source, region, accountId, eventDay, name] = match as unknown as [string, string, string, string, string, string];
  return { partition: { source, region, accountId, eventDay }, name };
}

/** File key-value metadata of every object (Parquet footer). */
export const METADATA_KEYS = {
  product: 'falconry.version',
  mapping: 'falconry.mapping_version',
  ocsf: 'ocsf.version',
  class: 'ocsf.class',
  unit: 'falconry.unit',
  columns: 'falconry.columns',
  /** 'true' where no two rows of an object share tenant, device and uid */
  deduped: 'falconry.deduped',
} as const;
