/** What DuckDB has written against what was handed to it, by address and copied, with an independent reader and under pressure. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import v8 from 'node:v8';
import vm from 'node:vm';
import { DuckDBInstance } from '@duckdb/node-api';
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { PlacedBuffers } from '../../src/lake/handover.js';
import { type ParquetOptions, ParquetWriter } from '../../src/lake/parquet-writer.js';
import { Column } from '../../src/normalize/column.js';
import { type Batch, Normalizer } from '../../src/normalize/normalizer.js';
import { EventMaker } from '../normalize/random-events.js';
import { type Row, rowsOf } from '../normalize/rows.js';
import { blockOf, compiled, noOutcomes, schemas, shipped } from '../normalize/shipped.js';
import { randomNumbers } from '../ocsf/random-event.js';
import { BatchMaker, LAYOUT } from './handover-batch.js';

const SEED = 12_131_213;
console.log(`hand-over: seed ${SEED}`);

const folder = mkdtempSync(join(tmpdir(), 'falconry-handover-'));
const OPTIONS: ParquetOptions = { rowGroupRows: 4096, compressionLevel: 1, memoryLimitMiB: 512, safe: false };
const writers: ParquetWriter[] = [];
let duckdb: DuckDBInstance;

beforeAll(async () => {
  duckdb = await DuckDBInstance.create(':memory:', { threads: '1' });
});
afterAll(() => {
  for (const writer of writers) writer.close();
  duckdb.closeSync();
  rmSync(folder, { recursive: true, force: true });
});

async function open(options: Partial<ParquetOptions> = {}): Promise<ParquetWriter> {
  const writer = await ParquetWriter.open({ ...OPTIONS, ...options });
  writers.push(writer);
  return writer;
}

const path = (name: string) => join(folder, `${name}.parquet`);

/** The engine's own full collection, now. */
function collectGarbage(): void {
  const bun = (globalThis as { Bun?: { gc(force: boolean): void } }).Bun;
  if (bun !== undefined) {
    bun.gc(true);
    return;
  }
  v8.setFlagsFromString('--expose-gc');
  (vm.runInNewContext('gc') as () => void)();
}

function source(batches: Iterable<Batch>, before: () => void = () => {}) {
  const iterator = batches[Symbol.iterator]();
  return {
    layout: LAYOUT,
    next: () => {
      before();
      return iterator.next().value as Batch | undefined;
    },
  };
}

function* made(
  seed: number,
  sizes: readonly number[],
  longest?: number,
  onRows: (rows: Row[]) => void = () => {},
): Generator<Batch> {
  const maker = new BatchMaker(randomNumbers(seed), longest);
  for (const size of sizes) {
    const batch = maker.batch(size);
    onRows(rowsOf(batch));
    yield batch;
  }
}

/** Rows of an object as {@link rowsOf} has them. */
async function read(file: string): Promise<unknown[]> {
  const rows = await parquetReadObjects({ file: await asyncBufferFromFile(file), compressors, utf8: true });
  return rows.map(tidy);
}

/** Without nulls, safe integers as numbers, dates as milliseconds, maps as sorted pairs. */
function tidy(value: unknown): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  if (value instanceof Date) return value.getTime();
  if (value instanceof Map) return [...value].sort(byText);
  if (Array.isArray(value)) return value.map(tidy);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, member]) => member !== null && member !== undefined);
  return Object.fromEntries(
    entries.map(([key, member]) => [
      key,
      key === 'unmapped' && !(member instanceof Map) ? pairs(member as object) : tidy(member),
    ]),
  );
}

const pairs = (map: object) =>
  (Array.isArray(map) ? map.map(({ key, value }) => [key, value]) : Object.entries(map)).sort(byText);
const byText = ([a]: readonly unknown[], [b]: readonly unknown[]) => ((a as string) < (b as string) ? -1 : 1);

