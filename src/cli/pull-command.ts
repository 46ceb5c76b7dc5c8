/** `falconry pull`. */
import { type PulledBatch, type PullProgress, pull } from '../realtime/pull.js';
import type { PullOptions } from '../realtime/pull-options.js';
import type { PullReport } from '../realtime/pull-report.js';
import { bytes, count, duration, plural } from './numbers.js';
import { plainText } from './plain-text.js';
import { runWithSignals } from './run-with-signals.js';

export interface PullArguments extends Record<string, unknown> {
  queue: string;
  json?: boolean;
}

export async function pullCommand({ json, ...options }: PullArguments): Promise<void> {
  const { result: report, stopCode } = await runWithSignals({
    showProgress: json !== true,
    stopping: 'the batch under way goes back to the queue',
    run: (line, signal) =>
      pull(options as unknown as PullOptions, process.env, {
        signal,
        onProgress: (progress) => line.show(() => progressText(progress)),
        onBatch: (batch) => {
          line.clear();
          process.stderr.write(batchText(batch));
        },
      }),
  });
  process.stdout.write(json === true ? `${JSON.stringify(report)}\n` : pullSummary(report));
  if (report.stopped) process.exitCode = stopCode;
  else if (report.messages.failed + report.damaged > 0) process.exitCode = 4;
}

const progressText = ({ messagesDone, filesDone, bytes: done, events }: PullProgress): string =>
  `${plural(messagesDone, 'batch', 'batches')} · ${plural(filesDone, 'file')} · ${bytes(done)}${events > 0 ? ` · ${count(events)} events` : ''}`;

const VERBS = { done: 'Done', failed: 'Left in the queue', returned: 'Given back' } as const;

function batchText({ id, batch, outcome, files, bytes: done, events, seconds, failures }: PulledBatch): string {
  const name = batch === undefined ? `message ${id}` : `batch ${batch}`;
  const what = `${plural(files, 'file')}, ${bytes(done)}${events > 0 ? `, ${count(events)} events` : ''} in ${duration(seconds)}`;
  const lines = [`${VERBS[outcome]}: ${name}: ${what}`];
  for (const { code, message } of failures) lines.push(`  ${message} [${code}]`);
  return `${plainLines(lines)}\n`;
}

export function pullSummary(report: PullReport): string {
  const { messages, files, events, to, lake } = report;
  const went = to === undefined ? `converted into ${lake}` : `copied to ${to}`;
  const lines = [
    `${report.stopped ? 'Stopped' : 'Done'} in ${duration(report.seconds)}: ${plural(files.copied + files.converted, 'file')} (${bytes(report.bytes)}) of ${plural(messages.received, 'batch', 'batches')} ${went}.`,
    `${count(messages.received)} received = ${count(messages.done)} done + ${count(messages.failed)} failed + ${count(messages.returned)} given back`,
  ];
  if (lake !== undefined) {
    lines.push(
      `${count(events.read)} events read = ${count(events.written)} written + ${count(events.quarantined)} quarantined + ${count(events.duplicate)} duplicate + ${count(events.filtered)} filtered`,
      `${plural(report.written.objects, 'object')} (${bytes(report.written.bytes)}) written`,
    );
    const reasons = Object.entries(report.quarantine).map(([reason, n]) => `${reason} ${count(n)}`);
    if (reasons.length > 0)
      lines.push(`Quarantined: ${reasons.join(', ')}; they lie in the work area, see "falconry replay --help".`);
  }
  if (files.known + files.finished > 0) lines.push(`There already: ${plural(files.known + files.finished, 'file')}.`);
  if (files.passedOver > 0)
    lines.push(`Passed over: ${plural(files.passedOver, 'file')} that a lake does not take (empty, or no .gz).`);
  if (report.damaged > 0) lines.push(`Damaged: ${plural(report.damaged, 'file')}, converted up to the damage.`);
  if (messages.failed > 0) {
    lines.push(
      `Failed: ${plural(messages.failed, 'batch', 'batches')}, left in the queue and delivered again. The first reasons:`,
    );
    for (const { code, message } of report.failures.slice(0, 5)) lines.push(`  ${message} [${code}]`);
  }
  return `${plainLines(lines)}\n`;
}

/** Names in messages come from outside. */
const plainLines = (lines: readonly string[]): string => lines.map(plainText).join('\n');
