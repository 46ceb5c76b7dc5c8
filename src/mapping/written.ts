/** Values as their author wrote them: parameters not bound, shared objects not yet put in their place. */

import { type Expression, PARAMETER, parseExpression } from './expression.js';
import type { Choice, EnumElse, FirstValue, ItemsValue, KernelCall, Value, Where } from './model.js';
import type { Problems } from './problem.js';
import { oneOf, quoted, unknown } from './problem.js';
import { checkShape, SHAPES } from './shape.js';
import type { Locations, Tree } from './yaml-tree.js';

/** A shared object by name with what its parameters stand for. */
export interface UseValue {
  kind: 'use';
  object: string;
  params: ReadonlyMap<string, Written>;
}

export interface WrittenItem {
  each?: { field: string; kernels: KernelCall[] };
  map: WrittenEntry[];
}

/** Objects of an array, each with a map of its own. */
export interface WrittenItems {
  kind: 'written-items';
  of: WrittenItem[];
}

export type Written = Exclude<Value, ItemsValue> | UseValue | WrittenItems;

export interface WrittenEntry {
  path: string;
  value: Written;
  where: Where;
}

/** What reading values needs to know of its file. */
export interface ReadContext {
  locations: Locations;
  problems: Problems;
  /** of the shared object that is read; elsewhere no `$name` may stand */
  parameters?: ReadonlySet<string>;
}

type RawMap = Record<string, Tree>;

/** The entries of a `map`; what cannot be read is left out and told. */
export function readMap(map: RawMap, context: ReadContext): WrittenEntry[] {
  const entries: WrittenEntry[] = [];
  for (const [path, raw] of Object.entries(map)) {
    const where = context.locations.of(map, path);
    const value = readValue(raw, where, context);
    if (value) entries.push({ path, value, where });
  }
  return entries;
}

/** An `activity` or `severity`: a caption, an enum or ranges. */
export function readChoice(raw: string | RawMap, where: Where, context: ReadContext): Choice | undefined {
  if (typeof raw === 'string') return { kind: 'constant', value: raw };
  if (!('enum' in raw) && !('ranges' in raw)) {
    context.problems.add(where, 'expected a caption, or a map with "field" and "enum" or "ranges"');
    return undefined;
  }
  return readValue(raw, where, context) as Choice | undefined;
}

function readValue(raw: Tree, where: Where, context: ReadContext): Written | undefined {
  if (typeof raw === 'string') return readExpression(raw, where, context);
  if (Array.isArray(raw)) return isItems(raw) ? readItems(raw, context) : readFirst(raw, where, context);
  if (raw === null || typeof raw !== 'object') {
    context.problems.add(
      where,
      raw === null ? 'expected a value after the colon' : `expected a field name; a constant is written { value: ${raw} }`,
    );
    return undefined;
  }
  const kind = KINDS.find((key) => Object.hasOwn(raw, key));
  if (kind) return READERS[kind](raw, where, context);
  context.problems.add(where, unreadable(raw));
  return undefined;
}

const READERS = {
  use: readUse,
  value: (raw: RawMap, where: Where, context: ReadContext): Written | undefined => {
    const constant = checkShape(SHAPES.constant, raw, where, context.locations, context.problems);
    return constant && { kind: 'constant', value: constant.value };
  },
  enum: (raw: RawMap, where: Where, context: ReadContext): Written | undefined => {
    const value = checkShape(SHAPES.enum, raw, where, context.locations, context.problems);
    if (!value) return undefined;
    const table = readTexts(value.enum, 'a caption', context);
    const field = readField(value.field, context.locations.of(raw, 'field'), context);
    return field === undefined || !table ? undefined : { kind: 'enum', field, table, else: readElse(value.else) };
  },
  table: (raw: RawMap, where: Where, context: ReadContext): Written | undefined => {
    const value = checkShape(SHAPES.table, raw, where, context.locations, context.problems);
    if (!value) return undefined;
    const table = readTexts(value.table, 'a text', context);
    const field = readField(value.field, context.locations.of(raw, 'field'), context);
    return field === undefined || !table ? undefined : { kind: 'table', field, table };
  },
  ranges: readRanges,
  hashes: (raw: RawMap, where: Where, context: ReadContext): Written | undefined => {
    const hashes = checkShape(SHAPES.hashes, raw, where, context.locations, context.problems)?.hashes;
    if (!hashes) return undefined;
    const fields = readTexts(hashes, 'a field name', context);
    if (!fields) return undefined;
    const of = Object.entries(fields).map(([algorithm, name]) => ({
      algorithm,
      field: readField(name, context.locations.of(hashes, algorithm), context),
    }));
    return of.every((hash): hash is { algorithm: string; field: string } => hash.field !== undefined)
      ? { kind: 'hashes', of }
      : undefined;
  },
};
const KINDS = Object.keys(READERS) as (keyof typeof READERS)[];