async function differences(a: string, b: string): Promise<unknown[]> {
  const connection = await duckdb.connect();
  const side = (one: string, other: string) =>
    `SELECT count(*) AS n FROM (FROM read_parquet('${one}') EXCEPT ALL FROM read_parquet('${other}'))`;
  const found = await Promise.all(
    [side(a, b), side(b, a)].map(async (sql) => (await connection.runAndReadAll(sql)).getRowObjectsJson()),
  );
  connection.closeSync();
  return found.flat();
}
const NONE = [{ n: '0' }, { n: '0' }];

describe('made batches: every type, texts of every length, in many buffers', () => {
  test.each([1, 2, 3, 4])('seed %i: by address, copied, and read back by another reader are one', async (seed) => {
    const sizes = [2048, 2048, 2048, 1000];
    const rows: Row[] = [];
    const fast = await open();
    const safe = await open({ safe: true });
    await fast.write(path(`fast${seed}`), source(made(seed, sizes, 5, (some) => rows.push(...some))), { a: "it's" });
    await safe.write(path(`safe${seed}`), source(made(seed, sizes)), { a: "it's" });
    expect(await differences(path(`fast${seed}`), path(`safe${seed}`))).toEqual(NONE);
    expect(readFileSync(path(`fast${seed}`)).equals(readFileSync(path(`safe${seed}`)))).toBe(true);
    expect(await read(path(`fast${seed}`))).toEqual(rows.map(tidy));
  });

  test('lists of many thousand items in one batch', async () => {
    const rows: Row[] = [];
    const writer = await open();
    await writer.write(path('long'), source(made(SEED, [300, 5, 2048], 120, (some) => rows.push(...some))), {});
    expect(await read(path('long'))).toEqual(rows.map(tidy));
  });

  test('garbage is collected before every batch and at the end, and blocks are overwritten', async () => {
    const writer = await open();
    const calm = await open({ safe: true });
    const sizes = [2048, 2048, 7, 2048, 512];
    let last: Batch | undefined;
    const pressed = source(made(SEED, sizes), () => {
      // what has been handed over may go: the copies may not
      for (const buffer of last?.buffers ?? []) buffer.fill(0x58);
      last = undefined;
      collectGarbage();
      Array.from({ length: 200 }, () => new Uint8Array(1 << 16).fill(0x59));
      collectGarbage();
    });
    const next = pressed.next;
    await writer.write(path('pressed'), { layout: LAYOUT, next: () => (last = next()) }, {});
    collectGarbage();
    await calm.write(path('calm'), source(made(SEED, sizes)), {});
    expect(await differences(path('pressed'), path('calm'))).toEqual(NONE);
  });

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
      await one.write(path(name), { layout: LAYOUT, next }, {});
      return readFileSync(path(name));
    };
    const whole = await cut('whole', [2048]);
    expect((await cut('again', [2048])).equals(whole)).toBe(true);
    expect((await cut('pieces', [1, 500, 2047, 64])).equals(whole)).toBe(true);
    const other = await open({ rowGroupRows: 122_880 });
    const [batch] = [...all()];
    await other.write(path('other'), source([slice(batch!, 0, 2048), slice(batch!, 2048, 952)]), {});
    expect(readFileSync(path('other')).equals(whole)).toBe(true);
  });

  test('an object without rows', async () => {
    const writer = await open();
    await writer.write(path('empty'), source([]), {});
    expect(await read(path('empty'))).toEqual([]);
  });
});

/** Some rows of a batch as a batch of their own. */
function slice(batch: Batch, from: number, rows: number): Batch {
  const cut = (column: Column, start: number, count: number): Column => {
    const part = new Column(column.node, column.path, Math.max(64, count));
    const width = column.type === 'string' ? 4 : column.type === 'long' || column.type === 'timestamp' ? 2 : 1;
    part.ints.set(column.ints.subarray(start * width, (start + count) * width));
    part.floats.set(column.floats.subarray(start, start + count));
    part.flags.set(column.flags.subarray(start, start + count));
    for (let i = 0; i < count; i++) if (column.isSet(start + i)) part.set(i);
    if (column.type !== 'list' && column.type !== 'map')
      part.children.push(...column.children.map((child) => cut(child, start, count)));
    else {
      const first = column.offsets[start]!;
      part.items = column.offsets[start + count]! - first;
      for (let i = 0; i <= count; i++) part.offsets[i] = column.offsets[start + i]! - first;
      part.children.push(...column.children.map((child) => cut(child, first, part.items)));
    }
    return part;
  };
  return { ...batch, rows, columns: batch.columns.map((column) => cut(column, from, rows)) };
}

