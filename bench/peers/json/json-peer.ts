/**
 * The peer that most scripts are: JSON.parse makes an object of every line, another object is its OCSF event, JSON.stringify writes it
 * to a file a class and day, and DuckDB reads those, sorts and writes Parquet.
 */
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { DuckDBInstance } from '@duckdb/node-api';
import { loadLayouts } from '../../../src/convert/definitions.js';
import { copyOptions } from '../../../src/lake/parquet-writer.js';
import { eventDayOf } from '../../../src/lake/partition.js';
import { eventFiles } from '../../archive.js';
import { sqlType } from '../sql/columns.js';
import { classOf } from './classes.js';
import type { Line } from './event.js';

const DAY = 86_400_000;
/** Characters that are gathered before they are written. */
const GATHERED = 1 << 20;

export interface ObjectPeerOptions {
  archive: string;
  target: string;
  rowGroupRows: number;
  compressionLevel: number;
}

export async function convertWithObjects({
  archive,
  target,
  rowGroupRows,
  compressionLevel,
}: ObjectPeerOptions): Promise<number> {
  const work = join(target, 'ndjson');
  mkdirSync(work, { recursive: true });
  const files = new NdjsonFiles(work);
  let events = 0;
  for (const path of eventFiles(archive)) {
    for (const text of gunzipSync(readFileSync(path)).toString('utf8').split('\n')) {
      if (text === '') continue;
      const line = JSON.parse(text) as Line;
      const { name, map } = classOf(line.event_simpleName);
      const event = map(line);
      files.add(name, Math.floor((event.time as number) / DAY), JSON.stringify(event));
      events++;
    }
  }
  files.close();

  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  const layouts = new Map(loadLayouts('1.2.0').map((layout) => [layout.class, layout.columns]));
  for (const { path, name, day, rows } of files.written()) {
    const columns = layouts.get(name)!.map((node) => `"${node.name}": '${sqlType(node)}'`);
    mkdirSync(join(target, name), { recursive: true });
    await connection.run(
      `COPY (SELECT * REPLACE (make_timestamptz(time * 1000) AS time_dt)
             FROM read_json('${path}', format = 'newline_delimited', columns = {${columns.join(', ')}}) ORDER BY time, metadata.uid)
       TO '${join(target, name, `${eventDayOf(day)}.parquet`)}'
       (${copyOptions(rows, rowGroupRows, compressionLevel)})`,
    );
  }
  connection.closeSync();
  instance.closeSync();
  rmSync(work, { recursive: true });
  return events;
}

/** One NDJSON file a class and day. */
class NdjsonFiles {
  private readonly open = new Map<
    string,
    { path: string; name: string; day: number; rows: number; file: number; text: string }
  >();

  constructor(private readonly folder: string) {}

  add(name: string, day: number, json: string): void {
    const key = `${name}-${day}`;
    let target = this.open.get(key);
    if (target === undefined) {
      const path = join(this.folder, `${key}.ndjson`);
      this.open.set(key, (target = { path, name, day, rows: 0, file: openSync(path, 'w'), text: '' }));
    }
    target.rows++;
    target.text += `${json}\n`;
    if (target.text.length < GATHERED) return;
    writeSync(target.file, target.text);
    target.text = '';
  }

  close(): void {
    for (const { file, text } of this.open.values()) {
      writeSync(file, text);
      closeSync(file);
    }
  }

  written() {
    return this.open.values();
  }
}
