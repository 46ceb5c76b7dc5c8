/**
 * `verify`: proves what lies in a lake, object by object: paths, Parquet, frozen columns, order, days, OCSF validity, duplicates.
 *
 * Memory does not grow with the lake: one object is open at a time, rows come in chunks, and of findings a few examples are kept.
 */

import { FalconryError } from '../error.js';
import type { ClassLayout } from '../ocsf/layout.js';
import type { ObjectStore } from '../store/store.js';
import { DuckDBReader, type ReaderOptions } from './duckdb-reader.js';
import { lakeEmpty, lakeNothingMatches } from './errors.js';
import { checkFilter, type LakeFilter, type LakeObject, lakeObjects, localLeftovers } from './lake-objects.js';
import { withLocalFile } from './local-copy.js';
import { outOfMemory } from './out-of-memory.js';
import { PageHeaderError } from './parquet-pages.js';
import { type Partition, partitionPrefix } from './partition.js';
import { DuplicateCounter } from './verify-duplicates.js';
import { type LakeFinding, LakeFindings } from './verify-findings.js';
import { type Journals, JournalVerifier, journalsOf } from './verify-journal.js';
import { ObjectVerifier, SECURITY_LAKE_LIMITS, type SizeLimits, type VerifiedObject } from './verify-object.js';

export interface VerifyOptions extends LakeFilter, ReaderOptions {
  /** every committed layout, of all classes and OCSF versions */
  layouts: readonly ClassLayout[];
  /** how many rows of an object to validate as OCSF events, spread over it; default all. What SQL can check is always checked on all. */
  rows?: 'all' | number;
  /** what compaction has done, by the partition's prefix; without it objects are taken as they lie there */
  journals?: Journals;
  /** default Security Lake's */
  limits?: Partial<SizeLimits>;
}

export interface VerifyProgress {
  /** done so far */
  objects: number;
  rows: number;
  bytes: number;
  totalObjects: number;
  totalBytes: number;
}

export interface VerifiedSource {
  /** of its first object; null if that does not tell */
  class: string | null;
  version: string | null;
  objects: number;
  rows: number;
  bytes: number;
  /** different days, in UTC */
  days: number;
  firstDay: string;
  lastDay: string;
}

/** The result as plain data. */
export interface VerifyReport {
  objects: number;
  rows: number;
  bytes: number;
  /** rows checked as OCSF events: all of them, unless `rows` asked for less or objects could not be read */
  rowsValidated: number;
  sources: Record<string, VerifiedSource>;
  /** findings that are wrong: 0 proves the lake */
  offences: number;
  warnings: number;
  findings: LakeFinding[];
  /** events found again in the same partition; an offence only where objects say that they are free of them */
  duplicates: number;
  /** compressed bytes */
  largestRowGroupBytes: number;
  /** uncompressed bytes of the largest data page */
  largestPageBytes: number;
}

/**
 * Verifies a lake, or a source or day of it. Nothing is changed. Findings are data; errors are what keeps from verifying.
 *
 * @throws LAKE_EMPTY, LAKE_NOTHING_MATCHES, LAKE_BAD_FILTER, LAKE_OUT_OF_MEMORY, the store's errors
 */
export async function verifyLake(
  store: ObjectStore,
  options: VerifyOptions,
  onProgress: (progress: VerifyProgress) => void = () => {},
): Promise<VerifyReport> {
  checkFilter(options);
  const totals = await countObjects(store, options);
  const reader = await DuckDBReader.open(options);
  try {
    const verification = new Verification(store, reader, options, totals, onProgress);
    return await verification.run();
  } catch (error) {
    const { memoryLimitMiB } = reader;
    throw outOfMemory(error, { doing: `verify ${store.uri}`, limitMiB: memoryLimitMiB, advice: 'name a --source or a --day' });
  } finally {
    await reader.close();
  }
}

async function countObjects(store: ObjectStore, filter: LakeFilter): Promise<{ totalObjects: number; totalBytes: number }> {
  let totalObjects = 0;
  let totalBytes = 0;
  let strays = 0;
  for await (const entry of lakeObjects(store, filter)) {
    if (entry.kind !== 'object') {
      strays++;
      continue;
    }
    totalObjects++;
    totalBytes += entry.info.size;
  }
  const asked = [filter.source && `source ${filter.source}`, filter.day && `day ${filter.day}`].filter(Boolean).join(' and ');
  if (totalObjects + strays === 0) throw asked === '' ? lakeEmpty(store.uri) : lakeNothingMatches(store.uri, asked);
  return { totalObjects, totalBytes };
}

/** Stands for all objects of a partition that compaction has checked; no unit is named so. */
const COMPACTED = 'compacted';

class Verification {
  private readonly findings = new LakeFindings();
  private readonly duplicates: DuplicateCounter;
  private readonly verifier: ObjectVerifier;
  private readonly journal: JournalVerifier;
  private readonly sources = new Map<string, VerifiedSource>();
  private readonly days = new Map<string, Set<string>>();
  private readonly report = {
    objects: 0,
    rows: 0,
    bytes: 0,
    rowsValidated: 0,
    duplicates: 0,
    largestRowGroupBytes: 0,
    largestPageBytes: 0,
  };

