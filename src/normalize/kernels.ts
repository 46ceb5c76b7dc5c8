/** Kernels: fill one leaf of many rows from one slot, by the leaf's reading. */
import type { LeafOp } from '../mapping/plan.js';
import type { Column } from './column.js';
import { captionColumn } from './constant-op.js';
import { BUFFER, type ConstantTexts } from './constants.js';
import type { KeeperIds } from './failures.js';
import type { ActiveSet, Filling } from './filling.js';
import { applyParts, type Cursor } from './made-text.js';
import { floatIsRounded, readFloat, readHex, readInteger, readLong, readSeconds } from './number.js';
import { IN_PART, type Outcome, type Reader, rangeOf, readBoolean, readerOf } from './reader.js';
import { testText } from './text.js';
import { readTime, timeIsFiner } from './time.js';
import { ABSENT, ACCEPT, REJECT } from './verdict.js';

/** Longest text that OCSF takes as a caption. */
const LONGEST_CAPTION = 65_535;

export interface LoadedLeaf {
  op: LeafOp;
  /** see {@link KeeperIds} */
  keeper: number;
  column: Column;
  caption: Column | undefined;
  reader: Reader;
  /** enum captions and table texts by entry */
  views: Int32Array;
  otherView: number;
}

export function loadLeaf(op: LeafOp, nodes: readonly Column[], constants: ConstantTexts, keepers: KeeperIds): LoadedLeaf {
  const { reading } = op;
  const texts =
    reading.kind === 'enum' || reading.kind === 'ranges' ? reading.captions : reading.kind === 'table' ? reading.texts : [];
  const other = reading.kind === 'enum' ? reading.other?.caption : undefined;
  return {
    op,
    keeper: keepers.next(op.keeps && op.slot >= 0),
    column: nodes[op.node]!,
    caption: captionColumn(op.caption, nodes),
    reader: readerOf(reading),
    views: Int32Array.from(texts, (text) => constants.view(text)),
    otherView: other === undefined || other === null ? -1 : constants.view(other),
  };
}

export function fillLeaves(leaves: readonly LoadedLeaf[], filling: Filling, active: ActiveSet): void {
  for (const leaf of leaves) {
    const { reading } = leaf.op;
    if (reading.kind === 'text' && reading.parts.length === 0) fillWholeText(leaf, filling, active);
    else fillLeaf(leaf, filling, active);
  }
}

/** The commonest kernel, without a cursor: the whole text of the field. */
function fillWholeText(leaf: LoadedLeaf, filling: Filling, active: ActiveSet): void {
  const { column, op, keeper } = leaf;
  const { reading, slot, ifEmpty } = op;
  if (reading.kind !== 'text') return;
  const { test, maxLength, hexDigits } = reading;
  const { fields, failures, textBuffer } = filling;
  const { bytes, offset: offsets, length: lengths } = fields;
  const { positions } = active;
  const first = fields.slotAt(slot);
  for (let k = 0; k < active.count; k++) {
    const i = positions[k]!;
    const length = lengths[first + i]!;
    if (length < 0) continue;
    if (ifEmpty && column.isSet(i)) {
      if (keeper >= 0) failures.add(i, slot, keeper, false);
      continue;
    }
    const offset = offsets[first + i]!;
    const verdict = testText(test, bytes, offset, length, maxLength, hexDigits);
    if (verdict === ACCEPT) column.setText(i, bytes, offset, length, textBuffer);
    else if (verdict === REJECT) failures.add(i, slot, keeper, true);
  }
}

function fillLeaf(leaf: LoadedLeaf, filling: Filling, active: ActiveSet): void {
  const { column, op, keeper } = leaf;
  const { slot, ifEmpty } = op;
  const { fields, failures, cursor, textBuffer } = filling;
  const { bytes, offset: offsets, length: lengths } = fields;
  const { positions } = active;
  const first = fields.slotAt(slot);
  for (let k = 0; k < active.count; k++) {
    const i = positions[k]!;
    const length = lengths[first + i]!;
    if (length < 0) continue;
    if (ifEmpty && column.isSet(i)) {
      if (keeper >= 0) failures.add(i, slot, keeper, false);
      continue;
    }
    cursor.bytes = bytes;
    cursor.offset = offsets[first + i]!;
    cursor.length = length;
    cursor.buffer = textBuffer;
    const outcome = writeLeaf(leaf, i, cursor, filling);
    if (outcome === REJECT || (outcome === IN_PART && keeper >= 0))
      failures.add(i, slot, keeper, outcome === REJECT && isFault(leaf));
  }
}

