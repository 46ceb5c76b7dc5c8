/** A layout's columns as DuckDB types. */
import type { DuckDBType } from '@duckdb/node-api';
import type { LayoutNode } from '../ocsf/layout.js';
import { client } from './duckdb-client.js';

const { BIGINT, BOOLEAN, DOUBLE, INTEGER, LIST, MAP, STRUCT, TIMESTAMPTZ, VARCHAR } = client;

export function duckdbType(node: LayoutNode): DuckDBType {
  switch (node.type) {
    case 'string':
      return VARCHAR;
    case 'integer':
      return INTEGER;
    case 'long':
      return BIGINT;
    case 'float':
      return DOUBLE;
    case 'boolean':
      return BOOLEAN;
    case 'timestamp':
      return TIMESTAMPTZ;
    case 'map':
      return MAP(VARCHAR, VARCHAR);
    case 'list':
      return LIST(duckdbType(node.element!));
    case 'struct':
      return STRUCT(Object.fromEntries((node.children ?? []).map((child) => [child.name, duckdbType(child)])));
  }
}
