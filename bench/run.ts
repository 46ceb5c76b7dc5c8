/** `npm run bench`: makes an archive, measures Falconry and its peers on it in one run, and checks that they wrote the same. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BenchArchive, LEAST_EVENTS, makeArchive } from './archive.js';
import { helpBudget, longBudgets, memoryBudgets, throughputBudgets } from './budget.js';
import { compareLakes } from './equality.js';
import type { Results } from './findings.js';
import { measureGrid } from './grid.js';
import { measureHelp } from './help.js';
import { measureLong } from './long.js';
import { machineFacts } from './machine.js';
import { measureMemory } from './memory.js';
import { fillBenchOptions, type Part, USAGE } from './options.js';
import { measureProfile } from './profile.js';
import { writeResults } from './results.js';
import { sameObjects } from './same-objects.js';
import { tablesOf } from './tables.js';
import { measureThroughput } from './throughput.js';
import { measureVariants } from './variants.js';

if (process.argv.includes('--help')) {
  process.stdout.write(`${USAGE}\n`);
  process.exit(0);
}
const options = fillBenchOptions(process.argv.slice(2));
const tell = (line: string) => process.stderr.write(`${line}\n`);
const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'falconry-bench-'));
mkdirSync(folder, { recursive: true });
const has = (part: Part) => options.parts.includes(part);
const begun = performance.now();
try {
  const archive = await makeArchive(join(folder, 'archive'), options.events, options.mappedOnly);
  tell(
    `${archive.events} events, ${(archive.rawBytes / 1e6).toFixed(0)} MB raw, ${(archive.compressedBytes / 1e6).toFixed(0)} MB compressed`,
  );
  const results = await measure(archive);
  if (options.keep !== '') writeResults(results, options);
  process.stdout.write(options.json ? `${JSON.stringify(results, null, 1)}\n` : tablesOf(results));
  const { equality, engines } = results;
  if (equality?.some(({ equal }) => !equal) || engines?.same !== engines?.objects) process.exitCode = 1;
} finally {
  if (options.folder === undefined) rmSync(folder, { recursive: true, force: true });
}

async function measure(archive: BenchArchive): Promise<Results> {
  const { rowGroupRows, compressionLevel, date } = options;
  const { events, files, rawBytes, compressedBytes } = archive;
  const results: Results = {
    date,
    machine: machineFacts(),
    archive: { mappedOnly: options.mappedOnly, events, files, rawBytes, compressedBytes },
    parquet: { rowGroupRows, compressionLevel },
    budgets: [],
    seconds: 0,
  };
  const isLargeEnough = events >= LEAST_EVENTS;
  if (has('help')) {
    results.help = measureHelp(options.runs);
    results.budgets.push(helpBudget(results.help));
  }
  if (has('throughput')) {
    results.throughput = await measureThroughput(archive, folder, options, tell);
    const out = (name: string) => join(folder, 'out', name);
    results.equality = await compareLakes(out('convert-1'), { sql: out('sql'), json: out('json') });
    if (results.throughput.some(({ name }) => name === 'convert-1-bun'))
      results.engines = sameObjects(out('convert-1'), out('convert-1-bun'));
    if (isLargeEnough) results.budgets.push(...throughputBudgets(results.throughput));
  }
  if (has('long')) {
    results.long = await measureLong(archive, folder, options, tell);
    if (isLargeEnough) results.budgets.push(...longBudgets(results.long));
  }
  if (has('memory')) {
    results.memory = await measureMemory(archive, folder, options, tell);
    if (isLargeEnough) results.budgets.push(...memoryBudgets(results.memory));
  }
  if (has('variants')) results.variants = await measureVariants(archive, folder, options, tell);
  if (has('profile')) results.profile = await measureProfile(archive, folder, options, tell);
  if (has('grid')) results.grid = await measureGrid(archive, folder, options, tell);
  results.seconds = Math.round((performance.now() - begun) / 1000);
  return results;
}
