/** Observables: every leaf of an observable type that the batch has filled, by its path, so that names always resolve. */
import type { ClassPlan } from '../mapping/plan.js';
import type { Column } from './column.js';
import type { ConstantTexts } from './constants.js';
import type { Filling } from './filling.js';
import { grow } from './lists.js';

/** Names with an index are prepared up to this one. */
const PREPARED = 16;

interface LoadedObservable {
  column: Column;
  typeId: number;
  typeView: number;
  /** views of the name: one, or one an index */
  names: number[];
  name: string;
  list: Column | undefined;
}

export interface LoadedObservables {
  column: Column;
  name: Column;
  typeId: Column;
  type: Column;
  value: Column;
  plans: LoadedObservable[];
  constants: ConstantTexts;
}

export function loadObservables(plan: ClassPlan, nodes: readonly Column[], constants: ConstantTexts): LoadedObservables {
  const node = (path: string) => nodes[plan.nodes.indexOf(path)]!;
  const plans = plan.observables.map((observable): LoadedObservable => {
    const list = observable.list < 0 ? undefined : nodes[observable.list]!;
    const names =
      list === undefined
        ? [observable.name]
        : Array.from({ length: PREPARED }, (_, i) => observable.name.replace('#', String(i)));
    const own = nodes[observable.node]!;
    return {
      column: list === own ? own.children[0]! : own,
      typeId: observable.typeId,
      typeView: constants.view(observable.type),
      names: names.map((name) => constants.view(name)),
      name: observable.name,
      list,
    };
  });
  const column = node('observables');
  return {
    column,
    name: node('observables.name'),
    typeId: node('observables.type_id'),
    type: node('observables.type'),
    value: node('observables.value'),
    plans,
    constants,
  };
}

export function fillObservables(observables: LoadedObservables, filling: Filling): void {
  const { column, plans } = observables;
  for (let i = 0; i < filling.count; i++) {
    column.offsets[i] = column.items;
    for (const plan of plans) {
      if (plan.list === undefined) {
        if (plan.column.isSet(i)) add(observables, plan, plan.names[0]!, i);
        continue;
      }
      if (!plan.list.isSet(i)) continue;
      const first = plan.list.offsets[i]!;
      const end = plan.list.offsets[i + 1]!;
      for (let item = first; item < end; item++) {
        if (!plan.column.isSet(item)) continue;
        const index = item - first;
        const name = plan.names[index] ?? observables.constants.view(plan.name.replace('#', String(index)));
        add(observables, plan, name, item);
      }
    }
    if (column.items > column.offsets[i]!) column.set(i);
  }
  column.offsets[filling.count] = column.items;
}

function add(observables: LoadedObservables, plan: LoadedObservable, name: number, from: number): void {
  const { column, constants } = observables;
  grow(column, 1);
  const item = column.items++;
  column.children[0]!.set(item);
  observables.name.setView(item, constants.views, name);
  observables.typeId.setInteger(item, plan.typeId);
  observables.type.setView(item, constants.views, plan.typeView);
  observables.value.setView(item, plan.column.ints, from);
}
