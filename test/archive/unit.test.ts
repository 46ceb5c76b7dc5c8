import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { streamUnits, type UnitFile, type UnitLimits, unitId } from '../../src/archive/unit.js';

const RUNS = { seed: 73, numRuns: 300 };

const files = fc.uniqueArray(
  fc.record<UnitFile>({
    // U+FF5E sorts below U+1F600 by bytes, above it by UTF-16 units.
    canonicalKey: fc.string({
      unit: fc.constantFrom('a', 'b', '/', '-', 'ü', '\uff5e', '\u{1f600}'),
      minLength: 1,
      maxLength: 6,
    }),
    size: fc.oneof(fc.nat(20), fc.nat(200)),
    feed: fc.constantFrom('events', 'aidmaster', 'unknown'),
  }),
  { selector: (file) => file.canonicalKey, maxLength: 40 },
);
const limits = fc.record<UnitLimits>({ bytes: fc.integer({ min: 1, max: 100 }), files: fc.integer({ min: 1, max: 6 }) });

const byBytes = (a: UnitFile, b: UnitFile) => Buffer.compare(Buffer.from(a.canonicalKey), Buffer.from(b.canonicalKey));

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** The units of a listing, which has its files in byte order. */
const unitsOf = async (all: readonly UnitFile[], limit: UnitLimits) => collect(streamUnits([...all].sort(byBytes), limit));
const FEEDS = ['events', 'aidmaster', 'unknown'] as const;

describe('streamUnits', () => {
  it('puts every file in exactly one unit, in byte order, within a feed', async () => {
    await fc.assert(
      fc.asyncProperty(files, limits, async (all, limit) => {
        const units = await unitsOf(all, limit);
        for (const feed of FEEDS) {
          const planned = units.filter((unit) => unit.feed === feed).flatMap((unit) => unit.files);
          expect(planned).toEqual(all.filter((file) => file.feed === feed).sort(byBytes));
        }
        expect(units.every((unit) => unit.files.every((file) => file.feed === unit.feed))).toBe(true);
      }),
      RUNS,
    );
  });

  it('keeps the limits, and units are full but for the end of a feed', async () => {
    await fc.assert(
      fc.asyncProperty(files, limits, async (all, limit) => {
        const units = await unitsOf(all, limit);
        for (const unit of units) {
          expect(unit.bytes).toBe(unit.files.reduce((sum, file) => sum + file.size, 0));
          expect(unit.files.length).toBeGreaterThan(0);
          expect(unit.files.length).toBeLessThanOrEqual(limit.files);
          if (unit.files.length > 1) expect(unit.bytes).toBeLessThanOrEqual(limit.bytes);
        }
        for (const feed of FEEDS) {
          const own = units.filter((unit) => unit.feed === feed);
          const sizes = own.map((unit) => unit.bytes);
          own.forEach((unit, index) => {
            const rest = sizes.slice(index).reduce((sum, size) => sum + size, 0);
            const next = own[index + 1];
            if (next === undefined || unit.files.length === limit.files || rest <= 2 * limit.bytes) return;
            expect(unit.bytes + next.files[0].size).toBeGreaterThan(limit.bytes);
          });
        }
      }),
      RUNS,
    );
  });

  it('shares the end of a feed out by halves', async () => {
    const sizes = async (total: number) => {
      const all = Array.from({ length: total }, (_, index) => ({
        canonicalKey: `k${1000 + index}`,
        size: 10,
        feed: 'events' as const,
      }));
      return (await unitsOf(all, { bytes: 480, files: 100 })).map((unit) => unit.bytes / 10);
    };
    expect(await sizes(20)).toEqual([20]);
    expect(await sizes(48)).toEqual([24, 12, 12]);
    expect(await sizes(84)).toEqual([42, 21, 21]);
    expect(await sizes(168)).toEqual([48, 48, 36, 18, 18]);
    expect(await sizes(240)).toEqual([48, 48, 48, 48, 24, 12, 12]);
  });

  it('yields a unit before the listing has ended', async () => {
    let listed = 0;
    async function* listing(): AsyncGenerator<UnitFile> {
      for (; listed < 100; ) yield { canonicalKey: `k${100 + listed++}`, size: 1, feed: 'events' };
    }
    for await (const unit of streamUnits(listing(), { bytes: 1000, files: 10 })) {
      expect(unit.files).toHaveLength(10);
      expect(listed).toBe(21);
      break;
    }
  });

  it('keeps at most so many files in a unit at the end too', async () => {
    const all = Array.from({ length: 25 }, (_, index) => ({ canonicalKey: `k${100 + index}`, size: 0, feed: 'events' as const }));
    expect((await unitsOf(all, { bytes: 1000, files: 10 })).map((unit) => unit.files.length)).toEqual([10, 10, 5]);
  });
});

