/**
 * `query`: SQL over a lake. One view a class, named by it, and `events` with the columns that all classes share; `region`,
 * `accountId` and `eventDay` are columns too. Nothing can be written: only statements that read run, DuckDB sees the lake's
 * `ext/` and its own scratch folder alone, and its settings are locked.
 */
import type { DuckDBResultReader, Json } from '@duckdb/node-api';
import type { ObjectStore } from '../store/store.js';
import { DuckDBReader, identifier, literalPath, quote, type ReaderOptions } from './duckdb-reader.js';
import { checkFilter, type LakeFilter } from './lake-objects.js';
import { type DownloadOptions, type LakeSource, QuerySources } from './query-sources.js';
import { type ReadingStatement, readingStatement, sqlError } from './query-statement.js';
import { jsonValue } from './query-values.js';
import { classView, EVENTS_VIEW, eventsView } from './query-views.js';

export interface QueryOptions extends LakeFilter, ReaderOptions, Partial<DownloadOptions> {}

export interface QueryResult {
  columns: { name: string; type: string }[];
  rows: Json[][];
  /** there are more rows than were asked for */
  truncated: boolean;
}

/** A view and what lies behind it. */
export interface ViewSummary {
  view: string;
  sources: string[];
  objects: number;
  bytes: number;
  /** null while objects are not downloaded */
  rows: number | null;
}

const DEFAULT_MAX_DOWNLOAD_BYTES = 2 ** 30;
const DEFAULT_MAX_ROWS = 10_000;

/**
 * Opens a lake for queries. Of an S3 lake one small object a source is downloaded now, the others when a query names their
 * class: up to `maxDownloadBytes` (default 1 GiB), deleted by {@link LakeQuery.close}.
 *
 * @throws LAKE_EMPTY, LAKE_NOTHING_MATCHES, LAKE_BAD_FILTER, LAKE_OBJECT_UNREADABLE, the store's errors
 */
export async function openLake(store: ObjectStore, options: QueryOptions = {}): Promise<LakeQuery> {
  checkFilter(options);
  const reader = await DuckDBReader.open(options);
  try {
    const { maxDownloadBytes = DEFAULT_MAX_DOWNLOAD_BYTES, onDownload = () => {} } = options;
    const sources = await QuerySources.open(store, reader, options, { maxDownloadBytes, onDownload });
    await lock(reader, sources.folder);
    return new LakeQuery(reader, sources);
  } catch (error) {
    await reader.close();
    throw error;
  }
}

/** From here on DuckDB reads below `ext/` and nowhere else. A pattern is compared as it is written, so both forms are named. */
async function lock({ connection }: DuckDBReader, folder: string): Promise<void> {
  const folders = [...new Set([folder, literalPath(folder)])].map((path) => quote(`${path}/ext/`));
  await connection.run('SET parquet_metadata_cache = true');
  await connection.run(`SET allowed_directories = [${folders.join(', ')}]`);
  await connection.run('SET enable_external_access = false');
  await connection.run('SET lock_configuration = true');
}

export class LakeQuery {
  /** the views: a class each, then `events` */
  readonly views: readonly string[];
  private readonly byView = new Map<string, LakeSource[]>();
  /** views that exist → whether over all objects or one a source */
  private readonly made = new Map<string, 'rows' | 'columns'>();

  constructor(
    private readonly reader: DuckDBReader,
    private readonly sources: QuerySources,
  ) {
    for (const source of sources.sources) this.byView.set(source.view, [...(this.byView.get(source.view) ?? []), source]);
    this.views = [...[...this.byView.keys()].sort(), EVENTS_VIEW];
  }

