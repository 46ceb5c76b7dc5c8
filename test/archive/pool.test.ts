import { describe, expect, it } from 'vitest';
import { BlockPool } from '../../src/archive/pool.js';

describe('BlockPool', () => {
  it('lends a buffer again only after it was given back', () => {
    const pool = new BlockPool(8);
    const [first, second] = [pool.take(), pool.take()];
    expect(first).toHaveLength(8);
    expect(first).not.toBe(second);
    pool.give(first);
    expect(pool.take()).toBe(first);
    expect(pool.take()).not.toBe(second);
  });

  it('refuses a buffer that it holds already', () => {
    const pool = new BlockPool(8);
    const bytes = pool.take();
    pool.give(bytes);
    expect(() => pool.give(bytes)).toThrow(RangeError);
  });

  it('refuses what it never lent', () => {
    const pool = new BlockPool(8);
    expect(() => pool.give(new Uint8Array(8))).toThrow(RangeError);
    expect(() => pool.cut(new Uint8Array(8), 2)).toThrow(RangeError);
  });

  it('lets go of buffers that were moved to another thread', () => {
    const pool = new BlockPool(8);
    const moved = pool.take();
    structuredClone(moved, { transfer: [moved.buffer as ArrayBuffer] });
    pool.give(moved);
    expect(pool.idle).toBe(0);
  });

  it('lends what a block leaves of its buffer, and the buffer again when all parts are back', () => {
    const pool = new BlockPool(64);
    const room = pool.take();
    const first = pool.cut(room, 10);
    const rest = pool.take();
    expect(rest.buffer).toBe(room.buffer);
    expect([rest.byteOffset, rest.length]).toEqual([10, 54]);
    const second = pool.cut(rest, 20);
    expect(pool.takeWhole().buffer).not.toBe(room.buffer);
    pool.give(second);
    expect(pool.idle).toBe(0);
    pool.give(first);
    expect(pool.idle).toBe(1);
    expect(pool.take()).toHaveLength(64);
  });

  it('does not lend a rest that is too small', () => {
    const pool = new BlockPool(64);
    pool.cut(pool.take(), 61);
    expect(pool.take()).toHaveLength(64);
  });

  it('refuses a capacity that is none', () => {
    for (const capacity of [0, -1, 1.5, Number.NaN]) expect(() => new BlockPool(capacity)).toThrow(RangeError);
  });
});
