/** What a row needs so that every required attribute of a class can be filled: decided before the row is sorted. */
import type { Ops } from './ops.js';
import type { Alternative, Requirement, StructRule } from './plan.js';

/** Required attributes that the engine fills whatever the event holds. */
const OWN = ['time', 'type_uid', 'class_uid', 'category_uid', 'metadata'];

/**
 * @param structs the rules of all structs that the ops can fill
 * @param top the rule of the event itself
 * @param profiles those that the event declares: what they require is required
 * @returns undefined where every event will do
 */
export function requirementOf(
  ops: Ops,
  structs: readonly StructRule[],
  top: StructRule | undefined,
  unknownActor: Alternative['unknownActor'],
  profiles: readonly string[],
): Requirement | undefined {
  const rules = new Map(structs.map((rule) => [rule.node, rule]));
  const exists = (node: number): Requirement => {
    const rule = rules.get(node);
    if (rule !== undefined) return structExists(rule, exists);
    const lists = ops.lists.filter((op) => op.node === node).map((list): Requirement => ({ list }));
    const leaves = ops.leaves.filter((op) => op.node === node).map(({ slot, reading }): Requirement => ({ slot, reading }));
    return { any: [...leaves, ...lists] };
  };
  const needed: Requirement[] = [];
  for (const attribute of ops.cls.attributes.values()) {
    if (attribute.requirement !== 'required' || OWN.includes(attribute.name)) continue;
    if (attribute.profile !== undefined && !profiles.includes(attribute.profile)) continue;
    if (attribute.object === undefined && attribute.enum !== undefined) continue;
    const node = ops.node(attribute.name);
    if (unknownActor !== undefined && node === unknownActor.struct) continue;
    if (node === undefined || !(top?.data.includes(node) ?? false)) return { any: [] };
    needed.push(exists(node));
  }
  for (const group of top?.anyOf ?? []) needed.push({ any: group.map(exists) });
  for (const group of top?.justOne ?? []) needed.push({ any: group.map(exists) });
  needed.push(...pathConstraint(ops));
  return needed.length === 0 ? undefined : { all: needed };
}

/** patch_state wants one of `device.os.version` …: constraints on paths. */
function pathConstraint(ops: Ops): Requirement[] {
  const names = ops.cls.constraints.at_least_one ?? [];
  if (!names.some((name) => name.includes('.'))) return [];
  const filling = names.flatMap((name) => ops.leaves.filter((op) => op.node === ops.node(name)));
  return [{ any: filling.map(({ slot, reading }) => ({ slot, reading })) }];
}

function structExists(rule: StructRule, exists: (node: number) => Requirement): Requirement {
  const all = [...rule.required.map(exists), ...rule.anyOf.map((group) => ({ any: group.map(exists) }))];
  return all.length > 0 ? { all } : { any: rule.data.map(exists) };
}
