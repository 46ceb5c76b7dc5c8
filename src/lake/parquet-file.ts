/** What a Parquet file's footer says: rows, sizes, codecs, columns, key-value metadata. No row is read. */
import { type DuckDBReader, literalPath, quote } from './duckdb-reader.js';
import { type FileColumn, fileColumns, type SchemaElement } from './parquet-columns.js';
import type { ColumnChunk } from './parquet-pages.js';

export interface ParquetFooter {
  rows: number;
  rowGroups: number;
  /** compressed bytes of the largest row group */
  largestRowGroupBytes: number;
  /** codecs of the column chunks, as Parquet names them; a file without rows has none */
  codecs: string[];
  /** the largest first */
  chunks: ColumnChunk[];
  columns: FileColumn[];
  metadata: Record<string, string>;
  /** a 64-bit integer may be beyond 2^53, where JavaScript numbers are not exact */
  hasLargeIntegers: boolean;
}

type ChunkRow = [
  rowGroup: number,
  rows: number,
  codec: string,
  offset: number,
  compressed: number,
  uncompressed: number,
  isLarge: boolean | null,
];

/** @throws DuckDB's error where the file is no Parquet file or its footer is damaged */
export async function readFooter(reader: DuckDBReader, path: string): Promise<ParquetFooter> {
  const file = quote(literalPath(path));
  const elements = await reader.rows<SchemaElement>(schemaQuery(file));
  return { columns: fileColumns(elements), metadata: await readMetadata(reader, file), ...(await readChunks(reader, file)) };
}

/** The columns of files, each schema once: a partition's objects are many, and their schema is of hundreds of columns. */
export type KnownSchemas = Map<string, FileColumn[]>;

/**
 * What of a footer takes no look at the column chunks. Files of one schema get the same array.
 *
 * @param known schemas met before; a new one is added
 */
export async function readShape(
  reader: DuckDBReader,
  path: string,
  known: KnownSchemas,
): Promise<Pick<ParquetFooter, 'rows' | 'columns' | 'metadata'>> {
  const file = quote(literalPath(path));
  const [found] = await reader.rows<{ rows: number; schema: string }>(
    `SELECT (SELECT num_rows::DOUBLE FROM parquet_file_metadata(${file})) AS rows, (SELECT ${schemaHash} FROM parquet_schema(${file})) AS schema`,
  );
  const { rows, schema } = found!;
  let columns = known.get(schema);
  if (columns === undefined) {
    columns = fileColumns(await reader.rows<SchemaElement>(schemaQuery(file)));
    known.set(schema, columns);
  }
  return { rows, columns, metadata: await readMetadata(reader, file) };
}

const SCHEMA = ['name', 'repetition_type', 'num_children', 'converted_type', 'logical_type', 'duckdb_type'];

const schemaHash = `md5(string_agg(concat(${SCHEMA.map((part) => `coalesce(${part}::VARCHAR, chr(30))`).join(', chr(31), ')}), chr(29) ORDER BY column_id))`;

const schemaQuery = (file: string): string => `SELECT ${SCHEMA.join(', ')} FROM parquet_schema(${file}) ORDER BY column_id`;

/** A file may have hundreds of row groups of a hundred chunks each. */
async function readChunks(reader: DuckDBReader, file: string) {
  const rowGroups = new Map<number, { rows: number; bytes: number }>();
  const codecs = new Set<string>();
  const chunks: ColumnChunk[] = [];
  let hasLargeIntegers = false;
  const found = reader.chunks(
    `SELECT row_group_id::INTEGER, row_group_num_rows::DOUBLE, compression,
       least(coalesce(nullif(dictionary_page_offset, 0), data_page_offset), data_page_offset)::DOUBLE,
       total_compressed_size::DOUBLE, total_uncompressed_size::DOUBLE,
       type = 'INT64' AND num_values > coalesce(stats_null_count, 0) AND
         (stats_max_value IS NULL OR abs(try_cast(stats_max_value AS HUGEINT)) > 9007199254740991 OR
          stats_min_value IS NULL OR abs(try_cast(stats_min_value AS HUGEINT)) > 9007199254740991)
     FROM parquet_metadata(${file})`,
  );
  for await (const chunk of found) {
    for (const [
      id,
      rows,
      codec,
      offset,
      compressedBytes,
      uncompressedBytes,
      isLarge,
    ] of chunk.getRows() as unknown as ChunkRow[]) {
      rowGroups.set(id, { rows, bytes: (rowGroups.get(id)?.bytes ?? 0) + compressedBytes });
      codecs.add(codec);
      chunks.push({ offset, compressedBytes, uncompressedBytes });
      hasLargeIntegers ||= isLarge === true;
    }
  }
  return {
    rows: [...rowGroups.values()].reduce((sum, { rows }) => sum + rows, 0),
    rowGroups: rowGroups.size,
    largestRowGroupBytes: [...rowGroups.values()].reduce((most, { bytes }) => Math.max(most, bytes), 0),
    codecs: [...codecs].sort(),
    chunks: chunks.sort((a, b) => b.uncompressedBytes - a.uncompressedBytes),
    hasLargeIntegers,
  };
}

async function readMetadata(reader: DuckDBReader, file: string): Promise<Record<string, string>> {
  const pairs = await reader.rows<{ key: string | null; value: string | null }>(
    `SELECT try(decode(key)) AS key, try(decode(value)) AS value FROM parquet_kv_metadata(${file})`,
  );
  return Object.fromEntries(pairs.map(({ key, value }) => [key ?? '', value ?? '']));
}
