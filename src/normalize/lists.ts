/** Kernels for list columns: objects and scalars, row by row, so that items lie in the order of the rows. */
import type { ListOp } from '../mapping/plan.js';
import type { Filling } from './batch.js';
import type { Column } from './column.js';
import { BUFFER, type ConstantTexts } from './constants.js';
import { IN_PART, isFault, type LoadedLeaf, loadLeaf, writeLeaf } from './kernels.js';
import { applyParts, eachPart } from './made-text.js';
import { settleItem } from './settle.js';
import { ABSENT, ACCEPT, REJECT } from './text.js';

interface LoadedItem {
  op: ListOp['items'][number];
  /** a scalar list's own reading, or the item's leaves */
  scalar: LoadedLeaf | undefined;
  leaves: LoadedLeaf[];
  constants: { column: Column; caption: Column | undefined; value: string | number | boolean; view: number; captionView: number; ifEmpty: boolean }[];
  views: number[];
}

export interface LoadedList {
  node: number;
  nodes: readonly Column[];
  items: LoadedItem[];
}

export function loadList(op: ListOp, nodes: readonly Column[], constants: ConstantTexts): LoadedList {
  const element = nodes[op.node]!.children[0]!;
  const items = op.items.map((item): LoadedItem => {
    const scalar =
      item.scalar === undefined
        ? undefined
        : {
            ...loadLeaf({ node: op.node, caption: -1, slot: item.each?.slot ?? -1, reading: item.scalar, keeps: true, ifEmpty: false }, nodes, constants),
            column: element,
          };
    return {
      op: item,
      scalar,
      leaves: item.leaves.map((leaf) => loadLeaf(leaf, nodes, constants)),
      constants: item.constantLeaves.map((constant) => ({
        column: nodes[constant.node]!,
        caption: constant.caption < 0 ? undefined : nodes[constant.caption]!,
        value: constant.value,
        view: typeof constant.value === 'string' ? constants.view(constant.value) : -1,
        captionView: constants.view(constant.captionText),
        ifEmpty: constant.ifEmpty,
      })),
      views: (item.constants ?? []).map((text) => constants.view(text)),
    };
  });
  return { node: op.node, nodes, items };
}

/** Appends the items of the row at `position`, and makes the list null where there are none. */
export function fillLists(list: LoadedList, column: Column, filling: Filling, position: number): void {
  const before = column.items;
  for (const item of list.items) {
    if (item.op.each !== undefined) fillParts(item, list, column, filling, position);
    else if (item.views.length > 0) {
      for (const view of item.views) {
        grow(column, 1);
        column.children[0]!.setView(column.items++, filling.constants.views, view);
      }
    } else fillItem(item, list, column, filling, position, false);
  }
  if (column.items > before) column.set(position);
}

function fillParts(item: LoadedItem, list: LoadedList, column: Column, filling: Filling, position: number): void {
  const { slot, parts, separator } = item.op.each!;
  const { cursor, failures } = filling;
  if (!point(filling, position, slot)) return;
  if (!applyParts(parts, cursor, filling.made, BUFFER.made)) return;
  let taken = true;
  let invalid = false;
  const whole = eachPart(cursor, separator, filling.scratch, filling.made, BUFFER.made, () => {
    if (item.scalar === undefined) {
      const written = fillItem(item, list, column, filling, position, true);
      taken &&= written;
      return;
    }
    grow(column, 1);
    const outcome = writeLeaf(item.scalar, column.items, cursor, filling);
    if (outcome === ACCEPT || outcome === IN_PART) column.items++;
    if (outcome === REJECT || outcome === IN_PART) taken = false;
    invalid ||= outcome === REJECT && isFault(item.scalar);
  });
  if (!taken || !whole) failures.add(position, slot, invalid);
}

/** One object; `part`: the cursor stands at a list's part. False where the part was not fully taken. */
function fillItem(item: LoadedItem, list: LoadedList, column: Column, filling: Filling, position: number, part: boolean): boolean {
  const { cursor, failures } = filling;
  const { bytes, offset, length, buffer } = cursor;
  const index = column.items;
  const element = column.children[0]!;
  grow(column, 1);
  clearElement(element, index);
  let taken = true;
  for (const leaf of item.leaves) {
    const { slot, keeps, ifEmpty } = leaf.op;
    if (slot >= 0) {
      if (!point(filling, position, slot)) continue;
    } else {
      cursor.bytes = bytes;
      cursor.offset = offset;
      cursor.length = length;
      cursor.buffer = buffer;
    }
    if (ifEmpty && leaf.column.isSet(index)) {
      if (slot >= 0 && keeps) failures.add(position, slot, false);
      continue;
    }
    const outcome = writeLeaf(leaf, index, cursor, filling);
    if (outcome === ACCEPT || outcome === ABSENT) continue;
    if (slot < 0) taken = false;
    else if (keeps) failures.add(position, slot, outcome === REJECT && isFault(leaf));
  }
  const exists = settleItem(item.op.structs, list.nodes, element, list.node, index);
  if (!exists) {
    for (const leaf of item.leaves) {
      if (leaf.op.slot >= 0 && leaf.op.keeps && point(filling, position, leaf.op.slot) && failures.of(position, leaf.op.slot) === 0) {
        failures.add(position, leaf.op.slot, false);
      }
    }
    return !part;
  }
  for (const { column: leaf, caption, value, view, captionView, ifEmpty } of item.constants) {
    if (ifEmpty && leaf.isSet(index)) continue;
    if (leaf !== element && !parentExists(list, leaf, element, index)) continue;
    if (typeof value === 'string') leaf.setView(index, filling.constants.views, view);
    else if (typeof value === 'boolean') leaf.setBoolean(index, value);
    else if (leaf.type === 'integer') leaf.setInteger(index, value);
    else leaf.setLong(index, value);
    caption?.setView(index, filling.constants.views, captionView);
  }
  column.items++;
  return taken;
}

/** A constant of a struct inside the item stands only where that struct does. */
function parentExists(list: LoadedList, leaf: Column, element: Column, index: number): boolean {
  const parent = leaf.path.slice(0, leaf.path.lastIndexOf('.'));
  if (parent === element.path) return true;
  return list.nodes.find((column) => column.path === parent)?.isSet(index) ?? true;
}

function point(filling: Filling, position: number, slot: number): boolean {
  const { rows, order, start, blocks, cursor } = filling;
  const row = order[start + position]!;
  const at = rows.base[row]! + slot * 2;
  const length = rows.cells[at + 1]!;
  if (length < 0) return false;
  const block = rows.block[row]!;
  cursor.bytes = blocks[block]!;
  cursor.offset = rows.cells[at]!;
  cursor.length = length;
  cursor.buffer = BUFFER.blocks + block;
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
