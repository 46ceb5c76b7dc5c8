/**
 * The rows of an inventory between DuckDB, which sorts them into a file, and the plan: a line a row. A row that DuckDB hands over value by
 * value costs more than all else that planning does with it, and so does one that it sorts value by value.
 */
import { open } from 'node:fs/promises';
import { quote } from '../lake/duckdb-reader.js';
import type { ObjectInfo } from '../store/store.js';
import { badInventory } from './errors.js';

/** Ends a key and a line, and stands below all that a key can hold: lines are then in the order of their keys. */
const NUL = '\0';
/** Between the other values. */
const UNIT_SEPARATOR = '\x1f';
/** Keys may hold line feeds; behind a NUL it ends a line. */
const LINE_END = Buffer.from(`${NUL}\n`);

/** Bytes of a page: some five hundred objects. Larger ones outlive the collector's young generation. */
const PAGE_BYTES = 64 * 1024;
/** Bytes that are read at a time. */
const BLOCK_BYTES = 1024 * 1024;

/**
 * The statement that writes rows of `key`, `size`, `etag`, `class` and `modified` to a file, in byte order of their keys. A key with a NUL,
 * which no store reads, is written as one that begins with `/`, which none reads either.
 */
export function copySorted(rows: string, path: string): string {
  const key = `case when contains(key, chr(0)) then '/' || replace(key, chr(0), '%00') else key end`;
  const values = ['size', 'etag', 'class', 'modified'].join(`, ${quote(UNIT_SEPARATOR)}, `);
  return `copy (select concat(${key}, chr(0), ${values}, chr(0)) as line from (${rows}) order by line) to ${quote(path)}
    (format csv, header false, delimiter ${quote(UNIT_SEPARATOR)}, quote '', escape '', compression none)`;
}

/**
 * Reads them back, a page at a time.
 *
 * @param uri the inventory's, for errors
 * @throws BACKFILL_BAD_INVENTORY
 */
export async function* readSorted(path: string, uri: string): AsyncGenerator<ObjectInfo[]> {
  const file = await open(path);
  try {
    const block = Buffer.allocUnsafe(BLOCK_BYTES);
    for (let kept = 0; ; ) {
      const { bytesRead } = await file.read(block, kept, block.length - kept);
      const filled = kept + bytesRead;
      let from = 0;
      while (from < filled) {
        const last = block.subarray(from, Math.min(from + PAGE_BYTES, filled)).lastIndexOf(LINE_END);
        if (last < 0) break;
        const end = from + last + LINE_END.length;
        yield objectsOf(block.toString('utf8', from, end), uri);
        from = end;
      }
      if (bytesRead === 0 && from < filled) throw badInventory(uri, `a row of it is longer than ${PAGE_BYTES} bytes`);
      if (bytesRead === 0) return;
      block.copyWithin(0, from, filled);
      kept = filled - from;
    }
  } finally {
    await file.close();
  }
}

function objectsOf(lines: string, uri: string): ObjectInfo[] {
  const objects: ObjectInfo[] = [];
  let from = 0;
  const upTo = (mark: string): string => {
    const end = lines.indexOf(mark, from);
    if (end < 0) throw badInventory(uri, 'a row of it cannot be read');
    const value = lines.slice(from, end);
    from = end + mark.length;
    return value;
  };
  while (from < lines.length) {
    const key = upTo(NUL);
    const size = upTo(UNIT_SEPARATOR);
    const etag = upTo(UNIT_SEPARATOR);
    const storageClass = upTo(UNIT_SEPARATOR);
    const modified = upTo(`${NUL}\n`);
    if (size === '' || etag === '') throw badInventory(uri, `${key} has no ETag or no size`);
    const object: ObjectInfo = { key, size: Number(size), etag };
    if (storageClass !== '') object.storageClass = storageClass;
    if (modified !== '') {
      const time = Number(modified);
      if (Number.isNaN(time)) throw badInventory(uri, `the row of ${key} cannot be read`);
      object.lastModified = new Date(time);
    }
    objects.push(object);
  }
  return objects;
}
