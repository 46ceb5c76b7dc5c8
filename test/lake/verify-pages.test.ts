/** Page headers: sizes that can be known beforehand, other writers' pages, and bytes that are no headers. */
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DuckDBReader } from '../../src/lake/duckdb-reader.js';
import { readFooter } from '../../src/lake/parquet-file.js';
import { type ColumnChunk, PageHeaderError, type PageSizes, pageSizes, parsePageHeader } from '../../src/lake/parquet-pages.js';

let folder: string;
let reader: DuckDBReader;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'falconry-pages-'));
  reader = await DuckDBReader.open({ scratch: folder });
});
afterAll(async () => {
  await reader.close();
  await rm(folder, { recursive: true, force: true });
});

async function write(name: string, select: string, options: string): Promise<string> {
  const path = join(folder, `${name}.parquet`);
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  await connection.run(`COPY (${select}) TO '${path}' (FORMAT parquet, ${options})`);
  connection.closeSync();
  instance.closeSync();
  return path;
}

async function sizesOf(path: string, limit: number): Promise<PageSizes> {
  return pageSizes(path, (await readFooter(reader, path)).chunks, limit);
}

describe('the largest data page', () => {
  it('is that of the widest row group of a column of known size', async () => {
    // 8 bytes a value of random integers, without a dictionary; a few bytes of levels
    const options = 'COMPRESSION zstd, ROW_GROUP_SIZE 2048, DICTIONARY_SIZE_LIMIT 1';
    const path = await write('known', 'SELECT (hash(i) >> 1)::BIGINT AS v FROM range(5000) t(i)', options);
    const { largest, above } = await sizesOf(path, 16_000);
    expect(largest).toBeGreaterThanOrEqual(2048 * 8);
    expect(largest).toBeLessThan(2048 * 8 + 64);
    expect(above).toBe(2);
  });

  it('counts pages of both versions and leaves dictionaries out', async () => {
    const select = "SELECT repeat('x', 5000) || i % 3 AS v FROM range(3000) t(i)";
    for (const version of ['V1', 'V2']) {
      const path = await write(version, select, `COMPRESSION zstd, PARQUET_VERSION ${version}`);
      const { largest } = await sizesOf(path, 1 << 20);
      // the dictionary alone has 15,000 bytes, the page a few bits a row
      expect(largest).toBeGreaterThan(0);
      expect(largest).toBeLessThan(5000);
    }
  });

  it('is found by every page of every chunk, whatever is skipped', async () => {
    const path = await write(
      'many',
      'SELECT i, i % 7 AS k, md5(i::VARCHAR) AS m, [i, i + 1] AS l FROM range(20000) t(i)',
      'COMPRESSION zstd, ROW_GROUP_SIZE 4096',
    );
    const chunks = await reader.rows<{ o: number; c: number; u: number }>(
      `SELECT coalesce(dictionary_page_offset, data_page_offset)::DOUBLE AS o, total_compressed_size::DOUBLE AS c, total_uncompressed_size::DOUBLE AS u
       FROM parquet_metadata('${path}')`,
    );
    // told that any chunk may hold anything, none is skipped
    const all: ColumnChunk[] = chunks.map(({ o, c }) => ({
      offset: o,
      compressedBytes: c,
      uncompressedBytes: Number.MAX_SAFE_INTEGER,
    }));
    expect((await sizesOf(path, 30_000)).largest).toBe((await pageSizes(path, all, 30_000)).largest);
    expect((await sizesOf(path, 30_000)).above).toBe((await pageSizes(path, all, 30_000)).above);
    expect((await stat(path)).size).toBeGreaterThan(chunks.reduce((sum, { c }) => sum + c, 0));
  });
});

describe('bytes that are no header', () => {
  it('give an error or nothing, and always an end', () => {
    const seed = 20_260_802;
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => {
        try {
          const header = parsePageHeader(bytes);
          if (header !== undefined) expect(header.headerBytes).toBeLessThanOrEqual(bytes.length);
        } catch (error) {
          expect(error).toBeInstanceOf(PageHeaderError);
        }
      }),
      { seed, numRuns: 3000 },
    );
  });

  it('may look like structs without end', () => {
    expect(() => parsePageHeader(new Uint8Array(100_000).fill(0x1c))).toThrow(PageHeaderError);
    expect(() => parsePageHeader(new Uint8Array(100_000).fill(0x19))).toThrow(PageHeaderError);
  });

  it('are told by their place in the file', async () => {
    const path = await write('small', 'SELECT 1 AS v', 'COMPRESSION zstd');
    const { size } = await stat(path);
    await expect(pageSizes(path, [{ offset: size, compressedBytes: 10, uncompressedBytes: 10 }], 1)).rejects.toThrow(
      `no page header at byte ${size}`,
    );
  });
});