describe('unitId', () => {
  const identity = { ocsf: '1.2.0', mapping: '7', dedupe: 'false' };
  const unit = {
    files: [
      { canonicalKey: 'data/b/1.gz', size: 10, etag: 'aa' },
      { canonicalKey: 'data/b/2.gz', size: 20, etag: 'bb' },
    ],
  };

  it('is the hash of a canonical text, fixed for ever', () => {
    // SHA-256 of {"files":[["data/b/1.gz",10,"aa"],…],"identity":[["dedupe","false"],…]}, computed elsewhere.
    expect(unitId(unit, identity)).toBe('02af5f6ef8e756e0fc821b1462e1fd3a');
  });

  it('ignores the order of files and options, and what else a file carries', () => {
    const files = [...unit.files]
      .reverse()
      .map((file) => ({ ...file, key: `elsewhere/${file.canonicalKey}`, lastModified: new Date() }));
    expect(unitId({ files }, { mapping: '7', dedupe: 'false', ocsf: '1.2.0' })).toBe(unitId(unit, identity));
  });

  it('sorts texts, not keys, whatever stands in them and in whatever order they come', () => {
    const text = fc.string({
      unit: fc.constantFrom('a', 'b', ' ', '!', '"', '\\', '\n', '/', 'é', '\u{1f600}', '\uffee', ','),
      maxLength: 3,
    });
    const files = fc.array(fc.record({ canonicalKey: text, size: fc.integer({ min: 0, max: 11 }), etag: text }), {
      maxLength: 5,
    });
    const byKey = (a: { canonicalKey: string }, b: { canonicalKey: string }) => (a.canonicalKey < b.canonicalKey ? -1 : 1);
    const named = (given: { canonicalKey: string; size: number; etag: string }[]) => {
      const texts = given.map(({ canonicalKey, size, etag }) => JSON.stringify([canonicalKey, size, etag])).sort();
      const canonical = `{"files":[${texts}],"identity":[["dedupe","false"],["mapping","7"],["ocsf","1.2.0"]]}`;
      return createHash('sha256').update(canonical).digest('hex').slice(0, 32);
    };
    fc.assert(
      fc.property(files, (given) => {
        for (const order of [given, [...given].sort(byKey)]) expect(unitId({ files: order }, identity)).toBe(named(given));
      }),
      { seed: 44, numRuns: 3000 },
    );
  });

  it('changes with every part', () => {
    const [first, second] = unit.files;
    const variants = [
      { ...identity, ocsf: '1.3.0' },
      { ...identity, more: '' },
      { ocsf: '1.2.0', mapping: '7' },
      { ...identity, mapping: 'false', dedupe: '7' },
    ].map((other) => unitId(unit, other));
    const others = [
      [first],
      [first, second, second],
      [{ ...first, size: 11 }, second],
      [{ ...first, etag: 'ab' }, second],
      [{ ...first, canonicalKey: 'data/b/1.gz ' }, second],
      [
        { ...first, etag: 'bb' },
        { ...second, etag: 'aa' },
      ],
    ].map((files) => unitId({ files }, identity));
    expect(new Set([unitId(unit, identity), ...variants, ...others]).size).toBe(11);
  });
});
