/**
 * Writes sorted Parquet objects with DuckDB: one `COPY` an object, fed by a table function that hands over one batch a call.
 *
 * One writer is one DuckDB instance with one thread: two worker threads write side by side, each with its own. Row order is the
 * order of the batches, so that the same batches give the same bytes.
 */
import { rm, stat } from 'node:fs/promises';
import type { DuckDBConnection, DuckDBInstance, DuckDBTableFunctionInfo } from '@duckdb/node-api';
import duckdb from '@duckdb/node-bindings';
import { BATCH_ROWS } from '../normalize/batch.js';
import type { Batch } from '../normalize/normalizer.js';
import type { ClassLayout } from '../ocsf/layout.js';
import { client } from './duckdb-client.js';
import { duckdbType } from './duckdb-types.js';
import { PlacedBuffers, writeChunk } from './handover.js';
import { outOfMemory } from './out-of-memory.js';

/** Distinct values up to which a column chunk is written with a dictionary, and of its rows at most; why not DuckDB's own limit: decision 007. */
const MOST_DICTIONARY_ENTRIES = 2048;
const DICTIONARY_SHARE = 1 / 8;

/**
 * COPY's options for an object of so many rows, at most: what every writer of such objects says, the bench's peers too. An object
 * smaller than a row group says so, since DuckDB sets aside dictionaries for a whole one.
 */
export function copyOptions(rows: number, rowGroupRows: number, compressionLevel: number): string {
  const groupRows = Math.min(rowGroupRows, Math.max(1, Math.ceil(rows / BATCH_ROWS)) * BATCH_ROWS);
  const dictionary = Math.min(MOST_DICTIONARY_ENTRIES, Math.ceil(groupRows * DICTIONARY_SHARE));
  return `FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL ${compressionLevel}, ROW_GROUP_SIZE ${groupRows}, DICTIONARY_SIZE_LIMIT ${dictionary}`;
}

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
  /** rows of all batches, at most */
  rows: number;
  /** the next batch, or undefined at the end */
  next(): Batch | undefined;
}

export class ParquetWriter {
  private readonly functions = new Map<ClassLayout, string>();
  private source: ObjectSource | undefined;
  /** set while a COPY runs */
  private isWriting = false;
  private placed: PlacedBuffers | undefined;
  private failure: unknown;

  private constructor(
    private readonly instance: DuckDBInstance,
    private readonly connection: DuckDBConnection,
    private readonly options: ParquetOptions,
  ) {}

  static async open(options: ParquetOptions): Promise<ParquetWriter> {
    const instance = await client.DuckDBInstance.create(':memory:', {
      threads: '1',
      memory_limit: `${options.memoryLimitMiB}MiB`,
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
      preserve_insertion_order: 'true',
    });
    return new ParquetWriter(instance, await instance.connect(), options);
  }

  /**
   * Writes one object. On an error no file is left behind.
   *
   * @param metadata Parquet's file key-value metadata
   * @throws LAKE_OUT_OF_MEMORY; Error if another write of this writer is still running
   */
  async write(path: string, source: ObjectSource, metadata: Readonly<Record<string, string>>): Promise<{ bytes: number }> {
    this.assertIdle('write');
    const name = this.tableFunction(source.layout);
    const { rowGroupRows, compressionLevel } = this.options;
    const pairs = Object.entries(metadata).map(([key, value]) => `${quote(key)}: ${quote(value)}`);
    const keyValues = pairs.length === 0 ? '' : `, KV_METADATA {${pairs.join(', ')}}`;
    this.isWriting = true;
    this.source = source;
    this.failure = undefined;
    this.placed = new PlacedBuffers();
    try {
      await this.connection.run(
        `COPY (SELECT * FROM ${name}()) TO ${quote(path)} (${copyOptions(source.rows, rowGroupRows, compressionLevel)}${keyValues})`,
      );
    } catch (error) {
      await rm(path, { force: true });
      throw this.memoryError(this.failure ?? error, source);
    } finally {
      this.placed.release();
      this.source = undefined;
      this.isWriting = false;
    }
    return { bytes: (await stat(path)).size };
  }

  /** @throws Error while a write is running: DuckDB still reads what was handed to it */
  close(): void {
    this.assertIdle('close');
    this.connection.closeSync();
    this.instance.closeSync();
  }

  private memoryError(error: unknown, { rows, layout }: ObjectSource): unknown {
    const { memoryLimitMiB, rowGroupRows } = this.options;
    return outOfMemory(error, {
      doing: `write an object of ${rows} rows of ${layout.class} in row groups of ${rowGroupRows}`,
      limitMiB: memoryLimitMiB,
      advice: 'give a smaller --row-group-rows',
    });
  }

  private assertIdle(what: string): void {
    if (this.isWriting) throw new Error(`${what} was called while a write is running: wait for it to end`);
  }

  /** One table function a layout: DuckDB binds the columns when the statement starts. */
  private tableFunction(layout: ClassLayout): string {
    let name = this.functions.get(layout);
    if (name !== undefined) return name;
    name = `batches_${this.functions.size}`;
    const columns = layout.columns.map((column) => ({ name: column.name, type: duckdbType(column) }));
    const table = client.DuckDBTableFunction.create({
      name,
      bindFunction: (info) => {
        for (const column of columns) info.addResultColumn(column.name, column.type);
      },
      initFunction: () => {},
      mainFunction: (info, output) => this.produce(info, output.chunk),
    });
    this.connection.registerTableFunction(table);
    this.functions.set(layout, name);
    return name;
  }

  /** Runs inside DuckDB's scan: an error here must end the COPY, and must not be lost in the callback. */
  private produce(info: DuckDBTableFunctionInfo, chunk: duckdb.DataChunk): void {
    try {
      const batch = this.source?.next();
      if (batch === undefined) duckdb.data_chunk_set_size(chunk, 0);
      else {
        if (!this.options.safe) this.placed!.place(batch.buffers);
        writeChunk(chunk, batch, this.options.safe ? undefined : this.placed);
      }
    } catch (error) {
      this.failure = error;
      duckdb.data_chunk_set_size(chunk, 0);
      info.setError(String(error));
    }
  }
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