describe('real events', () => {
  const mapping = compiled();

  test('every class by address and copied, over windows and a pool that uses blocks again', async () => {
    const normalizer = new Normalizer(mapping, { dedupe: false });
    const twin = new Normalizer(mapping, { dedupe: false });
    const fast = await open();
    const safe = await open({ safe: true });
    const pooled = new Uint8Array(1 << 22);
    const classes = new Set<string>();
    const compared = new Set<string>();
    normalizer.startUnit();
    twin.startUnit();
    for (let window = 0; window < 2; window++) {
      const maker = new EventMaker(randomNumbers(SEED + window), shipped, schemas[0]!);
      // each window as long as the last, in the same memory
      const lines = Array.from({ length: 500 }, () => maker.line());
      const block = blockOf(lines);
      const pad = 600_000 - block.length;
      expect(pad).toBeGreaterThan(0);
      pooled.set(block.bytes);
      pooled.fill(0x20, block.length, 600_000).set([10], 599_999);
      normalizer.add({ bytes: pooled, length: 600_000, offset: 0, firstLine: 1 }, noOutcomes(), () => {});
      twin.add(block, noOutcomes(), () => {});
      const [groups, others] = [normalizer.sortedGroups(), twin.sortedGroups()];
      for (const [i, { group, order }] of groups.entries()) {
        const cls = mapping.classes[group.class]!;
        classes.add(cls.name);
        const batches = function* (from: Normalizer, which: (typeof groups)[number]) {
          for (let start = 0; start < order.length; ) {
            const batch = from.batch(which.group, which.order, start);
            start += batch.rows;
            yield batch;
          }
        };
        await fast.write(
          path('f'),
          { ...source(batches(normalizer, { group, order }), i % 7 === 0 ? collectGarbage : undefined), layout: cls.layout },
          {},
        );
        await safe.write(path('s'), { ...source(batches(twin, others[i]!)), layout: cls.layout }, {});
        if (window === 1 && !compared.has(cls.name)) expect(await differences(path('f'), path('s')), cls.name).toEqual(NONE);
        if (window === 1) compared.add(cls.name);
        expect(readFileSync(path('f')).equals(readFileSync(path('s'))), cls.name).toBe(true);
      }
      // the writer is not told that the window has ended: it sees so by the next batch
      normalizer.reset();
      twin.reset();
    }
    expect(classes.size).toBeGreaterThan(18);
  });

  test('bytes that are no UTF-8, and what is left of texts that shrank, do no harm', async () => {
    const normalizer = new Normalizer(mapping, { dedupe: false });
    normalizer.startUnit();
    const event = (id: string, rest: string) =>
      `{"event_simpleName":"DnsRequest","id":"${id}","timestamp":"1718001381217","LocalAddressIP4":"10.0.0.1",${rest}}`;
    const lines = [
      Buffer.from(event('1', '"DomainName":"a-name-with-an-escape\\né"')),
      Buffer.from(event('2', '"DomainName":"bad \xff bytes in a long value"'), 'latin1'),
      Buffer.from(event('3', '"DomainName":"\\u0000\\u00e9😀\\ud83d\\ude00 and more text"')),
      Buffer.from('\xff\xfe{'),
    ];
    normalizer.add(blockOf(lines), noOutcomes(), () => {});
    const [{ group, order } = { group: undefined, order: undefined }] = normalizer.sortedGroups();
    const writer = await open();
    const batch = normalizer.batch(group!, order!, 0);
    await writer.write(path('bytes'), { ...source([batch].values()), layout: mapping.classes[group!.class]!.layout }, {});
    const rows = (await read(path('bytes'))) as { query: { hostname: string }; unmapped?: [string, string][] }[];
    expect(rows.map(({ query }) => query.hostname)).toEqual([
      'a-name-with-an-escape\né',
      'bad \ufffd bytes in a long value',
      '\u0000é😀😀 and more text',
    ]);
    expect(rows[1]!.unmapped).toEqual([
      ['DomainName#base64', Buffer.from('bad \xff bytes in a long value', 'latin1').toString('base64')],
    ]);
  });
});

