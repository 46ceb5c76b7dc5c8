/**
 * Fills what events leave empty from facts about their host, user and processes. Runs a class's {@link FactPlan}s as an event's ops
 * are run, but on rows of facts: their texts are copied into the window once, so that columns can point at them.
 *
 * What the event itself has filled stays; so do its class, its `unmapped` and whatever lies outside the plans' places.
 */
import { type Alternative, type ClassPlan, FACT_KINDS, type FactKind, type FactPlan, SLOT } from '../mapping/plan.js';
import { LineCells } from '../scan/cells.js';
import { TextBuffer } from '../scan/exact-text.js';
import { BatchFields } from './batch-fields.js';
import { BatchText } from './batch-text.js';
import type { Column } from './column.js';
import { type LoadedConstant, loadConstant, writeConstant } from './constant-op.js';
import { BUFFER, type ConstantTexts } from './constants.js';
import type { FactKey, FactSource, TextAt } from './fact-source.js';
import { Failures, KeeperIds } from './failures.js';
import { type ActiveSet, emptyActiveSet, type Filling } from './filling.js';
import { fillLeaves, type LoadedLeaf, loadLeaf } from './kernels.js';
import { fillLists, type LoadedList, loadList } from './lists.js';
import type { Placeholders } from './placeholders.js';
import { fieldCode, RowTable } from './row-table.js';
import { settle } from './settle.js';

/** The name under which `unmapped` says which objects were filled from facts of after the event. */
export const LATER_MARK = 'falconry.enriched_later';

/** Rows of facts in the window: one for each that an event has asked for. */
export class WindowFacts {
  readonly rows = new RowTable();
  private readonly known: Record<FactKind, Map<number, number>> = { host: new Map(), user: new Map(), process: new Map() };
  private readonly cells = new LineCells();
  private readonly text = new TextBuffer();
  private readonly at: TextAt = { bytes: new Uint8Array(0), offset: 0, length: 0 };
  private codes = new Int32Array(0);
  /** of the facts that the batch being filled refers to, each once */
  readonly batchText = new BatchText();
  /** by row of facts: where it is in {@link batchText}, if `textFor` is the batch that is being filled */
  private readonly textAt: number[] = [];
  private readonly textFor: number[] = [];
  private batch = 0;

  /** @param fields by kind and slot */
  constructor(
    private readonly source: FactSource,
    private readonly fields: Record<FactKind, readonly string[]>,
    private readonly placeholders: Placeholders,
  ) {}

  get mostFields(): number {
    return Math.max(...FACT_KINDS.map((kind) => this.fields[kind].length));
  }

  /** The window's rows are gone: so are the facts beside them. */
  reset(): void {
    this.rows.reset();
    for (const kind of FACT_KINDS) this.known[kind].clear();
  }

  /** The row of the facts as of a time; -1 where nothing is known. */
  find(kind: FactKind, key: FactKey, timeMs: number): number {
    const fact = this.source.find(kind, key, timeMs);
    if (fact < 0) return -1;
    return this.known[kind].get(fact) ?? this.add(kind, fact);
  }

  /** A batch begins: it refers to no facts yet. */
  startBatch(): void {
    this.batchText.reset();
    this.batch++;
  }

  /** Where the text of a row of facts begins in {@link batchText}. */
  place(row: number): number {
    if (this.textFor[row] !== this.batch) {
      this.textFor[row] = this.batch;
      this.textAt[row] = this.batchText.add(this.rows, row);
    }
    return this.textAt[row]!;
  }

  /** Whether what was found last is from after the time. */
  get isLater(): boolean {
    return this.source.isLater;
  }

