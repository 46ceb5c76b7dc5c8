/** The rows of a window. */
import type { LineCells } from '../scan/cells.js';
import { RowText } from './row-text.js';

/** Room for a window of common events: pages that are never written to cost no memory, growing costs a copy. */
const ROWS = 1 << 19;
const ENTRIES = 1 << 25;
/** Of a row in the arrays beside {@link RowTable.entries}, and in those that it is sorted with. */
const ROW_BYTES = 64;

/** What becomes of a field in a row. */
export const fieldCode = {
  /** a JSON null, or a field that is not there */
  none: -0x80000000,
  /** the field at a slot of the row's route; `isPlaceholder`: its text means "absent" */
  slot: (slot: number, isPlaceholder: boolean): number => (slot << 2) | (isPlaceholder ? PLACEHOLDER : 0),
  /** a field that the route has no slot for, by its id in the dictionary */
  further: (field: number): number => (field << 2) | FURTHER,
  /** a field that the dictionary does not hold: the bytes of its key follow those of its value */
  key: (keyLength: number): number => ~keyLength,
} as const;

export const FURTHER = 1;
export const PLACEHOLDER = 2;

/** Of an entry that is one number: the text's length, then the code's id, then its two flags. */
export const LENGTH_BITS = 16;
const ID_BITS = 13;
export const MOST_LENGTH = (1 << LENGTH_BITS) - 1;
const MOST_ID = (1 << ID_BITS) - 1;
export const FLAG_SHIFT = LENGTH_BITS + ID_BITS;
/** Stands before a code and a length that need a number each. */
export const WIDE = -1;

/** A row of another table; its text lies in `bytes`, `uidStart` counts from the text's start. */
export interface DetachedRow {
  route: number;
  alternative: number;
  eventType: number;
  time: number;
  entries: Int32Array;
  bytes: Uint8Array;
  textStart: number;
  textLength: number;
  uidStart: number;
  uidLength: number;
}

/** Rows of a window: for each event its route, time and group, and the fields that it has. */
export class RowTable {
  count = 0;
  route = new Uint16Array(ROWS);
  alternative = new Uint8Array(ROWS);
  eventType = new Uint16Array(ROWS);
  /** epoch milliseconds */
  time = new Float64Array(ROWS);
  group = new Int32Array(ROWS);
  /** the values of a row's fields, one after the other, in the order of its entries */
  readonly text = new RowText();
  /** which chunk of {@link text}, and where in it */
  chunk = new Uint16Array(ROWS);
  textStart = new Int32Array(ROWS);
  textLength = new Int32Array(ROWS);
  /** where `metadata.uid` lies in the chunk */
  uidStart = new Int32Array(ROWS);
  uidLength = new Int32Array(ROWS);
  /** a row's first entry, and behind the last row the end of them */
  firstEntry = new Int32Array(ROWS + 1);
  /** fields: length and {@link fieldCode} in one number, or {@link WIDE}, code and length */
  entries = new Int32Array(ENTRIES);
  private textBytes = 0;

  /** Memory that the rows take. */
  get bytes(): number {
    return this.textBytes + this.firstEntry[this.count]! * 4 + this.count * ROW_BYTES;
  }

  reset(): void {
    this.count = 0;
    this.textBytes = 0;
    this.text.reset();
  }

  /**
   * Adds a row with the text of a line's cells.
   *
   * @param codes what each cell is, by {@link fieldCode}
   * @param bytes of all text that is taken, keys included
   * @param uid the cell that is `metadata.uid`, or -1
   * @returns the row; route, time and group are for the caller to set
   */
  append(cells: LineCells, codes: Int32Array, bytes: number, uid: number): number {
    const { text } = this;
    this.reserve(cells.count * 3);
    text.reserve(bytes);
    const { entries, count: row } = this;
    const { offset, length, keyOffset, bytes: source } = cells;
    this.chunk[row] = text.chunk;
    this.textStart[row] = text.used;
    let at = this.firstEntry[row]!;
    for (let i = 0; i < cells.count; i++) {
      const code = codes[i]!;
      if (code === fieldCode.none) continue;
      const n = length[i]!;
      if (code >= 0 && n <= MOST_LENGTH && code >> 2 <= MOST_ID) {
        entries[at++] = n | ((code >> 2) << LENGTH_BITS) | ((code & 3) << FLAG_SHIFT);
      } else {
        entries[at] = WIDE;
        entries[at + 1] = code;
        entries[at + 2] = n;
        at += 3;
      }
      if (i === uid) {
        this.uidStart[row] = text.used;
        this.uidLength[row] = n;
      }
      text.copy(source, offset[i]!, n);
      if (code < 0) text.copy(source, keyOffset[i]!, ~code);
    }
    this.textLength[row] = text.used - this.textStart[row]!;
    this.firstEntry[row + 1] = at;
    this.textBytes += bytes;
    this.count++;
    return row;
  }

  /** Adds a row that another table held, in the window of the same unit; it belongs to group 0. */
  appendRow(from: DetachedRow): void {
    const { text, count: row } = this;
    const { entries, textLength } = from;
    this.reserve(entries.length);
    text.reserve(textLength);
    this.route[row] = from.route;
    this.alternative[row] = from.alternative;
    this.eventType[row] = from.eventType;
    this.time[row] = from.time;
    this.group[row] = 0;
    this.chunk[row] = text.chunk;
    this.textStart[row] = text.used;
    this.uidStart[row] = text.used + from.uidStart;
    this.uidLength[row] = from.uidLength;
    this.textLength[row] = textLength;
    text.copy(from.bytes, from.textStart, textLength);
    this.entries.set(entries, this.firstEntry[row]!);
    this.firstEntry[row + 1] = this.firstEntry[row]! + entries.length;
    this.textBytes += textLength;
    this.count++;
  }

  private reserve(entries: number): void {
    if (this.count === this.route.length) {
      const rows = this.count * 2;
      this.route = grown(this.route, new Uint16Array(rows));
      this.alternative = grown(this.alternative, new Uint8Array(rows));
      this.eventType = grown(this.eventType, new Uint16Array(rows));
      this.time = grown(this.time, new Float64Array(rows));
      this.group = grown(this.group, new Int32Array(rows));
      this.chunk = grown(this.chunk, new Uint16Array(rows));
      this.textStart = grown(this.textStart, new Int32Array(rows));
      this.textLength = grown(this.textLength, new Int32Array(rows));
      this.uidStart = grown(this.uidStart, new Int32Array(rows));
      this.uidLength = grown(this.uidLength, new Int32Array(rows));
      this.firstEntry = grown(this.firstEntry, new Int32Array(rows + 1));
    }
    const needed = this.firstEntry[this.count]! + entries;
    if (needed > this.entries.length) {
      const room = Math.max(this.entries.length * 2, needed);
      this.entries = grown(this.entries, new Int32Array(room));
    }
  }
}

/** A typed array's content in a larger one. */
export function grown<T extends Uint8Array | Uint16Array | Int32Array | Float64Array>(from: T, to: T): T {
  to.set(from as never);
  return to;
}
