/** An S3 Inventory as a listing: CSV or Parquet, read and sorted by DuckDB, for archives that are too large to list. */
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { DuckDBReader, identifier, literalPath, quote } from '../lake/duckdb-reader.js';
import { outOfMemory } from '../lake/out-of-memory.js';
import { openStore, type StoreOptions } from '../store/open.js';
import { readText } from '../store/read-text.js';
import type { ObjectInfo } from '../store/store.js';
import { badInventory } from './errors.js';
import { copySorted, readSorted } from './inventory-rows.js';
import type { Listing } from './list-archive.js';

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

/** DuckDB's; a sort that needs more goes to the disk. */
const MEMORY_MIB = 384;
/** Each thread has several: DuckDB's own size, for lines of 2 MiB, would take the sort's memory. */
const CSV_BUFFERS = 'max_line_size = 262144, buffer_size = 4194304';
/** Each has a part of the sort in memory, and a laptop's ten do not fit. */
const THREADS = 2;

/**
 * The objects of an inventory that lie in the archive, in byte order of their keys. Downloads the inventory's files to scratch and sorts
 * there: about 250 bytes of disk an object. Holds {@link MEMORY_MIB} while it sorts and a page of objects afterwards.
 *
 * @param manifestUri its `manifest.json`, in S3 or as a path; the files lie at their keys in that bucket, or beside a local manifest
 * @throws BACKFILL_BAD_INVENTORY, and what stores throw
 */
export function listInventory(archiveUri: string, manifestUri: string, options: StoreOptions): Listing {
  return { uri: archiveUri, pages: () => readInventory(archiveUri, manifestUri, options) };
}

async function* readInventory(archiveUri: string, manifestUri: string, options: StoreOptions): AsyncGenerator<ObjectInfo[]> {
  const [bucket, root] = placeOf(archiveUri);
  const { folder, name, filesUri } = splitManifest(manifestUri);
  const folderStore = await openStore(folder, options);
  const fileStore = await openStore(filesUri, options);
  const scratch = await mkdtemp(join(tmpdir(), 'falconry-inventory-'));
  try {
    const manifest = await readManifest(await readText(folderStore, name), manifestUri);
    if (manifest.sourceBucket !== bucket) {
      throw badInventory(manifestUri, `it lists the bucket ${manifest.sourceBucket}, and the archive is in ${bucket}`);
    }
    const paths: string[] = [];
    for (const { key } of manifest.files) {
      const path = join(scratch, `inventory-${paths.length}${/\.gz$/.test(key) ? '.csv.gz' : ''}`);
      await pipeline(await fileStore.read(key), createWriteStream(path));
      paths.push(path);
    }
    const { from, columns } = tableOf(manifest, paths, manifestUri);
    const sorted = join(scratch, 'sorted');
    await sortTo(sorted, selectOf(from, columns, manifest.fileFormat === 'CSV', root), scratch, manifestUri);
    for (const path of paths) await rm(path);
    yield* readSorted(sorted, manifestUri);
  } finally {
    await Promise.all([folderStore.close(), fileStore.close()]);
    await rm(scratch, { recursive: true, force: true });
  }
}

/** DuckDB is closed before a row is looked at, so that its memory is free by then. */
async function sortTo(path: string, rows: string, scratch: string, uri: string): Promise<void> {
  const reader = await DuckDBReader.open({ memoryLimitMiB: MEMORY_MIB, threads: THREADS, scratch });
  try {
    // the rows are sorted anyway; keeping a file's order would hold more of it
    await reader.connection.run('SET preserve_insertion_order = false');
    await reader.connection.run(copySorted(rows, path));
  } catch (error) {
    throw unreadable(uri, error);
  } finally {
    await reader.close();
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
    const from = `read_csv(${list}, header = false, delim = ',', quote = '"', escape = '"', columns = {${types}}, ${CSV_BUFFERS})`;
    return { from, columns: columnsOf(names, uri) };
  }
  if (fileFormat !== 'Parquet') throw badInventory(uri, `its format is ${fileFormat}; have it written as CSV or Parquet`);
  const names = [...fileSchema.matchAll(/(?:required|optional)\s+\w+\s+(\w+)/g)].map((match) => match[1]!);
  // one table of all files: a union of tables would sort each in memory of its own
  const files = paths.map((path) => quote(literalPath(path))).join(', ');
  return { from: `read_parquet([${files}], hive_partitioning = false, union_by_name = true)`, columns: columnsOf(names, uri) };
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

/** The rows of the archive, their keys relative to its root. Keys of a CSV inventory are URL-encoded. */
function selectOf(from: string, columns: Columns, encoded: boolean, root: string): string {
  const name = (field: keyof typeof FIELDS) => identifier(columns[field]!);
  const key = encoded ? `url_decode(replace(${name('key')}, '+', ' '))` : name('key');
  const optional = (field: keyof typeof FIELDS) => (columns[field] === undefined ? 'null' : name(field));
  const where = [`starts_with(${key}, ${quote(root)})`, `${key} <> ${quote(root)}`];
  if (columns.isLatest !== undefined) where.push(`lower(${name('isLatest')}::varchar) = 'true'`);
  if (columns.isDeleteMarker !== undefined) where.push(`coalesce(lower(${name('isDeleteMarker')}::varchar), 'false') <> 'true'`);
  return `select substr(${key}, ${[...root].length + 1}) as key, try_cast(${name('size')} as ubigint) as size,
      trim(${name('etag')}, '"') as etag, ${optional('storageClass')}::varchar as class,
      epoch_ms(try_cast(${optional('lastModified')} as timestamptz)) as modified
    from ${from} where ${where.join(' and ')}`;
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
