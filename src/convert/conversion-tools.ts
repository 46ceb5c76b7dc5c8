/** What converting a unit works with. */
import type { BlockBuffer } from '../archive/block-buffer.js';
import type { Enrichment } from '../enrich/enrichment.js';
import type { ParquetWriter } from '../lake/parquet-writer.js';
import type { Normalizer } from '../normalize/normalizer.js';
import type { ObjectStore } from '../store/store.js';
import type { FilledOptions } from './options.js';

/** What a thread keeps from unit to unit. */
export interface ConversionTools {
  archive: Pick<ObjectStore, 'read'>;
  normalizer: Normalizer;
  writer: ParquetWriter;
  buffer: BlockBuffer;
  /** with `enrich` */
  enrichment: Enrichment | undefined;
  options: FilledOptions;
  productVersion: string;
}

export interface ConversionRoom extends ConversionTools {
  /** told as work goes on */
  onProgress(step: { events: number; compressedBytes: number; inflatedBytes: number }): void;
  signal: AbortSignal;
}
