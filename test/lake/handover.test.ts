/** What DuckDB has written against what was handed to it, by address and copied, with an independent reader and under pressure. */
import { readFileSync } from 'node:fs';
import v8 from 'node:v8';
import vm from 'node:vm';
import { describe, expect, test } from 'vitest';
import { PlacedBuffers } from '../../src/lake/handover.js';
import { Column } from '../../src/normalize/column.js';
import { BUFFER } from '../../src/normalize/constants.js';
import { type Batch, Normalizer } from '../../src/normalize/normalizer.js';
import { EventMaker } from '../normalize/random-events.js';
import type { Row } from '../normalize/rows.js';
import { blockOf, compiled, noOutcomes, schemas, shipped } from '../normalize/shipped.js';
import { randomNumbers } from '../ocsf/random-event.js';
import { differences, made, NONE, open, path, read, source, tidy } from './written.js';

const SEED = 12_131_213;
console.log(`hand-over: seed ${SEED}`);

const NONE_YET = new Uint8Array(0);

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
    await writer.write(path('pressed'), { ...pressed, next: () => (last = next()) }, {});
    collectGarbage();
    await calm.write(path('calm'), source(made(SEED, sizes)), {});
    expect(await differences(path('pressed'), path('calm'))).toEqual(NONE);
  });
});

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
    placed.place([new Uint8Array(100), new Uint8Array(0), new Uint8Array(12)]);
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

  test('an address carries from its low half into its high half', () => {
    const placed = new PlacedBuffers();
    placed.place([new Uint8Array(100)]);
    // as if DuckDB had put the buffer across a border of 4 GiB
    const halves = placed as unknown as { low: Uint32Array; high: Uint32Array };
    halves.low[0] = 0xfffffff0;
    halves.high[0] = 0x7f01;
    const at = (offset: number) => new BigUint64Array(placed.address(column(20, 0, offset), 1).slice(8, 16))[0];
    expect([at(0), at(15), at(16), at(80)]).toEqual([0x7f01fffffff0n, 0x7f01ffffffffn, 0x7f0200000000n, 0x7f0200000040n]);
    placed.release();
  });

  test('after the release nothing is handed out', () => {
    const placed = new PlacedBuffers();
    placed.place([new Uint8Array(100)]);
    placed.release();
    placed.release();
    expect(() => placed.address(column(100, 0, 0), 1)).toThrow('released');
    expect(() => placed.place([new Uint8Array(100)])).toThrow('released');
  });

  test('what only grows keeps its address from batch to batch, and is placed anew where it has grown', () => {
    const placed = new PlacedBuffers();
    const address = (buffer: number) => new BigInt64Array(placed.address(column(16, buffer, 0), 1).slice(8, 16))[0];
    const constants = new Uint8Array(100);
    const addresses = new Set<bigint | undefined>();
    // more often than a chunk has slots
    for (let i = 0; i < 5000; i++) {
      placed.place([constants, new Uint8Array(16 + i), new Uint8Array(1000), new Uint8Array(100)]);
      addresses.add(address(BUFFER.keys));
      expect(address(BUFFER.text)).not.toBe(address(BUFFER.keys));
    }
    expect(addresses.size).toBe(5000);
    const before = address(BUFFER.constants);
    placed.place([constants, new Uint8Array(1)]);
    expect(address(BUFFER.constants)).toBe(before);
    placed.release();
  });

  test('a view into the batch before is refused', () => {
    const placed = new PlacedBuffers();
    placed.place([NONE_YET, NONE_YET, NONE_YET, new Uint8Array(100)]);
    expect(() => placed.address(column(100, BUFFER.text, 0), 1)).not.toThrow();
    placed.place([NONE_YET, NONE_YET]);
    expect(() => placed.address(column(100, BUFFER.text, 0), 1)).toThrow(/outside buffer/);
    placed.release();
  });
});
