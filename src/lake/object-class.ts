/** Which OCSF class and version an object holds. */
import { ocsfSchema } from '../ocsf/load.js';
import { OCSF_VERSIONS, type OcsfSchema, type OcsfVersion } from '../ocsf/schema.js';
import { type DuckDBReader, parquetTable } from './duckdb-reader.js';
import { columnAt } from './parquet-columns.js';
import type { ParquetFooter } from './parquet-file.js';
import { METADATA_KEYS } from './partition.js';

export interface ObjectClass {
  /** the class's schema name, whether the version knows it or not */
  name: string | undefined;
  version: string | undefined;
}

/** What the file metadata say; for what they do not, what the first row says. */
export async function classOf(reader: DuckDBReader, path: string, footer: ParquetFooter): Promise<ObjectClass> {
  const { metadata, columns, rows } = footer;
  let name: string | undefined = metadata[METADATA_KEYS.class];
  let version: string | undefined = metadata[METADATA_KEYS.ocsf];
  if ((name === undefined || version === undefined) && rows > 0) {
    const uid = columnAt(columns, 'class_uid')?.type === 'integer' ? 'class_uid' : 'NULL';
    const said = columnAt(columns, 'metadata.version')?.type === 'string' ? 'metadata.version' : 'NULL';
    const [row] = await reader.rows<{ uid: number | null; version: string | null }>(
      `SELECT ${uid} AS uid, ${said} AS version FROM ${parquetTable(path)} LIMIT 1`,
    );
    version ??= row!.version ?? undefined;
    if (row!.uid !== null && isKnownVersion(version)) name ??= className(ocsfSchema(version), row!.uid);
  }
  return { name, version };
}

export function isKnownVersion(version: string | undefined): version is OcsfVersion {
  return OCSF_VERSIONS.some((known) => known === version);
}

function className(schema: OcsfSchema, uid: number): string | undefined {
  for (const eventClass of schema.classes.values()) if (eventClass.uid === uid) return eventClass.name;
  return undefined;
}
