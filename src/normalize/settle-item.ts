/** Decides whether one item of a list exists: {@link settle} for a single row. */
import type { StructRule } from '../mapping/plan.js';
import type { Column } from './column.js';

/** A struct inside an item, or the item itself, with the columns that decide whether it exists. */
export interface LoadedItemRule {
  struct: Column;
  data: readonly Column[];
  required: readonly Column[];
  anyOf: readonly (readonly Column[])[];
  justOne: readonly (readonly Column[])[];
}

/**
 * @param element the list's own struct: rules name it by the list's node
 * @returns the rules up to the element's own, bottom-up
 */
export function loadItemRules(
  rules: readonly StructRule[],
  nodes: readonly Column[],
  element: Column,
  elementNode: number,
): LoadedItemRule[] {
  const column = (node: number) => (node === elementNode ? element : nodes[node]!);
  const own = rules.findIndex(({ node }) => node === elementNode);
  return rules.slice(0, own < 0 ? rules.length : own + 1).map((rule) => ({
    struct: column(rule.node),
    data: rule.data.map(column),
    required: rule.required.map(column),
    anyOf: rule.anyOf.map((group) => group.map(column)),
    justOne: rule.justOne.map((group) => group.map(column)),
  }));
}

/** True if the element exists at `item`; structs in it that must not exist are emptied. Runs for every item: no closures. */
export function settleItem(rules: readonly LoadedItemRule[], element: Column, item: number): boolean {
  for (let r = 0; r < rules.length; r++) {
    const rule = rules[r]!;
    if (exists(rule, item)) rule.struct.set(item);
    else clearItem(rule.struct, item);
  }
  return element.isSet(item);
}

function exists({ data, required, anyOf, justOne }: LoadedItemRule, item: number): boolean {
  if (setIn(data, item) === 0 || setIn(required, item) < required.length) return false;
  for (let g = 0; g < anyOf.length; g++) if (setIn(anyOf[g]!, item) === 0) return false;
  for (let g = 0; g < justOne.length; g++) if (setIn(justOne[g]!, item) !== 1) return false;
  return true;
}

/** How many of the columns are set at `item`. */
function setIn(columns: readonly Column[], item: number): number {
  let count = 0;
  for (let c = 0; c < columns.length; c++) if (columns[c]!.isSet(item)) count++;
  return count;
}

/** Empties a struct and what is in it at one row; of a list only the list's own bit. */
export function clearItem(column: Column, item: number): void {
  column.clear(item);
  if (column.type === 'struct') for (const child of column.children) clearItem(child, item);
}
