/**
 * Fills a batch: up to 2,048 rows of one class, in the order they are to be written. Leaves are filled column by column for all
 * rows of one alternative at a time; then structs are settled, constants written, and lists, observables and `unmapped` filled
 * row by row. The columns are reused: a batch is valid until the next one is filled.
 */
import { type Alternative, type ClassPlan, type CompiledMapping, ENVELOPE, TYPE_FIELDS } from '../mapping/plan.js';
import { type Column, columnsOf } from './column.js';
import { ConstantTexts, BUFFER } from './constants.js';
import { Failures } from './failures.js';
import { fillLeaves, type LoadedLeaf, loadLeaf } from './kernels.js';
import { fillLists, type LoadedList, loadList } from './lists.js';
import type { Cursor } from './made-text.js';
import { MadeText } from './made-text.js';
import { fillObservables, type LoadedObservables, loadObservables } from './observables.js';
import { rangeOf } from './reader.js';
import { readerOf, type Reader } from './reader.js';
import type { RowTable } from './row-table.js';
import { type ActiveSet, settle } from './settle.js';
import { fillUnmapped } from './unmapped.js';

/** Rows in a batch: DuckDB's vector size. */
export const BATCH_ROWS = 2048;

/** Everything the kernels look at while a batch is filled. */
export interface Filling {
  rows: RowTable;
  /** index = the row's block; the batch's buffer is {@link BUFFER.blocks} + index */
  blocks: readonly Uint8Array[];
  /** rows of the table in the batch's order */
  order: Int32Array;
  start: number;
  count: number;
  constants: ConstantTexts;
  made: MadeText;
  cursor: Cursor;
  scratch: number[];
  failures: Failures;
}

interface LoadedAlternative {
  alternative: Alternative;
  leaves: LoadedLeaf[];
  /** list node → its ops */
  lists: (LoadedList | undefined)[];
  constants: { column: Column; caption: Column | undefined; value: string | number | boolean; view: number; captionView: number; parent: number; ifEmpty: boolean }[];
  activity: { reader: Reader | undefined; entries: { id: number; view: number; typeUid: number; typeView: number }[] };
}

export class BatchBuilder {
  readonly columns: readonly Column[];
  private readonly nodes: Column[];
  private readonly parents: Int32Array;
  private readonly loaded = new Map<Alternative, LoadedAlternative>();
  private readonly observables: LoadedObservables;
  private readonly active: ActiveSet = { positions: new Int32Array(BATCH_ROWS), count: 0, mask: new Int32Array(BATCH_ROWS / 32) };
  private readonly listNodes: number[];
  private readonly alternativeOf: LoadedAlternative[] = new Array(BATCH_ROWS);
  private readonly fixed: { column: Column; value: number | string; view: number }[] = [];
  private readonly at: Record<'time' | 'timeDt' | 'activityId' | 'activityName' | 'typeUid' | 'typeName', Column>;

  constructor(
    readonly plan: ClassPlan,
    private readonly mapping: CompiledMapping,
    private readonly routes: readonly { route: { alternatives: readonly Alternative[] } }[],
    private readonly constants: ConstantTexts,
  ) {
    const { top, nodes } = columnsOf(plan.layout.columns, BATCH_ROWS);
    this.columns = top;
    this.nodes = nodes;
    this.parents = parentsOf(plan.nodes);
    this.observables = loadObservables(plan, nodes, constants);
    this.listNodes = nodes.flatMap((column, index) => (column.type === 'list' && column.path !== 'observables' ? [index] : []));
    const node = (path: string) => nodes[plan.nodes.indexOf(path)]!;
    this.at = {
      time: node('time'),
      timeDt: node('time_dt'),
      activityId: node('activity_id'),
      activityName: node('activity_name'),
      typeUid: node('type_uid'),
      typeName: node('type_name'),
    };
    const fixed: [string, number | string][] = [
      ['class_uid', plan.uid],
      ['class_name', plan.caption],
      ['category_uid', plan.categoryUid],
      ['category_name', plan.categoryName],
    ];
    for (const [path, value] of fixed) {
      this.fixed.push({ column: node(path), value, view: typeof value === 'string' ? constants.view(value) : -1 });
    }
    this.fillFixed();
  }

