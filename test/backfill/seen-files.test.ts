/** Which files were met before: by content, and not at all where no two can be the same. */
import { describe, expect, it } from 'vitest';
import { CopiesPossible, OneFolder } from '../../src/backfill/one-folder.js';
import { SeenFiles } from '../../src/backfill/seen-files.js';
import type { PlannedFile } from '../../src/convert/unit-converter.js';

const fileOf = (canonicalKey: string, size = 7, etag = 'etag', key = canonicalKey): PlannedFile => ({
  ...{ key, canonicalKey, size, etag, feed: 'events' },
});

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

  it('tells texts apart that differ in zeros at their end, or in the halves of a pair', () => {
    const seen = new SeenFiles();
    const texts = ['', '\0', '\0\0', 'a', 'a\0', '\u0161', 'ab', 'ba', 'a'.repeat(8), 'a'.repeat(9), `${'a'.repeat(8)}\0`];
    for (const text of texts) {
      expect(seen.has(text)).toBe(false);
      seen.add(text);
    }
    expect(seen.size).toBe(texts.length);
  });
});

describe('OneFolder', () => {
  it('takes every file below one folder', () => {
    for (const folder of ['', 'tenant/']) {
      const files = new OneFolder();
      for (const name of ['data/a/1.gz', 'data/a/2.gz', 'fdrv2/aidmaster/b/1.gz', 'x.gz']) {
        expect(files.isCopy(fileOf(name, 7, 'etag', folder + name))).toBe(false);
      }
    }
  });

  it('refuses where two files may be copies: in two folders, above and below the root, a key that comes twice', () => {
    const cases: [first: PlannedFile, second: PlannedFile][] = [
      [fileOf('data/a/1.gz', 7, 'e', 'data/a/1.gz'), fileOf('data/a/1.gz', 7, 'e', 'old/data/a/1.gz')],
      [fileOf('data/a/1.gz', 7, 'e', 't1/data/a/1.gz'), fileOf('data/a/1.gz', 7, 'e', 't2/data/a/1.gz')],
      // the archive's root names the feed of the first, its own folder that of the second
      [fileOf('data/a/1.gz', 7, 'e', 'a/1.gz'), fileOf('data/a/1.gz', 7, 'e', 'data/a/1.gz')],
      [fileOf('data/a/1.gz', 7, 'e'), fileOf('data/a/1.gz', 7, 'e')],
    ];
    for (const [first, second] of cases) {
      const files = new OneFolder();
      files.isCopy(first);
      expect(() => files.isCopy(second), second.key).toThrow(CopiesPossible);
    }
  });
});
