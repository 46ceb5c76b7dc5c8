/** The SQL of a lake's views: one a class, and `events` over all. */
import { identifier, quote } from './duckdb-reader.js';

/** The view over all classes. */
export const EVENTS_VIEW = 'events';

/** What the folders add to every row, as text. */
const PARTITION_TYPES = '{region: VARCHAR, accountId: VARCHAR, eventDay: VARCHAR}';

/**
 * A class, from the files of its sources. Columns are matched by name, so that an older layout lacks the newer columns (they are
 * null) and OCSF versions may differ.
 *
 * @param patterns one a source
 */
export function classView(name: string, patterns: readonly string[]): string {
  const tables = patterns.map(
    (pattern) =>
      `SELECT * FROM read_parquet(${quote(pattern)}, union_by_name = true, hive_partitioning = true, hive_types = ${PARTITION_TYPES})`,
  );
  return `CREATE OR REPLACE VIEW ${identifier(name)} AS ${tables.join(' UNION ALL BY NAME ')}`;
}

/** The columns that every class has, over all classes. */
export function eventsView(classes: readonly { view: string; columns: readonly string[] }[]): string {
  const [first, ...others] = classes;
  const shared = first!.columns.filter((column) => others.every(({ columns }) => columns.includes(column)));
  const list = shared.map(identifier).join(', ');
  const tables = classes.map(({ view }) => `SELECT ${list} FROM ${identifier(view)}`);
  return `CREATE OR REPLACE VIEW ${EVENTS_VIEW} AS ${tables.join(' UNION ALL BY NAME ')}`;
}
