import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import { writeSample } from '../../src/sample/sample.js';
import { newFolder } from './read-sample.js';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** The most that is alive after a file, in bytes. */
async function peakAlive(events: number): Promise<number> {
  let peak = 0;
  await writeSample({ directory: newFolder(), events, hosts: 50, feeds: false }, () => {
    collect();
    const { heapUsed, external } = process.memoryUsage();
    peak = Math.max(peak, heapUsed + external);
  });
  return peak;
}

it('holds no more for three times the events', async () => {
  const first = await peakAlive(20_000);
  const more = await peakAlive(60_000);
  // 40,000 events more are 53 MB of lines.
  expect(more - first).toBeLessThan(10_000_000);
});
