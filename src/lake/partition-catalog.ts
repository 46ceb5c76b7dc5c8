/**
 * Registers a lake's partitions in the Glue catalog: without it Athena shows nothing of a day that no crawler has seen. Idempotent.
 *
 * Glue takes few requests a second and a backfill has thousands of jobs, so that a partition that one has registered is noted in the work
 * area, under `partitions/`: the others ask there, and Glue is asked once a partition.
 */
import type { GlueCatalog } from '../store/glue.js';
import { compareKeys } from '../store/key.js';
import { isS3Uri } from '../store/open.js';
import type { ObjectStore } from '../store/store.js';
import { partitionLocation, partitionValues, type TableName, tableOf } from './glue-names.js';
import { type LakeStoreOptions, maintenanceRoleOf } from './lake-access.js';
import { type Partition, parseObjectKey, partitionPrefix } from './partition.js';

/** Where it is noted what is registered. */
export interface CatalogNotes {
  work: ObjectStore;
  lakeId: string;
}

export class PartitionCatalog {
  /** by prefix: registered, as this process knows */
  readonly #known = new Set<string>();

  private constructor(
    private readonly glue: GlueCatalog,
    private readonly options: LakeStoreOptions,
    private readonly notes: CatalogNotes | undefined,
  ) {}

  /**
   * @param notes left out: Glue itself is asked each time
   * @returns undefined where no database is named, or the lake is a folder: then nothing is registered
   */
  static async open(options: LakeStoreOptions, notes?: CatalogNotes): Promise<PartitionCatalog | undefined> {
    if (options.glueDatabase === undefined || !isS3Uri(options.lake)) return undefined;
    const { GlueCatalog } = await import('../store/glue.js');
    return new PartitionCatalog(new GlueCatalog({ region: options.region, role: maintenanceRoleOf(options) }), options, notes);
  }

  /**
   * Registers those of the partitions that are not.
   *
   * @returns how many were not
   * @throws CATALOG_…, STORE_ROLE_…; what was registered stays
   */
  async register(partitions: readonly Partition[]): Promise<number> {
    const open = partitions.filter((partition) => !this.#known.has(partitionPrefix(partition)));
    const isNoted = await Promise.all(open.map((partition) => this.#isNoted(partition)));
    let created = 0;
    for (const [name, group] of this.#byTable(open.filter((_, i) => !isNoted[i]))) {
      created += await this.glue.create(name.database, name.table, group.map(this.#entry));
      await Promise.all(group.map((partition) => this.#note(partition)));
    }
    for (const partition of open) this.#known.add(partitionPrefix(partition));
    return created;
  }

  /** Those of the partitions that the catalog does not hold, whatever was noted. */
  async missing(partitions: readonly Partition[]): Promise<Partition[]> {
    const missing: Partition[] = [];
    for (const [name, group] of this.#byTable(partitions)) {
      const entries = group.map((partition) => ({ ...this.#entry(partition), partition }));
      for (const { partition } of await this.glue.missing(name.database, name.table, entries)) missing.push(partition);
    }
    return missing;
  }

  close(): void {
    this.glue.close();
  }

  readonly #entry = (partition: Partition) => ({
    values: partitionValues(partition),
    location: partitionLocation(this.options.lake, partition),
  });

  #byTable(partitions: readonly Partition[]): Map<TableName, Partition[]> {
    const names = new Map<string, TableName>();
    const groups = new Map<TableName, Partition[]>();
    for (const partition of partitions) {
      const name = tableOf(partition, this.options)!;
      const id = `${name.database}.${name.table}`;
      const known = names.get(id);
      if (known !== undefined) {
        groups.get(known)!.push(partition);
        continue;
      }
      names.set(id, name);
      groups.set(name, [partition]);
    }
    return groups;
  }

  async #isNoted(partition: Partition): Promise<boolean> {
    const { notes } = this;
    return notes !== undefined && (await notes.work.head(this.#noteKey(notes, partition))) !== undefined;
  }

  async #note(partition: Partition): Promise<void> {
    const { notes } = this;
    if (notes !== undefined) await notes.work.write(this.#noteKey(notes, partition), '{}\n');
  }

  #noteKey({ lakeId }: CatalogNotes, partition: Partition): string {
    const { database, table } = tableOf(partition, this.options)!;
    const { region, accountId, eventDay } = partition;
    return `partitions/${lakeId}/${database}/${table}/${region}/${accountId}/${eventDay}`;
  }
}

/** The partitions of objects, each once, in order. */
export function partitionsOf(keys: Iterable<string>): Partition[] {
  const partitions = new Map<string, Partition>();
  for (const key of keys) {
    const partition = parseObjectKey(key)?.partition;
    if (partition !== undefined) partitions.set(partitionPrefix(partition), partition);
  }
  return [...partitions].sort(([a], [b]) => compareKeys(a, b)).map(([, partition]) => partition);
}
