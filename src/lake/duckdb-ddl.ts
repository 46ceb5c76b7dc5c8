/** The sources of a lake as DuckDB's views over their objects, for a lake in a folder or an ordinary bucket. Pure. */
import { identifier, literalPath, quote } from './duckdb-reader.js';

/** What DuckDB needs before it can read from S3; both extensions are fetched once. */
export function duckdbS3Setup(region: string): string {
  return [
    'INSTALL httpfs; LOAD httpfs;',
    'INSTALL aws; LOAD aws;',
    `CREATE OR REPLACE SECRET falconry (TYPE s3, PROVIDER credential_chain, REGION ${quote(region)});`,
  ].join('\n');
}

/**
 * One statement, ending in `;`. The view has the columns of the objects and the three of the path, as text: a query that names
 * `eventDay` or `accountId` reads no other folder. The source must have objects: DuckDB makes no view over none.
 *
 * @param lake a path or s3://bucket/prefix, above `ext/`
 */
export function duckdbDdl({ schema, source, lake }: { schema: string; source: string; lake: string }): string {
  const files = `${literalPath(`${lake.replace(/\/+$/, '')}/ext/${source}`)}/region=*/accountId=*/eventDay=*/*.parquet`;
  return [
    `CREATE OR REPLACE VIEW ${identifier(schema)}.${identifier(source)} AS SELECT * FROM read_parquet(${quote(files)},`,
    '  hive_partitioning = true, hive_types_autocast = false, union_by_name = true);',
  ].join('\n');
}
