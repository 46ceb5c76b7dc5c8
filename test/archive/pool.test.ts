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

  it('lets go of buffers of another size and of those moved to another thread', () => {
    const pool = new BlockPool(8);
    pool.give(new Uint8Array(3));
    const moved = pool.take();
    structuredClone(moved, { transfer: [moved.buffer as ArrayBuffer] });
    pool.give(moved);
    expect(pool.idle).toBe(0);
  });

  it('refuses a capacity that is none', () => {
    for (const capacity of [0, -1, 1.5, Number.NaN]) expect(() => new BlockPool(capacity)).toThrow(RangeError);
  });
});
