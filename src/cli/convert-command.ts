/** `falconry convert`. */
import { convert, type Progress } from '../convert/convert.js';
import { type DryRun, dryRun } from '../convert/dry-run.js';
import type { ConvertOptions } from '../convert/options.js';
import { exitCodeOf } from '../convert/report.js';
import { convertSummary } from './convert-summary.js';
import { bytes, count, duration, plural } from './numbers.js';
import { runWithSignals } from './run-with-signals.js';

/** As commander gives them: numbers are still text, the schema turns them. */
export type ConvertArguments = Record<string, unknown> & { archive: string; lake: string; json?: boolean; dryRun?: boolean };

export async function convertCommand({ json, dryRun: dry, ...rest }: ConvertArguments): Promise<void> {
  const options = rest as unknown as ConvertOptions;
  if (dry === true) {
    const plan = await dryRun(options);
    process.stdout.write(json === true ? `${JSON.stringify(plan)}\n` : dryRunText(plan));
    return;
  }
  const { result: report, stopCode } = await convertOnTerminal(options, json !== true);
  process.stdout.write(json === true ? `${JSON.stringify(report)}\n` : convertSummary(report));
  if (report.stopped) process.exitCode = stopCode;
  else process.exitCode = exitCodeOf(report, rest.strict === true);
}

/** Converts with a progress line. */
export function convertOnTerminal(options: ConvertOptions, showProgress: boolean) {
  const begun = performance.now();
  return runWithSignals({
    showProgress,
    stopping: 'giving up the units under way',
    run: (line, signal) =>
      convert(options, {
        signal,
        onProgress: (progress) => line.show(() => progressText(progress, (performance.now() - begun) / 1000)),
      }),
  });
}

export function progressText(progress: Progress, seconds: number): string {
  const { events, compressedBytes, inflatedBytes, filesFound, filesKnown } = progress;
  const bytesToRead = progress.bytesFound - progress.bytesKnown;
  const rate = events / Math.max(seconds, 0.001);
  const rest = compressedBytes > 0 ? ((bytesToRead - compressedBytes) / compressedBytes) * seconds : undefined;
  const parts = [
    `${plural(filesFound - filesKnown, 'file')}`,
    `${bytes(compressedBytes)} of ${bytes(bytesToRead)}`,
    `${count(events)} events`,
    `${count(Math.round(rate))} events/s`,
    `${bytes(inflatedBytes / Math.max(seconds, 0.001))}/s raw`,
  ];
  if (rest !== undefined && Number.isFinite(rest)) parts.push(`about ${duration(Math.max(0, rest))} left`);
  return parts.join(' · ');
}

function dryRunText(plan: DryRun): string {
  const feeds = Object.entries(plan.feeds).map(([feed, files]) => `${feed} ${count(files ?? 0)}`);
  const lines = [
    `Would read    ${plural(plan.files, 'file')} (${bytes(plan.bytes)} compressed) in ${plural(plan.units, 'unit')}: ${feeds.join(', ') || 'none'}`,
    `Known         ${plural(plan.known, 'file')} that ledgers in ${plan.work} hold already`,
    `Passed over   ${plural(plan.found.markers, 'marker')}, ${count(plan.found.empty)} empty, ${count(sum(plan.found.foreign))} foreign, ${count(sum(plan.found.archived))} in Glacier classes`,
    `Would write   to ${plan.lake} under ext/, as ${plan.sources.map(({ source }) => source).join(', ')}`,
    'Nothing was read or written.',
  ];
  return `${lines.join('\n')}\n`;
}

const sum = (counts: Partial<Record<string, number>>): number =>
  Object.values(counts).reduce<number>((total, n) => total + (n ?? 0), 0);
