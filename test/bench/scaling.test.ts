/** The sums of docs/scaling.md: by hand, and as the document has them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FIGURES } from '../../bench/scaling/figures.js';
import { scaleOf } from '../../bench/scaling/model.js';
import { expectedSeconds, simulateSpot } from '../../bench/scaling/spot.js';
import { scalingTables } from '../../bench/scaling/tables.js';

const root = join(import.meta.dirname, '../..');

describe('scaleOf', () => {
  it('is the sum that one would do by hand', () => {
    const scale = scaleOf(1454e6, {
      ...FIGURES,
      eventsPerSecond: 1000,
      fileBytes: 1e6,
      unitBytes: 10e6,
      sliceSeconds: 50,
      jobsAtOnce: 1,
    });
    // a million events, 1,000 seconds of a vCPU, 250 of a job with four
    expect(scale).toMatchObject({ events: 1e6, compressedBytes: 241e6, files: 241, units: 25, slices: 5, sliceSeconds: 50 });
    expect(scale.objects).toEqual({ converted: 500, compacted: 1 });
    expect(scale.seconds).toBe(5 * (50 + 30));
    expect(scale.vcpuHours.conversion).toBeCloseTo((5 * 80 * 4) / 3600, 10);
    expect(scale.requests).toEqual({ gets: 241 + 25 + 2000, puts: 25 * 42 + 36 });
  });

  it('grows with the archive', () => {
    const [one, ten] = [scaleOf(1e12, FIGURES), scaleOf(1e13, FIGURES)];
    expect(ten.requests.puts / one.requests.puts).toBeCloseTo(10, 1);
    expect(ten.dollars.compute / one.dollars.compute).toBeCloseTo(10, 1);
  });
});

describe('simulateSpot', () => {
  it('loses nothing where no machine is taken back', () => {
    expect(simulateSpot(100, 60, 10, 0, 1)).toEqual({ seconds: 600, attempts: 100, lostSeconds: 0, mostAttempts: 1 });
  });

  it('agrees with the closed form', () => {
    const seconds = 1200;
    for (const reclaims of [0.1, 1, 3]) {
      const run = simulateSpot(20_000, seconds, 50, reclaims, 7);
      const perSlice = run.lostSeconds / 20_000 + seconds;
      expect(perSlice / expectedSeconds(seconds, reclaims)).toBeCloseTo(1, 1);
    }
  });
});

describe('docs/scaling.md', () => {
  it('has the tables of the figures', () => {
    expect(readFileSync(join(root, 'docs/scaling.md'), 'utf8')).toContain(scalingTables(FIGURES));
  });

  it('has figures that the benchmark measured', () => {
    const results = JSON.parse(readFileSync(join(root, 'bench/results/2026-11-27-freed-chunks.json'), 'utf8'));
    const { events, rawBytes, compressedBytes } = results.archive;
    const two = results.long.find(({ name }: { name: string }) => name === 'convert-2');
    expect(FIGURES.rawBytesPerEvent).toBe(Math.round(rawBytes / events));
    expect(FIGURES.compressedBytesPerEvent).toBe(Math.round(compressedBytes / events));
    expect(FIGURES.eventsPerSecond).toBe(Math.round(two.eventsPerSecond.median / 2));
  });
});
