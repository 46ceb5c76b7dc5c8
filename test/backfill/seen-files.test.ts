import { describe, expect, it } from 'vitest';
import { SeenFiles } from '../../src/backfill/seen-files.js';

describe('SeenFiles', () => {
  it('is a set: 300,000 identities that differ in little, none taken for another', () => {
    const seen = new SeenFiles();
    const text = (i: number) => `data/batch-${i % 977}/part-${String(i).padStart(8, '0')}.gz\n${i % 7}\netag`;
    for (let i = 0; i < 300_000; i++) {
      if (seen.has(text(i))) throw new Error(`${text(i)} is taken for another`);
      seen.add(text(i));
    }
    for (let i = 0; i < 300_000; i += 1000) seen.add(text(i));
    expect(seen.size).toBe(300_000);
    for (let i = 0; i < 300_000; i += 7) if (!seen.has(text(i))) throw new Error(text(i));
    expect(seen.has('')).toBe(false);
    expect(seen.add('').has('')).toBe(true);
  });
});
