/** `npm run bench:realtime`: how long the function takes to start and to convert its first small files. `--runs N` (5) starts; `--json`. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { writeSample } from '../../src/sample/sample.js';
import { eventFiles } from '../archive.js';
import { machineFacts } from '../machine.js';
import { type Spread, spreadOf } from '../statistics.js';
import { table } from '../tables.js';
import { FunctionProcess } from './function-process.js';
import { FunctionPlaces } from './places.js';

interface Step {
  seconds: number;
  cpuSeconds: number;
  residentBytes: number;
}

const STEPS = ['process start → first poll (init)', 'first batch, one small file', 'second batch, another'] as const;
const SMALL_EVENTS = 1000;

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '5' },
    json: { type: 'boolean', default: false },
  },
});
const tell = (line: string) => process.stderr.write(`${line}\n`);
const folder = mkdtempSync(join(tmpdir(), 'falconry-bench-function-'));
const places = await FunctionPlaces.start();
try {
  const starts: Step[][] = [];
  const small = await smallFiles();
  const runs = Number(values.runs);
  // once unmeasured: it reads the files into the system's cache, as every start but the first on a machine finds them
  for (let run = 0; run <= runs; run++) {
    const steps = await measureStart(small, run);
    if (run > 0) starts.push(steps);
    tell(
      `start ${run}: ${steps.map(({ seconds, cpuSeconds }) => `${seconds.toFixed(2)} s (CPU ${cpuSeconds.toFixed(2)})`).join(', ')}`,
    );
  }
  process.stdout.write(values.json ? `${JSON.stringify({ machine: machineFacts(), starts }, null, 1)}\n` : report(starts));
} finally {
  await places.stop();
  rmSync(folder, { recursive: true, force: true });
}

/** Two files of a sample, so that the second batch has other events than the first. */
async function smallFiles(): Promise<[string, string]> {
  const directory = join(folder, 'small');
  await writeSample({ directory, events: 2 * SMALL_EVENTS, seed: 1, feeds: false, eventsPerFile: SMALL_EVENTS });
  return eventFiles(directory) as [string, string];
}

async function measureStart(files: readonly [string, string], run: number): Promise<Step[]> {
  const events = [
    await places.arrive(`data/small-${run}/a.gz`, files[0]),
    await places.arrive(`data/small-${run}/b.gz`, files[1]),
  ];
  const begun = performance.now();
  const fn = await FunctionProcess.start(places.env());
  try {
    let [time, cpu] = [begun, 0];
    const step = (): Step => {
      const now = performance.now();
      const { cpuSeconds, residentBytes } = fn.use();
      const taken = { seconds: (now - time) / 1000, cpuSeconds: cpuSeconds - cpu, residentBytes };
      [time, cpu] = [performance.now(), cpuSeconds];
      return taken;
    };
    await fn.ready();
    const steps = [step()];
    for (const event of events) {
      expectDone(await fn.invoke(event));
      steps.push(step());
    }
    return steps;
  } finally {
    await fn.stop();
  }
}

function expectDone(result: unknown): void {
  const text = JSON.stringify(result);
  if (text !== '{"payload":{"batchItemFailures":[]}}') throw new Error(`the function answered ${text}`);
}

function report(starts: readonly Step[][]): string {
  const { cpu, cores, engine, duckdb } = machineFacts();
  const rows = STEPS.map((name, i) => {
    const of = (member: keyof Step, unit = 1) =>
      spread(spreadOf(starts.map((steps) => steps[i]![member] / unit)), unit === 1 ? 2 : 0);
    return [name, of('seconds'), of('cpuSeconds'), of('residentBytes', 2 ** 20)];
  });
  const head = `${cpu}, ${cores} cores; ${engine}, DuckDB ${duckdb}. Median (least–most) of ${starts.length} starts, files of ${SMALL_EVENTS} events.`;
  return `${head}\n\n${table(['', 'seconds', 'CPU seconds', 'memory afterwards, MiB'], rows)}\n`;
}

function spread({ median, min, max }: Spread, digits: number): string {
  return `${median.toFixed(digits)} (${min.toFixed(digits)}–${max.toFixed(digits)})`;
}
