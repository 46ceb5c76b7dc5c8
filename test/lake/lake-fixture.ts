/** Small lakes for tests: rows given as objects, written as Parquet by DuckDB's own COPY, sound unless a test makes them otherwise. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { duckdbType } from '../../src/lake/duckdb-types.js';
import { METADATA_KEYS, type Partition, partitionPrefix } from '../../src/lake/partition.js';
import { type ClassLayout, type LayoutNode, layoutNodes } from '../../src/ocsf/layout.js';

export type Row = Record<string, unknown>;

const text = (name: string): LayoutNode => ({ name, type: 'string' });
const integer = (name: string): LayoutNode => ({ name, type: 'integer' });
const struct = (name: string, children: LayoutNode[]): LayoutNode => ({ name, type: 'struct', children });
const list = (name: string, element: LayoutNode): LayoutNode => ({ name, type: 'list', element });

const HEAD: LayoutNode[] = [
  { name: 'time', type: 'long' },
  { name: 'time_dt', type: 'timestamp' },
  integer('class_uid'),
  text('class_name'),
  integer('category_uid'),
  text('category_name'),
  integer('activity_id'),
  text('activity_name'),
  { name: 'type_uid', type: 'long' },
  text('type_name'),
  integer('severity_id'),
  text('severity'),
  struct('metadata', [
    text('uid'),
    text('version'),
    text('tenant_uid'),
    list('profiles', text('element')),
    struct('product', [text('name'), text('vendor_name')]),
  ]),
];
const OBSERVABLES = list('observables', struct('element', [text('name'), integer('type_id'), text('type'), text('value')]));
const UNMAPPED: LayoutNode = { name: 'unmapped', type: 'map' };

/** Two classes, with lists of structs and a map in one. */
export function layouts(version: ClassLayout['version'] = '1.2.0'): ClassLayout[] {
  const device = struct('device', [text('uid'), integer('type_id'), text('type')]);
  const file = struct('file', [text('name'), integer('type_id'), { name: 'size', type: 'long' }]);
  const process = struct('process', [integer('pid'), text('name'), file]);
  const actor = struct('actor', [text('app_name')]);
  return [
    { class: 'process_activity', version, columns: [...HEAD, device, process, actor, OBSERVABLES, UNMAPPED] },
    { class: 'base_event', version, columns: [...HEAD, OBSERVABLES, UNMAPPED] },
  ];
}

/** 2024-06-10T00:00:00Z */
export const DAY_START = 1_717_977_600_000;
export const DAY = '20240610';

const metadata = (uid: string, version: string) => ({
  uid,
  version,
  tenant_uid: 'cid1',
  profiles: ['datetime'],
  product: { name: 'Falcon', vendor_name: 'CrowdStrike' },
});

/** A valid process event, a second after the one before it. */
export function processRow(index: number, version = '1.2.0'): Row {
  return {
    ...timeOf(DAY_START + index * 1000),
    class_uid: 1007,
    class_name: 'Process Activity',
    category_uid: 1,
    category_name: 'System Activity',
    activity_id: 1,
    activity_name: 'Launch',
    type_uid: 100701,
    type_name: 'Process Activity: Launch',
    severity_id: 1,
    severity: 'Informational',
    metadata: metadata(`event-${index}`, version),
    device: { uid: 'aid1', type_id: 0, type: 'Unknown' },
    process: { pid: index, name: `p${index}.exe`, file: { name: `p${index}.exe`, type_id: 1, size: 1000 + index } },
    actor: { app_name: 'Unknown' },
    observables: [{ name: 'process.name', type_id: 9, type: 'Process Name', value: `p${index}.exe` }],
    unmapped: { RawProcessId: String(index), CommandLine: `"p${index}" -x` },
  };
}

/** A valid event of no class in particular; its host is in `unmapped`. */
export function baseRow(index: number, version = '1.2.0'): Row {
  return {
    ...timeOf(DAY_START + index * 1000),
    class_uid: 0,
    class_name: 'Base Event',
    category_uid: 0,
    category_name: 'Uncategorized',
    activity_id: 0,
    activity_name: 'Unknown',
    type_uid: 0,
    type_name: 'Base Event: Unknown',
    severity_id: 1,
    severity: 'Informational',
    metadata: metadata(`base-${index}`, version),
    unmapped: { aid: 'aid1' },
  };
}

