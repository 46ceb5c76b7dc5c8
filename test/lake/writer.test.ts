/** What one object is: the same bytes for the same batches, all or nothing, one at a time. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { LAYOUT } from './handover-batch.js';
import { folder, made, open, path, read, slice, source } from './written.js';

test('the same batches give the same bytes, in whatever batches the rows of a row group come', async () => {
  const rows = 3000;
  const all = () => made(77, [rows]);
  const one = await open({ rowGroupRows: 122_880 });
  // DuckDB takes at most 2,048 rows at once
  const cut = async (name: string, sizes: readonly number[]) => {
    const [batch] = [...all()];
    let at = 0;
    let i = 0;
    const next = () => {
      if (at >= rows) return undefined;
      const size = Math.min(sizes[i++ % sizes.length]!, rows - at);
      const part = slice(batch!, at, size);
      at += size;
      return part;
    };
    await one.write(path(name), { layout: LAYOUT, rows, next }, {});
    return readFileSync(path(name));
  };
  const whole = await cut('whole', [2048]);
  expect((await cut('again', [2048])).equals(whole)).toBe(true);
  expect((await cut('pieces', [1, 500, 2047, 64])).equals(whole)).toBe(true);
  const other = await open({ rowGroupRows: 122_880 });
  const [batch] = [...all()];
  const halves = source([slice(batch!, 0, 2048), slice(batch!, 2048, 952)]);
  await other.write(path('other'), { ...halves, rows }, {});
  expect(readFileSync(path('other')).equals(whole)).toBe(true);
});

test('an object without rows', async () => {
  const writer = await open();
  await writer.write(path('empty'), source([]), {});
  expect(await read(path('empty'))).toEqual([]);
});

test.each([false, true])(
  'a batch that fails fails the write, leaves no file, and the writer goes on (safe: %s)',
  async (safe) => {
    const writer = await open({ safe });
    const bad = function* () {
      yield* made(5, [2048, 2048]);
      throw new Error('the batch could not be made');
    };
    await expect(writer.write(path('failed'), source(bad()), {})).rejects.toThrow('the batch could not be made');
    expect(existsSync(path('failed'))).toBe(false);
    const outside = function* () {
      const [batch] = [...made(6, [100])];
      batch!.columns.find(({ path: name }) => name === 'same')!.ints[50 * 4 + 3] = 1 << 30;
      yield batch!;
    };
    await expect(writer.write(path('failed'), source(outside()), {})).rejects.toThrow('outside');
    expect(existsSync(path('failed'))).toBe(false);
    await writer.write(path('after'), source(made(5, [10])), {});
    expect((await read(path('after'))).length).toBe(10);
  },
);

test('a file that cannot be written is DuckDB’s error', async () => {
  const writer = await open();
  await expect(writer.write(join(folder, 'no', 'such', 'folder.parquet'), source(made(5, [10])), {})).rejects.toThrow(
    /folder\.parquet/,
  );
});

test('nothing is closed or begun while a write runs', async () => {
  const writer = await open();
  const refused: unknown[] = [];
  const attempt = (what: () => unknown) => {
    try {
      what();
    } catch (error) {
      refused.push(String(error));
    }
  };
  let second: Promise<unknown> | undefined;
  const busy = source(made(8, [2048, 2048]), () => {
    attempt(() => writer.close());
    second ??= writer.write(path('second'), source(made(9, [10])), {}).catch((error) => refused.push(String(error)));
  });
  await writer.write(path('busy'), busy, {});
  await second;
  expect(refused.length).toBe(4);
  for (const error of refused) expect(error).toContain('while a write is running');
  expect((await read(path('busy'))).length).toBe(4096);
  await writer.write(path('later'), source(made(9, [10])), {});
  expect((await read(path('later'))).length).toBe(10);
});
