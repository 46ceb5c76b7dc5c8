/**
 * The fair peer: the same conversion as SQL written by hand, on one DuckDB thread. It reads the archive once into a temporary table of
 * lines with their class, time and id, then writes one sorted object a class and day.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { loadLayouts } from '../../../src/convert/definitions.js';
import { copyOptions } from '../../../src/lake/parquet-writer.js';
import { eventDayOf } from '../../../src/lake/partition.js';
import { baseClass } from './base.js';
import { selectList } from './columns.js';
import { dnsClass } from './dns.js';
import { eventTime } from './envelope.js';
import { cleaned, parsed, type UnmappedWay } from './fields.js';
import { networkClass } from './network.js';
import { processClass } from './process.js';
import type { SqlClass } from './sql-class.js';

/** What an engineer would try; the first of each is the fastest (README). */
export interface PeerVariant {
  /** sort the lines and then make columns of them, or sort the columns */
  order: 'lines' | 'columns';
  unmapped: UnmappedWay;
}

export const FASTEST: PeerVariant = { order: 'lines', unmapped: 'patch' };

/** Classes that the peer maps column by column; their output must equal Falconry's. */
export const MAPPED_CLASSES: readonly SqlClass[] = [processClass, networkClass, dnsClass];
const ALL_CLASSES = [...MAPPED_CLASSES, baseClass];

export interface PeerOptions {
  archive: string;
  target: string;
  rowGroupRows: number;
  compressionLevel: number;
  threads: number;
  variant?: PeerVariant;
}

export async function convertWithSql(options: PeerOptions): Promise<number> {
  const { archive, target, rowGroupRows, compressionLevel, threads, variant = FASTEST } = options;
  const instance = await DuckDBInstance.create(':memory:', { threads: String(threads), preserve_insertion_order: 'true' });
  const connection = await instance.connect();
  try {
    await connection.run(`SET TimeZone = 'UTC'`);
    await connection.run(readLines(archive));
    const groups = await connection.runAndReadAll('SELECT class, day, count(*) FROM line GROUP BY ALL ORDER BY ALL');
    const layouts = new Map(loadLayouts('1.2.0').map((layout) => [layout.class, layout.columns]));
    let events = 0;
    for (const [name, day, count] of groups.getRows() as [string, number, bigint][]) {
      const cls = ALL_CLASSES.find((each) => each.name === name)!;
      await mkdir(join(target, name), { recursive: true });
      const path = join(target, name, `${eventDayOf(day)}.parquet`);
      const where = `class = '${name}' AND day = ${day}`;
      await connection.run(
        `COPY (${classQuery(cls, selectList(layouts.get(name)!, cls.columns(variant.unmapped)), where, variant.order)})
         TO '${path}' (${copyOptions(Number(count), rowGroupRows, compressionLevel)})`,
      );
      events += Number(count);
    }
    return events;
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** The archive as a table of lines: one pass over the files, five fields read. */
function readLines(archive: string): string {
  const classes = MAPPED_CLASSES.map(
    (cls) => `WHEN s.event_simpleName IN (${cls.events.map((type) => `'${type}'`).join(', ')}) THEN '${cls.name}'`,
  );
  const cloud = 'TRY_CAST(s."timestamp" AS BIGINT)';
  const endpoint = `COALESCE(s."ContextTimeStamp", CASE WHEN ends_with(s.event_simpleName, 'ProcessRollup2') THEN s."ProcessStartTime" END)`;
  const time = `COALESCE(${eventTime(endpoint, cloud)}, TRY_CAST(s."UTCTimestamp" AS BIGINT), 0)`;
  return `CREATE TEMP TABLE line AS
    SELECT json, time, line_id, class, CAST(time // 86400000 AS INTEGER) AS day
    FROM (
      SELECT json, s.id AS line_id, ${time} AS time, CASE ${classes.join(' ')} ELSE 'base_event' END AS class
      FROM (
        SELECT json, ${parsed(['event_simpleName', 'timestamp', 'ContextTimeStamp', 'ProcessStartTime', 'UTCTimestamp', 'id'])} AS s
        FROM read_json_objects('${join(archive, 'data', '**', '*.gz')}', format = 'newline_delimited', maximum_object_size = 16777216)
      )
    )`;
}

function classQuery(cls: SqlClass, list: string, where: string, order: PeerVariant['order']): string {
  const lines = `SELECT json, time, line_id FROM line WHERE ${where}${order === 'lines' ? ' ORDER BY time, line_id' : ''}`;
  const fields = [...new Set(cls.fields)];
  return `SELECT
  ${list}
FROM (SELECT json, time, line_id, ${cleaned(fields)} FROM (SELECT json, time, line_id, ${parsed(fields)} AS raw FROM (${lines})))
${order === 'columns' ? 'ORDER BY time, line_id' : ''}`;
}
