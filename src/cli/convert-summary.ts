/** The summary of a conversion, as a person would show it to a colleague. */
import type { ConvertReport } from '../convert/report.js';
import { bytes, count, duration, plural } from './numbers.js';
import { plainName, plainText } from './plain-text.js';
import { table } from './table.js';

const MOST_ROWS = 10;

export function convertSummary(report: ConvertReport): string {
  const { events, files } = report;
  const lines: string[] = [];
  const rows = Object.entries(report.classes)
    .sort(([, a], [, b]) => b.events - a.events)
    .map(([name, cls]) => [name, count(cls.events), count(cls.objects)]);
  if (rows.length > 0) lines.push(table(['class', 'events', 'objects'], rows, [1, 2]), '');
  if (report.stopped || files.read > 0 || files.known === 0) {
    const rate = report.seconds > 0 ? ` (${count(Math.round(events.read / report.seconds))} events/s)` : '';
    lines.push(
      `${report.stopped ? 'Stopped' : 'Done'} in ${duration(report.seconds)}${rate}: ${bytes(report.bytes.inflated)} of FDR in ${plural(files.read, 'file')} became ${bytes(report.bytes.written)} of Parquet in ${plural(report.objects.length, 'object')}.`,
      `${count(events.read)} events read = ${count(events.written)} written + ${count(events.quarantined)} quarantined + ${count(events.duplicate)} duplicate + ${count(events.filtered)} filtered${reasons(report.filtered)}`,
    );
    if (files.known > 0) lines.push(`${plural(files.known, 'file was', 'files were')} in the lake already and not read again.`);
  } else lines.push(`Nothing new: ${plural(files.known, 'file is', 'files are')} in the lake already.`);
  if (report.partitions !== undefined)
    lines.push(`Registered ${plural(report.partitions.registered, 'new partition')} in the Glue catalog.`);
  if (report.facts !== undefined) lines.push(...enriched(report.facts));
  if (report.units.published > 0)
    lines.push(`${plural(report.units.published, 'unit')} that an earlier run had committed: now published.`);
  if (events.quarantined > 0) {
    lines.push(
      `Quarantined${reasons(report.quarantine)}: the lines lie in ${report.work}/quarantine; after a fix run "falconry replay".`,
    );
  }
  lines.push(...top('Event types without a mapping, kept whole in base_event', report.unknown));
  lines.push(...top('Values that their attribute cannot hold, kept in unmapped', report.invalid));
  for (const { key, reason, message } of report.damaged.slice(0, MOST_ROWS))
    lines.push(plainText(`Damaged: ${key}: ${reason}, ${message}`));
  if (report.damaged.length > MOST_ROWS)
    lines.push(`… and ${count(report.damaged.length - MOST_ROWS)} more damaged files (--json lists all).`);
  if (files.empty + files.foreign > 0)
    lines.push(`Passed over: ${plural(files.empty, 'empty file')}, ${plural(files.foreign, 'foreign file')}.`);
  if (files.refused > 0)
    lines.push(
      `Not read: ${plural(files.refused, 'object')} with names that Falconry refuses, such as ${JSON.stringify(report.refusedKeys[0])}; rename them.`,
    );
  if (files.archived > 0)
    lines.push(`Not read: ${plural(files.archived, 'object')} in a Glacier class; restore them and run again.`);
  for (const path of report.beyondLayout.slice(0, MOST_ROWS))
    lines.push(`Warning: no column for ${path}; its fields stay in unmapped.`);
  if (report.stopped) lines.push('What is named above is complete in the lake; run the same command again to go on.');
  return `${lines.join('\n')}\n`;
}

/** How many rows asked for facts and got some. */
function enriched(facts: Readonly<Record<string, number>>): string[] {
  const kinds = ['host', 'user', 'process'].map((kind) => {
    const [found, later, missing] = ['found', 'later', 'missing'].map((outcome) => facts[`${kind}-${outcome}`] ?? 0) as [
      number,
      number,
      number,
    ];
    return `${kind} ${count(found + later)} of ${count(found + later + missing)}${later > 0 ? ` (${count(later)} from later facts)` : ''}`;
  });
  const lost = facts['processes-beyond-limit'] ?? 0;
  const more = lost > 0 ? [`${count(lost)} processes were not kept for lineage: their units hold more than memory allows.`] : [];
  return [`Enriched: ${kinds.join(', ')}.`, ...more];
}

function reasons(counts: Readonly<Record<string, number>>): string {
  const parts = Object.entries(counts).map(([reason, n]) => `${reason} ${count(n)}`);
  return parts.length === 0 ? '' : ` (${parts.join(', ')})`;
}

function top(title: string, counts: Readonly<Record<string, number>>): string[] {
  const all = Object.entries(counts).sort(([, a], [, b]) => b - a);
  if (all.length === 0) return [];
  const shown = all.slice(0, MOST_ROWS).map(([name, n]) => `${plainName(name)} ${count(n)}`);
  const rest = all.length - shown.length;
  return [`${title}: ${shown.join(', ')}${rest > 0 ? ` and ${count(rest)} more` : ''}.`];
}
