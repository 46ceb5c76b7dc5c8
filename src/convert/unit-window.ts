/**
 * The window of a unit: the rows that are not written yet. Rows of a window that is full go to disk as sorted runs; at the unit's end all are
 * merged, and written in order, objects of a partition one after the other in time.
 */
import { join } from 'node:path';
import { accountIdOf, eventDayOf, METADATA_KEYS, objectKey, type Partition } from '../lake/partition.js';
import { BATCH_ROWS } from '../normalize/batch.js';
import type { Group } from '../normalize/groups.js';
import type { Batch } from '../normalize/normalizer.js';
import type { ConversionRoom } from './conversion-tools.js';
import type { LedgerObject } from './ledger.js';
import { RowSpill, type SpilledGroup } from './row-spill.js';

/** A finished object in the scratch folder. */
export type WrittenObject = Omit<LedgerObject, 'staged'> & { path: string };

/** Compressed size of OCSF Parquet to raw FDR, for cutting objects to size: measured 1:8 to 1:12, so that objects stay below the aim. */
const RAW_TO_PARQUET = 8;
/** Objects are not cut smaller than this. */
const LEAST_ROWS = 2048;
/** Windows on disk beyond which a unit is written so far and begun anew, and its objects may overlap in time: files of some 8 GB inflated. */
const MOST_SPILLED = 16;
/** Text of a batch of merged rows, unless a single row has more. */
const BATCH_TEXT = 8 * 1024 * 1024;

/** The next batch of rows in order, of at most so many, with the times of its first and its last row. */
type NextRows = (most: number) => { batch: Batch; first: number; last: number };

export class UnitWindow {
  /** what was written so far, in the order of the partitions */
  readonly objects: WrittenObject[] = [];
  private rawBytes = 0;
  private readonly numbers = new Map<string, number>();
  private readonly spilled: RowSpill;

  constructor(
    private readonly room: ConversionRoom,
    private readonly unit: string,
    private readonly scratch: string,
  ) {
    this.spilled = new RowSpill(scratch);
  }

  get isFull(): boolean {
    return this.room.normalizer.rows.bytes >= this.room.options.windowBytes;
  }

  /** The normalizer was given so many bytes of lines. */
  count(rawBytes: number): void {
    this.rawBytes += rawBytes;
  }

  /** Rows that are not written are forgotten. */
  clear(): void {
    this.room.normalizer.reset();
    this.spilled.clear();
    this.rawBytes = 0;
  }

  /** Makes room for more rows. */
  async makeRoom(): Promise<void> {
    const { normalizer } = this.room;
    this.spilled.add(normalizer.rows, normalizer.sortedGroups());
    normalizer.reset();
    if (this.spilled.windows === MOST_SPILLED) await this.write();
  }

  /** Writes the rows as objects and begins anew. */
  async write(): Promise<void> {
    const { normalizer } = this.room;
    try {
      if (this.spilled.rows === 0) {
        const rawPerRow = this.rawBytes / normalizer.rows.count;
        const groups = normalizer.sortedGroups().map(({ group, order }) => ({ group, rows: order.length, order }));
        await this.writeGroups(groups, rawPerRow, ({ group, order }) => this.ofWindow(group, order));
        return;
      }
      if (normalizer.rows.count > 0) this.spilled.add(normalizer.rows, normalizer.sortedGroups());
      normalizer.reset();
      const rawPerRow = this.rawBytes / this.spilled.rows;
      await this.writeGroups(this.spilled.groups, rawPerRow, (group) => this.ofRuns(group));
    } finally {
      this.clear();
    }
  }

  /** Partition by partition, each in objects that stay below the size aimed at. */
  private async writeGroups<G extends { group: Group; rows: number }>(
    groups: readonly G[],
    rawPerRow: number,
    open: (of: G) => NextRows,
  ): Promise<void> {
    const most = Math.max(LEAST_ROWS, Math.floor((this.room.options.objectBytes * RAW_TO_PARQUET) / Math.max(1, rawPerRow)));
    const placed = groups.map((of) => ({ of, partition: this.partition(of.group) }));
    placed.sort((a, b) => compare(placeOf(a.partition), placeOf(b.partition)));
    for (const { of, partition } of placed) {
      const next = open(of);
      for (let left = of.rows; left > 0; left -= most) await this.writeObject(of.group, partition, next, Math.min(most, left));
    }
  }