function readExpression(text: string, where: Where, context: ReadContext): Expression | undefined {
  const expression = parseExpression(text);
  const problem = typeof expression === 'string' ? expression : parameterProblem(expression, context.parameters);
  if (problem === undefined) return expression as Expression;
  context.problems.add(where, problem);
  return undefined;
}

function parameterProblem(expression: Expression, known: ReadonlySet<string> | undefined): string | undefined {
  if (expression.kind === 'item' || !expression.field.startsWith(PARAMETER)) return undefined;
  const name = expression.field.slice(PARAMETER.length);
  if (!known) return `${quoted(expression.field)} is a parameter; those stand only in the objects of _shared.yaml`;
  return known.has(name) ? undefined : unknown('parameter', name, known);
}

/** A field without kernels, or undefined; `problems` then says why. */
export function readField(text: string, where: Where, context: ReadContext): string | undefined {
  const expression = readExpression(text, where, context);
  if (expression?.kind === 'field' && expression.kernels.length === 0) return expression.field;
  if (expression)
    context.problems.add(
      where,
      `expected a field name alone, without ${expression.kind === 'item' ? 'item' : 'kernels'}, not ${quoted(text)}`,
    );
  return undefined;
}

function readTexts(map: RawMap, what: string, { locations, problems }: ReadContext): Record<string, string> | undefined {
  const texts: Record<string, string> = {};
  let whole = true;
  for (const [key, value] of Object.entries(map)) {
    if (value === null || typeof value === 'object') {
      problems.add(locations.of(map, key), `${quoted(key)}: expected ${what}`);
      whole = false;
    } else texts[key] = String(value);
  }
  if (Object.keys(map).length === 0) {
    problems.add(locations.of(map), `expected at least one entry with ${what}`);
    return undefined;
  }
  return whole ? texts : undefined;
}

function readElse(text: string | undefined): EnumElse {
  if (text === undefined) return { kind: 'absent' };
  return text === 'source' ? { kind: 'source' } : { kind: 'caption', caption: text };
}

function readRanges(raw: RawMap, where: Where, context: ReadContext): Written | undefined {
  const value = checkShape(SHAPES.ranges, raw, where, context.locations, context.problems);
  if (!value) return undefined;
  const field = readField(value.field, context.locations.of(raw, 'field'), context);
  value.ranges.forEach(({ below }, index) => {
    const at = context.locations.of(value.ranges, index);
    const before = index === 0 ? undefined : value.ranges[index - 1]!.below;
    if (below === undefined && index < value.ranges.length - 1) context.problems.add(at, 'only the last range may lack "below"');
    if (below !== undefined && before !== undefined && below <= before) {
      context.problems.add(at, `ranges must rise: below ${below} stands after below ${before}`);
    }
  });
  const ranges = value.ranges.map(({ below, is }) => (below === undefined ? { caption: is } : { below, caption: is }));
  return field === undefined ? undefined : { kind: 'ranges', field, ranges };
}