  /** Fills the columns with `count` rows from `filling.order[start]`. */
  fill(filling: Filling): void {
    const { rows, order, start, count } = filling;
    for (const column of this.nodes) resetTree(column);
    filling.failures.reset(count);
    filling.made.reset();

    const byAlternative = new Map<LoadedAlternative, number[]>();
    for (let i = 0; i < count; i++) {
      const row = order[start + i]!;
      const alternative = this.routes[rows.route[row]!]!.route.alternatives[rows.alternative[row]!]!;
      let loaded = this.loaded.get(alternative);
      if (loaded === undefined) this.loaded.set(alternative, (loaded = this.load(alternative)));
      this.alternativeOf[i] = loaded;
      const positions = byAlternative.get(loaded);
      if (positions === undefined) byAlternative.set(loaded, [i]);
      else positions.push(i);
    }
    this.fillEngineColumns(filling);
    this.fillListColumns(filling);
    for (const [loaded, positions] of byAlternative) {
      this.activate(positions);
      fillLeaves(loaded.leaves, filling, this.active);
      this.fillActivity(loaded, filling);
      settle(loaded.alternative, loaded.leaves, this.nodes, filling, this.active);
      this.fillConstants(loaded, count);
    }
    fillObservables(this.observables, filling, this.nodes);
    fillUnmapped(this.nodes.at(this.plan.nodes.indexOf('unmapped'))!, filling, (i) => this.alternativeOf[i]!.alternative);
  }

  private activate(positions: readonly number[]): void {
    const { active } = this;
    active.count = positions.length;
    active.mask.fill(0);
    for (let k = 0; k < positions.length; k++) {
      const position = positions[k]!;
      active.positions[k] = position;
      active.mask[position >> 5]! |= 1 << (position & 31);
    }
  }

  /** Columns whose data is the same in every batch: written once, only their validity changes. */
  private fillFixed(): void {
    for (const { column, value, view } of this.fixed) {
      for (let row = 0; row < BATCH_ROWS; row++) {
        if (typeof value === 'number') column.setInteger(row, value);
        else column.setView(row, this.constants.views, view);
      }
    }
  }

  private fillEngineColumns({ rows, order, start, count }: Filling): void {
    const { time, timeDt } = this.at;
    for (let i = 0; i < count; i++) {
      const ms = rows.time[order[start + i]!]!;
      time.setLong(i, ms);
      timeDt.setLong(i, ms * 1000);
    }
    for (const { column } of this.fixed) setAll(column, count);
  }

  private fillActivity(loaded: LoadedAlternative, filling: Filling): void {
    const { activityId, activityName, typeUid, typeName } = this.at;
    const { alternative, activity } = loaded;
    const { positions, count } = this.active;
    const { slot } = alternative.activity;
    const { views } = this.constants;
    for (let k = 0; k < count; k++) {
      const i = positions[k]!;
      let entry = activity.entries[0]!;
      let source = -1;
      if (slot >= 0) {
        const row = filling.order[filling.start + i]!;
        const base = filling.rows.base[row]!;
        const length = filling.rows.cells[base + slot * 2 + 1]!;
        if (length >= 0) {
          const offset = filling.rows.cells[base + slot * 2]!;
          const found = activityEntry(activity.reader!, filling.blocks[filling.rows.block[row]!]!, offset, length);
          if (found >= 0) entry = activity.entries[found + 1]!;
          if (found < 0 || activity.reader!.distinct?.[found] === false) filling.failures.add(i, slot, found < 0);
        }
      }
      let from = slot;
      if (entry.view < 0) {
        // 99 wants the source's own word: the raw value, or without one the event type
        source = filling.order[filling.start + i]!;
        if (from < 0) from = typeSlot(filling.rows, source);
      }
      activityId.setInteger(i, entry.id);
      typeUid.setLong(i, entry.typeUid);
      typeName.setView(i, views, entry.typeView);
      if (source < 0) activityName.setView(i, views, entry.view);
      else {
        const base = filling.rows.base[source]!;
        const block = filling.rows.block[source]!;
        const at = base + from * 2;
        activityName.setText(i, filling.blocks[block]!, filling.rows.cells[at]!, filling.rows.cells[at + 1]!, BUFFER.blocks + block);
      }
    }
  }

  private fillListColumns(filling: Filling): void {
    for (const node of this.listNodes) {
      const column = this.nodes[node]!;
      for (let i = 0; i < filling.count; i++) {
        column.offsets[i] = column.items;
        const list = this.alternativeOf[i]!.lists[node];
        if (list !== undefined) fillLists(list, column, filling, i);
      }
      column.offsets[filling.count] = column.items;
    }
  }

