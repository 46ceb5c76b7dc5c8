/**
 * Decides which structs exist, bottom-up: a struct needs data, its required members and its constraints. What lies in one that
 * must not exist is taken out again, and its fields go to `unmapped`.
 */
import type { Alternative, StructRule } from '../mapping/plan.js';
import type { Filling } from './batch.js';
import type { Column } from './column.js';
import type { LoadedLeaf } from './kernels.js';
import type { LoadedList } from './lists.js';

/** Rows of a batch that one alternative takes: as positions and as a bit mask. */
export interface ActiveSet {
  positions: Int32Array;
  count: number;
  mask: Int32Array;
}

export function settle(
  alternative: Alternative,
  leaves: readonly LoadedLeaf[],
  lists: readonly (LoadedList | undefined)[],
  nodes: readonly Column[],
  filling: Filling,
  active: ActiveSet,
): void {
  const words = (filling.count + 31) >> 5;
  for (const rule of alternative.structs) {
    const struct = nodes[rule.node]!;
    for (let w = 0; w < words; w++) {
      const mask = active.mask[w]!;
      if (mask === 0) continue;
      let data = 0;
      for (const child of rule.data) data |= nodes[child]!.words[w]!;
      data &= mask;
      if (data === 0) continue;
      const sound = data & soundRows(rule, nodes, w);
      struct.words[w]! |= sound;
      const bad = data & ~sound;
      if (bad !== 0) takeOut(rule.node, bad, w << 5, leaves, lists, nodes, filling);
    }
  }
}

/** Rows (bits of word `w`) whose struct has all it needs. */
function soundRows(rule: StructRule, nodes: readonly Column[], w: number): number {
  let sound = -1;
  for (const child of rule.required) sound &= nodes[child]!.words[w]!;
  for (const group of rule.anyOf) {
    let any = 0;
    for (const child of group) any |= nodes[child]!.words[w]!;
    sound &= any;
  }
  for (const group of rule.justOne) {
    let one = 0;
    let more = 0;
    for (const child of group) {
      more |= one & nodes[child]!.words[w]!;
      one |= nodes[child]!.words[w]!;
    }
    sound &= one & ~more;
  }
  return sound;
}

/** The same for one item of a list: true if the struct exists there. */
export function settleItem(rules: readonly StructRule[], nodes: readonly Column[], element: Column, elementNode: number, item: number): boolean {
  const column = (node: number) => (node === elementNode ? element : nodes[node]!);
  for (const rule of rules) {
    const has = (child: number) => column(child).isSet(item);
    const exists =
      rule.data.some(has) &&
      rule.required.every(has) &&
      rule.anyOf.every((group) => group.some(has)) &&
      rule.justOne.every((group) => group.filter(has).length === 1);
    if (exists) column(rule.node).set(item);
    else for (const child of rule.data) clearItem(column(child), item);
    if (rule.node === elementNode) return exists;
  }
  return element.isSet(item);
}

function clearItem(column: Column, item: number): void {
  column.clear(item);
  if (column.type === 'struct') for (const child of column.children) clearItem(child, item);
}

function takeOut(
  node: number,
  bad: number,
  firstRow: number,
  leaves: readonly LoadedLeaf[],
  lists: readonly (LoadedList | undefined)[],
  nodes: readonly Column[],
  filling: Filling,
): void {
  const prefix = `${nodes[node]!.path}.`;
  for (let bit = 0; bit < 32; bit++) {
    if ((bad & (1 << bit)) === 0) continue;
    const row = firstRow + bit;
    for (const leaf of leaves) {
      if (leaf.keeper < 0 || !leaf.column.path.startsWith(prefix) || !leaf.column.isSet(row)) continue;
      if (hasValue(filling, row, leaf.op.slot)) filling.failures.add(row, leaf.op.slot, leaf.keeper, false);
    }
    for (const list of lists) {
      if (list === undefined) continue;
      const column = nodes[list.node]!;
      if (column.path.startsWith(prefix) && column.isSet(row)) giveBack(list, row, filling);
    }
    // a list's own bit only: its items are rows of other columns, numbered differently
    for (const child of nodes[node]!.children) clearItem(child, row);
  }
}

/** None of a list's ops has taken its field. */
function giveBack(list: LoadedList, row: number, filling: Filling): void {
  for (const { op, keeper, leaves } of list.items) {
    if (keeper >= 0 && hasValue(filling, row, op.each!.slot)) filling.failures.add(row, op.each!.slot, keeper, false);
    for (const leaf of leaves) {
      if (leaf.keeper >= 0 && hasValue(filling, row, leaf.op.slot)) filling.failures.add(row, leaf.op.slot, leaf.keeper, false);
    }
  }
}

function hasValue(filling: Filling, position: number, slot: number): boolean {
  const row = filling.order[filling.start + position]!;
  return filling.rows.cells[filling.rows.base[row]! + slot * 2 + 1]! >= 0;
}
