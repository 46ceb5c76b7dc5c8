/** Units to slices, and what they are expected to cost: numbers in, numbers out. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_RATES, estimateBackfill, type Rates, workSeconds } from '../../src/backfill/estimate.js';
import { fillBackfill } from '../../src/backfill/plan-options.js';
import { DEFAULT_SLICE_LIMITS, type SliceLimits, streamSlices } from '../../src/backfill/slices.js';

const SEED = 20_260_901;
const MiB = 1024 * 1024;
const RATES: Rates = { ...DEFAULT_RATES, vcpus: 4, bytesPerSecond: 2 * MiB, secondsPerFile: 0.1, startSeconds: 20 };
const secondsOf = (amount: { bytes: number; files: number }) => workSeconds(amount, RATES);

interface TestUnit {
  name: number;
  bytes: number;
  files: number;
}

const unit = (name: number, bytes: number, files = 1): TestUnit => ({ name, bytes, files });

async function slicesOf(units: TestUnit[], limits: SliceLimits = DEFAULT_SLICE_LIMITS) {
  const slices = [];
  for await (const slice of streamSlices(units, secondsOf, limits)) slices.push(slice);
  return slices;
}

describe('workSeconds', () => {
  it('is bytes by rate and files by their cost, on all vCPUs', () => {
    expect(workSeconds({ bytes: 800 * MiB, files: 100 }, RATES)).toBe((400 + 10) / 4);
  });
});

describe('streamSlices', () => {
  it('fills slices to the aim: 48 MiB units of 6.1 s make slices of 98', async () => {
    const units = Array.from({ length: 300 }, (_, i) => unit(i, 48 * MiB, 4));
    const slices = await slicesOf(units);
    expect(slices.map((slice) => slice.units.length)).toEqual([98, 98, 104]);
    expect(slices[0]!.seconds).toBeCloseTo(98 * 6.1, 6);
    expect(slices[2]!.files).toBe(104 * 4);
  });

  it('keeps a last slice of its own where it is long enough', async () => {
    const slices = await slicesOf(Array.from({ length: 98 + 30 }, (_, i) => unit(i, 48 * MiB, 4)));
    expect(slices.map((slice) => slice.units.length)).toEqual([98, 30]);
  });

  it('gives a unit that is longer than a slice a slice of its own', async () => {
    const slices = await slicesOf([unit(0, 48 * MiB), unit(1, 100_000 * MiB), unit(2, 48 * MiB)]);
    expect(slices.map((slice) => slice.units.map(({ name }) => name))).toEqual([[0], [1], [2]]);
  });

  it('of nothing makes nothing, of one unit one slice', async () => {
    expect(await slicesOf([])).toEqual([]);
    expect(await slicesOf([unit(7, 1)])).toHaveLength(1);
  });

  it('bounds the files of a slice', async () => {
    const slices = await slicesOf(
      Array.from({ length: 10 }, (_, i) => unit(i, 10, 400)),
      { ...DEFAULT_SLICE_LIMITS, files: 1000 },
    );
    expect(slices.map((slice) => slice.files)).toEqual([800, 800, 800, 800, 800]);
  });

  it(`holds every unit once, in order, within the limits, and the sums add up (seed ${SEED})`, async () => {
    const arbitrary = fc.array(
      fc.record({ bytes: fc.integer({ min: 1, max: 3000 * MiB }), files: fc.integer({ min: 1, max: 512 }) }),
    );
    await fc.assert(
      fc.asyncProperty(arbitrary, async (amounts) => {
        const units = amounts.map(({ bytes, files }, i) => unit(i, bytes, files));
        const slices = await slicesOf(units);
        expect(slices.flatMap((slice) => slice.units.map(({ name }) => name))).toEqual(units.map(({ name }) => name));
        for (const slice of slices) {
          expect(slice.bytes).toBe(slice.units.reduce((sum, { bytes }) => sum + bytes, 0));
          expect(slice.files).toBe(slice.units.reduce((sum, { files }) => sum + files, 0));
          expect(slice.seconds).toBeCloseTo(secondsOf(slice), 6);
          if (slice.units.length > 1) expect(slice.seconds).toBeLessThanOrEqual(DEFAULT_SLICE_LIMITS.most);
        }
        expect(await slicesOf(units)).toEqual(slices);
      }),
      { seed: SEED, numRuns: 200 },
    );
  });
});

describe('estimateBackfill', () => {
  const slices = Array.from({ length: 100 }, () => ({ seconds: 580 }));
  const total = { bytes: 1, files: 10_000, units: 1000 };

  it('adds up time, vCPU hours and dollars', () => {
    const estimate = estimateBackfill(slices, total, RATES, 50);
    expect(estimate.seconds).toBe(1200);
    expect(estimate.vcpuHours).toBeCloseTo((100 * 600 * 4) / 3600, 9);
    expect(estimate.dollars.compute).toBeCloseTo(66.6667 * 0.02, 4);
    expect(estimate.dollars.requests).toBeCloseTo((1000 * 42 * 0.005 + 11_000 * 0.0004) / 1000, 9);
    expect(estimate.dollars.total).toBeCloseTo(estimate.dollars.compute + estimate.dollars.requests, 9);
  });

  it('takes every rate from an option', () => {
    const given = { archive: 's3://a', lake: 's3://l', work: 's3://w', region: 'eu-central-1' };
    expect(fillBackfill(given, {}).rates).toEqual(DEFAULT_RATES);
    const asked: Rates = {
      vcpus: 8,
      bytesPerSecond: 5 * MiB,
      secondsPerFile: 1,
      startSeconds: 2,
      dollarsPerVcpuHour: 3,
      dollarsPerThousandGets: 4,
      dollarsPerThousandPuts: 5,
      objectsPerUnit: 6,
    };
    const { bytesPerSecond: _, ...others } = asked;
    expect(fillBackfill(given, { ...others, mibPerSecond: 5 }).rates).toEqual(asked);
  });

  it('takes at least as long as the longest slice', () => {
    expect(estimateBackfill([{ seconds: 5000 }, { seconds: 10 }], total, RATES, 1000).seconds).toBe(5020);
  });
});