  /** Constants stand where their struct exists; at the top everywhere. */
  private fillConstants(loaded: LoadedAlternative, count: number): void {
    const { positions, count: active } = this.active;
    const { views } = this.constants;
    for (const node of loaded.alternative.fixedStructs) {
      const parent = this.parents[node]!;
      for (let k = 0; k < active; k++) if (parent < 0 || this.nodes[parent]!.isSet(positions[k]!)) this.nodes[node]!.set(positions[k]!);
    }
    for (const { column, caption, value, view, captionView, parent, ifEmpty } of loaded.constants) {
      const struct = parent < 0 ? undefined : this.nodes[parent]!;
      for (let k = 0; k < active; k++) {
        const i = positions[k]!;
        if (struct !== undefined && !struct.isSet(i)) continue;
        if (ifEmpty && column.isSet(i)) continue;
        if (typeof value === 'string') column.setView(i, views, view);
        else if (typeof value === 'boolean') column.setBoolean(i, value);
        else if (column.type === 'integer') column.setInteger(i, value);
        else column.setLong(i, value);
        caption?.setView(i, views, captionView);
      }
    }
    const unknown = loaded.alternative.unknownActor;
    if (unknown === undefined || count === 0) return;
    const struct = this.nodes[unknown.struct]!;
    const leaf = this.nodes[unknown.leaf]!;
    const text = this.constants.view(unknown.text);
    for (let k = 0; k < active; k++) {
      const i = positions[k]!;
      if (struct.isSet(i)) continue;
      struct.set(i);
      leaf.setView(i, this.constants.views, text);
    }
  }

  private load(alternative: Alternative): LoadedAlternative {
    const { nodes, constants } = this;
    const lists: (LoadedList | undefined)[] = [];
    for (const op of alternative.lists) {
      const list = loadList(op, nodes, constants);
      const before = lists[op.node];
      if (before === undefined) lists[op.node] = list;
      else before.items.push(...list.items);
    }
    const { activity } = alternative;
    return {
      alternative,
      leaves: alternative.leaves.map((op) => loadLeaf(op, nodes, constants)),
      lists,
      constants: alternative.constants.map((op) => ({
        column: nodes[op.node]!,
        caption: op.caption < 0 ? undefined : nodes[op.caption]!,
        value: op.value,
        view: typeof op.value === 'string' ? constants.view(op.value) : -1,
        captionView: constants.view(op.captionText),
        parent: this.parents[op.node]!,
        ifEmpty: op.ifEmpty,
      })),
      activity: {
        reader: activity.reading === null ? undefined : readerOf(activity.reading),
        entries: activity.entries.map((entry) => ({
          id: entry.id,
          view: entry.caption === null ? -1 : constants.view(entry.caption),
          typeUid: entry.typeUid,
          typeView: constants.view(entry.typeName),
        })),
      },
    };
  }

  /** What the batch was compiled for; names objects and their metadata. */
  get version(): string {
    return this.mapping.version;
  }
}

/** The slot that names the row's event type. */
function typeSlot(rows: RowTable, row: number): number {
  const first = ENVELOPE.length;
  for (let slot = first; slot < first + TYPE_FIELDS.length; slot++) if (rows.cells[rows.base[row]! + slot * 2 + 1]! > 0) return slot;
  throw new Error('a row without an event type');
}

function activityEntry(reader: Reader, bytes: Uint8Array, offset: number, length: number): number {
  const { reading } = reader;
  if (reading.kind === 'ranges') return rangeOf(reading, bytes, offset, length);
  if (reading.kind !== 'enum') return -1;
  const found = reader.index!.find(bytes, offset, length);
  return found < 0 && reading.other !== undefined ? reading.ids.length : found;
}

function resetTree(column: Column): void {
  column.reset();
  if (column.type === 'list' || column.type === 'map') for (const child of column.children) child.reset();
}

function setAll(column: Column, count: number): void {
  column.words.fill(-1, 0, count >> 5);
  for (let i = count & ~31; i < count; i++) column.set(i);
}

/** For each node the index of the struct around it, -1 at the top and inside lists' items. */
function parentsOf(nodes: readonly string[]): Int32Array {
  const index = new Map(nodes.map((path, i) => [path, i]));
  return Int32Array.from(nodes, (path) => {
    const cut = path.lastIndexOf('.');
    return cut < 0 ? -1 : (index.get(path.slice(0, cut)) ?? -1);
  });
}
