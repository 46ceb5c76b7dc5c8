/**
 * Merges time-sorted objects into time-ordered ones that do not overlap: an output at a time, one `COPY` each, of the rows of its
 * stretch of time alone. Row groups of other times are not read, so memory follows the size of an output and not of the partition.
 */
import { mkdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type DuckDBReader, identifier, literalPath, quote } from '../lake/duckdb-reader.js';
import { duckdbType } from '../lake/duckdb-types.js';
import { download, localFolder } from '../lake/local-copy.js';
import { copyOptions } from '../lake/parquet-writer.js';
import { METADATA_KEYS } from '../lake/partition.js';
import { layoutNodes } from '../ocsf/layout.js';
import type { ObjectStore } from '../store/store.js';
import { rowsDiffer } from './errors.js';
import { type Cut, Cutter, type EventTable } from './event-table.js';
import { type ObjectFacts, timeRange } from './facts.js';
import { nextRows } from './plan.js';

export interface MergeOptions {
  targetBytes: number;
  rowGroupRows: number;
  compressionLevel: number;
  productVersion: string;
}

/** An output as a local file. */
export interface MergedObject {
  path: string;
  rows: number;
  bytes: number;
  minTime: number;
  maxTime: number;
}

/** Rows in the total order from `from` on and before `to`. */
interface Stretch {
  from: Cut | undefined;
  to: Cut;
}

export class Merge {
  private readonly layout;
  private readonly keys: string[];
  /** inputs downloaded and not yet passed, by key */
  private readonly local = new Map<string, string>();
  private readonly folder: string | undefined;

  /** @param inputs in order of time */
  constructor(
    private readonly reader: DuckDBReader,
    private readonly lake: ObjectStore,
    private readonly inputs: readonly ObjectFacts[],
    private readonly events: EventTable,
    private readonly options: MergeOptions,
    private readonly id: string,
  ) {
    this.layout = inputs[0]!.layout;
    this.keys = inputs.map(({ key }) => key);
    this.folder = localFolder(lake);
  }

  /**
   * The outputs, each as it is finished.
   *
   * @param scratch where they go; the caller moves them away or removes them
   */
  async *run(scratch: string, signal: AbortSignal): AsyncGenerator<MergedObject> {
    await mkdir(scratch, { recursive: true });
    const bins = await this.events.bins(this.keys);
    const cutter = new Cutter(
      bins,
      (second) => this.events.milliseconds(this.keys, second),
      (time, n) => this.uidAt(time, n),
      (time, uid) => this.rowsBelow(time, uid),
    );
    let rowsLeft = bins.reduce((sum, { rows }) => sum + rows, 0);
    let bytesPerRow = this.bytesPerRow();
    let from: Cut | undefined;
    try {
      for (let number = 0; rowsLeft > 0; number++) {
        signal.throwIfAborted();
        const to = await cutter.next(nextRows(rowsLeft, bytesPerRow, this.options.targetBytes));
        if (to === undefined) throw rowsDiffer(this.keys[0]!, rowsLeft, 0);
        const written = await this.write({ from, to }, join(scratch, `${number}.parquet`));
        yield written;
        bytesPerRow = written.bytes / written.rows;
        rowsLeft -= written.rows;
        from = to;
      }
    } finally {
      await this.forget(Number.POSITIVE_INFINITY);
    }
  }

  /** Small objects are all footers and dictionaries: the largest inputs tell best how many bytes a row will take. */
  private bytesPerRow(): number {
    const largest = [...this.inputs].sort((a, b) => b.bytes - a.bytes).slice(0, 8);
    return Math.min(...largest.map(({ bytes, rows }) => bytes / rows));
  }

  private async write(stretch: Stretch, path: string): Promise<MergedObject> {
    const { compressionLevel, rowGroupRows } = this.options;
    const { from, to } = stretch;
    await this.forget(from?.time ?? Number.NEGATIVE_INFINITY);
    const inputs = this.inputs.filter(({ minTime, maxTime }) => minTime <= to.time && maxTime >= (from?.time ?? minTime));
    const source = await this.source(inputs, condition(stretch));
    const columns = this.layout.columns.map(({ name }) => identifier(name)).join(', ');
    const metadata = Object.entries(this.metadata()).map(([key, value]) => `${quote(key)}: ${quote(value)}`);
    await this.reader.connection.run(
      `COPY (SELECT ${columns} FROM (${source}) ORDER BY time, metadata.uid NULLS FIRST, _falconry_file, file_row_number)
       TO ${quote(path)} (${copyOptions(to.rows, rowGroupRows, compressionLevel)}, KV_METADATA {${metadata.join(', ')}})`,
    );
    const times = await timeRange(this.reader, path);
    const [{ rows }] = (await this.reader.rows<{ rows: number }>(
      `SELECT num_rows::DOUBLE AS rows FROM parquet_file_metadata(${quote(literalPath(path))})`,
    )) as [{ rows: number }];
    if (times === undefined || rows !== to.rows) throw rowsDiffer(inputs[0]?.key ?? path, to.rows, rows);
    return { path, rows, bytes: (await stat(path)).size, ...times };
  }

