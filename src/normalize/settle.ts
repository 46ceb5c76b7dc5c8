/**
 * Decides which structs exist, where none does yet, bottom-up: a struct needs data, its required members and its constraints. What lies in one that
 * must not exist is taken out again, and its fields go to `unmapped`.
 */
import type { Alternative, StructRule } from '../mapping/plan.js';
import type { Column } from './column.js';
import type { ActiveSet, Filling } from './filling.js';
import type { LoadedLeaf } from './kernels.js';
import type { LoadedList } from './lists.js';
import { clearItem } from './settle-item.js';

export function settle(
  { structs }: Pick<Alternative, 'structs'>,
  leaves: readonly LoadedLeaf[],
  lists: readonly (LoadedList | undefined)[],
  nodes: readonly Column[],
  filling: Filling,
  active: ActiveSet,
): void {
  const words = (filling.count + 31) >> 5;
  for (const rule of structs) {
    const struct = nodes[rule.node]!;
    for (let w = 0; w < words; w++) {
      const mask = active.mask[w]!;
      if (mask === 0) continue;
      let data = 0;
      for (const child of rule.data) data |= nodes[child]!.words[w]!;
      data &= mask & ~struct.words[w]!;
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
  const { fields } = filling;
  return fields.length[fields.slotAt(slot) + position]! >= 0;
}
