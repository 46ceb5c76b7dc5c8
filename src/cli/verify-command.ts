/** `falconry verify`. */
import { loadLayouts } from '../convert/definitions.js';
import { closeLakePlace, type LakePlaceOptions, openLakePlace } from '../convert/places.js';
import { FalconryError } from '../error.js';
import { readJournals } from '../lake/journal.js';
import { lakeStoreOptions } from '../lake/lake-access.js';
import { type VerifyOptions, type VerifyReport, verifyLake } from '../lake/verify.js';
import { ruleText } from '../lake/verify-findings.js';
import type { Journals } from '../lake/verify-journal.js';
import { OCSF_VERSIONS } from '../ocsf/schema.js';
import { isS3Uri, openStore } from '../store/open.js';
import { bytes, count, plural } from './numbers.js';
import { ProgressLine } from './progress-line.js';
import { table } from './table.js';
import { wholeNumber } from './whole-number.js';

export interface VerifyArguments {
  lake: string;
  source?: string;
  day?: string;
  work?: string;
  rows?: string;
  region?: string;
  endpointUrl?: string;
  maintenanceRole?: string;
  externalId?: string;
  json?: boolean;
}

export async function verifyCommand({ json, ...args }: VerifyArguments): Promise<void> {
  const report = await verify(args, json !== true);
  process.stdout.write(json === true ? `${JSON.stringify(report)}\n` : verifyText(report));
  process.exitCode = report.offences > 0 ? 1 : 0;
}

export async function verify({ source, day, rows, ...place }: VerifyArguments, showProgress: boolean): Promise<VerifyReport> {
  const store = await openStore(place.lake, lakeStoreOptions(place));
  const options: VerifyOptions = {
    layouts: OCSF_VERSIONS.flatMap((version) => loadLayouts(version)),
    ...(source === undefined ? {} : { source }),
    ...(day === undefined ? {} : { day }),
    ...(rows === undefined ? {} : { rows: fillRows(rows) }),
    journals: await journalsIn(place),
  };
  const line = new ProgressLine(showProgress);
  try {
    return await verifyLake(store, options, (progress) =>
      line.show(
        () =>
          `${count(progress.objects)} of ${plural(progress.totalObjects, 'object')} · ${count(progress.rows)} rows · ${bytes(progress.bytes)} of ${bytes(progress.totalBytes)}`,
      ),
    );
  } finally {
    line.clear();
    await store.close();
  }
}

/** What compaction has noted in the work area; nothing where a lake in S3 comes without one. */
async function journalsIn(options: LakePlaceOptions): Promise<Journals> {
  if (options.work === undefined && isS3Uri(options.lake)) return new Map();
  const place = await openLakePlace(options);
  try {
    return await readJournals(place.work, place.lakeId);
  } finally {
    await closeLakePlace(place);
  }
}

function fillRows(text: string): number | 'all' {
  const rows = text === 'all' ? text : wholeNumber('--rows', text);
  if (rows === 'all' || rows >= 1) return rows;
  throw new FalconryError('OPTION_INVALID', `--rows: "${text}" is below 1; leave it out to check all.`, { exitCode: 2 });
}

export function verifyText(report: VerifyReport): string {
  const lines: string[] = [];
  const rows = Object.entries(report.sources).map(([source, found]) => [
    source,
    `${found.class ?? '?'} ${found.version ?? ''}`,
    count(found.objects),
    count(found.rows),
    bytes(found.bytes),
    found.firstDay === found.lastDay ? found.firstDay : `${found.firstDay}–${found.lastDay}`,
  ]);
  if (rows.length > 0) lines.push(table(['source', 'class', 'objects', 'rows', 'size', 'days'], rows, [2, 3, 4]), '');
  for (const finding of report.findings) {
    lines.push(`${finding.level} ${finding.rule} (${count(finding.count)}): ${ruleText(finding.rule)}`);
    for (const example of finding.examples) {
      const place = [example.object, example.row === undefined ? '' : `row ${count(example.row)}`, example.path ?? ''].filter(
        (part) => part !== '',
      );
      lines.push(`    ${place.join(', ')}: ${example.message}`);
    }
  }
  const checked =
    report.rowsValidated === report.rows
      ? plural(report.rows, 'row')
      : `${count(report.rowsValidated)} of ${count(report.rows)} rows`;
  lines.push(
    report.offences === 0
      ? `Sound: ${plural(report.objects, 'object')} (${bytes(report.bytes)}), ${checked} checked against OCSF, no offence.`
      : `Not sound: ${plural(report.offences, 'offence')} in ${plural(report.objects, 'object')}, ${checked} checked against OCSF.`,
  );
  if (report.duplicates > 0)
    lines.push(
      `${plural(report.duplicates, 'event stands', 'events stand')} in a partition more than once: compaction leaves one of each.`,
    );
  return `${lines.join('\n')}\n`;
}
