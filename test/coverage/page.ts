/** The text of docs/coverage.md. */
import type { CatalogueCoverage, EventCoverage } from '../../src/mapping/coverage.js';

/** Of a type's events in the sample archive: how many fields they carry, and how many of those stand in `unmapped`. */
export interface Share {
  events: number;
  fields: number;
  unmapped: number;
}

const thousands = (value: number): string => value.toLocaleString('en-US');

export function coveragePage(
  version: string,
  coverage: readonly EventCoverage[],
  { sensor, external }: CatalogueCoverage,
  shares: ReadonlyMap<string, Share>,
): string {
  const withFields = coverage.filter(({ known }) => known > 0);
  const known = withFields.reduce((sum, event) => sum + event.known, 0);
  const mapped = withFields.reduce((sum, event) => sum + event.mapped, 0);
  const base = withFields.filter(({ classes }) => classes.includes('base_event')).length;
  const classes = new Map<string, number>();
  for (const event of coverage) for (const name of event.classes) classes.set(name, (classes.get(name) ?? 0) + 1);
  const reasons = new Map<string, string[]>();
  for (const { reason, eventType } of coverage) {
    if (reason !== undefined) reasons.set(reason, [...(reasons.get(reason) ?? []), eventType]);
  }
  return [
    '# Coverage',
    '',
    'Written by `UPDATE_COVERAGE=1 npx vitest run --project all test/coverage`; a test fails where this page is stale.',
    '',
    `${thousands(sensor.covered)} of ${thousands(sensor.of)} sensor event types and ${external.covered} of ${external.of} external ones have a mapping (OCSF ${version}).`,
    `Of the ${withFields.length} types whose fields are public, ${base} are base events, and ${thousands(mapped)} of ${thousands(known)} fields go into an attribute;`,
    'every other field is kept in `unmapped` under its own name.',
    '',
    '- **class**: what the type becomes; where an event lacks what the class requires, its mapping’s fallback, at last `base_event`.',
    '- **fields**: of the known fields, how many the mapping takes; empty where no field list of the type is public.',
    '- **unmapped**: of the fields that its events carry in the sample archive (40,000 events, seed 1), the share that stands in `unmapped`.',
    '',
    '## Classes',
    '',
    ...table(
      ['class', 'event types'],
      [...classes].sort(byName).map(([name, count]) => [name, String(count)]),
    ),
    '',
    '## Event types',
    '',
    ...table(
      ['event type', 'platforms', 'class', 'activity', 'fields', 'unmapped'],
      coverage.map((event) => [
        event.eventType.replace('*', '\\*'),
        event.platforms.join(' '),
        event.classes.join(', '),
        event.activities.length > 4 ? `${event.activities.slice(0, 3).join(', ')} …` : event.activities.join(', '),
        event.known === 0 ? '' : `${event.mapped} of ${event.known}`,
        shareOf(shares.get(event.eventType)),
      ]),
    ),
    '',
    '## Why base_event',
    '',
    ...[...reasons].sort(byName).map(([reason, types]) => `- ${reason}: ${types.join(', ').replaceAll('*', '\\*')}`),
    '',
  ].join('\n');
}

function shareOf(share: Share | undefined): string {
  return share === undefined ? '' : `${Math.round((100 * share.unmapped) / share.fields)} %`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)];
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}
