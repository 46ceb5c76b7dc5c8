/** DuckDB's memory limit, reached: one sentence with the limit, what was being done and what to do; nothing is left behind. */
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { errorRecord, FalconryError } from '../../src/error.js';
import { exitCodeOf } from '../../src/job/exit.js';
import { DuckDBReader } from '../../src/lake/duckdb-reader.js';
import { outOfMemory } from '../../src/lake/out-of-memory.js';
import { sqlError } from '../../src/lake/query-statement.js';
import { made, open, path, read, source } from './written.js';

const failureOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (reason: unknown) => reason,
  );

describe('too little memory', () => {
  // below 4 MiB DuckDB words it as JSON
  it.each([1, 4])(
    '(%i MiB) to write an object: names rows and row group, leaves no file, and a job never tries again',
    async (limit) => {
      const writer = await open({ memoryLimitMiB: limit, rowGroupRows: 122_880 });
      const error = await failureOf(
        writer.write(
          path('large'),
          source(
            made(
              3,
              Array.from({ length: 20 }, () => 2048),
            ),
          ),
          {},
        ),
      );
      expect(errorRecord(error)).toMatchObject({ code: 'LAKE_OUT_OF_MEMORY', exitCode: 1 });
      expect((error as Error).message).toMatch(
        /^DuckDB's memory of [14] MiB is too little to write an object of \d+ rows of \w+ in row groups of 122880 \([^()]*used\); give a smaller --row-group-rows\.$/,
      );
      expect((error as Error).cause).toBeInstanceOf(Error);
      expect(exitCodeOf(error)).toBe(65);
      expect(existsSync(path('large'))).toBe(false);
      const enough = await open();
      await enough.write(path('small'), source(made(3, [100])), {});
      expect(await read(path('small'))).toHaveLength(100);
    },
  );

  it('to answer a query: says what to leave out', async () => {
    const reader = await DuckDBReader.open({ memoryLimitMiB: 8, threads: 1 });
    try {
      const error = await failureOf(reader.rows('SELECT list(range) AS all_of_them FROM range(3000000)'));
      const told = sqlError(error, [], reader.memoryLimitMiB);
      expect(errorRecord(told).code).toBe('LAKE_OUT_OF_MEMORY');
      expect(told.message).toMatch(/^DuckDB's memory of 8 MiB is too little to answer the query \([^()]*\); ask for less: .*\.$/);
      expect(told.message).not.toContain('SET memory_limit');
    } finally {
      await reader.close();
    }
  });
});

it('is told for nothing else', () => {
  const use = { doing: 'x', limitMiB: 1, advice: 'y' };
  for (const other of [
    new Error('IO Error: Out of Memory Error'),
    new FalconryError('X', 'Out of Memory Error: x'),
    'text',
    undefined,
  ])
    expect(outOfMemory(other, use)).toBe(other);
});
