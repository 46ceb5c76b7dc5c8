/** Whether the peers wrote what Falconry wrote: EXCEPT ALL both ways, over the event types that the peers map column by column. */
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { loadCompiled } from '../src/convert/definitions.js';
import { MAPPED_CLASSES } from './peers/sql/sql-peer.js';

export interface ClassEquality {
  peer: string;
  class: string;
  rows: number;
  /** rows that only one of the two has */
  onlyFalconry: number;
  onlyPeer: number;
  equal: boolean;
}

/** @param lake where Falconry wrote; @param peers by name, where they wrote */
export async function compareLakes(lake: string, peers: Readonly<Record<string, string>>): Promise<ClassEquality[]> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const { mapping } = loadCompiled('1.2.0');
  const results: ClassEquality[] = [];
  for (const [peer, folder] of Object.entries(peers)) {
    for (const { name, events } of MAPPED_CLASSES) {
      const { source } = mapping.classes.find((cls) => cls.name === name)!;
      const types = events.map((type) => `'${type}'`).join(', ');
      const ours = `${rows(join(lake, 'ext', source, '**', '*.parquet'))} WHERE metadata.event_code IN (${types})`;
      const theirs = rows(join(folder, name, '*.parquet'));
      const reader = await connection.runAndReadAll(
        `WITH ours AS MATERIALIZED (${ours}), theirs AS MATERIALIZED (${theirs})
         SELECT (SELECT count(*) FROM ours), (SELECT count(*) FROM theirs),
           (SELECT count(*) FROM (FROM ours EXCEPT ALL FROM theirs)), (SELECT count(*) FROM (FROM theirs EXCEPT ALL FROM ours))`,
      );
      const [count, theirCount, onlyFalconry, onlyPeer] = reader.getRows()[0]!.map(Number) as [number, number, number, number];
      const equal = count > 0 && count === theirCount && onlyFalconry === 0 && onlyPeer === 0;
      results.push({ peer, class: name, rows: count, onlyFalconry, onlyPeer, equal });
    }
  }
  connection.closeSync();
  instance.closeSync();
  return results;
}

/** A map has no order: its entries are sorted, all other columns are compared as they are. */
function rows(path: string): string {
  return `SELECT * REPLACE (list_sort(map_entries(unmapped)) AS unmapped) FROM read_parquet('${path}', hive_partitioning = false)`;
}
