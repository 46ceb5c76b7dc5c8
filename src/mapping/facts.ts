/** Facts from outside an event: which objects of a class they fill, and with what. */
import type { OcsfSchema } from '../ocsf/schema.js';
import { attributeChain } from './class-plan.js';
import { addEntry } from './entry-ops.js';
import type { Entry, MappingSet } from './model.js';
import { type CompileContext, Ops } from './ops.js';
import {
  type Alternative,
  type ClassPlan,
  FACT_KINDS,
  type FactKind,
  type FactPlan,
  type LeafOp,
  type StructRule,
} from './plan.js';
import { addRequiredEnums, structRules } from './struct-rules.js';

/** A kind's own place, as its entries name it, first. */
const PLACES: Record<FactKind, readonly string[]> = {
  host: ['device'],
  user: ['actor.user'],
  process: ['actor.process', 'actor.process.parent_process', 'process.parent_process'],
};

/** Where entries of facts may stand: in a kind's own place. */
export const factPlace = (kind: FactKind): string => PLACES[kind][0]!;

interface Placed {
  kind: FactKind;
  place: string;
  entries: Entry[];
}

/** The entries of facts in every place of a class whose `uid` events can fill. A parent's own parent has no columns. */
export function placedFacts(facts: MappingSet['facts'], entries: readonly Entry[]): Placed[] {
  const filled = new Set(entries.map(({ path }) => path));
  return FACT_KINDS.flatMap((kind) =>
    PLACES[kind].flatMap((place): Placed[] => {
      if (!filled.has(`${place}.uid`)) return [];
      const prefix = `${factPlace(kind)}.`;
      const isParent = place.endsWith('.parent_process');
      const moved = facts[kind]
        .map((entry) => ({ ...entry, path: `${place}.${entry.path.slice(prefix.length)}` }))
        .filter(({ path }) => !isParent || !path.startsWith(`${place}.parent_process.`));
      return [{ kind, place, entries: moved }];
    }),
  );
}

/** @param fields by kind; grows by the fields that the entries name */
export function factPlans(
  schema: OcsfSchema,
  plan: ClassPlan,
  nodeIndex: ReadonlyMap<string, number>,
  placed: readonly Placed[],
  fields: Record<FactKind, string[]>,
): FactPlan[] {
  return placed.map(({ kind, place, entries }) => {
    const slotOf = (field: string) => {
      const at = fields[kind].indexOf(field);
      return at >= 0 ? at : fields[kind].push(field) - 1;
    };
    const context: CompileContext = { schema, plan, classIndex: -1, nodeIndex, slotOf, timeField: undefined };
    const ops = new Ops(context);
    for (const entry of entries) addEntry(ops, entry.path, entry.value, true);
    const structs: StructRule[] = [];
    const object = schema.objects.get(attributeChain(schema, ops.cls, place)?.at(-1)?.object ?? '');
    for (const attribute of object?.attributes.values() ?? []) {
      const path = `${place}.${attribute.name}`;
      const inner = schema.objects.get(attribute.object ?? '');
      if (inner === undefined || attribute.isArray || !ops.touches(path)) continue;
      addRequiredEnums(ops, inner.attributes, `${path}.`, []);
      const rule = structRules(ops, path, inner, [], structs, []);
      if (rule === undefined) ops.remove(path);
      else structs.push(rule);
    }
    // what a fact gives is no field of the event: nothing of it can stay in `unmapped`
    const leaves = ops.leaves.map((leaf): LeafOp => ({ ...leaf, keeps: false }));
    return { kind, place, leaves, lists: ops.lists, structs, constants: ops.constants };
  });
}

/** {@link Alternative.factSlots} of an alternative of the class. */
export function factSlots(plan: ClassPlan, nodeIndex: ReadonlyMap<string, number>, alternative: Alternative): number[][] {
  return plan.facts.map(({ place }) => {
    const uid = nodeIndex.get(`${place}.uid`);
    return alternative.leaves
      .filter(({ node, reading }) => node === uid && reading.kind === 'text' && reading.parts.length === 0)
      .map(({ slot }) => slot);
  });
}
