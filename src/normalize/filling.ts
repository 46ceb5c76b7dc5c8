/** What the kernels share while a batch is filled. */
import type { BatchFields } from './batch-fields.js';
import type { ConstantTexts } from './constants.js';
import type { Failures } from './failures.js';
import type { Cursor, MadeText } from './made-text.js';
import type { RowTable } from './row-table.js';

export interface Filling {
  rows: RowTable;
  /** the rows' fields, by position */
  fields: BatchFields;
  /** the batch's buffer that the fields' text is */
  textBuffer: number;
  /** rows of the table in the batch's order */
  order: Int32Array;
  start: number;
  count: number;
  constants: ConstantTexts;
  made: MadeText;
  cursor: Cursor;
  scratch: number[];
  failures: Failures;
  keys: KeyViews;
}

/** Views of the dictionary's keys (buffer {@link BUFFER.keys}), kept up to date as it learns. */
export interface KeyViews {
  views: Int32Array;
  /** field id of each slot of a route */
  slotFields: (route: number) => Int32Array;
  /** field id of the mark that `unmapped` gets for facts of after the event */
  laterMark: number;
}

/** Rows of a batch that one alternative takes: as positions and as a bit mask. */
export interface ActiveSet {
  positions: Int32Array;
  count: number;
  mask: Int32Array;
}

export function emptyActiveSet(batchRows: number): ActiveSet {
  return {
    positions: new Int32Array(batchRows),
    count: 0,
    mask: new Int32Array(batchRows / 32),
  };
}
