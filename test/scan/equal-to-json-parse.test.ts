/**
 * The scanners against JSON.parse on generated lines.
 *
 * `FALCONRY_LINES=1000000 npx vitest run test/scan` for the long run; `FALCONRY_SEED` for another seed.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { randomNumbers } from '../ocsf/random-event.js';
import { meaningOf } from './oracle.js';
import { LineMaker } from './random-line.js';
import { Scanners } from './scanned.js';

const LINES = Number(process.env.FALCONRY_LINES ?? 60_000);
const SEED = Number(process.env.FALCONRY_SEED ?? 20_240_501);
const BATCH = 100;

test(`${LINES} lines mean what JSON.parse says (seed ${SEED})`, { timeout: 3_600_000 }, () => {
  const counts = { flat: 0, exact: 0, handedBack: 0, companions: 0, faults: {} as Record<string, number> };
  const batchOfLines = fc.property(fc.integer(), fc.constantFrom(undefined, undefined, undefined, 30, 300), (seed, maxKeys) => {
    const maker = new LineMaker(randomNumbers(seed));
    const scanners = new Scanners(['event_simpleName', 'timestamp', 'id'], maxKeys);
    for (let i = 0; i < BATCH; i++) {
      const line = maker.line();
      const { faults, cells, plain, keys } = meaningOf(line);
      const exact = scanners.exact(line);
      const told = `line ${i} of seed ${seed}: ${JSON.stringify(Buffer.from(line).toString('latin1').slice(0, 2000))}`;
      if (typeof exact === 'string') {
        if (!faults.includes(exact)) expect.fail(`exact says ${exact}, JSON.parse ${faults.join(' or ') || 'yes'}: ${told}`);
        counts.faults[exact] = (counts.faults[exact] ?? 0) + 1;
      } else {
        if (faults.length > 0) expect.fail(`exact takes what is ${faults.join(' or ')}: ${told}`);
        if (JSON.stringify(exact) !== JSON.stringify(cells)) expect(exact, told).toEqual(cells);
        counts.exact++;
        if (cells.some(([name]) => /^(Field|Own)\d+#base64/.test(name))) counts.companions++;
      }
      const flat = isFlatInput(line) ? scanners.flat(line) : undefined;
      if (flat !== undefined) {
        if (faults.length > 0) expect.fail(`flat takes what is ${faults.join(' or ')}: ${told}`);
        if (JSON.stringify(flat) !== JSON.stringify(cells)) expect(flat, told).toEqual(cells);
        counts.flat++;
      } else if (plain && (maxKeys === undefined || keys.length === 0)) expect.fail(`flat hands back a plain line: ${told}`);
      else if (plain) counts.handedBack++;
    }
  });
  fc.assert(batchOfLines, { seed: SEED, numRuns: Math.ceil(LINES / BATCH), endOnFailure: true });
  console.log(`seed ${SEED}: ${JSON.stringify(counts)}`);
  expect(counts.flat).toBeGreaterThan(LINES * 0.2);
  expect(counts.exact).toBeGreaterThan(LINES * 0.6);
  expect(counts.companions).toBeGreaterThan(LINES * 0.01);
  expect(Object.keys(counts.faults).sort()).toEqual(['cut-off', 'duplicate-key', 'not-an-object', 'not-json', 'too-deep']);
});

/** The flat scanner is only ever given valid UTF-8. */
function isFlatInput(line: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(line);
    return true;
  } catch {
    return false;
  }
}
