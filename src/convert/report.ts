/** What a conversion did, as `--json` prints it: sums over the ledgers of this run. */
import type { FoundCounts } from '../archive/find.js';
import { addCounts, type Counts, noCounts } from './counts.js';
import { addOutcomes, checkOutcomes, type Ledger, noOutcomes, type Outcomes } from './ledger.js';

export interface DamagedFile {
  key: string;
  reason: string;
  compressedOffset: number;
  inflatedOffset: number;
  message: string;
}

export interface ConvertReport {
  events: Outcomes;
  /**
   * `known`: held by a ledger of this lake already; `failed`: damaged, converted up to the damage; `refused`: not read, since a store
   * takes no such name
   */
  files: {
    found: number;
    read: number;
    failed: number;
    known: number;
    markers: number;
    empty: number;
    foreign: number;
    archived: number;
    refused: number;
  };
  bytes: { compressed: number; inflated: number; written: number };
  classes: Record<string, { events: number; objects: number }>;
  /** by reason: `range` */
  filtered: Counts;
  /** event types without a mapping; they are in base_event */
  unknown: Counts;
  /** by reason */
  quarantine: Counts;
  /** values an attribute could not hold, by `<event type>.<field>`; they stand in `unmapped` */
  invalid: Counts;
  /** with `enrich`: rows that asked for facts, by kind and what came of it, and processes by what became of their rollups */
  facts?: Counts;
  damaged: DamagedFile[];
  /** the first few of `files.refused` */
  refusedKeys: string[];
  objects: { path: string; rows: number; bytes: number; minTime: number; maxTime: number }[];
  units: { planned: number; converted: number; published: number };
  /** where a catalog is named; `registered`: that it did not have before */
  partitions?: { registered: number };
  ocsf: string;
  mapping: string;
  lake: string;
  work: string;
  /** attributes that a user's mapping fills and the frozen columns lack */
  beyondLayout: string[];
  stopped: boolean;
  seconds: number;
}

export function newReport(base: Pick<ConvertReport, 'ocsf' | 'mapping' | 'lake' | 'work' | 'beyondLayout'>): ConvertReport {
  return {
    events: noOutcomes(),
    files: { found: 0, read: 0, failed: 0, known: 0, markers: 0, empty: 0, foreign: 0, archived: 0, refused: 0 },
    bytes: { compressed: 0, inflated: 0, written: 0 },
    classes: {},
    filtered: noCounts(),
    unknown: noCounts(),
    quarantine: noCounts(),
    invalid: noCounts(),
    damaged: [],
    refusedKeys: [],
    objects: [],
    units: { planned: 0, converted: 0, published: 0 },
    stopped: false,
    seconds: 0,
    ...base,
  };
}

/** Adds a unit that this run converted. */
export function addLedger(report: ConvertReport, ledger: Ledger): void {
  addOutcomes(report.events, ledger.outcomes);
  addCounts(report.filtered, ledger.filtered);
  addCounts(report.unknown, ledger.unknown);
  addCounts(report.quarantine, ledger.quarantine);
  addCounts(report.invalid, ledger.invalid);
  if (ledger.facts !== undefined) addCounts((report.facts ??= noCounts()), ledger.facts);
  for (const file of ledger.files) {
    report.files.read++;
    report.bytes.compressed += file.size;
    report.bytes.inflated += file.inflatedBytes;
    if (file.damage === undefined) continue;
    report.files.failed++;
    report.damaged.push({ key: file.key, ...file.damage });
  }
  for (const { key, class: name, rows, bytes, minTime, maxTime } of ledger.objects) {
    report.classes[name] ??= { events: 0, objects: 0 };
    report.classes[name].events += rows;
    report.classes[name].objects++;
    report.bytes.written += bytes;
    report.objects.push({ path: key, rows, bytes, minTime, maxTime });
  }
  report.units.converted++;
}

/** @param registered see publishUnit */
export function addRegistered(report: Pick<ConvertReport, 'partitions'>, registered: number | undefined): void {
  if (registered === undefined) return;
  report.partitions = { registered: (report.partitions?.registered ?? 0) + registered };
}

export function addFound(report: ConvertReport, found: FoundCounts): void {
  const sum = (counts: Partial<Record<string, number>>) =>
    Object.values(counts).reduce<number>((total, n) => total + (n ?? 0), 0);
  Object.assign(report.files, {
    found: found.files,
    markers: found.markers,
    empty: found.empty,
    foreign: sum(found.foreign),
    archived: sum(found.archived),
    refused: found.refused,
  });
  report.refusedKeys = found.refusedKeys;
}

/** Sorts what came in the order of the workers, and checks the sums one last time. */
export function finishReport(report: ConvertReport, seconds: number): ConvertReport {
  checkOutcomes(report.events, 'the whole run');
  const events = Object.values(report.classes).reduce((total, cls) => total + cls.events, 0);
  if (events !== report.events.written)
    throw new Error(`${report.events.written} events written, but ${events} rows in all classes`);
  report.objects.sort((a, b) => (a.path < b.path ? -1 : 1));
  report.damaged.sort((a, b) => (a.key < b.key ? -1 : 1));
  for (const name of ['classes', 'filtered', 'unknown', 'quarantine', 'invalid'] as const) {
    report[name] = Object.fromEntries(
      Object.entries(report[name] as Record<string, number>).sort(([a], [b]) => (a < b ? -1 : 1)),
    ) as never;
  }
  report.seconds = Math.round(seconds * 1000) / 1000;
  return report;
}

/** 3 with `--strict` and quarantined lines, 4 with files that could not be read, or not to their end. */
export function exitCodeOf(report: ConvertReport, strict: boolean): number {
  if (strict && report.events.quarantined > 0) return 3;
  return report.files.failed + report.files.refused > 0 ? 4 : 0;
}
