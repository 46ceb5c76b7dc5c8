/** What a thread needs to convert: stores, a normalizer, a DuckDB of its own, buffers. */
import { BlockBuffer } from '../archive/block-buffer.js';
import { Enrichment } from '../enrich/enrichment.js';
import { readSnapshot } from '../enrich/snapshot-file.js';
import type { LoadedSnapshot } from '../enrich/snapshot-place.js';
import { ParquetWriter } from '../lake/parquet-writer.js';
import type { CompiledMapping } from '../mapping/plan.js';
import { Normalizer } from '../normalize/normalizer.js';
import { Placeholders } from '../normalize/placeholders.js';
import { folderOf, openStore } from '../store/open.js';
import type { ObjectStore } from '../store/store.js';
import type { CommitPlace } from './commit.js';
import type { ConversionTools } from './conversion-tools.js';
import type { FilledOptions } from './options.js';
import { archiveOptions, openLakeStores } from './places.js';
import type { SharedProgress } from './shared-progress.js';

/** Pure data: it crosses into worker threads. */
export interface ConversionSetup {
  mapping: CompiledMapping;
  options: FilledOptions;
  productVersion: string;
  lakeId: string;
  /** see CommitPlace */
  stagingId?: string;
  workUri: string;
  workFolder: string | undefined;
  identity: Record<string, string>;
  progress: SharedProgress;
  /** with `enrich`: the facts of hosts and users, in memory that all threads share */
  snapshot?: LoadedSnapshot;
}

export interface OpenRoom extends ConversionTools {
  setup: ConversionSetup;
  place: CommitPlace;
  archive: ObjectStore;
}

/** DuckDB's own limit; the window's blocks and rows come on top (DESIGN: 1 GiB a worker). */
const DUCKDB_MEMORY_MIB = 512;

export async function openRoom(setup: ConversionSetup): Promise<OpenRoom> {
  const { options } = setup;
  const [archive, stores] = await Promise.all([
    openStore(options.archive, archiveOptions(options)),
    openLakeStores(options, setup.workUri, setup.lakeId),
  ]);
  const { from, to, dedupe } = options;
  const { snapshot } = setup;
  const enrichment =
    snapshot && new Enrichment(readSnapshot(snapshot.memory, snapshot.key), new Placeholders(setup.mapping.placeholders));
  return {
    setup,
    place: {
      ...stores,
      lakeId: setup.lakeId,
      ...(setup.stagingId === undefined ? {} : { stagingId: setup.stagingId }),
      workFolder: setup.workFolder,
      lakeFolder: folderOf(options.lake),
    },
    archive,
    options,
    productVersion: setup.productVersion,
    normalizer: new Normalizer(
      setup.mapping,
      { dedupe, ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) },
      enrichment,
    ),
    enrichment,
    writer: await ParquetWriter.open({
      rowGroupRows: options.rowGroupRows,
      compressionLevel: options.compressionLevel,
      memoryLimitMiB: DUCKDB_MEMORY_MIB,
      safe: options.safeHandover,
    }),
    buffer: new BlockBuffer(),
  };
}
