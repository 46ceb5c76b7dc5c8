/** The process of one run: loads a subject, lets it prepare, measures its work, prints a {@link Measurement} as its last line. */
import { type Measurement, type SubjectInput, subjectOf } from './subject.js';

/** Linux counts kibibytes, and so does Node everywhere; Bun on macOS gives bytes. */
const RSS_UNIT = process.versions['bun'] !== undefined && process.platform === 'darwin' ? 1 : 1024;

const [name, json] = process.argv.slice(2) as [string, string];
const { input, argument } = JSON.parse(json) as { input: SubjectInput; argument?: string };
const subject = subjectOf(name);
const { prepare } = await subject.load();
const work = await prepare(input, argument ?? subject.argument);
globalThis.gc?.();

const cpu = process.cpuUsage();
const begun = performance.now();
const events = await work();
const seconds = (performance.now() - begun) / 1000;
const { user, system } = process.cpuUsage(cpu);
const peakRssBytes = process.resourceUsage().maxRSS * RSS_UNIT;
const measurement: Measurement = { events, seconds, cpuSeconds: (user + system) / 1e6, peakRssBytes };
process.stdout.write(`${JSON.stringify(measurement)}\n`);
