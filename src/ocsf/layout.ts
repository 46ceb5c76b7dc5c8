/**
 * A class's frozen columns: which attributes it has in Parquet, in which order and nesting. Layouts are committed files and
 * only ever grow at the end of a struct, so that a reader (Glue, Athena) never sees a column move or change its type.
 */
import type { Primitive } from './schema.js';

/** One column or struct member. */
export interface LayoutNode {
  name: string;
  /** a leaf's type; `timestamp` is OCSF's `datetime_t` as a Parquet timestamp; a list holds `element`; a map is text → text */
  type: Exclude<Primitive, 'object' | 'json'> | 'timestamp' | 'struct' | 'list' | 'map';
  /** members of a struct */
  children?: LayoutNode[];
  /** what a list holds: `name` is `element` */
  element?: LayoutNode;
}

export interface ClassLayout {
  class: string;
  version: string;
  columns: LayoutNode[];
}

/** The node at a dotted path; steps go through lists without index. */
export function layoutNodeAt(columns: readonly LayoutNode[], path: string): LayoutNode | undefined {
  let level: readonly LayoutNode[] | undefined = columns;
  let node: LayoutNode | undefined;
  for (const name of path.split('.')) {
    node = level?.find((candidate) => candidate.name === name);
    if (node === undefined) return undefined;
    level = node.element?.children ?? node.children;
  }
  return node;
}

/** Every node of a layout in order, parents before children, with its dotted path. */
export function* layoutNodes(columns: readonly LayoutNode[], prefix = ''): Generator<{ path: string; node: LayoutNode }> {
  for (const node of columns) {
    const path = prefix === '' ? node.name : `${prefix}.${node.name}`;
    yield { path, node };
    yield* layoutNodes(node.element?.children ?? node.children ?? [], path);
  }
}

/**
 * What keeps `next` from being a later form of `last`: a column that is gone, moved or changed. Empty when it only grew.
 */
export function layoutBreaks(last: readonly LayoutNode[], next: readonly LayoutNode[], prefix = ''): string[] {
  const breaks: string[] = [];
  last.forEach((node, index) => {
    const path = prefix === '' ? node.name : `${prefix}.${node.name}`;
    const now = next[index];
    if (now === undefined || now.name !== node.name) breaks.push(`${path}: was column ${index}, now ${now?.name ?? 'missing'}`);
    else if (now.type !== node.type || now.element?.type !== node.element?.type)
      breaks.push(`${path}: was ${node.type}, now ${now.type}`);
    else {
      const members = node.element?.children ?? node.children ?? [];
      breaks.push(...layoutBreaks(members, now.element?.children ?? now.children ?? [], path));
    }
  });
  return breaks;
}
