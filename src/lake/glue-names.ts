/** How a lake's partitions are named in the Glue catalog. Pure. */
import { filled, type LakeAccess } from './lake-access.js';
import { type Partition, partitionPrefix } from './partition.js';

/** Stands for Security Lake's own names of database and tables. */
export const SECURITY_LAKE = 'security-lake';

/** As Security Lake has them; a Region's dashes become underscores in names. */
const SECURITY_LAKE_DATABASE = 'amazon_security_lake_glue_db_{region}';
const SECURITY_LAKE_TABLE = 'amazon_security_lake_table_{region}_ext_{source}';

export interface TableName {
  database: string;
  table: string;
}

/** The table of a partition, or undefined where nothing is to be registered. */
export function tableOf(partition: Partition, { glueDatabase, glueTable }: LakeAccess): TableName | undefined {
  if (glueDatabase === undefined) return undefined;
  const isSecurityLake = glueDatabase === SECURITY_LAKE;
  const names = { source: partition.source, region: partition.region.replaceAll('-', '_') };
  return {
    database: filled(isSecurityLake ? SECURITY_LAKE_DATABASE : glueDatabase, names),
    table: filled(glueTable ?? (isSecurityLake ? SECURITY_LAKE_TABLE : '{source}'), names),
  };
}

/** A partition's values by the columns' names, which Glue has in lower case. */
export function partitionValues({ region, accountId, eventDay }: Partition): Record<string, string> {
  return { region, accountid: accountId, eventday: eventDay };
}

/** Where its objects lie. */
export function partitionLocation(lakeUri: string, partition: Partition): string {
  return `${lakeUri.replace(/\/+$/, '')}/${partitionPrefix(partition)}`;
}
