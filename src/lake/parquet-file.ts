/** What a Parquet file's footer says: rows, sizes, codecs, columns, key-value metadata. No row is read. */
import { type DuckDBReader, literalPath, quote } from './duckdb-reader.js';
import { type FileColumn, fileColumns, type SchemaElement } from './parquet-columns.js';
import { type ColumnChunk, type PageSizes, pageSizes } from './parquet-pages.js';

export interface ParquetFooter {
  rows: number;
  rowGroups: number;
  /** compressed bytes of the largest row group */
  largestRowGroupBytes: number;
  /** codecs of the column chunks, as Parquet names them; a file without rows has none */
  codecs: string[];
  columns: FileColumn[];
  metadata: Record<string, string>;
  /** a 64-bit integer may be beyond 2^53, where JavaScript numbers are not exact */
  hasLargeIntegers: boolean;
}

interface ChunkFacts {
  rowGroups: number | null;
  largestRowGroupBytes: string | null;
  codecs: string[] | null;
  hasLargeIntegers: boolean | null;
}

/** @throws DuckDB's error where the file is no Parquet file or its footer is damaged */
export async function readFooter(reader: DuckDBReader, path: string): Promise<ParquetFooter> {
  const file = quote(literalPath(path));
  const [facts] = await reader.rows<{ num_rows: string }>(`SELECT num_rows FROM parquet_file_metadata(${file})`);
  const [chunks] = await reader.rows<ChunkFacts>(
    `SELECT max(row_group_id + 1)::INTEGER AS "rowGroups", max(row_group_size)::VARCHAR AS "largestRowGroupBytes",
       list(DISTINCT compression ORDER BY compression) AS codecs,
       bool_or(type = 'INT64' AND num_values > coalesce(stats_null_count, 0) AND
         (stats_max_value IS NULL OR abs(try_cast(stats_max_value AS HUGEINT)) > 9007199254740991 OR
          stats_min_value IS NULL OR abs(try_cast(stats_min_value AS HUGEINT)) > 9007199254740991)) AS "hasLargeIntegers"
     FROM (SELECT *, sum(total_compressed_size) OVER (PARTITION BY row_group_id) AS row_group_size FROM parquet_metadata(${file}))`,
  );
  const elements = await reader.rows<SchemaElement>(
    `SELECT name, repetition_type, num_children, converted_type, logical_type, duckdb_type FROM parquet_schema(${file}) ORDER BY column_id`,
  );
  return {
    rows: Number(facts!.num_rows),
    rowGroups: chunks!.rowGroups ?? 0,
    largestRowGroupBytes: Number(chunks!.largestRowGroupBytes ?? 0),
    codecs: chunks!.codecs ?? [],
    columns: fileColumns(elements),
    metadata: await readMetadata(reader, path),
    hasLargeIntegers: chunks!.hasLargeIntegers ?? false,
  };
}

/** The key-value metadata alone. */
export async function readMetadata(reader: DuckDBReader, path: string): Promise<Record<string, string>> {
  const pairs = await reader.rows<{ key: string | null; value: string | null }>(
    `SELECT try(decode(key)) AS key, try(decode(value)) AS value FROM parquet_kv_metadata(${quote(literalPath(path))})`,
  );
  return Object.fromEntries(pairs.map(({ key, value }) => [key ?? '', value ?? '']));
}

/** The data pages of a file; see {@link pageSizes}. */
export async function readPageSizes(reader: DuckDBReader, path: string, limit: number): Promise<PageSizes> {
  const chunks: ColumnChunk[] = [];
  const found = reader.chunks(
    `SELECT least(coalesce(nullif(dictionary_page_offset, 0), data_page_offset), data_page_offset)::DOUBLE,
       total_compressed_size::DOUBLE, total_uncompressed_size::DOUBLE
     FROM parquet_metadata(${quote(literalPath(path))}) ORDER BY total_uncompressed_size DESC`,
  );
  for await (const chunk of found) {
    for (const [offset, compressedBytes, uncompressedBytes] of chunk.getRows() as [number, number, number][])
      chunks.push({ offset, compressedBytes, uncompressedBytes });
  }
  return pageSizes(path, chunks, limit);
}
