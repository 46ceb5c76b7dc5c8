/** An S3 Inventory as a listing: CSV or Parquet, read and sorted by DuckDB, for archives that are too large to list. */
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { DuckDBReader, identifier, parquetTable, quote } from '../lake/duckdb-reader.js';
import { outOfMemory } from '../lake/out-of-memory.js';
import { compareKeys } from '../store/key.js';
import { openStore, type StoreOptions } from '../store/open.js';
import { readText } from '../store/read-text.js';
import type { ObjectInfo } from '../store/store.js';
import { badInventory } from './errors.js';
import type { Listable } from './list-archive.js';

const ManifestSchema = z.object({
  sourceBucket: z.string(),
  fileFormat: z.string(),
  fileSchema: z.string(),
  files: z.array(z.object({ key: z.string() })).min(1, 'it names no files'),
});

/** The names of a field in a CSV inventory's schema and in Parquet. */
const FIELDS = {
  key: ['Key', 'key'],
  size: ['Size', 'size'],
  etag: ['ETag', 'e_tag'],
  storageClass: ['StorageClass', 'storage_class'],
  lastModified: ['LastModifiedDate', 'last_modified_date'],
  isLatest: ['IsLatest', 'is_latest'],
  isDeleteMarker: ['IsDeleteMarker', 'is_delete_marker'],
} as const;

type Columns = Partial<Record<keyof typeof FIELDS, string>>;

/** DuckDB's. */
const MEMORY_MIB = 384;

/**
 * Bytes of rows that are sorted at a time. DuckDB spills a sort to disk, but still needs about half of its size in memory: ten million
 * objects at once run out of {@link MEMORY_MIB}.
 */
const SORT_BYTES = 128 * 1024 * 1024;
/** One key of so many is looked at, to cut all keys into ranges of even size. */
const SAMPLED = 1024;
/** An ETag, the numbers, and what DuckDB adds to a row. */
const ROW_BYTES = 64;

/**
 * The objects of an inventory that lie in the archive, in byte order of their keys. Downloads the inventory's files to scratch.
 *
 * @param manifestUri its `manifest.json`, in S3 or as a path; the files lie at their keys in that bucket, or beside a local manifest
 * @throws BACKFILL_BAD_INVENTORY, and what stores throw
 */
export function listInventory(
  archiveUri: string,
  manifestUri: string,
  options: StoreOptions,
  sorting: InventorySorting = { bytes: SORT_BYTES, sampled: SAMPLED },
): Listable {
  return { uri: archiveUri, list: () => readInventory(archiveUri, manifestUri, options, sorting) };
}

export interface InventorySorting {
  /** of rows that are sorted at a time */
  bytes: number;
  /** one key of so many tells where to cut */
  sampled: number;
}

async function* readInventory(
  archiveUri: string,
  manifestUri: string,
  options: StoreOptions,
  sorting: InventorySorting,
): AsyncGenerator<ObjectInfo> {
  const [bucket, root] = placeOf(archiveUri);
  const { folder, name, filesUri } = splitManifest(manifestUri);
  const folderStore = await openStore(folder, options);
  const fileStore = await openStore(filesUri, options);
  const reader = await DuckDBReader.open({ memoryLimitMiB: MEMORY_MIB });
  try {
    const manifest = await readManifest(await readText(folderStore, name), manifestUri);
    if (manifest.sourceBucket !== bucket) {
      throw badInventory(manifestUri, `it lists the bucket ${manifest.sourceBucket}, and the archive is in ${bucket}`);
    }
    const paths: string[] = [];
    for (const { key } of manifest.files) {
      const path = join(reader.scratch, `inventory-${paths.length}${/\.gz$/.test(key) ? '.csv.gz' : ''}`);
      await pipeline(await fileStore.read(key), createWriteStream(path));
      paths.push(path);
    }
    // the rows are sorted anyway; keeping a file's order would hold more of it
    await reader.connection.run('SET preserve_insertion_order = false');
    const { from, columns } = tableOf(manifest, paths, manifestUri);
    const isCsv = manifest.fileFormat === 'CSV';
    let rows = selectOf(from, columns, isCsv, root);
    if (isCsv) {
      // read more than once below
      const path = join(reader.scratch, 'inventory.parquet');
      await told(manifestUri, () => reader.connection.run(`copy (${rows}) to ${quote(path)} (format parquet)`));
      rows = `select * from ${parquetTable(path)}`;
    }
    const cuts = await told(manifestUri, () => cutsOf(reader, rows, sorting));
    for (const [i, after] of [undefined, ...cuts].entries()) {
      const upTo = cuts[i];
      const where = [after && `object_key > ${quote(after)}`, upTo && `object_key <= ${quote(upTo)}`].filter(Boolean);
      const range = `select * from (${rows})${where.length > 0 ? ` where ${where.join(' and ')}` : ''} order by object_key`;
      yield* readRows(reader, range, root, manifestUri);
    }
  } finally {
    await Promise.all([reader.close(), folderStore.close(), fileStore.close()]);
  }
}

/** S3 keeps an inventory's files at their keys in the manifest's own bucket. */
function splitManifest(uri: string): { folder: string; name: string; filesUri: string } {
  const slash = uri.lastIndexOf('/');
  const folder = slash < 0 ? '.' : uri.slice(0, slash);
  const filesUri = /^s3:\/\/[^/]+/.exec(uri)?.[0] ?? folder;
  return { folder, name: uri.slice(slash + 1), filesUri };
}

function placeOf(archiveUri: string): [bucket: string, root: string] {
  const [, bucket, root = ''] = /^s3:\/\/([^/]+)\/?(.*)$/.exec(archiveUri) ?? [];
  if (bucket === undefined) throw badInventory(archiveUri, 'the archive is no bucket');
  const bare = root.replace(/\/+$/, '');
  return [bucket, bare === '' ? '' : `${bare}/`];
}

