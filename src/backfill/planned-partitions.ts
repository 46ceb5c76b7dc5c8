/** The partitions that a backfill has written to, and whether the catalog has them. */
import type { Ledger } from '../convert/ledger.js';
import { partitionPrefix } from '../lake/partition.js';
import { type PartitionCatalog, partitionsOf } from '../lake/partition-catalog.js';
import type { PlanFinding } from './plan-finding.js';

export class PlannedPartitions {
  /** an object of each, and who wrote it first */
  readonly #first = new Map<string, { key: string; slice: number; unit: string }>();

  get size(): number {
    return this.#first.size;
  }

  add(slice: number, { unit, objects }: Ledger): void {
    for (const { key } of objects) {
      const prefix = key.slice(0, key.lastIndexOf('/') + 1);
      if (!this.#first.has(prefix)) this.#first.set(prefix, { key, slice, unit });
    }
  }

  async missingIn(catalog: PartitionCatalog): Promise<PlanFinding[]> {
    const partitions = partitionsOf([...this.#first.values()].map(({ key }) => key));
    return (await catalog.missing(partitions)).map((partition) => {
      const prefix = partitionPrefix(partition);
      const { slice, unit } = this.#first.get(prefix)!;
      const message = `${prefix} is not registered in the catalog; give "falconry sources partitions"`;
      return { kind: 'partition-missing', slice, unit, message };
    });
  }
}
