/** Slices in parts: what is packed is read back, by one request for its own bytes. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { UnitNames, unitId } from '../../src/archive/unit.js';
import { type OpenPlan, PlanPlace, type SlicePlace } from '../../src/backfill/plan-file.js';
import { packUnit, readSlice, SlicePacker, SliceParts } from '../../src/backfill/slice-file.js';
import type { PlannedFile } from '../../src/convert/unit-converter.js';
import { MemoryStore } from '../../src/store/memory.js';

const IDENTITY = { ocsf: '1.2.0', dedupe: 'false' };

/** Files whose keys are their canonical ones, and others; ASCII and not. */
function unitOf(slice: number, number: number) {
  const feed = number % 3 === 2 ? ('aidmaster' as const) : ('events' as const);
  const files = Array.from({ length: 1 + ((slice + number) % 4) }, (_, i): PlannedFile => {
    const canonicalKey = `data/${slice}-${number}-é"\\\u{1f600}/part-${i}.gz`;
    return {
      key: i === 1 ? `tenant/${canonicalKey}` : canonicalKey,
      canonicalKey,
      size: 2 ** 40 + i,
      etag: `e${slice}${i}`,
      feed,
    };
  });
  return { feed, files, bytes: files.reduce((sum, { size }) => sum + size, 0) };
}

it('reads every slice of several parts back, packed four at a time', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'falconry-slices-'));
  try {
    const store = new MemoryStore('s3://work/falconry');
    const place = new PlanPlace(store, 'backfill/lake/0123456789abcdef/');
    const names = new UnitNames(IDENTITY);
    const packer = new SlicePacker();
    const parts = new SliceParts(folder, 600);
    const slices = Array.from({ length: 24 }, (_, slice) => Array.from({ length: 1 + (slice % 5) }, (_, i) => unitOf(slice, i)));
    const ats: SlicePlace[] = [];
    for (let from = 0; from < slices.length; from += 4) {
      const four = slices.slice(from, from + 4).map((units, i) =>
        packer.pack(
          from + i,
          units.map((unit) => packUnit(unit, names)),
        ),
      );
      for (const packed of await Promise.all(four)) ats.push(await parts.append(packed));
    }
    await parts.upload(place);

    const stored: string[] = [];
    for await (const { key } of store.list('')) stored.push(key);
    expect(stored.length).toBeGreaterThan(3);
    expect(stored.length).toBeLessThan(slices.length);
    expect(new Set(ats.map(({ part }) => part)).size).toBe(stored.length);
    const open = { plan: { slices: ats.map((at) => ({ at })) }, place } as unknown as OpenPlan;
    for (const [slice, units] of slices.entries()) {
      const expected = units.map((unit) => ({ unit: unitId(unit, IDENTITY), files: unit.files }));
      expect(await readSlice(open, slice)).toEqual({ slice, units: expected });
    }
    // as a person reads a part: a slice a line
    const text = gunzipSync(await whole(store, stored[0]!)).toString('utf8');
    expect(
      text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line).slice),
    ).toEqual(ats.flatMap(({ part }, slice) => (part === 0 ? [slice] : [])));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

async function whole(store: MemoryStore, key: string): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of await store.read(key)) parts.push(part as Buffer);
  return Buffer.concat(parts);
}