export function timeOf(ms: number): Row {
  return { time: ms, time_dt: new Date(ms).toISOString() };
}

export function rowsOf(count: number, make: (index: number) => Row = processRow): Row[] {
  return Array.from({ length: count }, (_, index) => make(index));
}

export interface ObjectSpec {
  partition?: Partial<Partition>;
  /** file name without .parquet */
  name?: string;
  /** in place of the key that the partition and name give */
  key?: string;
  layout?: ClassLayout;
  rows?: readonly Row[];
  /** null: that key is left out */
  metadata?: Record<string, string | null>;
  codec?: string;
  /** what COPY selects from the rows; default all columns as they are */
  select?: string;
  /** the SQL types of columns, where not the layout's */
  types?: Record<string, string>;
  rowGroupRows?: number;
}

export const PARTITION: Partition = {
  source: 'fdr12_process',
  region: 'eu-central-1',
  accountId: 'external_cid1',
  eventDay: DAY,
};

/** A folder with a lake in it. */
export class LakeFixture {
  private constructor(
    readonly folder: string,
    private readonly instance: DuckDBInstance,
    readonly connection: DuckDBConnection,
  ) {}

  static async make(): Promise<LakeFixture> {
    const folder = await mkdtemp(join(tmpdir(), 'falconry-lake-'));
    const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
    const connection = await instance.connect();
    await connection.run("SET TimeZone = 'UTC'");
    return new LakeFixture(folder, instance, connection);
  }

  async remove(): Promise<void> {
    this.connection.closeSync();
    this.instance.closeSync();
    await rm(this.folder, { recursive: true, force: true });
  }

  path(key: string): string {
    return join(this.folder, key);
  }

  /** Any file. */
  async put(key: string, bytes: string | Uint8Array): Promise<void> {
    await mkdir(dirname(this.path(key)), { recursive: true });
    await writeFile(this.path(key), bytes);
  }

  /** Writes an object and returns its key. */
  async write(spec: ObjectSpec = {}): Promise<string> {
    const { layout = layouts()[0]!, rows = rowsOf(3), codec = 'zstd', select = '*', types = {}, rowGroupRows = 2048 } = spec;
    const partition = { ...PARTITION, ...spec.partition };
    const key = spec.key ?? `${partitionPrefix(partition)}${spec.name ?? 'object'}.parquet`;
    const input = `${this.folder}/rows.ndjson`;
    await this.put(key, '');
    await writeFile(input, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
    const columns = layout.columns.map((column) => `"${column.name}": '${types[column.name] ?? duckdbType(column)}'`);
    const pairs = Object.entries({ ...fileMetadata(layout), ...spec.metadata }).filter(([, value]) => value !== null);
    const kv = pairs.length === 0 ? '' : `, KV_METADATA {${pairs.map(([name, value]) => `'${name}': '${value}'`).join(', ')}}`;
    await this.connection.run(
      `COPY (SELECT ${select} FROM read_json('${input}', format = 'newline_delimited', columns = {${columns.join(', ')}}))
       TO '${this.path(key).replaceAll("'", "''")}' (FORMAT parquet, COMPRESSION ${codec}, ROW_GROUP_SIZE ${rowGroupRows}${kv})`,
    );
    await rm(input);
    return key;
  }
}

export function fileMetadata(layout: ClassLayout): Record<string, string> {
  return {
    [METADATA_KEYS.product]: '0.1.0',
    [METADATA_KEYS.mapping]: 'm1',
    [METADATA_KEYS.ocsf]: layout.version,
    [METADATA_KEYS.class]: layout.class,
    [METADATA_KEYS.unit]: 'unit1',
    [METADATA_KEYS.columns]: String([...layoutNodes(layout.columns)].length),
    [METADATA_KEYS.deduped]: 'false',
  };
}