/** A value outside an enum's or table's list is not wrong, only unknown: it is not counted as an impossible value. */
export function isFault(leaf: LoadedLeaf): boolean {
  const { kind } = leaf.op.reading;
  return kind !== 'enum' && kind !== 'table' && kind !== 'flags';
}

/** Reads the value at the cursor, takes its parts and writes it to `row` of the leaf's column. */
export function writeLeaf(leaf: LoadedLeaf, row: number, cursor: Cursor, filling: Filling): Outcome {
  const { column, caption, reader, op } = leaf;
  const { reading } = op;
  if ('parts' in reading && reading.parts.length > 0 && !applyParts(reading.parts, cursor, filling.made, BUFFER.made))
    return ABSENT;
  const { bytes, offset, length, buffer } = cursor;
  if (length === 0) return ABSENT;
  const { views } = filling.constants;
  switch (reading.kind) {
    case 'text': {
      const verdict = testText(reading.test, bytes, offset, length, reading.maxLength, reading.hexDigits);
      if (verdict === ACCEPT) column.setText(row, bytes, offset, length, buffer);
      return verdict;
    }
    case 'integer': {
      const value = reading.radix === 16 ? readHex(bytes, offset, length) : readInteger(bytes, offset, length);
      if (!(value >= reading.min && value <= reading.max)) return REJECT;
      column.setInteger(row, value);
      return ACCEPT;
    }
    case 'long': {
      const value = readInteger(bytes, offset, length);
      if (reading.radix === 10 && !Number.isNaN(value)) {
        column.setLong(row, value);
        return ACCEPT;
      }
      const large = readLong(bytes, offset, length, reading.radix);
      if (large === undefined) return REJECT;
      column.setBigInt(row, large);
      return ACCEPT;
    }
    case 'float': {
      const value = readFloat(bytes, offset, length);
      if (Number.isNaN(value)) return REJECT;
      column.setFloat(row, value);
      return floatIsRounded ? IN_PART : ACCEPT;
    }
    case 'boolean': {
      const value = readBoolean(bytes, offset, length);
      if (value === undefined) return REJECT;
      column.setBoolean(row, value);
      return ACCEPT;
    }
    case 'time': {
      const value = readTime(bytes, offset, length, reading.unit);
      if (Number.isNaN(value)) return REJECT;
      column.setLong(row, value);
      return timeIsFiner ? IN_PART : ACCEPT;
    }
    case 'seconds': {
      const value = readSeconds(bytes, offset, length);
      if (Number.isNaN(value)) return REJECT;
      if (column.type === 'long') column.setLong(row, value);
      else column.setInteger(row, value);
      return ACCEPT;
    }
    case 'enum': {
      const found = reader.index!.find(bytes, offset, length);
      const isOther = found < 0;
      if (isOther && reading.other === undefined) return REJECT;
      column.setInteger(row, isOther ? reading.other!.id : reading.ids[found]!);
      const isOwnWord = isOther ? leaf.otherView < 0 : reading.captions[found] === '';
      if (!isOwnWord) {
        caption?.setView(row, views, isOther ? leaf.otherView : leaf.views[found]!);
        return isOther ? IN_PART : reader.outcomes![found]!;
      }
      if (caption === undefined || testText('string', bytes, offset, length, LONGEST_CAPTION) !== ACCEPT) return IN_PART;
      caption.setText(row, bytes, offset, length, buffer);
      return ACCEPT;
    }
    case 'flags': {
      const found = reader.index!.find(bytes, offset, length);
      if (found < 0) return REJECT;
      column.setBoolean(row, reading.values[found]!);
      return reader.outcomes![found]!;
    }
    case 'table': {
      const found = reader.index!.find(bytes, offset, length);
      if (found < 0 || reader.outcomes![found] === REJECT) return REJECT;
      column.setView(row, views, leaf.views[found]!);
      return reader.outcomes![found]!;
    }
    case 'ranges': {
      const found = rangeOf(reading, bytes, offset, length);
      if (found < 0) return REJECT;
      column.setInteger(row, reading.ids[found]!);
      caption?.setView(row, views, leaf.views[found]!);
      return ACCEPT;
    }
  }
}
