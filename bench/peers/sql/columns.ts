/** A class's frozen layout as the select list of a hand-written query: what is not written by hand is NULL of the column's type. */
import type { LayoutNode } from '../../../src/ocsf/layout.js';

/**
 * SQL by path: `process.pid` a leaf or a whole list; `process.user?` the condition under which a struct exists (absent: always, when
 * something in it is written).
 */
export type Columns = Readonly<Record<string, string>>;

const SCALARS = {
  string: 'VARCHAR',
  integer: 'INTEGER',
  long: 'BIGINT',
  float: 'DOUBLE',
  boolean: 'BOOLEAN',
  timestamp: 'TIMESTAMPTZ',
  map: 'MAP(VARCHAR, VARCHAR)',
} as const;

export function sqlType(node: LayoutNode): string {
  if (node.type === 'struct') return `STRUCT(${node.children!.map((child) => `"${child.name}" ${sqlType(child)}`).join(', ')})`;
  if (node.type === 'list') return `${sqlType(node.element!)}[]`;
  return SCALARS[node.type];
}

/** The select list of a layout. A path that the layout does not have is an error: the layout has moved on. */
export function selectList(layout: readonly LayoutNode[], columns: Columns): string {
  const used = new Set<string>();
  const list = layout.map((node) => `${sqlOf(node, node.name, columns, used)} AS "${node.name}"`).join(',\n  ');
  const unknown = Object.keys(columns).filter((path) => !used.has(path));
  if (unknown.length > 0) throw new Error(`the layout has no column ${unknown.join(', ')}`);
  return list;
}

function sqlOf(node: LayoutNode, path: string, columns: Columns, used: Set<string>): string {
  const own = columns[path];
  if (own !== undefined) {
    used.add(path);
    return `CAST(${own} AS ${sqlType(node)})`;
  }
  const written = Object.keys(columns).some((key) => key.startsWith(`${path}.`));
  if (node.type !== 'struct' || !written) return `NULL::${sqlType(node)}`;
  const members = node.children!.map((child) => `"${child.name}": ${sqlOf(child, `${path}.${child.name}`, columns, used)}`);
  const struct = `{${members.join(', ')}}`;
  const condition = columns[`${path}?`];
  used.add(`${path}?`);
  return condition === undefined ? struct : `CASE WHEN ${condition} THEN ${struct} END`;
}
