/** `falconry coverage`: which event type becomes which class, and how many fields its mapping takes. */
import { loadCompiled, loadMappings } from '../convert/definitions.js';
import { coverageOf } from '../mapping/coverage.js';
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
  const coverage = coverageOf(mapping, loadMappings(mappings));
  if (json === true) {
    process.stdout.write(`${JSON.stringify(coverage)}\n`);
    return;
  }
  const rows = coverage.map((event) => [
    event.eventType,
    shortList(event.classes),
    shortList(event.activities),
    String(event.fields.length),
  ]);
  const classes = new Set(coverage.flatMap((event) => event.classes));
  process.stdout.write(
    `${table(['event type', 'class', 'activity', 'fields'], rows, [3])}\n\n${count(rows.length)} event types in ${count(classes.size)} classes (OCSF ${mapping.version}); every other type is kept whole in base_event.\n`,
  );
}

/** As many as fit a column; `--json` has them all. */
function shortList(names: readonly string[]): string {
  const text = names.join(' or ');
  if (text.length <= WIDEST_CELL) return text;
  return `${names[0]} or ${names.length - 1} more`;
}
