/**
 * Writes sorted Parquet objects with DuckDB: one `COPY` an object, fed by a table function that hands over one batch a call.
 *
 * One writer is one DuckDB instance with one thread: two worker threads write side by side, each with its own. Row order is the
 * order of the batches, so that the same batches give the same bytes.
 */
import { stat } from 'node:fs/promises';
import { type DuckDBConnection, DuckDBInstance, DuckDBTableFunction } from '@duckdb/node-api';
import duckdb from '@duckdb/node-bindings';
import { BUFFER } from '../normalize/constants.js';
import type { Batch } from '../normalize/normalizer.js';
import type { ClassLayout } from '../ocsf/layout.js';
import { duckdbType } from './duckdb-types.js';
import { PlacedBuffers, writeChunk } from './handover.js';

export interface ParquetOptions {
  /** rows in a row group; DuckDB rounds up to 2,048 */
  rowGroupRows: number;
  compressionLevel: number;
  /** DuckDB's `memory_limit`, in MiB */
  memoryLimitMiB: number;
  /** strings copied one by one instead of handed over by address */
  safe: boolean;
}

export interface ObjectSource {
  layout: ClassLayout;
  /** the next batch, or undefined at the end */
  next(): Batch | undefined;
}

export class ParquetWriter {
  private readonly registered = new Set<string>();
  private source: ObjectSource | undefined;
  private placed: PlacedBuffers | undefined;
  /** bytes of each buffer when it was placed */
  private placedLengths: number[] = [];
  private failure: unknown;

  private constructor(
    private readonly instance: DuckDBInstance,
    private readonly connection: DuckDBConnection,
    private readonly options: ParquetOptions,
  ) {}

  static async open(options: ParquetOptions): Promise<ParquetWriter> {
    const instance = await DuckDBInstance.create(':memory:', {
      threads: '1',
      memory_limit: `${options.memoryLimitMiB}MiB`,
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
      preserve_insertion_order: 'true',
    });
    return new ParquetWriter(instance, await instance.connect(), options);
  }

  /**
   * Writes one object. The buffers of its batches are placed as they first appear and stay until {@link endWindow}.
   *
   * @param metadata Parquet's file key-value metadata
   */
  async write(path: string, source: ObjectSource, metadata: Readonly<Record<string, string>>): Promise<{ bytes: number }> {
    const name = this.register(source.layout);
    this.source = source;
    this.failure = undefined;
    const { rowGroupRows, compressionLevel } = this.options;
    const pairs = Object.entries(metadata).map(([key, value]) => `${quote(key)}: ${quote(value)}`);
    try {
      await this.connection.run(
        `COPY (SELECT * FROM ${name}()) TO ${quote(path)} (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL ${compressionLevel}, ` +
          `ROW_GROUP_SIZE ${rowGroupRows}, KV_METADATA {${pairs.join(', ')}})`,
      );
    } catch (error) {
      throw this.failure ?? error;
    } finally {
      this.source = undefined;
    }
    if (this.failure !== undefined) throw this.failure;
    return { bytes: (await stat(path)).size };
  }

  /** Frees what the window's batches placed. Only now may their blocks change. */
  endWindow(): void {
    this.placed?.release();
    this.placed = undefined;
    this.placedLengths = [];
  }

  close(): void {
    this.endWindow();
    this.connection.closeSync();
    this.instance.closeSync();
  }

  /** One table function a class and version: DuckDB binds the columns when the statement starts. */
  private register(layout: ClassLayout): string {
    const name = `batches_of_${layout.class}_${layout.version.replaceAll('.', '_')}`;
    if (this.registered.has(name)) return name;
    const columns = layout.columns.map((column) => ({ name: column.name, type: duckdbType(column) }));
    const table = DuckDBTableFunction.create({
      name,
      bindFunction: (info) => {
        for (const column of columns) info.addResultColumn(column.name, column.type);
      },
      initFunction: () => {},
      mainFunction: (_info, output) => this.produce(output.chunk),
    });
    this.connection.registerTableFunction(table);
    this.registered.add(name);
    return name;
  }

  /** Runs inside DuckDB's scan: an error here must not be lost in the callback. */
  private produce(chunk: duckdb.DataChunk): void {
    try {
      const batch = this.failure === undefined ? this.source?.next() : undefined;
      if (batch === undefined) {
        duckdb.data_chunk_set_size(chunk, 0);
        return;
      }
      writeChunk(chunk, batch, this.options.safe ? undefined : this.place(batch));
    } catch (error) {
      this.failure = error;
      duckdb.data_chunk_set_size(chunk, 0);
    }
  }

  private place(batch: Batch): PlacedBuffers {
    this.placed ??= new PlacedBuffers();
    const { placed, placedLengths } = this;
    batch.buffers.forEach((bytes, index) => {
      // blocks are whole when their rows are written; constants and keys only grow; made texts are new in every batch
      if (index !== BUFFER.made && placedLengths[index] === bytes.length) return;
      placed.place(index, bytes);
      placedLengths[index] = bytes.length;
    });
    return placed;
  }
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
