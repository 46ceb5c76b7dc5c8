/** What a run of the bench is told, filled once. */
import { parseArgs } from 'node:util';
import { fillOptions } from '../src/convert/options.js';

export const PARTS = ['help', 'throughput', 'long', 'memory', 'profile', 'grid', 'variants'] as const;
export type Part = (typeof PARTS)[number];
const USUAL: readonly Part[] = ['help', 'throughput', 'long', 'memory'];

export interface BenchOptions {
  events: number;
  runs: number;
  /** leaves out the event types that the peers do not map column by column */
  mappedOnly: boolean;
  parts: readonly Part[];
  /** print one JSON document instead of tables */
  json: boolean;
  /** yyyy-mm-dd, of the result's name */
  date: string;
  /** the rest of the result's name; empty: the results are not kept */
  keep: string;
  /** a folder for archive and lakes, instead of a temporary one; an archive of the same size that lies there is used again */
  folder: string | undefined;
  rowGroupRows: number;
  compressionLevel: number;
  /** raw size (10^9 bytes) of the larger archive that memory is measured on; the smaller has one */
  memoryGigabytes: number;
  /** how many times over the archive of `long` is */
  longTimes: number;
  /** of the grid, as `40960/1/V1`; empty: all */
  points: readonly string[];
}

export const USAGE = `npm run bench -- [--events N] [--runs N] [--all-types] [--only ${PARTS.join('|')}] [--profile] [--json] [--keep NAME] [--date D] [--folder DIR]
                 [--row-group-rows N] [--compression-level N] [--memory-gigabytes N] [--long-times N] [--point ROWS/LEVEL/VERSION]`;

export function fillBenchOptions(args: readonly string[]): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      events: { type: 'string', default: '1000000' },
      runs: { type: 'string', default: '5' },
      only: { type: 'string', multiple: true },
      'all-types': { type: 'boolean', default: false },
      profile: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      keep: { type: 'string', default: '' },
      date: { type: 'string', default: new Date().toISOString().slice(0, 10) },
      folder: { type: 'string' },
      'row-group-rows': { type: 'string' },
      'compression-level': { type: 'string' },
      'memory-gigabytes': { type: 'string', default: '4' },
      'long-times': { type: 'string', default: '4' },
      point: { type: 'string', multiple: true },
    },
  });
  const only = values.profile ? ['profile'] : (values.only ?? USUAL);
  const unknown = only.filter((part) => !(PARTS as readonly string[]).includes(part));
  if (unknown.length > 0) throw new Error(`--only ${unknown.join()}: there is ${PARTS.join(', ')}`);
  if (!/^\d{4}-\d\d-\d\d$/.test(values.date)) throw new Error(`--date ${values.date}: write it as 2026-03-01`);
  // all who write Parquet do it as the conversion does by default
  const usual = fillOptions({ archive: 'a', lake: 'l', region: 'eu-central-1' });
  return {
    events: whole('--events', values.events),
    runs: whole('--runs', values.runs),
    mappedOnly: !values['all-types'],
    parts: only as Part[],
    json: values.json,
    date: values.date,
    keep: values.keep,
    folder: values.folder,
    rowGroupRows: whole('--row-group-rows', values['row-group-rows'] ?? String(usual.rowGroupRows)),
    compressionLevel: whole('--compression-level', values['compression-level'] ?? String(usual.compressionLevel)),
    memoryGigabytes: whole('--memory-gigabytes', values['memory-gigabytes']),
    longTimes: whole('--long-times', values['long-times']),
    points: values.point ?? [],
  };
}

function whole(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) throw new Error(`${name} ${text}: a whole number from 1 is wanted`);
  return value;
}
