/**
 * The core as one piece: blocks of lines in, sorted batches of OCSF rows out. It holds one *window*: the rows of the lines it was
 * given since the last {@link Normalizer.reset}.
 *
 * Counts add up: every non-blank line ends as exactly one of written, quarantined, duplicate or filtered.
 */
import { isUtf8 } from 'node:buffer';
import type { CompiledMapping } from '../mapping/plan.js';
import { LineCells } from '../scan/cells.js';
import { hashBytes } from '../scan/dictionary.js';
import { ExactParser, type LineFault } from '../scan/exact.js';
import { TextBuffer } from '../scan/exact-text.js';
import { FlatScanner } from '../scan/flat.js';
import { BATCH_ROWS, BatchBuilder } from './batch.js';
import { BatchFields } from './batch-fields.js';
import { BatchText } from './batch-text.js';
import type { Column } from './column.js';
import { BUFFER, ConstantTexts, writeView } from './constants.js';
import type { FactSource } from './fact-source.js';
import { LATER_MARK, WindowFacts } from './facts.js';
import { Failures } from './failures.js';
import type { Filling } from './filling.js';
import type { Group } from './groups.js';
import { ensureUid } from './line-uid.js';
import { MadeText } from './made-text.js';
import { orderRows } from './order.js';
import { Router, type RouterOptions } from './router.js';
import { RowTable } from './row-table.js';

/** A line that could not be converted, with its own bytes; valid only during the call. */
export interface QuarantinedLine {
  reason: LineFault | 'no-event-type' | 'no-time';
  /** from 1 */
  line: number;
  /** offset in the inflated file */
  offset: number;
  bytes: Uint8Array;
}

/** What became of lines; `read` is the sum of the other four. */
export interface Outcomes {
  read: number;
  written: number;
  quarantined: number;
  duplicate: number;
  filtered: number;
}

/** Lines as {@link LineBlock} has them. */
export interface Lines {
  bytes: Uint8Array;
  /** bytes in use; the last is a newline */
  length: number;
  /** offset in the inflated file */
  offset: number;
  /** from 1 */
  firstLine: number;
}

/** A filled batch: Arrow buffers of one class's columns, and the buffers that their string views point into. */
export interface Batch {
  rows: number;
  columns: readonly Column[];
  /** by the index in the views, see {@link BUFFER} */
  buffers: readonly Uint8Array[];
}

const NOTHING = new Uint8Array(0);

export class Normalizer {
  readonly router: Router;
  readonly rows = new RowTable();
  /** values an attribute could not hold, by event type and field */
  readonly invalid = new Map<string, number>();
  /** events of types that no mapping names, by event type */
  readonly unknown = new Map<string, number>();
  readonly constants = new ConstantTexts();
  private readonly facts: WindowFacts | undefined;
  private readonly idField: number;
  private readonly cells = new LineCells();
  private readonly scanner: FlatScanner;
  private readonly parser: ExactParser;
  private readonly exactText = new TextBuffer();
  /** of the batch that was filled last */
  private readonly text = new BatchText();
  private readonly fields: BatchFields;
  private readonly builders: (BatchBuilder | undefined)[] = [];
  private readonly slotFields: (Int32Array | undefined)[] = [];
  private readonly filling: Filling;
  private readonly buffers: Uint8Array[] = [];
  private keyViewsMade = 0;
  private readonly keyViews = new Int32Array(65_536 * 4);

  constructor(
    readonly mapping: CompiledMapping,
    options: RouterOptions,
    facts?: FactSource,
  ) {
    this.router = new Router(mapping, this.rows, options);
    this.scanner = new FlatScanner(this.router.fields);
    this.parser = new ExactParser(this.router.fields);
    this.idField = this.fieldId('id');
    this.fields = new BatchFields(BATCH_ROWS, this.router.mostSlots, this.text);
    this.filling = {
      rows: this.rows,
      fields: this.fields,
      textBuffer: BUFFER.text,
      order: new Int32Array(0),
      start: 0,
      count: 0,
      constants: this.constants,
      made: new MadeText(),
      cursor: { bytes: NOTHING, offset: 0, length: 0, buffer: 0 },
      scratch: [],
      failures: new Failures(BATCH_ROWS, (position, slot) => this.countInvalid(position, slot)),
      keys: {
        views: this.keyViews,
        slotFields: (route) => this.slotFieldsOf(route),
        laterMark: this.fieldId(LATER_MARK),
      },
    };
    this.facts = facts === undefined ? undefined : new WindowFacts(facts, mapping.factFields, this.router.placeholders);
  }

  /** Begins a unit: `--dedupe` forgets, counts start again. */
  startUnit(): void {
    this.router.startUnit();
    this.invalid.clear();
    this.unknown.clear();
    this.reset();
  }

  /** Forgets the window's rows. */
  reset(): void {
    this.rows.reset();
    this.router.startWindow();
    this.facts?.reset();
  }

  /**
   * Scans and routes all lines of a block. Rows take copies of their values; in the block's bytes escapes are undone in place.
   *
   * @param feed the secondary feed that the lines are rows of; absent: events
   */
  add(lines: Lines, outcomes: Outcomes, onQuarantine: (line: QuarantinedLine) => void, feed?: string): void {
    this.router.setFeed(feed);
    const { bytes, length } = lines;
    if (length > 0 && bytes[length - 1] !== 10) throw new Error('a block of lines must end in a newline');
    const valid = isUtf8(bytes.subarray(0, length));
    let line = lines.firstLine;
    for (let p = 0; p < length; line++) {
      const start = p;
      const next = valid || isUtf8(bytes.subarray(p, bytes.indexOf(10, p))) ? this.scanner.scan(bytes, p, this.cells) : -1;
      if (next >= 0) {
        p = next;
        outcomes.read++;
        const routed = this.router.route(this.cells, false);
        if (routed === 'written') {
          outcomes.written++;
          continue;
        }
        if (routed === 'duplicate') outcomes.duplicate++;
        else if (routed === 'out-of-range') outcomes.filtered++;
        else if (routed === 'needs-exact') this.addExact(bytes, start, p - 1, line, lines.offset, outcomes, onQuarantine);
        else this.quarantine(routed, bytes, start, p - 1, line, lines.offset, outcomes, onQuarantine);
        continue;
      }
      const end = bytes.indexOf(10, p);
      p = end + 1;
      if (isBlank(bytes, start, end)) continue;
      outcomes.read++;
      this.addExact(bytes, start, end, line, lines.offset, outcomes, onQuarantine);
    }
  }

