/** When structs exist: what OCSF requires of an object, against what the ops can fill. */
import type { Attribute, Constraints } from '../ocsf/schema.js';
import type { Ops } from './ops.js';
import type { StructRule } from './plan.js';

/** A class, an object, or the item of a list. */
export interface StructContent {
  attributes: ReadonlyMap<string, Attribute>;
  constraints: Constraints;
}

/** Enums that the engine fills for every class. */
const OWN_ENUMS = ['class_uid', 'category_uid', 'type_uid', 'activity_id', 'severity_id'];

const isGated = (attribute: Attribute, profiles: readonly string[]) =>
  attribute.profile !== undefined && !profiles.includes(attribute.profile);

/** Required enums that nothing fills, or that may stay empty, become 0 (Unknown). */
export function addRequiredEnums(
  ops: Ops,
  attributes: ReadonlyMap<string, Attribute>,
  prefix: string,
  profiles: readonly string[],
): void {
  for (const attribute of attributes.values()) {
    const path = prefix + attribute.name;
    const node = ops.node(path);
    if (node === undefined || attribute.isArray) continue;
    if (attribute.object !== undefined) {
      const object = ops.context.schema.objects.get(attribute.object)!;
      if (ops.touches(path)) addRequiredEnums(ops, object.attributes, `${path}.`, profiles);
      continue;
    }
    const zero = attribute.enum?.['0'];
    if (OWN_ENUMS.includes(path) || attribute.requirement !== 'required' || zero === undefined) continue;
    if (!isGated(attribute, profiles) && !ops.hasConstant(node)) ops.constants.push(ops.constant(path, attribute, zero, true)!);
  }
}

/**
 * The rule of the struct at `path` ('' is the event), and before it in `into` those of the structs inside. A struct that can never exist
 * takes its ops with it; one that constants alone make exist is named in `fixed`.
 *
 * @returns undefined where the struct has no data, or lacks something that OCSF requires
 */
export function structRules(
  ops: Ops,
  path: string,
  content: StructContent,
  profiles: readonly string[],
  into: StructRule[],
  fixed: number[],
): StructRule | undefined {
  const isTop = path === '';
  const prefix = isTop ? '' : `${path}.`;
  const data = new Map<string, number>();
  const given = new Set<string>();
  for (const attribute of content.attributes.values()) {
    const childPath = prefix + attribute.name;
    const node = ops.node(childPath);
    if (node === undefined) continue;
    if (attribute.object === undefined || attribute.isArray) {
      if (ops.fills(node)) data.set(attribute.name, node);
      if (ops.hasConstant(node)) given.add(attribute.name);
      continue;
    }
    if (!ops.touches(childPath)) continue;
    const object = ops.context.schema.objects.get(attribute.object)!;
    const rule = structRules(ops, childPath, object, profiles, into, fixed);
    if ((!isTop || attribute.requirement === 'required') && constantsSuffice(ops, childPath, object, profiles)) {
      given.add(attribute.name);
      fixed.push(node);
    } else if (rule === undefined) ops.remove(childPath);
    if (rule !== undefined) {
      into.push(rule);
      data.set(attribute.name, node);
    }
  }
  if (data.size === 0) return undefined;

  const required: number[] = [];
  for (const attribute of content.attributes.values()) {
    if (attribute.requirement !== 'required' || given.has(attribute.name) || isGated(attribute, profiles)) continue;
    const node = data.get(attribute.name);
    if (node !== undefined) required.push(node);
    else if (!isTop) return undefined;
  }
  const group = (names: readonly string[]) => names.flatMap((name) => data.get(name) ?? []);
  const anyOf: number[][] = [];
  const names = content.constraints.at_least_one?.filter((name) => !name.includes('.')) ?? [];
  if (names.length > 0 && !names.some((name) => given.has(name))) {
    if (!isTop && group(names).length === 0) return undefined;
    anyOf.push(group(names));
  }
  const justOne = content.constraints.just_one === undefined ? [] : [group(content.constraints.just_one)];
  return { node: isTop ? -1 : ops.node(path)!, data: [...data.values()], required, anyOf, justOne };
}

/**
 * Whether constants give a struct all that OCSF wants of it: then it exists where the struct around it does (metadata.product), with or
 * without data. At the top only a struct that the class requires does.
 */
function constantsSuffice(ops: Ops, path: string, object: StructContent, profiles: readonly string[]): boolean {
  const filled = new Set<string>();
  for (const attribute of object.attributes.values()) {
    const childPath = `${path}.${attribute.name}`;
    const node = ops.node(childPath);
    if (node === undefined) continue;
    const inner = attribute.isArray ? undefined : ops.context.schema.objects.get(attribute.object ?? '');
    const isFilled =
      inner === undefined ? ops.hasConstant(node) : ops.touches(childPath) && constantsSuffice(ops, childPath, inner, profiles);
    if (isFilled) filled.add(attribute.name);
  }
  const isMissing = (attribute: Attribute) =>
    attribute.requirement === 'required' && !isGated(attribute, profiles) && !filled.has(attribute.name);
  const group = object.constraints.at_least_one;
  if (filled.size === 0 || [...object.attributes.values()].some(isMissing)) return false;
  return group === undefined || group.some((name) => filled.has(name));
}
