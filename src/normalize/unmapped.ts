/** `unmapped`: every field that no op took, under its own name and with its own text. */
import type { Alternative } from '../mapping/plan.js';
import type { BatchFields } from './batch-fields.js';
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
  const { rows, order, start, count, failures, keys, fields, textBuffer } = filling;
  const { bytes, offset: offsets, length: lengths, firstFurther, furtherField, furtherOffset, furtherLength } = fields;
  const [key, value] = column.children as [Column, Column];
  for (let i = 0; i < count; i++) {
    column.offsets[i] = column.items;
    const { keepers } = alternativeAt(i);
    const slots = keepers.length;
    const further = firstFurther[i]!;
    const end = firstFurther[i + 1]!;
    grow(column, slots + end - further + 1);
    let item = column.items;

    const slotFields = keys.slotFields(rows.route[order[start + i]!]!);
    const failed = failures.head[i]! >= 0;
    for (let slot = 0; slot < slots; slot++) {
      const at = fields.slotAt(slot) + i;
      let length = lengths[at]!;
      if (length === -1) continue;
      const wanted = keepers[slot]!;
      if (wanted > 0 && (length < 0 || !failed || failures.of(i, slot) < wanted)) continue;
      if (length < 0) length = -2 - length;
      key.setView(item, keys.views, slotFields[slot]!);
      value.setText(item, bytes, offsets[at]!, length, textBuffer);
      item++;
    }
    for (let at = further; at < end; at++) {
      const field = furtherField[at]!;
      const offset = furtherOffset[at]!;
      const length = furtherLength[at]!;
      if (field >= 0) key.setView(item, keys.views, field);
      else key.setText(item, bytes, offset + length, -1 - field, textBuffer);
      value.setText(item, bytes, offset, length, textBuffer);
      item++;
    }
    const later = facts?.laterAt(i);
    if (later !== undefined && !hasFurther(fields, i, keys.laterMark)) {
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
function hasFurther({ firstFurther, furtherField }: BatchFields, position: number, field: number): boolean {
  for (let at = firstFurther[position]!; at < firstFurther[position + 1]!; at++) if (furtherField[at] === field) return true;
  return false;
}
