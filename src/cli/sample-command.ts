/** `falconry sample`. */
import { type SampleOptions, writeSample } from '../sample/sample.js';
import { bytes, count, plural } from './numbers.js';
import { ProgressLine } from './progress-line.js';
import { wholeNumber } from './whole-number.js';

export interface SampleArguments {
  directory: string;
  events: string;
  days: string;
  hosts: string;
  seed: string;
  layout: string;
  bad?: boolean;
  json?: boolean;
}

export async function sampleCommand({ directory, json, ...options }: SampleArguments): Promise<void> {
  const line = new ProgressLine(json !== true);
  const filled: SampleOptions = {
    directory,
    events: wholeNumber('--events', options.events),
    days: wholeNumber('--days', options.days),
    hosts: wholeNumber('--hosts', options.hosts),
    seed: wholeNumber('--seed', options.seed),
    layout: options.layout as 'batch' | 'partitioned',
    bad: options.bad === true,
  };
  const report = await writeSample(filled, ({ events, ofEvents, files, bytes: written }) =>
    line.show(() => `${count(events)} of ${count(ofEvents)} events · ${plural(files, 'file')} · ${bytes(written)}`),
  );
  line.clear();
  if (json === true) {
    process.stdout.write(`${JSON.stringify(report)}\n`);
    return;
  }
  const types = Object.keys(report.types).length;
  process.stdout.write(
    `${count(report.events)} events of ${count(types)} types in ${plural(report.files.events, 'file')} (${bytes(report.bytes.compressed)}, inflated ${bytes(report.bytes.inflated)}) under ${directory}\n` +
      `Next: falconry convert ${directory} --lake ./lake --region eu-central-1\n`,
  );
}
