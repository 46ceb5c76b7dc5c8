/** The process of one run: loads a subject, lets it prepare, measures its work, prints a {@link Measurement} as its last line. */
import { keepFreedMemory } from '../src/lake/duckdb-memory.js';
import type { Measurement, SubjectInput } from './measurement.js';
import { subjectOf } from './subject.js';

/** Linux counts kibibytes, and Node does so everywhere. */
const RSS_UNIT = 1024;

const task = JSON.parse(process.argv[2]!) as { subject: string; input: SubjectInput; argument?: string };
const subject = subjectOf(task.subject);
if (subject.asItComes === undefined) keepFreedMemory();
const { prepare } = await subject.load();
const work = await prepare(task.input, task.argument ?? subject.argument);
globalThis.gc?.();

const { minorPageFault } = process.resourceUsage();
const cpu = process.cpuUsage();
const begun = performance.now();
const events = await work();
const seconds = (performance.now() - begun) / 1000;
const { user, system } = process.cpuUsage(cpu);
const used = process.resourceUsage();
const measurement: Measurement = {
  events,
  seconds,
  cpuSeconds: (user + system) / 1e6,
  peakRssBytes: used.maxRSS * RSS_UNIT,
  pageFaults: used.minorPageFault - minorPageFault,
};
process.stdout.write(`${JSON.stringify(measurement)}\n`);