  /**
   * Runs one statement that reads.
   *
   * @param maxRows no more are returned (default 10,000); memory holds them all
   * @throws QUERY_FAILED, QUERY_REFUSED, QUERY_TOO_LARGE, LAKE_OUT_OF_MEMORY
   */
  async run(sql: string, maxRows = DEFAULT_MAX_ROWS): Promise<QueryResult> {
    await this.prepareViews(await readingStatement(this.reader, sql));
    let result: DuckDBResultReader;
    try {
      result = await this.reader.connection.streamAndReadUntil(sql, maxRows + 1);
    } catch (error) {
      throw sqlError(error, this.views, this.reader.memoryLimitMiB);
    }
    const names = result.columnNames();
    const types = result.columnTypes();
    const rows = result.getRows();
    return {
      columns: names.map((name, i) => ({ name, type: String(types[i]) })),
      rows: rows.slice(0, maxRows).map((row) => row.map(jsonValue)),
      truncated: rows.length > maxRows,
    };
  }

  /** The views with their row counts, which Parquet footers tell. */
  async describe(): Promise<ViewSummary[]> {
    const summaries: ViewSummary[] = [];
    for (const [view, sources] of [...this.byView].sort(([a], [b]) => (a < b ? -1 : 1))) {
      summaries.push({
        view,
        sources: sources.map(({ name }) => name),
        objects: sources.reduce((sum, { objects }) => sum + objects, 0),
        bytes: sources.reduce((sum, { bytes }) => sum + bytes, 0),
        rows: await this.countRows(sources),
      });
    }
    const total = (of: (summary: ViewSummary) => number | null) =>
      summaries.reduce<number | null>((sum, summary) => (sum === null || of(summary) === null ? null : sum + of(summary)!), 0);
    return summaries.concat({
      view: EVENTS_VIEW,
      sources: summaries.flatMap(({ sources }) => sources),
      objects: total(({ objects }) => objects)!,
      bytes: total(({ bytes }) => bytes)!,
      rows: total(({ rows }) => rows),
    });
  }

  /** Deletes what was downloaded. */
  async close(): Promise<void> {
    await this.reader.close();
  }

  private async countRows(sources: readonly LakeSource[]): Promise<number | null> {
    if (!sources.every((source) => this.sources.isFetched(source))) return null;
    let rows = 0;
    for (const source of sources) {
      const pattern = quote(this.sources.pattern(source));
      const [found] = await this.reader.rows<{ rows: number }>(
        `SELECT sum(num_rows)::DOUBLE AS rows FROM parquet_file_metadata(${pattern})`,
      );
      rows += found!.rows;
    }
    return rows;
  }

  private async prepareViews({ tables, columnsOnly }: ReadingStatement): Promise<void> {
    const named = new Set(tables.map((table) => table.toLowerCase()));
    let wanted = this.views.filter((view) => named.has(view));
    // SHOW TABLES
    if (tables.length === 0 && columnsOnly) wanted = [...this.views];
    await this.ensure(wanted, columnsOnly ? 'columns' : 'rows');
  }

  private async ensure(views: readonly string[], need: 'rows' | 'columns'): Promise<void> {
    const wanted = views.includes(EVENTS_VIEW) ? [...this.byView.keys()] : views;
    const missing = wanted.filter((view) => this.made.get(view) !== 'rows' && this.made.get(view) !== need);
    if (need === 'rows') await this.sources.fetch(missing.flatMap((view) => this.byView.get(view)!));
    for (const view of missing) {
      const patterns = this.byView.get(view)!.map((source) => this.sources.pattern(source));
      await this.define(classView(view, patterns));
      this.made.set(view, this.sources.isRemote ? need : 'rows');
    }
    if (!views.includes(EVENTS_VIEW) || (missing.length === 0 && this.made.has(EVENTS_VIEW))) return;
    const classes = [];
    for (const view of this.byView.keys()) classes.push({ view, columns: await this.columns(view) });
    await this.define(eventsView(classes));
    this.made.set(EVENTS_VIEW, 'rows');
  }

  private async define(sql: string): Promise<void> {
    try {
      await this.reader.connection.run(sql);
    } catch (error) {
      throw sqlError(error, this.views, this.reader.memoryLimitMiB);
    }
  }

  private async columns(view: string): Promise<string[]> {
    const found = await this.reader.rows<{ column_name: string }>(`DESCRIBE ${identifier(view)}`);
    return found.map(({ column_name }) => column_name);
  }
}