  /** The rows of a stretch, in the newest layout, without those that must go. */
  private async source(inputs: readonly ObjectFacts[], where: string): Promise<string> {
    const bySchema = new Map<ObjectFacts['columns'], { first: ObjectFacts; paths: string[] }>();
    const files: string[] = [];
    for (const input of inputs) {
      const path = await this.path(input);
      files.push(`(${quote(path)}, ${this.events.number(input.key)})`);
      const known = bySchema.get(input.columns);
      if (known === undefined) bySchema.set(input.columns, { first: input, paths: [path] });
      else known.paths.push(path);
    }
    const selects = [...bySchema.values()].map(({ first, paths }) => {
      const has = new Set(first.columns.map(({ name }) => name));
      const columns = this.layout.columns.map((column) => {
        const [name, type] = [identifier(column.name), duckdbType(column).toString()];
        return `CAST(${has.has(column.name) ? name : 'NULL'} AS ${type}) AS ${name}`;
      });
      const list = paths.map((path) => quote(literalPath(path))).join(', ');
      return `SELECT ${columns.join(', ')}, _falconry_file, file_row_number
        FROM read_parquet([${list}], hive_partitioning = false, filename = '_falconry_file', file_row_number = true) WHERE ${where}`;
    });
    if (inputs.every(({ duplicates }) => duplicates === 0)) return selects.join(' UNION ALL ');
    return `SELECT * FROM (${selects.join(' UNION ALL ')}) AS rows WHERE NOT EXISTS (
      SELECT 1 FROM doomed JOIN (VALUES ${files.join(', ')}) AS files(path, object) ON doomed.object = files.object
      WHERE files.path = rows._falconry_file AND doomed.row_number = rows.file_row_number)`;
  }

  private async uidAt(time: number, n: number): Promise<string | undefined> {
    const [found] = await this.reader.rows<{ uid: string }>(
      `SELECT coalesce(metadata.uid, '') AS uid FROM (${await this.at(time)}) ORDER BY uid LIMIT 1 OFFSET ${n}`,
    );
    return found?.uid;
  }

  private async rowsBelow(time: number, uid: string): Promise<number> {
    const [found] = await this.reader.rows<{ rows: number }>(
      `SELECT count(*)::DOUBLE AS rows FROM (${await this.at(time)}) WHERE coalesce(metadata.uid, '') < ${quote(uid)}`,
    );
    return found!.rows;
  }

  private async at(time: number): Promise<string> {
    return this.source(
      this.inputs.filter(({ minTime, maxTime }) => minTime <= time && maxTime >= time),
      `time = ${time}`,
    );
  }

  /** An input as a file. Names follow the order of the keys, so that equal rows have one order wherever the lake lies. */
  private async path({ key, info }: ObjectFacts): Promise<string> {
    if (this.folder !== undefined) return join(this.folder, key);
    let path = this.local.get(key);
    if (path === undefined) {
      path = join(this.reader.scratch, 'inputs', key.slice(key.lastIndexOf('/') + 1));
      await download(this.lake, info, path);
      this.local.set(key, path);
    }
    return path;
  }

  /** Removes the copies of inputs that end before a time. */
  private async forget(before: number): Promise<void> {
    for (const { key, maxTime } of this.inputs) {
      const path = maxTime < before ? this.local.get(key) : undefined;
      if (path === undefined) continue;
      await rm(path, { force: true });
      this.local.delete(key);
    }
  }

  private metadata(): Record<string, string> {
    const { layout, inputs, options } = this;
    return {
      [METADATA_KEYS.product]: options.productVersion,
      [METADATA_KEYS.mapping]: [...new Set(inputs.flatMap(({ mappingVersion }) => mappingVersion.split(',')))].sort().join(','),
      [METADATA_KEYS.ocsf]: layout.version,
      [METADATA_KEYS.class]: layout.class,
      [METADATA_KEYS.unit]: this.id,
      [METADATA_KEYS.columns]: String([...layoutNodes(layout.columns)].length),
      [METADATA_KEYS.deduped]: 'true',
    };
  }
}

function condition({ from, to }: Stretch): string {
  const parts: string[] = [];
  if (from !== undefined) parts.push(beyond(from, '>', '>='));
  parts.push(beyond(to, '<=', '<'));
  return parts.join(' AND ');
}

/** The plain comparison of the time first: by it DuckDB passes over row groups. */
function beyond({ time, uid }: Cut, whole: '>' | '<=', part: '>=' | '<'): string {
  if (uid === undefined) return `time ${whole} ${time}`;
  const [outer, inner] = part === '>=' ? ['>=', '>'] : ['<=', '<'];
  return `time ${outer} ${time} AND (time ${inner} ${time} OR coalesce(metadata.uid, '') ${part} ${quote(uid)})`;
}
