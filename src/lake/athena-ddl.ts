/**
 * The tables of a lake as Athena's DDL. Partitions are projected: Athena works out their places by itself, so that nothing has to be
 * registered, and the capitals of `accountId=` and `eventDay=`, which MSCK REPAIR TABLE does not take, do no harm. Pure.
 */
import type { ClassLayout, LayoutNode } from '../ocsf/layout.js';

export interface AthenaTable {
  database: string;
  /** the custom source; the table has its name */
  source: string;
  layout: ClassLayout;
  /** s3://bucket/prefix of the lake, above `ext/` */
  lake: string;
  region: string;
  /** the accountIds of the paths; with none, a query has to name one: `where accountid = '…'` */
  accounts: readonly string[];
  /** yyyymmdd of the first day */
  firstDay: string;
}

/** One statement, ending in `;`. */
export function athenaDdl({ database, source, layout, lake, region, accounts, firstDay }: AthenaTable): string {
  const location = `${lake.replace(/\/+$/, '')}/ext/${source}/`;
  const properties: [string, string][] = [
    ['projection.enabled', 'true'],
    ['projection.region.type', 'enum'],
    ['projection.region.values', region],
    ...(accounts.length === 0
      ? [['projection.accountid.type', 'injected'] as [string, string]]
      : ([
          ['projection.accountid.type', 'enum'],
          ['projection.accountid.values', accounts.join(',')],
        ] as [string, string][])),
    ['projection.eventday.type', 'date'],
    ['projection.eventday.format', 'yyyyMMdd'],
    ['projection.eventday.range', `${firstDay},NOW+1DAYS`],
    ['storage.location.template', `${location}region=$\{region}/accountId=$\{accountid}/eventDay=$\{eventday}/`],
  ];
  return [
    `CREATE EXTERNAL TABLE IF NOT EXISTS ${name(database)}.${name(source)} (`,
    layout.columns.map((column) => `  ${name(column.name)} ${athenaType(column)}`).join(',\n'),
    ')',
    'PARTITIONED BY (`region` string, `accountid` string, `eventday` string)',
    'STORED AS PARQUET',
    `LOCATION ${text(location)}`,
    `TBLPROPERTIES (\n${properties.map(([key, value]) => `  ${text(key)} = ${text(value)}`).join(',\n')}\n);`,
  ].join('\n');
}

/** A column's Hive type, as Glue keeps it. */
export function athenaType(node: LayoutNode): string {
  switch (node.type) {
    case 'string':
    case 'boolean':
    case 'timestamp':
      return node.type;
    case 'integer':
      return 'int';
    case 'long':
      return 'bigint';
    case 'float':
      return 'double';
    case 'map':
      return 'map<string,string>';
    case 'list':
      return `array<${athenaType(node.element!)}>`;
    case 'struct':
      return `struct<${(node.children ?? []).map((child) => `${name(child.name)}:${athenaType(child)}`).join(',')}>`;
  }
}

/** Quoted, since OCSF has members such as `end`, `group` and `user`, which are reserved. */
const name = (identifier: string): string => `\`${identifier.replaceAll('`', '``')}\``;
const text = (value: string): string => `'${value.replaceAll("'", "''")}'`;