  private add(kind: FactKind, fact: number): number {
    const { rows, cells, text, at, source, placeholders } = this;
    const fields = this.fields[kind];
    if (this.codes.length < fields.length) this.codes = new Int32Array(fields.length);
    const { codes } = this;
    text.length = 0;
    cells.count = fields.length;
    while (cells.offset.length < fields.length) cells.grow();
    for (let slot = 0; slot < fields.length; slot++) {
      const isThere = source.text(kind, fact, fields[slot]!, at) && !placeholders.has(at.bytes, at.offset, at.length);
      cells.offset[slot] = text.length;
      cells.length[slot] = isThere ? at.length : -1;
      codes[slot] = isThere ? fieldCode.slot(slot, false) : fieldCode.none;
      if (!isThere) continue;
      text.reserve(at.length);
      text.bytes.set(at.bytes.subarray(at.offset, at.offset + at.length), text.length);
      text.length += at.length;
    }
    cells.bytes = text.bytes;
    const row = rows.append(cells, codes, text.length, -1);
    this.known[kind].set(fact, row);
    return row;
  }
}

interface LoadedFacts {
  plan: FactPlan;
  leaves: LoadedLeaf[];
  lists: (LoadedList | undefined)[];
  constants: LoadedConstant[];
  /** columns that the plan can fill: bits that it has set are told by their difference */
  filled: Column[];
  before: Int32Array[];
  /** of each position of the batch the row of facts, or -1 */
  order: Int32Array;
  fields: BatchFields;
  /** positions whose facts are from after the event, a bit each */
  later: Int32Array;
  hasLater: boolean;
}

/** Facts in the batches of one class. */
export class BatchFacts {
  private readonly plans: LoadedFacts[];
  private readonly failures: Failures;
  private readonly rest: ActiveSet;
  /** of each position the places that were filled from after the event, as bits of {@link plans} */
  private readonly marks: Int32Array;
  private readonly key: FactKey = { uid: noText(), aid: noText(), cid: noText() };
  private readonly factFilling: Filling;

  constructor(
    plan: ClassPlan,
    private readonly facts: WindowFacts,
    private readonly nodes: readonly Column[],
    parents: Int32Array,
    private readonly constants: ConstantTexts,
    batchRows: number,
  ) {
    const keepers = new KeeperIds();
    this.plans = plan.facts.map((factPlan): LoadedFacts => {
      const lists: (LoadedList | undefined)[] = [];
      for (const op of factPlan.lists) lists[op.node] = loadList(op, nodes, parents, constants, keepers);
      const leaves = factPlan.leaves.map((op) => loadLeaf(op, nodes, constants, keepers));
      const filled = [...new Set(leaves.map(({ column }) => column)), ...factPlan.lists.map((op) => nodes[op.node]!)];
      return {
        plan: factPlan,
        leaves,
        lists,
        constants: factPlan.constants.map((op) => loadConstant(op, nodes, nodes[parents[op.node]!], constants)),
        filled,
        before: filled.map(() => new Int32Array(batchRows / 32)),
        order: new Int32Array(batchRows),
        fields: new BatchFields(batchRows, facts.mostFields, facts.batchText),
        later: new Int32Array(batchRows / 32),
        hasLater: false,
      };
    });
    this.failures = new Failures(batchRows, () => {});
    this.rest = emptyActiveSet(batchRows);
    this.marks = new Int32Array(batchRows);
    this.factFilling = { failures: this.failures } as Filling;
  }

  /** Looks the facts of all rows up, before anything is filled. */
  find(filling: Filling, alternativeAt: (position: number) => Alternative): void {
    const { rows, order, start, count } = filling;
    this.failures.reset(count);
    this.marks.fill(0, 0, count);
    this.facts.startBatch();
    this.plans.forEach((loaded, p) => {
      loaded.fields.reset(count);
      loaded.later.fill(0);
      loaded.hasLater = false;
      for (let i = 0; i < count; i++) {
        loaded.order[i] = -1;
        const slots = alternativeAt(i).factSlots[p]!;
        if (slots.length === 0) continue;
        if (!this.pointAtKey(filling, i, slots)) continue;
        const found = this.facts.find(loaded.plan.kind, this.key, rows.time[order[start + i]!]!);
        loaded.order[i] = found;
        if (found < 0) continue;
        loaded.fields.unpack(this.facts.rows, found, i, this.facts.place(found));
        if (!this.facts.isLater) continue;
        loaded.later[i >> 5]! |= 1 << (i & 31);
        loaded.hasLater = true;
      }
    });
  }

