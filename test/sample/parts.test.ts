import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonText, jsonTextForHtml } from '../../src/sample/json-text.js';
import { countBatches, planBatches } from '../../src/sample/layout.js';
import { fillSampleOptions } from '../../src/sample/options.js';
import { Random } from '../../src/sample/random.js';
import { template } from '../../src/sample/template.js';
import { deliveryDelay, epochSeconds, eventUuid, fileTime } from '../../src/sample/time.js';

const SEED = 4711;
const checked = { seed: SEED };

describe('random', () => {
  it('draws the same numbers on every engine', () => {
    const random = new Random(1, 2);
    expect(Array.from({ length: 4 }, () => random.next())).toMatchInlineSnapshot(`
      [
        1254784350,
        2951628153,
        2819952714,
        1806794109,
      ]
    `);
    expect(new Random(1, 3).next()).not.toBe(new Random(1, 2).next());
    expect(new Random(1, 2).hex(10)).toMatch(/^[0-9a-f]{10}$/);
  });

  it('stays within bounds', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer({ min: 1, max: 1e9 }), (seed, n) => {
        const value = new Random(seed, 0).below(n);
        return value >= 0 && value < n;
      }),
      checked,
    );
  });
});

describe('text', () => {
  it('is what JSON reads back', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (plain) => {
        expect(JSON.parse(`"${jsonText(plain)}"`)).toBe(plain);
        expect(JSON.parse(`"${jsonTextForHtml(plain)}"`)).toBe(plain);
      }),
      checked,
    );
    expect(jsonTextForHtml('a=b<c>')).toBe('a\\u003db\\u003cc\\u003e');
  });

  it('fills gaps and refuses unknown ones', () => {
    expect(template('C:\\{x8}\\{d3}.tmp {{guid}}')(new Random(1, 1))).toMatch(
      /^C:\\\\[0-9a-f]{8}\\\\\d{1,3}\.tmp \{[0-9a-f-]{36}\}$/,
    );
    expect(() => template('{nonsense}')).toThrow('template gap {nonsense} is unknown');
  });
});

describe('time', () => {
  it('is written as seconds with milliseconds', () => {
    expect(epochSeconds(1_772_409_600_007)).toBe('1772409600.007');
    expect(epochSeconds(-11_644_473_600_000)).toBe('-11644473600.000');
    expect(fileTime(0)).toBe('116444736000000000');
  });

  it('is in the id', () => {
    // 2026-03-02T00:00:00Z as 100 ns since 1582-10-15, plus the sequence's 4.
    const ticks = (BigInt(1_772_409_600_000) + 12_219_292_800_000n) * 10_000n + 4n;
    const hex = ticks.toString(16).padStart(15, '0');
    expect(eventUuid(1_772_409_600_000, 4).slice(0, 18)).toBe(`${hex.slice(7)}-${hex.slice(3, 7)}-1${hex.slice(0, 3)}`);
  });

  it('gives each event of a millisecond its own id', () => {
    const ids = new Set(Array.from({ length: 50_000 }, (_, i) => eventUuid(1_772_409_600_000, i)));
    expect(ids.size).toBe(50_000);
  });

  it('delays within the measured range', () => {
    const random = new Random(SEED, 0);
    for (let i = 0; i < 10_000; i++) {
      const ms = deliveryDelay(random);
      expect(ms).toBeGreaterThanOrEqual(-30_000);
      expect(ms).toBeLessThanOrEqual(215_276_000);
    }
  });
});

describe('batches', () => {
  it('hold all events, in order, without overlap', () => {
    const options = fc.record({
      events: fc.integer({ min: 1, max: 50_000_000 }),
      days: fc.integer({ min: 1, max: 20 }),
      eventsPerFile: fc.integer({ min: 1_000, max: 100_000 }),
    });
    fc.assert(
      fc.property(options, (drawn) => {
        const filled = fillSampleOptions({ directory: 'x', ...drawn });
        const batches = [...planBatches(filled)];
        expect(batches).toHaveLength(countBatches(filled));
        expect(batches.reduce((sum, batch) => sum + batch.events, 0)).toBe(drawn.events);
        let end = filled.startMs;
        for (const batch of batches) {
          expect(batch.events).toBeGreaterThan(0);
          expect(batch.startMs).toBeGreaterThanOrEqual(end);
          expect(batch.spanMs).toBeLessThanOrEqual(600_000);
          expect(Math.ceil(batch.events / batch.parts)).toBeLessThanOrEqual(drawn.eventsPerFile);
          end = batch.startMs + batch.spanMs;
        }
        expect(end).toBeLessThanOrEqual(filled.startMs + drawn.days * 86_400_000);
      }),
      { ...checked, numRuns: 40 },
    );
  });
});
