/** `falconry coverage`: which event type becomes which class, and how many fields its mapping takes. */
import { loadCatalogue, loadCompiled, loadMappings } from '../convert/definitions.js';
import { catalogueCoverage, coverageOf, type EventCoverage } from '../mapping/coverage.js';
import { count } from './numbers.js';
import { fillVersion } from './ocsf-option.js';
import { table } from './table.js';

const WIDEST_CELL = 40;

export async function coverageCommand({
  ocsf,
  mappings,
  json,
}: {
  ocsf: string;
  mappings?: string;
  json?: boolean;
}): Promise<void> {
  const { mapping } = loadCompiled(fillVersion(ocsf), mappings);
  const catalogue = loadCatalogue();
  const coverage = coverageOf(mapping, loadMappings(mappings), catalogue);
  if (json === true) {
    process.stdout.write(`${JSON.stringify(coverage)}\n`);
    return;
  }
  const rows = coverage.map((event) => [
    event.eventType,
    event.platforms.join(' '),
    shortList(event.classes),
    shortList(event.activities),
    fieldsOf(event),
  ]);
  const classes = new Set(coverage.flatMap((event) => event.classes));
  const { sensor, external, missing } = catalogueCoverage(mapping, catalogue);
  const lines = [
    `${count(sensor.covered)} of ${count(sensor.of)} sensor event types and ${count(external.covered)} of ${count(external.of)} external ones, in ${count(classes.size)} classes (OCSF ${mapping.version}).`,
    'Fields: how many of the known ones the mapping takes; every other one is kept in unmapped. Types without a list have no public one.',
    'An event type that stands nowhere here is kept whole in base_event.',
    ...(missing.length > 0 ? [`Without a mapping: ${missing.join(', ')}`] : []),
  ];
  process.stdout.write(
    `${table(['event type', 'platforms', 'class', 'activity', 'fields'], rows, [4])}\n\n${lines.join('\n')}\n`,
  );
}

function fieldsOf({ known, mapped, fields }: EventCoverage): string {
  return known === 0 ? `(${fields.length})` : `${mapped} of ${known}`;
}

/** As many as fit a column; `--json` has them all. */
function shortList(names: readonly string[]): string {
  const text = names.join(' or ');
  if (text.length <= WIDEST_CELL) return text;
  return `${names[0]} or ${names.length - 1} more`;
}
