/** What the footers of a partition's objects say: which are Falconry's own, and what planning must know of them. */
import { type DuckDBReader, literalPath, quote } from '../lake/duckdb-reader.js';
import { localFolder } from '../lake/local-copy.js';
import type { FileColumn } from '../lake/parquet-columns.js';
import { layoutDifferences } from '../lake/parquet-columns.js';
import { type KnownSchemas, readShape } from '../lake/parquet-file.js';
import { METADATA_KEYS } from '../lake/partition.js';
import { footerFile } from '../lake/sparse-copy.js';
import type { ClassLayout } from '../ocsf/layout.js';
import type { ObjectInfo, ObjectStore } from '../store/store.js';
import type { PlanObject } from './plan.js';

/** One of Falconry's objects. */
export interface ObjectFacts extends PlanObject {
  info: ObjectInfo;
  layout: ClassLayout;
  /** objects of one schema have the same array */
  columns: readonly FileColumn[];
  mappingVersion: string;
}

/** An object that compaction must not touch. */
export interface SkippedObject {
  key: string;
  reason: 'foreign' | 'archived' | 'unreadable' | 'unknown-layout' | 'empty';
}

/** Objects are named `<32 hex digits>-<number>`: see objectKey. */
const OWN_NAME = /\/[0-9a-f]{32}-\d{4,}\.zst\.parquet$/;
/** Footers that are fetched at a time. */
const FOOTERS = 8;
const ARCHIVED = new Set(['GLACIER', 'DEEP_ARCHIVE']);

/** The unit that an object's name tells, or undefined where the name is not one of Falconry's. */
export function unitOf(key: string): string | undefined {
  return OWN_NAME.test(key) ? key.slice(key.lastIndexOf('/') + 1).slice(0, 32) : undefined;
}

/** Why an object is none of compaction's, as far as its listing tells. */
export function skipReason({ key, storageClass }: ObjectInfo): SkippedObject['reason'] | undefined {
  if (unitOf(key) === undefined) return 'foreign';
  return ARCHIVED.has(storageClass ?? '') ? 'archived' : undefined;
}

/**
 * The footers of objects, in their order. Those of an object store are fetched side by side and read one by one.
 *
 * @param compacted keys that a journal names as outputs
 */
export async function* readFacts(
  reader: DuckDBReader,
  lake: ObjectStore,
  infos: readonly ObjectInfo[],
  layouts: readonly ClassLayout[],
  compacted: ReadonlySet<string>,
): AsyncGenerator<ObjectFacts | SkippedObject> {
  const known: KnownSchemas = new Map();
  for (let at = 0; at < infos.length; at += FOOTERS) {
    const some = infos.slice(at, at + FOOTERS);
    const fetched = await Promise.allSettled(some.map((info) => footerFile(lake, info, reader.scratch)));
    try {
      for (const [i, info] of some.entries()) {
        const file = fetched[i]!;
        if (file.status === 'rejected') throw file.reason;
        yield await readable(reader, lake, info, file.value.path, { layouts, compacted, known });
      }
    } finally {
      for (const file of fetched) if (file.status === 'fulfilled') await file.value.remove();
    }
  }
}

interface FactsContext {
  layouts: readonly ClassLayout[];
  compacted: ReadonlySet<string>;
  known: KnownSchemas;
}

async function readable(
  reader: DuckDBReader,
  lake: ObjectStore,
  info: ObjectInfo,
  path: string,
  context: FactsContext,
): Promise<ObjectFacts | SkippedObject> {
  try {
    return await factsOf(reader, info, path, context);
  } catch (error) {
    if (isDamage(error, localFolder(lake))) return { key: info.key, reason: 'unreadable' };
    throw error;
  }
}

/** DuckDB's words for bytes that are no Parquet; a local file that is gone is no damage. */
function isDamage(error: unknown, folder: string | undefined): boolean {
  if (!(error instanceof Error)) return false;
  if (folder !== undefined && /No files found|No such file/.test(error.message)) return false;
  return /^(?:Invalid Input|Invalid|Serialization) Error: /i.test(error.message);
}

async function factsOf(
  reader: DuckDBReader,
  info: ObjectInfo,
  path: string,
  { layouts, compacted, known }: FactsContext,
): Promise<ObjectFacts | SkippedObject> {
  const { key, size } = info;
  const { metadata, columns, rows } = await readShape(reader, path, known);
  if (metadata[METADATA_KEYS.product] === undefined || metadata[METADATA_KEYS.unit] === undefined)
    return { key, reason: 'foreign' };
  const layout = layouts.find(
    (one) => one.class === metadata[METADATA_KEYS.class] && one.version === metadata[METADATA_KEYS.ocsf],
  );
  if (layout === undefined || layoutDifferences(columns, layout.columns).length > 0) return { key, reason: 'unknown-layout' };
  if (rows === 0) return { key, reason: 'empty' };
  const times = await timeRange(reader, path);
  if (times === undefined) return { key, reason: 'unreadable' };
  return {
    key,
    bytes: size,
    rows,
    ...times,
    kind: `${layout.class} ${layout.version}`,
    duplicates: 0,
    isCompacted: compacted.has(key),
    info,
    layout,
    columns,
    mappingVersion: metadata[METADATA_KEYS.mapping] ?? '',
  };
}

/** First and last time, by the row groups' statistics; undefined where they lack them. */
export async function timeRange(reader: DuckDBReader, path: string): Promise<{ minTime: number; maxTime: number } | undefined> {
  const [found] = await reader.rows<{ least: number | null; most: number | null; whole: boolean }>(
    `SELECT min(stats_min_value::BIGINT)::DOUBLE AS least, max(stats_max_value::BIGINT)::DOUBLE AS most,
            bool_and(stats_min_value IS NOT NULL AND stats_max_value IS NOT NULL) AS whole
     FROM parquet_metadata(${quote(literalPath(path))}) WHERE path_in_schema = 'time'`,
  );
  if (found === undefined || found.whole !== true) return undefined;
  return { minTime: found.least!, maxTime: found.most! };
}