describe('what must not be', () => {
  const column = (length: number, buffer: number, offset: number): Column => {
    const made = new Column({ name: 'text', type: 'string' }, 'text', 64);
    made.ints.set([length, 0, buffer, offset]);
    made.set(0);
    return made;
  };

  test.each([
    ['behind the end', [100, 0, 1]],
    ['wholly outside', [20, 0, 1000]],
    ['before the start', [20, 0, -1]],
    ['a buffer that is not there', [20, 7, 0]],
    ['a buffer that never can be', [20, 1e9, 0]],
    ['a negative buffer', [20, -1, 0]],
    ['a negative length', [-1, 0, 0]],
    ['a length beyond int32', [-2147483648, 0, 0]],
    ['an offset that would overflow', [2147483647, 0, 2147483647]],
    ['a long view of an empty buffer', [13, 1, 0]],
    ['a long view of a buffer that was padded', [13, 2, 0]],
  ])('a view %s is refused', (_, [length, buffer, offset]) => {
    const placed = new PlacedBuffers();
    placed.place(0, new Uint8Array(100));
    placed.place(1, new Uint8Array(0));
    placed.place(2, new Uint8Array(12));
    expect(() => placed.address(column(length!, buffer!, offset!), 1)).toThrow(/outside buffer/);
    expect(() => placed.address(column(100, 0, 0), 1)).not.toThrow();
    placed.release();
  });

  test('a stale view of a null row is not looked at, and leaves no address', () => {
    const placed = new PlacedBuffers();
    const stale = column(1000, 99, 5);
    stale.clear(0);
    expect([...new Int32Array(placed.address(stale, 1), 0, 4)]).toEqual([0, 0, 0, 0]);
    placed.release();
  });

  test('after the release nothing is handed out', () => {
    const placed = new PlacedBuffers();
    placed.place(0, new Uint8Array(100));
    placed.release();
    placed.release();
    expect(() => placed.address(column(100, 0, 0), 1)).toThrow('released');
    expect(() => placed.place(0, new Uint8Array(100))).toThrow('released');
  });

  test('more buffers than a chunk has slots keep their addresses', () => {
    const placed = new PlacedBuffers();
    for (let i = 0; i < 5000; i++) placed.place(i, new Uint8Array(16).fill(i));
    const addresses = Array.from(
      { length: 5000 },
      (_, i) => new BigInt64Array(placed.address(column(16, i, 0), 1).slice(8, 16))[0],
    );
    expect(new Set(addresses).size).toBe(5000);
    placed.release();
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

  test('nothing is freed, closed or begun while a write runs', async () => {
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
      attempt(() => writer.endWindow());
      attempt(() => writer.close());
      second ??= writer.write(path('second'), source(made(9, [10])), {}).catch((error) => refused.push(String(error)));
    });
    await writer.write(path('busy'), busy, {});
    await second;
    expect(refused.length).toBe(7);
    for (const error of refused) expect(error).toContain('while a write is running');
    expect((await read(path('busy'))).length).toBe(4096);
    writer.endWindow();
    await writer.write(path('later'), source(made(9, [10])), {});
    expect((await read(path('later'))).length).toBe(10);
  });

  test('one object does not take batches of two windows', async () => {
    const writer = await open();
    const mixed = function* () {
      yield* made(1, [100]);
      yield* made(2, [100]);
    };
    await expect(writer.write(path('mixed'), source(mixed()), {})).rejects.toThrow('one window');
  });
});
