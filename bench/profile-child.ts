/**
 * Converts in this process what a worker would, under V8's sampling profiler, and sorts the samples into stages by the product's function
 * names. The product knows nothing of it. While DuckDB encodes, this thread is idle: that share is the time of `write` less what the
 * samples inside it account for.
 */
import { Session } from 'node:inspector/promises';
import { join } from 'node:path';
import { findFiles } from '../src/archive/find.js';
import { openRoom } from '../src/convert/conversion-room.js';
import { loadCompiled, PRODUCT_VERSION } from '../src/convert/definitions.js';
import { fillOptions } from '../src/convert/options.js';
import { newProgress } from '../src/convert/shared-progress.js';
import { convertUnit, type PlannedFile } from '../src/convert/unit-converter.js';
import type { SubjectInput } from './measurement.js';
import type { ProfileRow } from './profile.js';
import { inclusiveBytes, inclusiveTimes, sumOf } from './samples.js';

const SAMPLE_MICROSECONDS = 200;
const SAMPLE_BYTES = 16_384;

const { input } = JSON.parse(process.argv[2]!) as { input: SubjectInput };
const { archive, output: lake, rowGroupRows, compressionLevel } = input;
const options = fillOptions({ archive, lake, region: 'eu-central-1', workers: 1, rowGroupRows, compressionLevel });
const work = join(lake, 'work');
const room = await openRoom({
  mapping: loadCompiled('1.2.0').mapping,
  options,
  productVersion: PRODUCT_VERSION,
  lakeId: 'bench',
  workUri: work,
  workFolder: work,
  identity: {},
  progress: newProgress(),
});
const files: PlannedFile[] = [];
for await (const file of findFiles(room.archive)) files.push({ ...file, etag: await room.archive.etag(file) });

let writing = 0;
const writer = Object.create(room.writer) as typeof room.writer;
writer.write = async (...args) => {
  const begun = performance.now();
  try {
    return await room.writer.write.apply(room.writer, args);
  } finally {
    writing += performance.now() - begun;
  }
};

const session = new Session();
session.connect();
await session.post('Profiler.enable');
await session.post('Profiler.setSamplingInterval', { interval: SAMPLE_MICROSECONDS });
const { signal } = new AbortController();
const convertAll = (unit: string, some = files) =>
  convertUnit({ ...room, writer, signal, onProgress() {} }, unit, some, join(lake, unit));

// the engine compiles the hot functions while the first files are converted
await convertAll('warm', files.slice(0, Math.ceil(files.length / 8)));
writing = 0;
await session.post('Profiler.start');
const begun = performance.now();
const converted = await convertAll('measured');
const wall = performance.now() - begun;
const { profile } = await session.post('Profiler.stop');
const encoding = writing;

await session.post('HeapProfiler.startSampling', {
  samplingInterval: SAMPLE_BYTES,
  includeObjectsCollectedByMajorGC: true,
  includeObjectsCollectedByMinorGC: true,
});
await convertAll('allocated');
const heap = (await session.post('HeapProfiler.stopSampling')).profile;

const events = converted.outcomes.read;
const times = inclusiveTimes(profile);
const bytes = inclusiveBytes(heap);

/** Of each stage that is JavaScript, by the names of the product's functions. */
function stagesOf(of: ReadonlyMap<string, number>): Map<string, number> {
  const stage = (name: string) => (of.get(name) ?? 0) / events;
  const [add, fill] = [stage('add'), stage('fill')];
  const [leaves, lists, observables, unmapped] = ['fillLeaves', 'fillListColumns', 'fillObservables', 'fillUnmapped'].map(stage);
  return new Map([
    ['scan', stage('scan')],
    ['route: type, time, class, row table', stage('route')],
    ['lines for the exact parser', stage('addExact')],
    ['UTF-8 check and the loop over lines', add - stage('scan') - stage('route') - stage('addExact')],
    ['sort', stage('orderRows')],
    ['fill: leaves', leaves!],
    ['fill: lists', lists!],
    ['fill: observables', observables!],
    ['fill: unmapped', unmapped!],
    ['fill: activity, structs, constants', fill - leaves! - lists! - observables! - unmapped!],
    ['hand-over to DuckDB', stage('produce') - stage('batch')],
  ]);
}

const microseconds = stagesOf(times);
const allocated = stagesOf(bytes);
const total = (wall * 1000) / events;
const collector = (times.get('(garbage collector)') ?? 0) / events;
const encode = (encoding * 1000 - (times.get('produce') ?? 0)) / events;
const known = [...microseconds.values()].reduce((sum, each) => sum + each, 0) + encode + collector;
const rows: ProfileRow[] = [
  { stage: 'read, inflate, cut into blocks (and waiting for it)', microseconds: total - known },
  ...[...microseconds].map(([stage, each]) => ({ stage, microseconds: each, allocated: allocated.get(stage)! })),
  { stage: 'DuckDB: encode, compress, write', microseconds: encode },
  { stage: 'garbage collection', microseconds: collector },
  { stage: 'all', microseconds: total, allocated: sumOf(heap) / events },
];
room.writer.close();
process.stdout.write(`${JSON.stringify(rows)}\n`);
