/**
 * Fills a batch: up to 2,048 rows of one class, in the order they are to be written. Leaves are filled column by column for all
 * rows of one alternative at a time; then structs are settled, constants written, and lists, observables and `unmapped` filled
 * row by row. The columns are reused: a batch is valid until the next one is filled.
 */
import type { Alternative, ClassPlan, CompiledMapping } from '../mapping/plan.js';
import { ActivityColumns, type LoadedActivity } from './activity.js';
import { type Column, columnsOf } from './column.js';
import { type LoadedConstant, loadConstant, writeConstant } from './constant-op.js';
import type { ConstantTexts } from './constants.js';
import { BatchFacts, type WindowFacts } from './facts.js';
import { KeeperIds } from './failures.js';
import { emptyActiveSet, type Filling } from './filling.js';
import { fillLeaves, type LoadedLeaf, loadLeaf } from './kernels.js';
import { fillLists, type LoadedList, loadList } from './lists.js';
import { fillObservables, type LoadedObservables, loadObservables } from './observables.js';
import { settle } from './settle.js';
import { fillUnmapped } from './unmapped.js';

/** Rows in a batch: DuckDB's vector size. */
export const BATCH_ROWS = 2048;

interface LoadedAlternative {
  alternative: Alternative;
  leaves: LoadedLeaf[];
  /** list node → its ops */
  lists: (LoadedList | undefined)[];
  constants: LoadedConstant[];
  activity: LoadedActivity;
}

export class BatchBuilder {
  readonly columns: readonly Column[];
  private readonly nodes: Column[];
  private readonly parents: Int32Array;
  private readonly loaded = new Map<Alternative, LoadedAlternative>();
  private readonly observables: LoadedObservables;
  private readonly active = emptyActiveSet(BATCH_ROWS);
  private readonly listNodes: number[];
  private readonly alternativeOf: LoadedAlternative[] = new Array(BATCH_ROWS);
  private readonly fixed: { column: Column; value: number | string; view: number }[] = [];
  private readonly activity: ActivityColumns;
  private readonly time: Column;
  private readonly timeDt: Column;
  private readonly unmapped: Column;
  private readonly facts: BatchFacts | undefined;

  constructor(
    readonly plan: ClassPlan,
    private readonly mapping: CompiledMapping,
    private readonly routes: readonly { route: { alternatives: readonly Alternative[] } }[],
    private readonly constants: ConstantTexts,
    facts?: WindowFacts,
  ) {
    const { top, nodes } = columnsOf(plan.layout.columns, BATCH_ROWS);
    this.columns = top;
    this.nodes = nodes;
    this.parents = parentsOf(plan.nodes);
    this.observables = loadObservables(plan, nodes, constants);
    this.listNodes = nodes.flatMap((column, index) => (column.type === 'list' && column.path !== 'observables' ? [index] : []));
    const node = (path: string) => nodes[plan.nodes.indexOf(path)]!;
    this.activity = new ActivityColumns(plan, nodes, constants);
    this.time = node('time');
    this.timeDt = node('time_dt');
    this.unmapped = node('unmapped');
    this.facts = facts === undefined ? undefined : new BatchFacts(plan, facts, nodes, this.parents, constants, BATCH_ROWS);
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
    this.facts?.find(filling, (i) => this.alternativeOf[i]!.alternative);
    this.fillEngineColumns(filling);
    this.fillListColumns(filling);
    for (const [loaded, positions] of byAlternative) {
      this.activate(positions);
      fillLeaves(loaded.leaves, filling, this.active);
      this.activity.fill(loaded.activity, filling, this.active);
      settle(loaded.alternative, loaded.leaves, loaded.lists, this.nodes, filling, this.active);
      this.facts?.fill(filling, this.active);
      this.fillConstants(loaded, count);
    }
    fillObservables(this.observables, filling);
    fillUnmapped(this.unmapped, filling, (i) => this.alternativeOf[i]!.alternative, this.facts);
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
    const { time, timeDt } = this;
    for (let i = 0; i < count; i++) {
      const ms = rows.time[order[start + i]!]!;
      time.setLong(i, ms);
      timeDt.setLong(i, ms * 1000);
    }
    for (const { column } of this.fixed) setAll(column, count);
  }

  private fillListColumns(filling: Filling): void {
    for (const node of this.listNodes) {
      const column = this.nodes[node]!;
      for (let i = 0; i < filling.count; i++) {
        column.offsets[i] = column.items;
        const list = this.alternativeOf[i]!.lists[node];
        if (list !== undefined) fillLists(list, column, filling, i);
        this.facts?.fillList(node, column, filling, i);
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
      for (let k = 0; k < active; k++)
        if (parent < 0 || this.nodes[parent]!.isSet(positions[k]!)) this.nodes[node]!.set(positions[k]!);
    }
    for (const constant of loaded.constants) for (let k = 0; k < active; k++) writeConstant(constant, positions[k]!, views);
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
    const { nodes, parents, constants } = this;
    const keepers = new KeeperIds();
    const lists: (LoadedList | undefined)[] = [];
    for (const op of alternative.lists) {
      const list = loadList(op, nodes, parents, constants, keepers);
      const before = lists[op.node];
      if (before === undefined) lists[op.node] = list;
      else before.items.push(...list.items);
    }
    return {
      alternative,
      leaves: alternative.leaves.map((op) => loadLeaf(op, nodes, constants, keepers)),
      lists,
      constants: alternative.constants.map((op) => loadConstant(op, nodes, nodes[parents[op.node]!], constants)),
      activity: this.activity.load(alternative.activity, keepers),
    };
  }

  /** What the batch was compiled for; names objects and their metadata. */
  get version(): string {
    return this.mapping.version;
  }
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
