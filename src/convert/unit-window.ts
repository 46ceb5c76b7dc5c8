/**
 * The window of a unit: the rows that are not written yet. When it is full its groups are sorted and written, an object a
 * partition, into the unit's scratch folder.
 */
import { join } from 'node:path';
import { accountIdOf, eventDayOf, METADATA_KEYS, objectKey, type Partition } from '../lake/partition.js';
import type { Group } from '../normalize/router.js';
import type { ConversionRoom } from './conversion-tools.js';
import type { LedgerObject } from './ledger.js';

/** A finished object in the scratch folder. */
export type WrittenObject = Omit<LedgerObject, 'staged'> & { path: string };

/** Compressed size of OCSF Parquet to raw FDR, for cutting objects to size: measured 1:8 to 1:12, so that objects stay below the aim. */
const RAW_TO_PARQUET = 8;
/** Objects are not cut smaller than this. */
const LEAST_ROWS = 2048;

export class UnitWindow {
  /** what was written so far, in the order of the windows and partitions */
  readonly objects: WrittenObject[] = [];
  private rawBytes = 0;
  private readonly numbers = new Map<string, number>();

  constructor(
    private readonly room: ConversionRoom,
    private readonly unit: string,
    private readonly scratch: string,
  ) {}

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
    this.rawBytes = 0;
  }

  /** Writes the window's groups as objects and begins a new window. */
  async flush(): Promise<void> {
    try {
      const groups = this.room.normalizer
        .sortedGroups()
        .map(({ group, order }) => ({ group, order, partition: this.partition(group) }));
      groups.sort((a, b) => compare(placeOf(a.partition), placeOf(b.partition)));
      for (const { group, order, partition } of groups) {
        for (const slice of this.cut(order)) await this.write(group, partition, slice);
      }
    } finally {
      this.clear();
    }
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

  /** Rows in order, in slices whose objects stay below the size aimed at. */
  private cut(order: Int32Array): Int32Array[] {
    const rawPerRow = Math.max(1, this.rawBytes / this.room.normalizer.rows.count);
    const most = Math.max(LEAST_ROWS, Math.floor((this.room.options.objectBytes * RAW_TO_PARQUET) / rawPerRow));
    const slices: Int32Array[] = [];
    for (let start = 0; start < order.length; start += most) slices.push(order.subarray(start, start + most));
    return slices;
  }

  private async write(group: Group, partition: Partition, order: Int32Array): Promise<void> {
    const { normalizer, writer, options, signal } = this.room;
    signal.throwIfAborted();
    const cls = normalizer.mapping.classes[group.class]!;
    const place = placeOf(partition);
    const number = this.numbers.get(place) ?? 0;
    this.numbers.set(place, number + 1);
    const key = objectKey(partition, this.unit, number);
    const path = join(this.scratch, `${this.objects.length}.parquet`);
    let start = 0;
    const next = () => {
      if (start >= order.length) return undefined;
      const batch = normalizer.batch(group, order, start);
      start += batch.rows;
      return batch;
    };
    const written = await writer.write(
      path,
      { layout: cls.layout, rows: order.length, next },
      this.metadata(cls.name, options.dedupe),
    );
    const time = normalizer.rows.time;
    this.objects.push({
      key,
      path,
      class: cls.name,
      source: cls.source,
      rows: order.length,
      bytes: written.bytes,
      minTime: time[order[0]!]!,
      maxTime: time[order[order.length - 1]!]!,
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

const placeOf = ({ source, accountId, eventDay }: Partition): string => `${source}/${accountId}/${eventDay}`;

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
