/** Blocks, shared objects and parameters → one entry an attribute. */
import type { Entry, Item, Value, Where } from './model.js';
import { bindMap } from './parameter.js';
import { type Problems, quoted, unknown } from './problem.js';
import type { UseValue, Written, WrittenEntry, WrittenItems } from './written.js';

export interface SharedObject {
  params: ReadonlySet<string>;
  map: readonly WrittenEntry[];
  where: Where;
}

/** What a `_shared.yaml` lends to other files. */
export interface Shared {
  blocks: ReadonlyMap<string, Layer>;
  objects: ReadonlyMap<string, SharedObject>;
}

/** An entry with the place that is to blame where it does not fit. */
export interface PlacedEntry extends Entry {
  /** the rule's own line: its entry, or its `include` */
  usedAt: Where;
  /** `block device, _shared.yaml:12`, where the entry was not written in the rule itself */
  from?: string;
}

/** Some entries that are put over those before them. */
export interface Layer {
  /** the paths as written */
  paths: readonly string[];
  entries: readonly PlacedEntry[];
}

/** The entries of a `map`, with shared objects put in. */
export function mapLayer(map: readonly WrittenEntry[], shared: Shared, problems: Problems): Layer {
  return { paths: map.map(({ path }) => path), entries: expandMap(map, { shared, problems, objects: [], inEach: false }) };
}

/** The blocks an `include` names. */
export function includedBlocks(
  names: readonly string[],
  placeOf: (index: number) => Where,
  shared: Shared,
  problems: Problems,
): Layer[] {
  return names.flatMap((name, index) => {
    const block = shared.blocks.get(name);
    const usedAt = placeOf(index);
    if (block) {
      const entries = block.entries.map((entry) => ({ ...entry, usedAt, from: `block ${name}, ${place(entry.where)}` }));
      return [{ paths: block.paths, entries }];
    }
    problems.add(usedAt, unknown('block', name, shared.blocks.keys()));
    return [];
  });
}

/**
 * The entries of all layers, later ones over earlier ones: an entry replaces what stood at its path or below. Within a layer
 * the entry written with the longer path wins, so that a rule can use a shared object and say one of its attributes itself.
 */
export function overlay(layers: readonly Layer[]): PlacedEntry[] {
  const placed = new Map<string, PlacedEntry>();
  for (const { paths, entries } of layers) {
    if (placed.size > 0) {
      for (const path of paths) {
        const below = `${path}.`;
        for (const known of placed.keys()) if (known === path || known.startsWith(below)) placed.delete(known);
      }
    }
    for (const entry of entries) placed.set(entry.path, entry);
  }
  return [...placed.values()];
}

interface Expansion {
  shared: Shared;
  problems: Problems;
  /** the shared objects that are being put in, outermost first */
  objects: readonly string[];
  /** `item` has a meaning */
  inEach: boolean;
}

/** In the order of writing; of two entries for one path the one written with the longer path stays. */
function expandMap(map: readonly WrittenEntry[], expansion: Expansion): PlacedEntry[] {
  const placed = new Map<string, PlacedEntry>();
  const lengths = new Map<string, number>();
  for (const entry of map) {
    for (const one of expandEntry(entry, expansion)) {
      if ((lengths.get(one.path) ?? 0) > entry.path.length) continue;
      lengths.set(one.path, entry.path.length);
      placed.set(one.path, one);
    }
  }
  return [...placed.values()];
}

function expandEntry({ path, value, where }: WrittenEntry, expansion: Expansion): PlacedEntry[] {
  if (value.kind === 'use') return expandUse(path, value, where, expansion);
  if (value.kind === 'written-items') return [{ path, value: expandItems(value, expansion), where, usedAt: where }];
  if (value.kind === 'item' && !expansion.inEach) {
    expansion.problems.add(where, `${path}: "item" needs an "each" beside its map`);
    return [];
  }
  return [{ path, value, where, usedAt: where }];
}

function expandItems({ of }: WrittenItems, expansion: Expansion): Value {
  const items = of.map(({ each, map }): Item => {
    const entries = expandMap(map, { ...expansion, inEach: each !== undefined });
    return each ? { each, entries } : { entries };
  });
  return { kind: 'items', of: items };
}

function expandUse(path: string, { object: name, params }: UseValue, where: Where, expansion: Expansion): PlacedEntry[] {
  const { shared, problems, objects } = expansion;
  const object = shared.objects.get(name);
  if (!object) {
    problems.add(where, unknown('object', name, shared.objects.keys()));
    return [];
  }
  if (objects.includes(name)) {
    problems.add(where, `object ${quoted(name)} uses itself: ${[...objects, name].join(' → ')}`);
    return [];
  }
  const given = new Map<string, Written>();
  for (const [parameter, value] of params) {
    if (object.params.has(parameter)) given.set(parameter, value);
    else problems.add(where, `${unknown('parameter', parameter, object.params)} (object ${name}, ${place(object.where)})`);
  }
  const complain = (message: string) => problems.add(where, `${message} (object ${name}, ${place(object.where)})`);
  const bound = bindMap(object.map, given, complain);
  return expandMap(bound, { ...expansion, objects: [...objects, name] }).map((entry) => ({
    ...entry,
    path: `${path}.${entry.path}`,
    where,
    usedAt: where,
    from: entry.from ?? `object ${name}, ${place(entry.where)}`,
  }));
}

function place({ file, line }: Where): string {
  return `${file}:${line}`;
}
