/** The sources of a lake for a query: which class each holds, and its objects as local files. */
import { join } from 'node:path';
import type { ObjectInfo, ObjectStore } from '../store/store.js';
import type { DuckDBReader } from './duckdb-reader.js';
import { literalPath } from './duckdb-reader.js';
import { lakeEmpty, lakeNothingMatches, lakeObjectUnreadable, queryTooLarge } from './errors.js';
import { type LakeFilter, lakeObjects } from './lake-objects.js';
import { download, localFolder } from './local-copy.js';
import { classOf } from './object-class.js';
import { readFooter } from './parquet-file.js';

export interface LakeSource {
  name: string;
  /** its class, or its own name where its objects do not tell */
  view: string;
  objects: number;
  bytes: number;
  /** the smallest object: enough to know the columns */
  sample: ObjectInfo;
  /** what is to be downloaded before it can be read; empty for a local lake */
  remote: ObjectInfo[];
}

export interface DownloadProgress {
  objects: number;
  bytes: number;
  totalObjects: number;
  totalBytes: number;
}

export interface DownloadOptions {
  /** bytes that all queries together may download */
  maxDownloadBytes: number;
  onDownload(progress: DownloadProgress): void;
}

/** The objects of a lake, found once, fetched when a query needs them. */
export class QuerySources {
  private readonly fetched = new Set<string>();
  private fetchedBytes = 0;

  private constructor(
    private readonly store: ObjectStore,
    /** the folder below which `ext/` has local files */
    readonly folder: string,
    readonly isRemote: boolean,
    private readonly filter: LakeFilter,
    readonly sources: readonly LakeSource[],
    private readonly options: DownloadOptions,
  ) {}

  /** @throws LAKE_EMPTY, LAKE_NOTHING_MATCHES, LAKE_OBJECT_UNREADABLE */
  static async open(
    store: ObjectStore,
    reader: DuckDBReader,
    filter: LakeFilter,
    options: DownloadOptions,
  ): Promise<QuerySources> {
    const local = localFolder(store);
    const found = await findSources(store, filter, local === undefined);
    const folder = local ?? join(reader.scratch, 'lake');
    const sources = new QuerySources(store, folder, local === undefined, filter, found, options);
    for (const source of found) source.view = (await sources.className(reader, source)) ?? source.name;
    return sources;
  }

  /** DuckDB's pattern of a source's local files; they are there after {@link fetch}. */
  pattern(source: LakeSource): string {
    const folder = literalPath(join(this.folder, 'ext', source.name));
    return `${folder}/region=*/accountId=*/eventDay=${this.filter.day ?? '*'}/*.parquet`;
  }

  /**
   * Downloads what is not there yet.
   *
   * @throws QUERY_TOO_LARGE before the first byte
   */
  async fetch(sources: readonly LakeSource[]): Promise<void> {
    const missing = sources.flatMap(({ remote }) => remote).filter(({ key }) => !this.fetched.has(key));
    const totalBytes = missing.reduce((sum, { size }) => sum + size, 0);
    const { maxDownloadBytes, onDownload } = this.options;
    if (this.fetchedBytes + totalBytes > maxDownloadBytes)
      throw queryTooLarge(this.fetchedBytes + totalBytes, maxDownloadBytes, missing.length + this.fetched.size);
    let bytes = 0;
    for (const [done, info] of missing.entries()) {
      await this.fetchOne(info);
      bytes += info.size;
      onDownload({ objects: done + 1, bytes, totalObjects: missing.length, totalBytes });
    }
  }

  /** Whether all objects of a source are local files. */
  isFetched(source: LakeSource): boolean {
    return source.remote.every(({ key }) => this.fetched.has(key));
  }

  private async fetchOne(info: ObjectInfo): Promise<void> {
    await download(this.store, info, join(this.folder, info.key));
    this.fetched.add(info.key);
    this.fetchedBytes += info.size;
  }

  private async className(reader: DuckDBReader, { sample }: LakeSource): Promise<string | undefined> {
    if (this.isRemote) await this.fetchOne(sample);
    const path = join(this.folder, sample.key);
    try {
      const { name } = await classOf(reader, path, await readFooter(reader, path));
      return name;
    } catch (error) {
      throw lakeObjectUnreadable(`${this.store.uri}/${sample.key}`, (error as Error).message.split('\n')[0]!, { cause: error });
    }
  }
}

async function findSources(store: ObjectStore, filter: LakeFilter, isRemote: boolean): Promise<LakeSource[]> {
  const sources = new Map<string, LakeSource>();
  let strays = 0;
  for await (const entry of lakeObjects(store, filter)) {
    if (entry.kind !== 'object') {
      strays++;
      continue;
    }
    const { info, partition } = entry;
    let source = sources.get(partition.source);
    if (source === undefined) {
      source = { name: partition.source, view: partition.source, objects: 0, bytes: 0, sample: info, remote: [] };
      sources.set(partition.source, source);
    }
    source.objects++;
    source.bytes += info.size;
    if (info.size < source.sample.size) source.sample = info;
    if (isRemote) source.remote.push(info);
  }
  if (sources.size > 0) return [...sources.values()];
  const asked = [filter.source && `source ${filter.source}`, filter.day && `day ${filter.day}`].filter(Boolean).join(' and ');
  if (asked !== '') throw lakeNothingMatches(store.uri, asked);
  throw lakeEmpty(store.uri, strays === 0 ? undefined : `${strays} files that are no lake objects`);
}
