/** What a person sees of a backfill. */
import type { PlanReport } from '../backfill/plan.js';
import type { RetireProgress, RetireReport } from '../backfill/retire.js';
import type { BackfillStatus } from '../backfill/status.js';
import type { Submitted } from '../backfill/submit.js';
import type { PlanVerification } from '../backfill/verify-plan.js';
import { bytes, count, duration, plural } from './numbers.js';
import { plainText } from './plain-text.js';

const lines = (parts: readonly (string | false)[]): string => `${parts.filter((part) => part !== false).join('\n')}\n`;

const dollars = (amount: number): string => `$${amount < 100 ? amount.toFixed(2) : count(Math.round(amount))}`;

export function planText(report: PlanReport): string {
  const { estimate, found, selected, vcpus } = report;
  const passed = [
    [found.markers, '_SUCCESS markers'],
    [found.empty, 'empty files'],
    [sum(found.foreign), 'foreign files'],
    [sum(found.archived), 'in Glacier classes: restore them first'],
    [found.refused, 'with names that Falconry refuses'],
  ] as const;
  const skipped = passed.filter(([n]) => n > 0).map(([n, what]) => `${count(n)} ${what}`);
  return lines([
    `Convert       ${plural(report.files, 'file')}, ${bytes(report.bytes)} compressed, in ${plural(report.slices, 'slice')} of ${plural(report.units, 'unit')}`,
    report.known > 0 && `Known         ${plural(report.known, 'file')} that the lake holds already, or that lie there twice`,
    selected.outOfRange > 0 &&
      `Out of range  ${plural(selected.outOfRange, 'file')}, ${bytes(selected.outOfRangeBytes)}, by ${report.selection}`,
    selected.undated > 0 &&
      `Undated       ${plural(selected.undated, 'file')}, converted since nothing says that they are out of range`,
    ...replaceLines(report),
    skipped.length > 0 && `Passed over   ${skipped.join(', ')}`,
    `Estimated     ${duration(estimate.seconds)} with ${plural(estimate.jobsAtOnce, 'job')} of ${plural(vcpus, 'vCPU')} at once; ${count(Math.ceil(estimate.vcpuHours))} vCPU hours`,
    `Cost          about ${dollars(estimate.dollars.total)}: ${dollars(estimate.dollars.compute)} compute, ${dollars(estimate.dollars.requests)} S3 requests`,
    `Plan          ${report.plan}${report.new ? '' : ' (there already, the same)'}`,
    '',
    `Next: falconry backfill submit ${report.plan} --queue <queue> --job-definition <definition>`,
  ]);
}

function replaceLines({ replace }: PlanReport): string[] {
  if (replace === undefined) return [];
  const { units, objects, rows, bytes: size, left } = replace;
  if (units === 0) return ['Replace       nothing: no unit of the range was made otherwise'];
  const lines = [
    `Replace       ${plural(objects, 'object')}, ${plural(rows, 'row')}, ${bytes(size)} of Parquet, of ${plural(units, 'earlier unit')}; readers see their events twice from the first new object until "retire"`,
  ];
  if (left > 0)
    lines.push(`Left          ${plural(left, 'unit')} of the range, from files that are not among these: they stay as they are`);
  return lines;
}

export function submittedText({ plan, slices, jobs, replaces }: Submitted): string {
  if (slices === 0) return `Nothing is missing. Next: falconry backfill ${replaces ? 'retire' : 'verify'} ${plan}\n`;
  return lines([
    `Submitted ${plural(slices, 'slice')} in ${plural(jobs.length, 'job')}:`,
    ...jobs.map(({ id, name, size }) => `  ${id}  ${name}  ${size === 1 ? 'one job' : `${count(size)} children`}`),
    '',
    `Next: falconry backfill status ${plan}`,
  ]);
}

const BAR = 30;

