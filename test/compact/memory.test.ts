/** Memory of a compaction follows the size of an object, not of the partition: the command runs in a process of its own. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { convert } from '../../dist/src/convert/convert.js';
import { writeSample } from '../../dist/src/sample/sample.js';
import type { CompactReport } from '../../src/compact/report.js';
import { MAIN } from '../cli/run.js';

const run = promisify(execFile);
const MiB = 2 ** 20;
/** Events of an archive; half of them are of the partition. `FALCONRY_COMPACT_EVENTS=200000` is the long form: the bound is the same. */
const EVENTS = Number(process.env.FALCONRY_COMPACT_EVENTS ?? 40_000);
const DAY = '20260302';
const SOURCE = 'fdr12_process';
/** Of DuckDB; the process and what DuckDB reads files with come on top. */
const MEMORY_MIB = 256;
const MARGIN_MIB = 192;
/** Of an output, whatever the number of events: there are the more of them. */
const OBJECT_BYTES = 800_000;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'falconry-compact-memory-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** Overlapping objects of one day: an archive's files are each of all its hours. */
async function overlapping(): Promise<string> {
  const archive = join(folder, 'archive');
  const lake = join(folder, 'lake');
  await writeSample({ directory: archive, events: EVENTS, seed: 1, feeds: false });
  await convert({ archive, lake, region: 'eu-central-1', unitBytes: EVENTS * 20, workers: 1 });
  return lake;
}

const PRINT_PEAK = `data:text/javascript,process.on('exit',()=>process.stderr.write('\\npeak '+process.resourceUsage().maxRSS))`;

async function compacted(lake: string): Promise<{ report: CompactReport; peakMiB: number }> {
  const options = ['--day', DAY, '--source', SOURCE, '--object-bytes', String(OBJECT_BYTES), '--memory-mib', String(MEMORY_MIB)];
  const { stdout, stderr } = await run(
    process.execPath,
    ['--import', PRINT_PEAK, MAIN, 'compact', lake, ...options, '--row-group-rows', '8192', '--threads', '1', '--json'],
    { maxBuffer: 64 * MiB },
  );
  const peak = /\npeak (\d+)$/.exec(stderr)!;
  return { report: JSON.parse(stdout) as CompactReport, peakMiB: Number(peak[1]) / 1024 };
}

it(`merges ${EVENTS} events' day in the memory it is given`, async () => {
  const { report, peakMiB } = await compacted(await overlapping());
  const { rows, objects } = report;
  const facts = `${objects.merged} objects of ${rows.read} rows became ${objects.written}: peak ${peakMiB.toFixed(0)} MiB`;
  process.stdout.write(`${facts}\n`);
  expect(rows.written).toBe(rows.read);
  expect(rows.read).toBeGreaterThan(EVENTS / 3);
  expect(objects.written).toBeGreaterThan(4);
  expect(peakMiB, facts).toBeLessThan(MEMORY_MIB + MARGIN_MIB);
}, 7_200_000);