  private pointAtKey({ fields }: Filling, position: number, slots: readonly number[]): boolean {
    const { bytes } = fields;
    const point = (text: TextAt, slot: number): boolean => {
      const at = fields.slotAt(slot) + position;
      const length = fields.length[at]!;
      text.bytes = bytes;
      text.offset = fields.offset[at]!;
      text.length = Math.max(0, length);
      return length > 0;
    };
    point(this.key.aid, SLOT.aid);
    point(this.key.cid, SLOT.cid);
    for (const slot of slots) if (point(this.key.uid, slot)) return true;
    return false;
  }

  /** The items of a list that the event has left empty at a position. */
  fillList(node: number, column: Column, filling: Filling, position: number): void {
    for (const loaded of this.plans) {
      const list = loaded.lists[node];
      if (list === undefined || loaded.order[position]! < 0 || column.isSet(position)) continue;
      fillLists(list, column, this.fillingOf(loaded, filling), position);
      if (column.isSet(position)) this.markLater(loaded, position);
    }
  }

  /** Leaves, structs and constants of the active rows, after those of the events themselves are settled. */
  fill(filling: Filling, active: ActiveSet): void {
    for (const loaded of this.plans) {
      const { rest } = this;
      rest.count = 0;
      rest.mask.fill(0);
      for (let k = 0; k < active.count; k++) {
        const i = active.positions[k]!;
        if (loaded.order[i]! < 0) continue;
        rest.positions[rest.count++] = i;
        rest.mask[i >> 5]! |= 1 << (i & 31);
      }
      if (rest.count === 0) continue;
      if (loaded.hasLater)
        for (const [c, column] of loaded.filled.entries()) loaded.before[c]!.set(column.words.subarray(0, rest.mask.length));
      const facts = this.fillingOf(loaded, filling);
      fillLeaves(loaded.leaves, facts, rest);
      settle(loaded.plan, loaded.leaves, loaded.lists, this.nodes, facts, rest);
      const { views } = this.constants;
      for (const constant of loaded.constants)
        for (let k = 0; k < rest.count; k++) writeConstant(constant, rest.positions[k]!, views);
      if (loaded.hasLater) this.markFilled(loaded);
    }
  }

  /** The names of the places that were filled from after the event, or undefined. */
  laterAt(position: number): string | undefined {
    const bits = this.marks[position]!;
    if (bits === 0) return undefined;
    return this.plans.flatMap(({ plan }, p) => ((bits & (1 << p)) === 0 ? [] : [plan.place])).join(',');
  }

  private markFilled(loaded: LoadedFacts): void {
    loaded.filled.forEach((column, c) => {
      for (let w = 0; w < this.rest.mask.length; w++) {
        let bits = column.words[w]! & ~loaded.before[c]![w]! & this.rest.mask[w]!;
        for (; bits !== 0; bits &= bits - 1) this.markLater(loaded, (w << 5) + 31 - Math.clz32(bits & -bits));
      }
    });
  }

  private markLater(loaded: LoadedFacts, position: number): void {
    if ((loaded.later[position >> 5]! & (1 << (position & 31))) !== 0) this.marks[position]! |= 1 << this.plans.indexOf(loaded);
  }

  /** The same batch, with rows of facts in the place of its own. */
  private fillingOf(loaded: LoadedFacts, filling: Filling): Filling {
    const { failures, factFilling } = this;
    const { fields } = loaded;
    return Object.assign(factFilling, filling, { failures, fields, textBuffer: BUFFER.facts });
  }
}

const noText = (): TextAt => ({ bytes: new Uint8Array(0), offset: 0, length: 0 });