export function statusText(status: BackfillStatus): string {
  const { slices, units, bytes: amount, events, jobs, failures, secondsLeft } = status;
  const share = amount.total === 0 ? 1 : amount.done / amount.total;
  const full = Math.floor(share * BAR);
  const next: Record<BackfillStatus['state'], string | false> = {
    planned: `Not submitted yet. Next: falconry backfill submit ${status.plan} --queue <queue> --job-definition <definition>`,
    running: false,
    incomplete: `No job is left. Next: falconry backfill resume ${status.plan}`,
    converted: `All slices are done, beside what they replace. Next: falconry backfill retire ${status.plan}`,
    complete: `All slices are done. Next: falconry backfill verify ${status.plan}`,
  };
  const reasons = Object.entries(failures).sort(([, a], [, b]) => b.count - a.count);
  return lines([
    `[${'#'.repeat(full)}${'.'.repeat(BAR - full)}] ${Math.floor(share * 100)} %${secondsLeft === undefined ? '' : ` · about ${duration(secondsLeft)} left`}`,
    `Slices   ${count(slices.done)} of ${count(slices.total)} done`,
    `Units    ${count(units.published)} of ${count(units.total)} in the lake${units.committed > 0 ? `, ${count(units.committed)} committed and not yet published` : ''}`,
    status.replacedUnits > 0 &&
      `Since    ${plural(status.replacedUnits, 'of these units was', 'of these units were')} replaced by a later backfill`,
    status.replace !== undefined &&
      `Replace  ${count(status.replace.retiredObjects)} of ${plural(status.replace.objects, 'object')} of earlier units retired, ${plural(status.replace.rows, 'row')} in all`,
    `Bytes    ${bytes(amount.done)} of ${bytes(amount.total)} compressed; ${bytes(status.writtenBytes)} of Parquet in ${plural(status.objects, 'object')}`,
    `Events   ${count(events.read)} read = ${count(events.written)} written + ${count(events.quarantined)} quarantined + ${count(events.duplicate)} duplicate + ${count(events.filtered)} filtered`,
    status.damagedFiles > 0 && `Damaged  ${plural(status.damagedFiles, 'file')}, converted up to the damage`,
    jobs !== undefined &&
      `Jobs     ${count(jobs.waiting)} waiting, ${count(jobs.running)} running, ${count(jobs.succeeded)} succeeded, ${count(jobs.failed)} failed`,
    reasons.length > 0 && 'Failures of slices that are missing:',
    ...reasons.map(([reason, failure]) => plainText(`  ${count(failure.count)} × ${reason}: ${failure.example}`)),
    next[status.state],
  ]);
}

export function verificationText(verified: PlanVerification): string {
  const { events } = verified;
  if (!verified.ok) {
    const shown = verified.findings
      .slice(0, 20)
      .map(({ kind, slice, message }) => plainText(`  ${slice === undefined ? '' : `slice ${slice}: `}${kind}: ${message}`));
    return lines([
      `Not whole: ${plural(verified.findingCount, 'finding')} in ${plural(verified.units, 'unit')} of ${plural(verified.slices, 'slice')}:`,
      ...shown,
      verified.findingCount > shown.length && `  … and ${count(verified.findingCount - shown.length)} more.`,
      `Next: falconry backfill status ${verified.plan}`,
    ]);
  }
  return lines([
    `Whole: ${plural(verified.files, 'file')} in ${plural(verified.units, 'unit')} are accounted for, ${plural(verified.objects, 'object')} of ${bytes(verified.bytes)} are in the lake${verified.merged > 0 ? `, ${count(verified.merged)} of them merged by compaction` : ''}${verified.replaced > 0 ? `, ${count(verified.replaced)} of them replaced by a later backfill` : ''}.`,
    verified.partitions !== undefined &&
      `Every partition is registered in the catalog: ${plural(verified.partitions, 'partition')}.`,
    verified.retired !== undefined &&
      `Replaced: ${plural(verified.retired.objects, 'object')}, ${plural(verified.retired.rows, 'row')}, of ${plural(verified.retired.units, 'earlier unit')}; none is in the lake any more.`,
    `${count(events.read)} events read = ${count(events.written)} written + ${count(events.quarantined)} quarantined + ${count(events.duplicate)} duplicate + ${count(events.filtered)} filtered`,
  ]);
}

export function retireProgressText({ phase, done, total, secondsLeft }: RetireProgress): string {
  if (phase === 'verifying') return `${count(done)} of ${plural(total, 'slice')} verified`;
  if (phase === 'waiting') return `all verified; ${duration(secondsLeft)} more for readers, then ${plural(total, 'object')} go`;
  return `${count(done)} of ${plural(total, 'object')} retired`;
}

export function retireText({ plan, new: isNew, units, objects, rows, bytes: size, cameBack }: RetireReport): string {
  const what = `${plural(objects, 'object')}, ${plural(rows, 'row')}, ${bytes(size)} of ${plural(units, 'earlier unit')}`;
  return lines([
    isNew ? `Retired ${what}.` : `Nothing to do: ${what} were retired before.`,
    cameBack > 0 && `${plural(cameBack, 'object')} had come back and went again.`,
    '',
    `Next: falconry backfill verify ${plan}`,
  ]);
}

export function cancelText({ stopped, running }: { stopped: number; running: number }): string {
  if (running > 0) return `${plural(running, 'job')} still end; give the command again in a minute.\n`;
  return stopped === 0
    ? 'No job was left to stop.\n'
    : `Stopped ${plural(stopped, 'job')}; what is converted stays, and resume goes on.\n`;
}

const sum = (counts: Partial<Record<string, number>>): number =>
  Object.values(counts).reduce<number>((total, n) => total + (n ?? 0), 0);
