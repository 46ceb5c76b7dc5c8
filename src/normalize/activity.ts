/** `activity_id`, its caption, and the `type_uid` and `type_name` that follow from it. */
import { type ActivityPlan, type ClassPlan, ENVELOPE, TYPE_FIELDS } from '../mapping/plan.js';
import type { BatchFields } from './batch-fields.js';
import type { Column } from './column.js';
import { BUFFER, type ConstantTexts } from './constants.js';
import type { KeeperIds } from './failures.js';
import type { ActiveSet, Filling } from './filling.js';
import { type Reader, rangeOf, readerOf } from './reader.js';
import { testText } from './text.js';
import { ACCEPT } from './verdict.js';

/** A source's own word for what it did is no longer than this. */
const LONGEST_WORD = 1024;

export interface LoadedActivity {
  slot: number;
  reader: Reader | undefined;
  keeper: number;
  /** the first is Unknown, or the only one; `view` -1: the caption is the source's own word */
  entries: { id: number; view: number; typeUid: number; typeView: number }[];
}

export class ActivityColumns {
  private readonly id: Column;
  private readonly name: Column;
  private readonly typeUid: Column;
  private readonly typeName: Column;

  constructor(
    private readonly plan: ClassPlan,
    nodes: readonly Column[],
    private readonly constants: ConstantTexts,
  ) {
    const node = (path: string) => nodes[plan.nodes.indexOf(path)]!;
    this.id = node('activity_id');
    this.name = node('activity_name');
    this.typeUid = node('type_uid');
    this.typeName = node('type_name');
  }

  load({ slot, reading, keeps, entries }: ActivityPlan, keepers: KeeperIds): LoadedActivity {
    return {
      slot,
      reader: reading === null ? undefined : readerOf(reading),
      keeper: keepers.next(keeps),
      entries: entries.map((entry) => ({
        id: entry.id,
        view: entry.caption === null ? -1 : this.constants.view(entry.caption),
        typeUid: entry.typeUid,
        typeView: this.constants.view(entry.typeName),
      })),
    };
  }

  fill(activity: LoadedActivity, filling: Filling, active: ActiveSet): void {
    const { fields, failures } = filling;
    const { slot, reader, keeper, entries } = activity;
    for (let k = 0; k < active.count; k++) {
      const i = active.positions[k]!;
      let entry = entries[0]!;
      if (slot >= 0) {
        const at = fields.slotAt(slot) + i;
        const length = fields.length[at]!;
        if (length > 0) {
          const found = find(reader!, fields.bytes, fields.offset[at]!, length);
          if (found >= 0) entry = entries[found + 1]!;
          const isOwnWord = found >= 0 && entry.view < 0;
          // kept where the caption tells the raw value: one of its own, or the raw value itself
          const isKept = isOwnWord ? this.ownWord(i, slot, filling) : found >= 0 && reader!.outcomes?.[found] === ACCEPT;
          if (!isKept) failures.add(i, slot, keeper, found < 0 && reader!.reading.kind === 'ranges');
          if (isOwnWord && isKept) {
            this.id.setInteger(i, entry.id);
            this.typeUid.setLong(i, entry.typeUid);
            continue;
          }
          if (isOwnWord) entry = entries[0]!;
        }
      } else if (entry.view < 0) this.ownWord(i, typeSlot(fields, i), filling);
      const { views } = this.constants;
      this.id.setInteger(i, entry.id);
      this.typeUid.setLong(i, entry.typeUid);
      if (entry.view < 0) continue;
      this.name.setView(i, views, entry.view);
      this.typeName.setView(i, views, entry.typeView);
    }
  }

  /** The value of a slot as caption; false where it cannot be one. */
  private ownWord(position: number, slot: number, filling: Filling): boolean {
    const { fields, made, cursor, textBuffer } = filling;
    const { bytes } = fields;
    const at = fields.slotAt(slot) + position;
    const offset = fields.offset[at]!;
    const length = fields.length[at]!;
    if (testText('string', bytes, offset, length, LONGEST_WORD) !== ACCEPT) return false;
    this.name.setText(position, bytes, offset, length, textBuffer);
    const word = Buffer.from(bytes.buffer, bytes.byteOffset + offset, length).toString('utf8');
    made.put(`${this.plan.caption}: ${word}`, cursor, BUFFER.made);
    this.typeName.setText(position, made.bytes, cursor.offset, cursor.length, BUFFER.made);
    return true;
  }
}

function find(reader: Reader, bytes: Uint8Array, offset: number, length: number): number {
  const { reading } = reader;
  if (reading.kind === 'ranges') return rangeOf(reading, bytes, offset, length);
  if (reading.kind !== 'enum') return -1;
  const found = reader.index!.find(bytes, offset, length);
  return found < 0 && reading.other !== undefined ? reading.ids.length : found;
}

/** The slot that names the row's event type. */
function typeSlot(fields: BatchFields, position: number): number {
  const first = ENVELOPE.length;
  for (let slot = first; slot < first + TYPE_FIELDS.length; slot++)
    if (fields.length[fields.slotAt(slot) + position]! > 0) return slot;
  throw new Error('a row without an event type');
}