  private ofWindow(group: Group, order: Int32Array): NextRows {
    const { normalizer } = this.room;
    const { time } = normalizer.rows;
    let start = 0;
    return (most) => {
      const batch = normalizer.batch(group, order.subarray(0, start + most), start);
      const first = start;
      start += batch.rows;
      return { batch, first: time[order[first]!]!, last: time[order[start - 1]!]! };
    };
  }

  /** The runs' rows come back into the window a batch at a time. */
  private ofRuns(spilled: SpilledGroup): NextRows {
    const { normalizer } = this.room;
    const { rows } = normalizer;
    const merged = this.spilled.merged(spilled);
    return (most) => {
      normalizer.reset();
      for (let text = 0; rows.count < Math.min(most, BATCH_ROWS) && merged.row !== undefined; merged.advance()) {
        text += merged.row.textLength;
        if (text > BATCH_TEXT && rows.count > 0) break;
        merged.row.appendTo(rows);
      }
      const { count, time } = rows;
      const batch = normalizer.batch(spilled.group, IN_ORDER.subarray(0, count), 0);
      if (batch.rows !== count) throw new Error(`a batch of ${count} merged rows took ${batch.rows}`);
      return { batch, first: time[0]!, last: time[count - 1]! };
    };
  }

  private partition(group: Group): Partition {
    const { options, normalizer } = this.room;
    return {
      source: normalizer.mapping.classes[group.class]!.source,
      region: options.region,
      accountId: accountIdOf(group.tenant, options.accountId),
      eventDay: eventDayOf(group.day),
    };
  }

  private async writeObject(group: Group, partition: Partition, nextRows: NextRows, count: number): Promise<void> {
    const { normalizer, writer, options, signal } = this.room;
    signal.throwIfAborted();
    const cls = normalizer.mapping.classes[group.class]!;
    const place = placeOf(partition);
    const number = this.numbers.get(place) ?? 0;
    this.numbers.set(place, number + 1);
    const key = objectKey(partition, this.unit, number);
    const path = join(this.scratch, `${this.objects.length}.parquet`);
    let left = count;
    let [minTime, maxTime] = [Number.NaN, Number.NaN];
    const next = () => {
      if (left === 0) return undefined;
      const { batch, first, last } = nextRows(left);
      if (left === count) minTime = first;
      maxTime = last;
      left -= batch.rows;
      return batch;
    };
    const written = await writer.write(path, { layout: cls.layout, rows: count, next }, this.metadata(cls.name, options.dedupe));
    this.objects.push({
      key,
      path,
      class: cls.name,
      source: cls.source,
      rows: count,
      bytes: written.bytes,
      minTime,
      maxTime,
    });
  }

  private metadata(className: string, deduped: boolean): Record<string, string> {
    const { normalizer, productVersion } = this.room;
    return {
      [METADATA_KEYS.product]: productVersion,
      [METADATA_KEYS.mapping]: normalizer.mapping.mappingVersion,
      [METADATA_KEYS.ocsf]: normalizer.mapping.version,
      [METADATA_KEYS.class]: className,
      [METADATA_KEYS.unit]: this.unit,
      [METADATA_KEYS.columns]: String(normalizer.mapping.classes.find((cls) => cls.name === className)!.nodes.length),
      [METADATA_KEYS.deduped]: String(deduped),
    };
  }
}

/** A batch's rows in the order they stand in. */
const IN_ORDER = Int32Array.from({ length: BATCH_ROWS }, (_, row) => row);

const placeOf = ({ source, accountId, eventDay }: Partition): string => `${source}/${accountId}/${eventDay}`;

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
