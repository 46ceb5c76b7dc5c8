/** Writes a normalizer's window as the product's writer does, with any options of COPY. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance, DuckDBTableFunction } from '@duckdb/node-api';
import { duckdbType } from '../src/lake/duckdb-types.js';
import { PlacedBuffers, writeChunk } from '../src/lake/handover.js';
import type { Batch, Normalizer } from '../src/normalize/normalizer.js';

export interface Written {
  objects: number;
  rows: number;
  bytes: number;
}

/** @param options of COPY, as in SQL, for an object of so many rows */
export async function copyWindow(normalizer: Normalizer, folder: string, options: (rows: number) => string): Promise<Written> {
  const written: Written = { objects: 0, rows: 0, bytes: 0 };
  const instance = await DuckDBInstance.create(':memory:', { threads: '1', preserve_insertion_order: 'true' });
  const connection = await instance.connect();
  const placed = new PlacedBuffers();
  let next: () => Batch | undefined = () => undefined;
  const registered = new Set<number>();
  for (const { group, order } of normalizer.sortedGroups()) {
    const { layout } = normalizer.mapping.classes[group.class]!;
    const name = `batches_${group.class}`;
    if (!registered.has(group.class)) {
      registered.add(group.class);
      const table = DuckDBTableFunction.create({
        name,
        bindFunction: (info) => {
          for (const column of layout.columns) info.addResultColumn(column.name, duckdbType(column));
        },
        initFunction: () => {},
        mainFunction: (info, { chunk }) => {
          try {
            const batch = next();
            if (batch !== undefined) placed.place(batch.buffers);
            writeChunk(chunk, batch ?? NO_ROWS, batch === undefined ? undefined : placed);
          } catch (error) {
            info.setError(String(error));
          }
        },
      });
      connection.registerTableFunction(table);
    }
    let start = 0;
    next = () => {
      if (start >= order.length) return undefined;
      const batch = normalizer.batch(group, order, start);
      start += batch.rows;
      return batch;
    };
    const path = join(folder, `${written.objects}.parquet`);
    await connection.run(`COPY (SELECT * FROM ${name}()) TO '${path}' (${options(order.length)})`);
    written.objects++;
    written.rows += order.length;
    written.bytes += statSync(path).size;
  }
  placed.release();
  connection.closeSync();
  instance.closeSync();
  return written;
}

const NO_ROWS: Batch = { rows: 0, columns: [], buffers: [] };
