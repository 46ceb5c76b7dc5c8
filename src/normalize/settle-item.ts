/** Decides whether one item of a list exists: {@link settle} for a single row. */
import type { StructRule } from '../mapping/plan.js';
import type { Column } from './column.js';

/** The same for one item of a list: true if the struct exists there. */
export function settleItem(
  rules: readonly StructRule[],
  nodes: readonly Column[],
  element: Column,
  elementNode: number,
  item: number,
): boolean {
  const column = (node: number) => (node === elementNode ? element : nodes[node]!);
  for (const rule of rules) {
    const has = (child: number) => column(child).isSet(item);
    const exists =
      rule.data.some(has) &&
      rule.required.every(has) &&
      rule.anyOf.every((group) => group.some(has)) &&
      rule.justOne.every((group) => group.filter(has).length === 1);
    if (exists) column(rule.node).set(item);
    else clearItem(column(rule.node), item);
    if (rule.node === elementNode) return exists;
  }
  return element.isSet(item);
}

/** Empties a struct and what is in it at one row; of a list only the list's own bit. */
export function clearItem(column: Column, item: number): void {
  column.clear(item);
  if (column.type === 'struct') for (const child of column.children) clearItem(child, item);
}
