/** `falconry compact`. */
import { type CompactProgress, compact } from '../compact/compact.js';
import type { CompactOptions } from '../compact/options.js';
import { writePartitionPlan } from '../compact/partition-plan.js';
import type { CompactReport } from '../compact/report.js';
import { bytes, count, duration, plural } from './numbers.js';
import { runWithSignals } from './run-with-signals.js';
import { table } from './table.js';

/** As commander gives them: numbers are still text, the schema turns them. */
export type CompactArguments = Record<string, unknown> & { lake: string; json?: boolean; plan?: string };

export async function compactCommand({ json, plan, ...rest }: CompactArguments): Promise<void> {
  const options = rest as unknown as CompactOptions;
  if (plan !== undefined) {
    const written = await writePartitionPlan(options, plan);
    const text = `${plural(written.partitions.length, 'partition')} of ${written.day} in ${plan}; an array job of as many children compacts them.\n`;
    const { externalId: _, ...told } = written.options;
    process.stdout.write(json === true ? `${JSON.stringify({ ...written, options: told })}\n` : text);
    return;
  }
  const { result: report, stopCode } = await runWithSignals({
    showProgress: json !== true,
    stopping: 'giving up the merge under way',
    run: (line, signal) => compact(options, { signal, onProgress: (progress) => line.show(() => compactProgressText(progress)) }),
  });
  process.stdout.write(json === true ? `${JSON.stringify(report)}\n` : compactSummary(report));
  process.exitCode = report.stopped ? stopCode : 0;
}

export function compactProgressText({ phase, done, total, rowsWritten, secondsLeft }: CompactProgress): string {
  const rows = `${count(rowsWritten)} rows written`;
  if (phase === 'merging') return `${count(done)} of ${plural(total, 'partition')} · ${rows}`;
  if (phase === 'waiting') return `${rows} · published; ${duration(secondsLeft)} more for readers, then the old objects go`;
  return `${rows} · deleting what ${count(done)} of ${plural(total, 'merge')} replaced`;
}

export function compactSummary(report: CompactReport): string {
  const { partitions, objects, rows, dryRun } = report;
  const lines: string[] = [];
  const sources = new Map<string, { inputs: number; outputs: number; rows: number; before: number; after: number }>();
  for (const merge of report.merges) {
    const source = merge.partition.split('/')[1]!;
    const sums = sources.get(source) ?? { inputs: 0, outputs: 0, rows: 0, before: 0, after: 0 };
    sources.set(source, sums);
    sums.inputs += merge.inputs;
    sums.outputs += merge.outputs.length;
    sums.rows += merge.inputRows;
    sums.before += merge.inputBytes;
    sums.after += merge.outputs.reduce((total, output) => total + output.bytes, 0);
  }
  if (sources.size > 0) {
    const cells = [...sources].map(([source, sums]) => [
      source,
      count(sums.inputs),
      ...(dryRun ? [] : [count(sums.outputs)]),
      count(sums.rows),
      bytes(sums.before),
      ...(dryRun ? [] : [bytes(sums.after)]),
    ]);
    const head = dryRun ? ['source', 'objects', 'rows', 'size'] : ['source', 'objects', 'became', 'rows', 'size', 'became'];
    lines.push(table(head, cells, [1, 2, 3, 4, 5]), '');
  }
  const where = `${plural(partitions.found, 'partition')} of ${report.day}`;
  if (report.merges.length === 0)
    lines.push(`Nothing to merge: ${where}, ${plural(objects.compact, 'object')} in order already.`);
  else if (dryRun) {
    lines.push(
      `Would merge ${plural(objects.merged, 'object')} in ${count(partitions.compacted)} of ${where}, and remove ${plural(rows.duplicates, 'duplicate')}.`,
    );
  } else {
    lines.push(
      `${report.stopped ? 'Stopped' : 'Done'} in ${duration(report.seconds)}: ${plural(objects.merged, 'object')} became ${count(objects.written)}, in ${count(partitions.compacted)} of ${where}.`,
      `${count(rows.read)} rows read = ${count(rows.written)} written + ${count(rows.duplicates)} duplicates removed`,
    );
    if (objects.compact > 0)
      lines.push(`${plural(objects.compact, 'object was', 'objects were')} in order and stayed as they are.`);
  }
  if (report.finished > 0) lines.push(`${plural(report.finished, 'merge')} that an earlier run had begun: now finished.`);
  if (objects.replaced > 0) {
    const verb = dryRun ? 'Would delete' : 'Deleted';
    lines.push(`${verb} ${plural(objects.replaced, 'object')} that an earlier merge has replaced.`);
  }
  if (objects.claimed > 0) {
    lines.push(
      `Left alone: ${plural(objects.claimed, 'object')} that a backfill is replacing; compact again after "falconry backfill retire".`,
    );
  }
  if (objects.unpublished > 0) {
    lines.push(`Left for later: ${plural(objects.unpublished, 'object')} of units that are still being published.`);
  }
  const foreign = report.skipped.foreign ?? 0;
  if (foreign > 0) lines.push(`Left alone: ${plural(foreign, 'object')} that Falconry has not written.`);
  for (const { key, reason } of report.skippedObjects) lines.push(`Left alone: ${key}: ${REASONS[reason]}.`);
  if (dryRun) lines.push('Nothing was changed.');
  if (report.stopped) lines.push('What is named above is complete in the lake; run the same command again to go on.');
  return `${lines.join('\n')}\n`;
}

const REASONS: Record<CompactReport['skippedObjects'][number]['reason'], string> = {
  foreign: 'not written by Falconry',
  archived: 'in a Glacier class; restore it and run again',
  unreadable: 'not readable as Parquet; "falconry verify" says more',
  'unknown-layout': 'its columns are not of a layout that this version knows; use the version that wrote it',
  empty: 'it has no rows',
};
