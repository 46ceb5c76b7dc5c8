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
import { inclusiveTimes } from './samples.js';

const SAMPLE_MICROSECONDS = 200;

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
const signal = new AbortController().signal;
// the engine compiles the hot functions while the first files are converted
await convertUnit({ ...room, signal, onProgress() {} }, 'warm', files.slice(0, files.length >> 3), join(lake, 'warm'));
writing = 0;
await session.post('Profiler.start');
const begun = performance.now();
const converted = await convertUnit({ ...room, writer, signal, onProgress() {} }, 'measured', files, join(lake, 'measured'));
const wall = performance.now() - begun;
const { profile } = await session.post('Profiler.stop');

const events = converted.outcomes.read;
const inclusive = inclusiveTimes(profile);
const stage = (name: string) => (inclusive.get(name) ?? 0) / events;
const total = (wall * 1000) / events;
const add = stage('add');
const fill = stage('fill');
const ours = stage('produce');
const encode = (writing * 1000) / events - ours;
const sort = stage('orderRows');
const collector = stage('(garbage collector)');
const parts: [string, number][] = [
  ['scan', stage('scan')],
  ['route: type, time, class, row table', stage('route')],
  ['lines for the exact parser', stage('addExact')],
  ['UTF-8 check and the loop over lines', add - stage('scan') - stage('route') - stage('addExact')],
  ['sort', sort],
  ['fill: leaves', stage('fillLeaves')],
  ['fill: lists', stage('fillListColumns')],
  ['fill: observables', stage('fillObservables')],
  ['fill: unmapped', stage('fillUnmapped')],
  [
    'fill: activity, structs, constants',
    fill - stage('fillLeaves') - stage('fillListColumns') - stage('fillObservables') - stage('fillUnmapped'),
  ],
  ['hand-over to DuckDB', ours - stage('batch')],
  ['DuckDB: encode, compress, write', encode],
  ['garbage collection', collector],
];
const known = add + sort + ours + encode + collector;
const rows: ProfileRow[] = parts.map(([name, microseconds]) => ({ stage: name, microseconds }));
rows.unshift({ stage: 'read, inflate, cut into blocks (and waiting for it)', microseconds: total - known });
rows.push({ stage: 'all', microseconds: total });
room.writer.close();
process.stdout.write(`${JSON.stringify(rows)}\n`);
