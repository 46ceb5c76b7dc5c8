/** Kernels for list columns: objects and scalars, row by row, so that items lie in the order of the rows. */
import type { ListOp } from '../mapping/plan.js';
import type { Column } from './column.js';
import { type LoadedConstant, loadConstant, writeConstant } from './constant-op.js';
import { BUFFER, type ConstantTexts } from './constants.js';
import type { KeeperIds } from './failures.js';
import type { Filling } from './filling.js';
import { isFault, type LoadedLeaf, loadLeaf, writeLeaf } from './kernels.js';
import { applyParts, eachPart } from './made-text.js';
import { IN_PART, type Outcome } from './reader.js';
import { type LoadedItemRule, loadItemRules, settleItem } from './settle-item.js';
import { ABSENT, ACCEPT, REJECT } from './verdict.js';

interface LoadedItem {
  op: ListOp['items'][number];
  /** of the list that is split, see {@link KeeperIds} */
  keeper: number;
  /** a scalar list's own reading, or the item's leaves */
  scalar: LoadedLeaf | undefined;
  leaves: LoadedLeaf[];
  structs: LoadedItemRule[];
  /** of each leaf, what became of it in the item being filled */
  outcomes: Outcome[];
  constants: LoadedConstant[];
  views: number[];
}

export interface LoadedList {
  node: number;
  nodes: readonly Column[];
  items: LoadedItem[];
}

export function loadList(
  op: ListOp,
  nodes: readonly Column[],
  parents: Int32Array,
  constants: ConstantTexts,
  keepers: KeeperIds,
): LoadedList {
  const element = nodes[op.node]!.children[0]!;
  const items = op.items.map((item): LoadedItem => {
    const { each, scalar } = item;
    const scalarOp = scalar && { node: op.node, caption: -1, slot: -1, reading: scalar, keeps: false, ifEmpty: false };
    return {
      op: item,
      keeper: keepers.next(each !== undefined && each.parts.length === 0),
      scalar: scalarOp && { ...loadLeaf(scalarOp, nodes, constants, keepers), column: element },
      leaves: item.leaves.map((leaf) => loadLeaf(leaf, nodes, constants, keepers)),
      structs: loadItemRules(item.structs, nodes, element, op.node),
      outcomes: item.leaves.map(() => ABSENT),
      constants: item.constantLeaves.map((constant) => {
        const parent = parents[constant.node]!;
        return loadConstant(constant, nodes, parent === op.node ? undefined : nodes[parent], constants);
      }),
      views: (item.constants ?? []).map((text) => constants.view(text)),
    };
  });
  return { node: op.node, nodes, items };
}

/** Appends the items of the row at `position`, and makes the list null where there are none. */
export function fillLists(list: LoadedList, column: Column, filling: Filling, position: number): void {
  const before = column.items;
  for (const item of list.items) {
    if (item.op.each !== undefined) fillParts(item, column, filling, position);
    else if (item.views.length > 0) {
      for (const view of item.views) {
        grow(column, 1);
        column.children[0]!.setView(column.items++, filling.constants.views, view);
      }
    } else fillItem(item, column, filling, position, false);
  }
  if (column.items > before) column.set(position);
}

/** One item a part. What the item takes beside the part is not taken where there is no part. */
function fillParts(item: LoadedItem, column: Column, filling: Filling, position: number): void {
  const { slot, parts, separator } = item.op.each!;
  const { cursor, failures } = filling;
  const before = column.items;
  if (point(filling, position, slot) && applyParts(parts, cursor, filling.made, BUFFER.made)) {
    let taken = true;
    let invalid = false;
    const whole = eachPart(cursor, separator, filling.scratch, filling.made, BUFFER.made, () => {
      const outcome =
        item.scalar === undefined ? fillItem(item, column, filling, position, true) : fillScalar(item.scalar, column, filling);
      if (outcome === REJECT || outcome === IN_PART) taken = false;
      invalid ||= outcome === REJECT;
    });
    if (!taken || !whole) failures.add(position, slot, item.keeper, invalid);
  }
  if (column.items > before) return;
  for (const leaf of item.leaves) {
    if (leaf.keeper >= 0 && point(filling, position, leaf.op.slot)) failures.add(position, leaf.op.slot, leaf.keeper, false);
  }
}

function fillScalar(scalar: LoadedLeaf, column: Column, filling: Filling): Outcome {
  grow(column, 1);
  const outcome = writeLeaf(scalar, column.items, filling.cursor, filling);
  if (outcome === ACCEPT || outcome === IN_PART) column.items++;
  return outcome === REJECT && !isFault(scalar) ? IN_PART : outcome;
}

/**
 * One object; `part`: the cursor stands at a list's part.
 *
 * @returns of the part: whether it was taken, in part, or held what an attribute cannot hold
 */
function fillItem(item: LoadedItem, column: Column, filling: Filling, position: number, part: boolean): Outcome {
  const { cursor, failures } = filling;
  const { bytes, offset, length, buffer } = cursor;
  const index = column.items;
  const element = column.children[0]!;
  grow(column, 1);
  clearElement(element, index);
  const { leaves, outcomes } = item;
  for (let k = 0; k < leaves.length; k++) {
    const leaf = leaves[k]!;
    const { slot, ifEmpty } = leaf.op;
    outcomes[k] = ABSENT;
    if (slot < 0) {
      cursor.bytes = bytes;
      cursor.offset = offset;
      cursor.length = length;
      cursor.buffer = buffer;
    } else if (!point(filling, position, slot)) continue;
    outcomes[k] = ifEmpty && leaf.column.isSet(index) ? IN_PART : writeLeaf(leaf, index, cursor, filling);
  }
  const exists = settleItem(item.structs, element, index);
  if (exists) {
    for (const constant of item.constants) writeConstant(constant, index, filling.constants.views);
    column.items++;
  }
  let result: Outcome = exists || !part ? ACCEPT : IN_PART;
  for (let k = 0; k < leaves.length; k++) {
    const leaf = leaves[k]!;
    const outcome = outcomes[k]!;
    if (outcome === ABSENT || (outcome === ACCEPT && exists && leaf.column.isSet(index))) continue;
    const invalid = outcome === REJECT && isFault(leaf);
    if (leaf.op.slot >= 0) {
      if (leaf.keeper >= 0 || invalid) failures.add(position, leaf.op.slot, leaf.keeper, invalid);
    } else if (result !== REJECT) result = invalid ? REJECT : IN_PART;
  }
  return result;
}

function point(filling: Filling, position: number, slot: number): boolean {
  const { fields, cursor } = filling;
  const at = fields.slotAt(slot) + position;
  const length = fields.length[at]!;
  if (length < 0) return false;
  cursor.bytes = fields.bytes;
  cursor.offset = fields.offset[at]!;
  cursor.length = length;
  cursor.buffer = filling.textBuffer;
  return true;
}

/** Room for `more` items in the column's children. */
export function grow(column: Column, more: number): void {
  for (const child of column.children) ensureTree(child, column.items + more);
}

function ensureTree(column: Column, rows: number): void {
  if (rows <= column.capacity) return;
  column.ensure(rows);
  for (const child of column.children) ensureTree(child, rows);
}

function clearElement(column: Column, index: number): void {
  column.clear(index);
  for (const child of column.children) clearElement(child, index);
}