  private addExact(
    bytes: Uint8Array,
    start: number,
    end: number,
    line: number,
    fileOffset: number,
    outcomes: Outcomes,
    onQuarantine: (line: QuarantinedLine) => void,
  ): void {
    const { cells, exactText: text } = this;
    const fault = this.parser.parse(bytes, start, end, text, cells);
    if (fault !== undefined) {
      this.quarantine(fault, bytes, start, end, line, fileOffset, outcomes, onQuarantine);
      return;
    }
    ensureUid(cells, text, this.idField, this.router.placeholders, bytes.subarray(start, end));
    const routed = this.router.route(cells, true);
    if (routed === 'written') outcomes.written++;
    else if (routed === 'duplicate') outcomes.duplicate++;
    else if (routed === 'out-of-range') outcomes.filtered++;
    else if (routed === 'needs-exact') throw new Error('exact cells were not enough');
    else this.quarantine(routed, bytes, start, end, line, fileOffset, outcomes, onQuarantine);
  }

  private quarantine(
    reason: QuarantinedLine['reason'],
    bytes: Uint8Array,
    start: number,
    end: number,
    line: number,
    fileOffset: number,
    outcomes: Outcomes,
    onQuarantine: (line: QuarantinedLine) => void,
  ): void {
    outcomes.quarantined++;
    onQuarantine({ reason, line, offset: fileOffset + start, bytes: bytes.subarray(start, end) });
  }

  /** The window's groups with their rows in order. */
  sortedGroups(): { group: Group; order: Int32Array }[] {
    const orders = orderRows(this.rows, this.router.groups.length);
    return this.router.groups.map((group, i) => ({ group, order: orders[i]! }));
  }

  /**
   * Fills the next batch of a group: at most {@link BATCH_ROWS} rows from `order[start]` on. It is valid until the next call.
   */
  batch(group: Group, order: Int32Array, start: number): Batch {
    const { filling, buffers } = this;
    filling.order = order;
    filling.start = start;
    filling.count = this.fields.take(this.rows, order, start, Math.min(BATCH_ROWS, order.length - start));
    this.updateKeyViews();
    const builder = this.builder(group.class);
    builder.fill(filling);
    buffers[BUFFER.constants] = this.constants.bytes.subarray(0, this.constants.length);
    buffers[BUFFER.keys] = this.router.fields.keyBytes.subarray(0, this.router.fields.keyBytesUsed);
    buffers[BUFFER.made] = filling.made.bytes.subarray(0, filling.made.length);
    buffers[BUFFER.text] = this.text.used;
    buffers[BUFFER.facts] = this.facts?.batchText.used ?? NOTHING;
    this.countUnknown(order, start, filling.count);
    return { rows: filling.count, columns: builder.columns, buffers };
  }

  private builder(cls: number): BatchBuilder {
    this.builders[cls] ??= new BatchBuilder(
      this.mapping.classes[cls]!,
      this.mapping,
      this.router.routes,
      this.constants,
      this.facts,
    );
    return this.builders[cls];
  }

  /** The dictionary learns keys with every block: their views follow. */
  private updateKeyViews(): void {
    const { fields } = this.router;
    for (; this.keyViewsMade < fields.size; this.keyViewsMade++) {
      const id = this.keyViewsMade;
      const offset = fields.keyOffset[id]!;
      writeView(this.keyViews, id, fields.keyBytes, offset, fields.keyLength[id]!, BUFFER.keys, offset);
    }
  }

  private fieldId(name: string): number {
    const bytes = Buffer.from(name);
    return this.router.fields.idOf(hashBytes(bytes, 0, bytes.length), bytes, 0, bytes.length);
  }

  private slotFieldsOf(route: number): Int32Array {
    let ids = this.slotFields[route];
    if (ids === undefined) {
      ids = Int32Array.from(this.router.routes[route]!.route.slots, (name) => this.fieldId(name));
      this.slotFields[route] = ids;
    }
    return ids;
  }

  private countInvalid(position: number, slot: number): void {
    const row = this.filling.order[this.filling.start + position]!;
    const field = this.router.routes[this.rows.route[row]!]!.route.slots[slot] ?? '?';
    const key = `${this.router.typeName(this.rows.eventType[row]!)}.${field}`;
    this.invalid.set(key, (this.invalid.get(key) ?? 0) + 1);
  }

  private countUnknown(order: Int32Array, start: number, count: number): void {
    const { eventType } = this.rows;
    for (let i = start; i < start + count; i++) {
      const type = eventType[order[i]!]!;
      if (this.router.isKnown(type)) continue;
      const name = this.router.typeName(type);
      this.unknown.set(name, (this.unknown.get(name) ?? 0) + 1);
    }
  }
}

function isBlank(bytes: Uint8Array, start: number, end: number): boolean {
  for (let p = start; p < end; p++) {
    const c = bytes[p]!;
    if (c !== 32 && c !== 9 && c !== 13) return false;
  }
  return true;
}