  constructor(
    private readonly store: ObjectStore,
    private readonly reader: DuckDBReader,
    private readonly options: VerifyOptions,
    private readonly totals: { totalObjects: number; totalBytes: number },
    private readonly onProgress: (progress: VerifyProgress) => void,
  ) {
    const { layouts, rows = 'all', limits } = options;
    this.duplicates = new DuplicateCounter(reader);
    this.journal = new JournalVerifier(journalsOf(options.journals ?? new Map(), options.source, options.day), this.findings);
    this.verifier = new ObjectVerifier(
      reader,
      layouts,
      rows === 'all' ? undefined : rows,
      { ...SECURITY_LAKE_LIMITS, ...limits },
      this.findings,
    );
  }

  async run(): Promise<VerifyReport> {
    const { store, options, findings, report } = this;
    let prefix = '';
    for await (const entry of lakeObjects(store, options)) {
      const { key } = entry.info;
      if (entry.kind !== 'object') {
        findings.add(entry.kind, { object: key, message: entry.reason });
        continue;
      }
      // keys come in order, so a partition's objects come one after the other
      const next = partitionPrefix(entry.partition);
      if (next !== prefix) report.duplicates += await this.duplicates.finish(findings);
      prefix = next;
      await this.object(entry);
      const { objects, rows, bytes } = report;
      this.onProgress({ objects, rows, bytes, ...this.totals });
    }
    report.duplicates += await this.duplicates.finish(findings);
    this.journal.finish();
    for await (const key of localLeftovers(store, options)) {
      findings.add('leftover', { object: key, message: 'written by Falconry, never finished' });
    }
    return {
      ...report,
      sources: Object.fromEntries(this.sources),
      offences: findings.total('offence'),
      warnings: findings.total('warning'),
      findings: findings.sorted(),
    };
  }

  private async object(object: LakeObject): Promise<void> {
    const { info, partition } = object;
    const { report } = this;
    report.objects++;
    report.bytes += info.size;
    const source = this.source(partition);
    source.objects++;
    source.bytes += info.size;
    if (!this.journal.see(info.key, info.size)) return;
    try {
      await withLocalFile(this.store, info, this.reader.scratch, async (path) => {
        const verified = await this.verifier.verify(object, path);
        report.rows += verified.rows;
        report.rowsValidated += verified.rowsValidated;
        report.largestRowGroupBytes = Math.max(report.largestRowGroupBytes, verified.largestRowGroupBytes);
        report.largestPageBytes = Math.max(report.largestPageBytes, verified.largestPageBytes);
        source.rows += verified.rows;
        this.compareWithSource(info.key, partition.source, source, verified);
        if (!this.journal.counts(info.key)) return;
        const dedupedUnit = this.journal.isChecked(info.key) ? COMPACTED : verified.dedupedUnit;
        await this.duplicates.add({ key: info.key, path, columns: verified.columns, dedupedUnit });
      });
    } catch (error) {
      await this.couldNotRead(info.key, error);
    }
  }

  /** Notes what concerns the object alone; throws what would concern the next one too. */
  private async couldNotRead(key: string, error: unknown): Promise<void> {
    const { findings, store } = this;
    const isGone = error instanceof FalconryError && (error.code === 'STORE_NOT_FOUND' || error.code === 'STORE_CHANGED');
    if (!isGone && !isDamage(error)) throw error;
    const [message] = (error as Error).message.split('\n');
    if (isGone || (await store.head(key)) === undefined) findings.add('vanished', { object: key, message: message! });
    else findings.add('unreadable', { object: key, message: message! });
  }

  private source({ source: name, eventDay }: Partition): VerifiedSource {
    let source = this.sources.get(name);
    if (source === undefined) {
      source = { class: null, version: null, objects: 0, rows: 0, bytes: 0, days: 0, firstDay: eventDay, lastDay: eventDay };
      this.sources.set(name, source);
      this.days.set(name, new Set());
    }
    const days = this.days.get(name)!.add(eventDay);
    source.days = days.size;
    if (eventDay < source.firstDay) source.firstDay = eventDay;
    if (eventDay > source.lastDay) source.lastDay = eventDay;
    return source;
  }

  private compareWithSource(object: string, name: string, source: VerifiedSource, verified: VerifiedObject): void {
    const { findings } = this;
    source.class ??= verified.class ?? null;
    source.version ??= verified.version ?? null;
    if (verified.class !== undefined && verified.class !== source.class)
      findings.add('source_mixed_class', {
        object,
        message: `its class is ${verified.class}, source ${name} holds ${source.class}`,
      });
    if (verified.version !== undefined && verified.version !== source.version)
      findings.add('source_mixed_version', {
        object,
        message: `it is OCSF ${verified.version}, source ${name} holds ${source.version}`,
      });
  }
}

/** DuckDB's errors for bytes that are not what they should be. Others (memory, our own SQL) are no fault of the object. */
const DAMAGE = /^(?:Invalid Input|Invalid|IO|Serialization|Conversion|Not implemented) Error: /i;

function isDamage(error: unknown): boolean {
  return error instanceof PageHeaderError || (error instanceof Error && DAMAGE.test(error.message));
}
