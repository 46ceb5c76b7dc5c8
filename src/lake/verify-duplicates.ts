/**
 * Counts events that a partition holds more than once, across its objects. The keys lie in a table of DuckDB, 32 bytes an event,
 * which goes to disk where memory is short; JavaScript holds none.
 */
import { type DuckDBReader, parquetTable } from './duckdb-reader.js';
import { eventKey } from './event-key.js';
import type { FileColumn } from './parquet-columns.js';
import type { LakeExample, LakeFindings } from './verify-findings.js';

export interface PartitionObject {
  key: string;
  /** where its bytes are */
  path: string;
  columns: readonly FileColumn[];
  /** the unit whose objects together hold no event twice, if they say so */
  dedupedUnit: string | undefined;
}

interface Occurrence {
  o: number;
  r: string;
}

const EXAMPLES = 5;
const TABLE = 'event_keys';

/** One partition after the other: {@link add} its objects, then {@link finish} it. */
export class DuplicateCounter {
  private objects: string[] = [];
  private readonly units = new Map<string, number>();
  private isMade = false;

  constructor(private readonly reader: DuckDBReader) {}

  /** Notes an object's events by (tenant, host, uid); events that lack one of them are no duplicates of anything. */
  async add({ key, path, columns, dedupedUnit }: PartitionObject): Promise<void> {
    const event = eventKey(columns);
    if (event === undefined) return;
    if (!this.isMade) {
      await this.reader.connection.run(
        `CREATE TEMP TABLE ${TABLE} (event UHUGEINT, object UINTEGER, row_number BIGINT, unit UINTEGER)`,
      );
      this.isMade = true;
    }
    const number = this.objects.push(key) - 1;
    await this.reader.connection.run(
      `INSERT INTO ${TABLE}
       SELECT event, ${number}, row_number, ${this.unitNumber(dedupedUnit)}
       FROM (SELECT ${event} AS event, file_row_number AS row_number FROM ${parquetTable(path, ', file_row_number = true')})
       WHERE event IS NOT NULL`,
    );
  }

  /**
   * Ends a partition. An event found n times counts as n - 1 duplicates.
   *
   * @returns all duplicates of the partition
   */
  async finish(findings: LakeFindings): Promise<number> {
    const objects = this.objects;
    this.objects = [];
    this.units.clear();
    if (objects.length === 0) return 0;
    const all = await this.count('event', '');
    const deduped = await this.count('event, unit', 'WHERE unit IS NOT NULL');
    if (deduped > 0) findings.addAll('duplicate', await this.examples(objects, 'event, unit', 'WHERE unit IS NOT NULL'), deduped);
    if (all > deduped) findings.addAll('duplicate_elsewhere', await this.examples(objects, 'event', ''), all - deduped);
    await this.reader.connection.run(`TRUNCATE ${TABLE}`);
    return all;
  }

  private unitNumber(unit: string | undefined): string {
    if (unit === undefined) return 'NULL';
    const number = this.units.get(unit) ?? this.units.size;
    this.units.set(unit, number);
    return String(number);
  }

  private async count(group: string, where: string): Promise<number> {
    const [found] = await this.reader.rows<{ surplus: number }>(
      `SELECT coalesce(sum(n - 1), 0)::DOUBLE AS surplus
       FROM (SELECT count(*) AS n FROM ${TABLE} ${where} GROUP BY ${group} HAVING n > 1)`,
    );
    return found!.surplus;
  }

  private async examples(objects: readonly string[], group: string, where: string): Promise<LakeExample[]> {
    const found = await this.reader.rows<{ first: Occurrence; last: Occurrence }>(
      `SELECT min({o: object, r: row_number}) AS first, max({o: object, r: row_number}) AS last
       FROM ${TABLE} ${where} GROUP BY ${group} HAVING count(*) > 1 ORDER BY first LIMIT ${EXAMPLES}`,
    );
    return found.map(({ first, last }) => ({
      object: objects[last.o]!,
      row: Number(last.r),
      path: 'metadata.uid',
      message: `the same event as row ${first.r} of ${first.o === last.o ? 'the same object' : objects[first.o]}`,
    }));
  }
}