function readFirst(raw: Tree[], where: Where, context: ReadContext): Written | undefined {
  const of = raw.map((part, index) => readValue(part, context.locations.of(raw, index), context));
  if (raw.length === 0) context.problems.add(where, 'an empty list; expected fields, of which the first valid one is taken');
  if (raw.length === 0 || of.some((part) => part === undefined)) return undefined;
  for (const [index, part] of of.entries()) {
    if (isAlternative(part!)) continue;
    context.problems.add(context.locations.of(raw, index), notAnAlternative(part!));
    return undefined;
  }
  return { kind: 'first', of: of as FirstValue['of'] };
}

const ALTERNATIVES: readonly string[] = ['field', 'constant', 'enum', 'table', 'ranges'];

/** May this stand in a list of which the first valid one is taken? */
export function isAlternative(value: Written): value is FirstValue['of'][number] {
  return ALTERNATIVES.includes(value.kind);
}

export function notAnAlternative({ kind }: Written): string {
  const what = kind === 'written-items' ? 'items' : kind === 'first' ? 'a list' : kind;
  return `${what} cannot stand in a list of which the first valid one is taken; expected a field, a constant, an enum, a table or ranges`;
}

function isItems(raw: Tree[]): boolean {
  return raw.some(
    (part) =>
      typeof part === 'object' &&
      part !== null &&
      !Array.isArray(part) &&
      (Object.hasOwn(part, 'map') || Object.hasOwn(part, 'each')),
  );
}

function readItems(raw: Tree[], context: ReadContext): Written | undefined {
  const of: WrittenItem[] = [];
  for (const [index, part] of raw.entries()) {
    const where = context.locations.of(raw, index);
    const item = checkShape(SHAPES.item, part, where, context.locations, context.problems);
    if (!item) continue;
    const map = readMap(item.map, context);
    if (map.length === 0) {
      if (Object.keys(item.map).length === 0)
        context.problems.add(where, 'an item without entries; expected attributes of the list’s object');
      continue;
    }
    if (item.each === undefined) {
      of.push({ map });
      continue;
    }
    const each = readExpression(item.each, context.locations.of(part as object, 'each'), context);
    if (!each) continue;
    if (each.kind === 'item' || each.kernels.at(-1)?.name !== 'split') {
      context.problems.add(
        context.locations.of(part as object, 'each'),
        `expected a field that split cuts last, like "Field | split(;)", not ${quoted(item.each)}`,
      );
      continue;
    }
    of.push({ each: { field: each.field, kernels: each.kernels }, map });
  }
  return of.length > 0 ? { kind: 'written-items', of } : undefined;
}

function readUse(raw: RawMap, _where: Where, context: ReadContext): Written | undefined {
  const { use: object, ...given } = raw;
  if (typeof object !== 'string') {
    context.problems.add(context.locations.of(raw, 'use'), '"use": expected the name of an object of _shared.yaml');
    return undefined;
  }
  const params = new Map<string, Written>();
  for (const [name, part] of Object.entries(given)) {
    const value = readValue(part, context.locations.of(raw, name), context);
    if (value) params.set(name, value);
  }
  return { kind: 'use', object, params };
}

function unreadable(raw: RawMap): string {
  const keys = Object.keys(raw);
  if (Object.hasOwn(raw, 'map') || Object.hasOwn(raw, 'each'))
    return 'objects of an array stand in a list: - { each: …, map: … }';
  if (Object.hasOwn(raw, 'field')) {
    const strange = keys.find((key) => key !== 'field');
    if (strange !== undefined) return unknown('key of a value with "field"', strange, ['enum', 'table', 'ranges', 'else']);
    return 'a field alone is written without braces; with "field" expected "enum", "table" or "ranges" too';
  }
  const first = keys[0];
  if (first === undefined) return `an empty map; expected a field name or a map with ${oneOf([...KINDS, 'field'])}`;
  return `${unknown('key of a value', first, [...KINDS, 'field'])}; a nested attribute is written as a dotted path, like process.file.name`;
}
