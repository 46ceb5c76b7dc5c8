/** `unmapped`: every field that no op took, under its own name and with its own text. */
import type { Alternative } from '../mapping/plan.js';
import type { Column } from './column.js';
import { type BatchFacts, LATER_MARK } from './facts.js';
import type { Filling } from './filling.js';
import { grow } from './lists.js';

export function fillUnmapped(
  column: Column,
  filling: Filling,
  alternativeAt: (position: number) => Alternative,
  facts?: BatchFacts,
): void {
  const { rows, order, start, count, failures, keys, textBuffer } = filling;
  const { cells } = rows;
  const { bytes, at: textAt } = filling.text;
  const [key, value] = column.children as [Column, Column];
  for (let i = 0; i < count; i++) {
    column.offsets[i] = column.items;
    const row = order[start + i]!;
    const base = rows.base[row]!;
    const text = textAt[i]!;
    const { keepers } = alternativeAt(i);
    const slots = keepers.length;
    const rest = cells[base + slots * 2]!;
    grow(column, slots + rest + 1);
    let item = column.items;

    const slotFields = keys.slotFields(rows.route[row]!);
    const failed = failures.head[i]! >= 0;
    for (let slot = 0; slot < slots; slot++) {
      let length = cells[base + slot * 2 + 1]!;
      if (length === -1) continue;
      const wanted = keepers[slot]!;
      if (wanted > 0 && (length < 0 || !failed || failures.of(i, slot) < wanted)) continue;
      if (length < 0) length = -2 - length;
      key.setView(item, keys.views, slotFields[slot]!);
      value.setText(item, bytes, text + cells[base + slot * 2]!, length, textBuffer);
      item++;
    }
    for (let k = 0, at = base + slots * 2 + 1; k < rest; k++, at += 3) {
      const field = cells[at]!;
      const offset = text + cells[at + 1]!;
      const length = cells[at + 2]!;
      if (field >= 0) key.setView(item, keys.views, field);
      else key.setText(item, bytes, offset + length, -1 - field, textBuffer);
      value.setText(item, bytes, offset, length, textBuffer);
      item++;
    }
    const later = facts?.laterAt(i);
    if (later !== undefined && !hasField(filling, base + slots * 2, keys.laterMark)) {
      const { constants } = filling;
      key.setView(item, constants.views, constants.view(LATER_MARK));
      value.setView(item, constants.views, constants.view(later));
      item++;
    }
    if (item > column.items) column.set(i);
    column.items = item;
  }
  column.offsets[count] = column.items;
}

/** Whether the row's further fields have one of that id: an event may name a field as Falconry names its mark. */
function hasField({ rows: { cells } }: Filling, at: number, field: number): boolean {
  for (let k = 0; k < cells[at]!; k++) if (cells[at + 1 + k * 3] === field) return true;
  return false;
}