function readManifest(text: string, uri: string): z.output<typeof ManifestSchema> {
  try {
    return ManifestSchema.parse(JSON.parse(text));
  } catch (error) {
    throw badInventory(uri, 'it is no manifest.json of an S3 Inventory', error);
  }
}

function tableOf(
  { fileFormat, fileSchema }: z.output<typeof ManifestSchema>,
  paths: readonly string[],
  uri: string,
): { from: string; columns: Columns } {
  const list = `[${paths.map(quote).join(', ')}]`;
  if (fileFormat === 'CSV') {
    const names = fileSchema.split(',').map((name) => name.trim());
    const types = names.map((name) => `${quote(name)}: 'VARCHAR'`).join(', ');
    const from = `read_csv(${list}, header = false, delim = ',', quote = '"', escape = '"', columns = {${types}})`;
    return { from, columns: columnsOf(names, uri) };
  }
  if (fileFormat !== 'Parquet') throw badInventory(uri, `its format is ${fileFormat}; have it written as CSV or Parquet`);
  const names = [...fileSchema.matchAll(/(?:required|optional)\s+\w+\s+(\w+)/g)].map((match) => match[1]!);
  const tables = paths.map((path) => `select * from ${parquetTable(path)}`);
  return { from: `(${tables.join(' union all by name ')})`, columns: columnsOf(names, uri) };
}

function columnsOf(names: readonly string[], uri: string): Columns {
  const columns: Columns = {};
  for (const [field, spellings] of Object.entries(FIELDS)) {
    const name = names.find((each) => (spellings as readonly string[]).includes(each));
    if (name !== undefined) columns[field as keyof typeof FIELDS] = name;
  }
  const missing = (['key', 'size', 'etag'] as const).filter((field) => columns[field] === undefined);
  if (missing.length > 0) {
    throw badInventory(
      uri,
      `it lacks ${missing.map((field) => FIELDS[field][0]).join(' and ')}; add it to the inventory's fields`,
    );
  }
  return columns;
}

/** Keys of a CSV inventory are URL-encoded. */
function selectOf(from: string, columns: Columns, encoded: boolean, root: string): string {
  const name = (field: keyof typeof FIELDS) => identifier(columns[field]!);
  const key = encoded ? `url_decode(replace(${name('key')}, '+', ' '))` : name('key');
  const optional = (field: keyof typeof FIELDS) => (columns[field] === undefined ? 'null' : name(field));
  const where = [`starts_with(${key}, ${quote(root)})`];
  if (columns.isLatest !== undefined) where.push(`lower(${name('isLatest')}::varchar) = 'true'`);
  if (columns.isDeleteMarker !== undefined) where.push(`coalesce(lower(${name('isDeleteMarker')}::varchar), 'false') <> 'true'`);
  return `select ${key} as object_key, try_cast(${name('size')} as double) as size, ${name('etag')} as etag,
      ${optional('storageClass')}::varchar as class, epoch_ms(try_cast(${optional('lastModified')} as timestamptz))::double as modified
    from ${from} where ${where.join(' and ')}`;
}

/** The last keys of all ranges but the last: each range is small enough to be sorted. */
async function cutsOf(reader: DuckDBReader, rows: string, { bytes, sampled }: InventorySorting): Promise<string[]> {
  const sample: string[] = [];
  let size = 0;
  for await (const chunk of reader.chunks(`select object_key from (${rows}) where hash(object_key) % ${sampled} = 0`)) {
    for (const key of chunk.getColumnValues(0)) {
      sample.push(String(key));
      size += (Buffer.byteLength(String(key)) + ROW_BYTES) * sampled;
    }
  }
  const ranges = Math.min(sample.length, Math.ceil(size / bytes));
  sample.sort(compareKeys);
  const cuts = Array.from({ length: Math.max(0, ranges - 1) }, (_, i) => sample[Math.floor(((i + 1) * sample.length) / ranges)]!);
  return [...new Set(cuts)];
}

/** DuckDB's complaints of the files as the error of the inventory. */
async function told<T>(uri: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw unreadable(uri, error);
  }
}

async function* readRows(reader: DuckDBReader, sql: string, root: string, uri: string): AsyncGenerator<ObjectInfo> {
  try {
    for await (const chunk of reader.chunks(sql)) {
      const [keys, sizes, etags, classes, modified] = Array.from({ length: 5 }, (_, column) => chunk.getColumnValues(column));
      for (let row = 0; row < chunk.rowCount; row++) {
        const key = String(keys![row]).slice(root.length);
        const etag = etags![row];
        const size = sizes![row];
        if (key === '') continue;
        if (typeof etag !== 'string' || typeof size !== 'number') throw badInventory(uri, `${key} has no ETag or no size`);
        const object: ObjectInfo = { key, size, etag: etag.replace(/^"|"$/g, '') };
        if (classes![row] !== null) object.storageClass = String(classes![row]);
        if (modified![row] !== null) object.lastModified = new Date(modified![row] as number);
        yield object;
      }
    }
  } catch (error) {
    throw unreadable(uri, error);
  }
}

function unreadable(uri: string, error: unknown): unknown {
  if (error instanceof Error && /^(IO|Invalid Input|Binder|Conversion|Parser|Catalog) Error/.test(error.message)) {
    return badInventory(uri, `its files cannot be read (${error.message.split('\n')[0]})`, error);
  }
  return outOfMemory(error, {
    doing: `sort the inventory ${uri}`,
    limitMiB: MEMORY_MIB,
    advice: 'plan a prefix of the archive at a time',
  });
}
