/**
 * The rows of a partition by event, object and time, in a table of DuckDB: 40 bytes a row, on disk where memory is short. It says
 * which rows are duplicates, and where to cut what is left into objects.
 */
import { type DuckDBReader, parquetTable } from '../lake/duckdb-reader.js';
import { eventKey } from '../lake/event-key.js';
import { withLocalFile } from '../lake/local-copy.js';
import type { ObjectStore } from '../store/store.js';
import type { ObjectFacts } from './facts.js';

const SECOND = 1000;

/** Rows that share a second. */
interface Bin {
  second: number;
  rows: number;
}

/** Where an output ends: behind all rows of `time`, or, where one millisecond has too many, before its rows from `uid` on. */
export interface Cut {
  time: number;
  uid: string | undefined;
  rows: number;
}

/** One partition at a time. */
export class EventTable {
  private constructor(
    private readonly reader: DuckDBReader,
    private readonly numbers: ReadonlyMap<string, number>,
  ) {}

  /**
   * Reads the key columns of all objects, and finds duplicates: of an event found more than once the row in the first object stays.
   *
   * @param objects in order of preference
   */
  static async read(
    reader: DuckDBReader,
    lake: ObjectStore,
    objects: readonly ObjectFacts[],
    signal: AbortSignal,
  ): Promise<EventTable> {
    const { connection } = reader;
    await connection.run('CREATE OR REPLACE TEMP TABLE events (event UHUGEINT, object UINTEGER, row_number BIGINT, time BIGINT)');
    const numbers = new Map<string, number>();
    for (const { key, info, columns } of objects) {
      signal.throwIfAborted();
      const number = numbers.size;
      numbers.set(key, number);
      await withLocalFile(lake, info, reader.scratch, (path) =>
        connection.run(
          `INSERT INTO events SELECT ${eventKey(columns) ?? 'NULL'}, ${number}, file_row_number, time
           FROM ${parquetTable(path, ', file_row_number = true')}`,
        ),
      );
    }
    await connection.run(
      `CREATE OR REPLACE TEMP TABLE doomed AS
       SELECT object, row_number FROM (
         SELECT object, row_number, row_number() OVER (PARTITION BY event ORDER BY object, row_number) AS nth
         FROM events SEMI JOIN (SELECT event FROM events WHERE event IS NOT NULL GROUP BY event HAVING count(*) > 1) USING (event)
       ) WHERE nth > 1`,
    );
    await connection.run(
      `DELETE FROM events USING doomed WHERE events.object = doomed.object AND events.row_number = doomed.row_number`,
    );
    return new EventTable(reader, numbers);
  }

  number(key: string): number {
    return this.numbers.get(key)!;
  }

  /** Rows of each object that must go. */
  async duplicates(): Promise<Map<string, number>> {
    const found = await this.reader.rows<{ object: number; n: number }>(
      'SELECT object, count(*)::DOUBLE AS n FROM doomed GROUP BY object',
    );
    const byNumber = new Map(found.map(({ object, n }) => [object, n]));
    return new Map([...this.numbers].map(([key, number]) => [key, byNumber.get(number) ?? 0]));
  }

  /** Rows of these objects that stay, by second. */
  async bins(keys: readonly string[]): Promise<Bin[]> {
    return this.reader.rows<Bin>(
      `SELECT (time // ${SECOND})::DOUBLE AS second, count(*)::DOUBLE AS rows FROM events
       WHERE object IN (${this.list(keys)}) GROUP BY ALL ORDER BY second`,
    );
  }

  /** Rows of these objects that stay, by millisecond, within a second. */
  async milliseconds(keys: readonly string[], second: number): Promise<{ time: number; rows: number }[]> {
    return this.reader.rows(
      `SELECT time::DOUBLE AS time, count(*)::DOUBLE AS rows FROM events
       WHERE object IN (${this.list(keys)}) AND time >= ${second * SECOND} AND time < ${(second + 1) * SECOND}
       GROUP BY ALL ORDER BY time`,
    );
  }

  private list(keys: readonly string[]): string {
    return keys.map((key) => this.number(key)).join(', ');
  }
}

/**
 * Walks through a merge's rows in order of (time, uid) and cuts them where an output has as many as it should. A second is looked at
 * closer only where a cut falls into it.
 */
export class Cutter {
  private bin = 0;
  /** the milliseconds of the second under way that are not taken yet */
  private milliseconds: { time: number; rows: number }[] = [];
  /** set while a millisecond is taken in part: where the next part begins */
  private within: { time: number; taken: number } | undefined;

  /** @param uidAt the uid of the n-th row (0 is the first) of a millisecond, by uid */
  constructor(
    private readonly bins: readonly Bin[],
    private readonly look: (second: number) => Promise<{ time: number; rows: number }[]>,
    private readonly uidAt: (time: number, n: number) => Promise<string | undefined>,
    private readonly rowsBelow: (time: number, uid: string) => Promise<number>,
  ) {}

  /** The end of an output of about `wanted` rows; undefined where no row is left. */
  async next(wanted: number): Promise<Cut | undefined> {
    let rows = 0;
    let end: number | undefined;
    for (;;) {
      if (this.milliseconds.length === 0) {
        const bin = this.bins[this.bin];
        if (bin === undefined) break;
        this.bin++;
        if (rows + bin.rows <= wanted) {
          rows += bin.rows;
          end = bin.second * SECOND + SECOND - 1;
          if (rows === wanted) break;
          continue;
        }
        this.milliseconds = await this.look(bin.second);
      }
      const { time, rows: all } = this.milliseconds[0]!;
      const taken = this.within?.taken ?? 0;
      const left = all - taken;
      if (rows + left > wanted) {
        const part = rows > 0 ? undefined : await this.part(time, taken, all, wanted);
        if (part !== undefined) return part;
        if (rows > 0) break;
      }
      this.milliseconds.shift();
      this.within = undefined;
      rows += left;
      end = time;
      if (rows >= wanted) break;
    }
    return end === undefined ? undefined : { time: end, uid: undefined, rows };
  }

  /** A part of a millisecond that alone has too many rows; undefined where its uids do not part it. */
  private async part(time: number, taken: number, all: number, wanted: number): Promise<Cut | undefined> {
    const uid = await this.uidAt(time, taken + wanted);
    if (uid === undefined) return undefined;
    const below = await this.rowsBelow(time, uid);
    if (below <= taken || below >= all) return undefined;
    this.within = { time, taken: below };
    return { time, uid, rows: below - taken };
  }
}
