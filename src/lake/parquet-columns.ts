/** The columns of a Parquet file as its footer states them, and how they differ from a class's frozen layout. */
import type { LayoutNode } from '../ocsf/layout.js';

/** One element of a Parquet schema, as DuckDB's `parquet_schema` lists them: depth first, the root first. */
export interface SchemaElement {
  name: string;
  repetition_type: 'REQUIRED' | 'OPTIONAL' | 'REPEATED' | null;
  num_children: string | null;
  converted_type: string | null;
  logical_type: string | null;
  duckdb_type: string | null;
}

/** A column or struct member; `type` is a layout's word where there is one, else what the file says. */
export interface FileColumn {
  name: string;
  type: string;
  children: FileColumn[];
}

const TYPES: Readonly<Record<string, LayoutNode['type']>> = {
  VARCHAR: 'string',
  INTEGER: 'integer',
  BIGINT: 'long',
  DOUBLE: 'float',
  BOOLEAN: 'boolean',
  'TIMESTAMP WITH TIME ZONE': 'timestamp',
};

interface Tree {
  element: SchemaElement;
  children: Tree[];
}

/** The columns of a file. A list holds its element as the one child, a struct its members; a map of texts holds nothing. */
export function fileColumns(elements: readonly SchemaElement[]): FileColumn[] {
  let at = 0;
  const take = (): Tree => {
    const element = elements[at++];
    if (element === undefined) throw new Error('the schema ends before its last element');
    return { element, children: Array.from({ length: Number(element.num_children ?? 0) }, take) };
  };
  return take().children.map(column);
}

function column(tree: Tree): FileColumn {
  const { element, children } = tree;
  const { name } = element;
  // what Athena cannot read: a repeated field outside the three levels of a LIST
  if (element.repetition_type === 'REPEATED') return { name, type: 'a bare repeated field', children: [] };
  if (children.length === 0) return { name, type: TYPES[element.duckdb_type ?? ''] ?? `${element.duckdb_type}`, children: [] };
  if (hasKind(element, 'LIST')) return listColumn(tree);
  if (hasKind(element, 'MAP')) return { name, type: isTextMap(tree) ? 'map' : 'a map of other types than texts', children: [] };
  return { name, type: 'struct', children: children.map(column) };
}

function listColumn({ element, children }: Tree): FileColumn {
  const [repeated] = children;
  const isStandard = children.length === 1 && repeated!.element.repetition_type === 'REPEATED' && repeated!.children.length === 1;
  if (!isStandard) return { name: element.name, type: 'a list without the three standard levels', children: [] };
  return { name: element.name, type: 'list', children: [column(repeated!.children[0]!)] };
}

function isTextMap({ children: [pairs] }: Tree): boolean {
  const [key, value] = pairs?.children ?? [];
  return key?.element.duckdb_type === 'VARCHAR' && value?.element.duckdb_type === 'VARCHAR';
}

function hasKind({ converted_type, logical_type }: SchemaElement, kind: 'LIST' | 'MAP'): boolean {
  return converted_type === kind || (logical_type?.startsWith(kind === 'LIST' ? 'ListType' : 'MapType') ?? false);
}

/** The column or member at a dotted path; steps go through lists. */
export function columnAt(columns: readonly FileColumn[], path: string): FileColumn | undefined {
  let level = columns;
  let found: FileColumn | undefined;
  for (const name of path.split('.')) {
    found = level.find((candidate) => candidate.name === name);
    if (found === undefined) return undefined;
    level = found.type === 'list' ? found.children[0]!.children : found.children;
  }
  return found;
}

/** How many columns and members there are in all, counted as a layout's nodes. */
export function countColumns(columns: readonly FileColumn[]): number {
  return columns.reduce(
    (count, { type, children }) => count + 1 + countColumns(type === 'list' ? children[0]!.children : children),
    0,
  );
}

/**
 * What keeps a file from being of this layout or of an older form of it, which has fewer columns or members at an end. Empty
 * for a file that keeps to it.
 */
export function layoutDifferences(file: readonly FileColumn[], layout: readonly LayoutNode[], prefix = ''): string[] {
  return file.flatMap((column, index) => {
    const path = prefix === '' ? column.name : `${prefix}.${column.name}`;
    const expected = layout[index];
    if (expected === undefined) return [`${path} is not in the layout`];
    if (expected.name !== column.name) return [`${path} stands where the layout has ${expected.name}`];
    return typeDifferences(column, expected, path);
  });
}

function typeDifferences(column: FileColumn, expected: LayoutNode, path: string): string[] {
  if (column.type !== expected.type) return [`${path} is ${column.type}, in the layout ${expected.type}`];
  if (expected.element !== undefined) return typeDifferences(column.children[0]!, expected.element, `${path}[]`);
  return layoutDifferences(column.children, expected.children ?? [], path);
}
