/** Compiles a mapping set against one OCSF version: event type → routes → alternatives, over frozen class layouts. */
import type { ClassLayout } from '../ocsf/layout.js';
import type { OcsfSchema } from '../ocsf/schema.js';
import { compileAlternative } from './alternative.js';
import { attributeChain, classPlan } from './class-plan.js';
import { deriveLayout, entriesByClass } from './derive-layout.js';
import { factPlans, factSlots, placedFacts } from './facts.js';
import type { Choice, Entry, MappingSet, Rule, Where } from './model.js';
import {
  type Alternative,
  type AlternativeSource,
  type ClassPlan,
  type CompiledMapping,
  ENVELOPE,
  isFeedType,
  type Route,
  TYPE_FIELDS,
} from './plan.js';

const UNKNOWN_ACTIVITY: Choice = { kind: 'constant', value: 'Unknown' };

export interface CompileOptions {
  set: MappingSet;
  schema: OcsfSchema;
  /** the committed layouts of this version */
  layouts: readonly ClassLayout[];
  /**
   * `frozen`: attributes that a layout lacks are left out (their fields go to `unmapped`) and named in `beyondLayout`;
   * `grow`: layouts are derived from the rules (to write them, and in tests of a single mapping)
   */
  columns: 'frozen' | 'grow';
}

export interface CompileResult {
  mapping: CompiledMapping;
  /** attribute paths that rules fill and layouts lack: `process_activity: process.sandbox` */
  beyondLayout: string[];
}

export function compileMapping(options: CompileOptions): CompileResult {
  const { set, schema } = options;
  const wanted = entriesByClass(set, schema);
  const classes: ClassPlan[] = [];
  const classIndex = new Map<string, number>();
  const beyondLayout: string[] = [];
  for (const [name, entries] of [...wanted].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const committed = options.layouts.find((layout) => layout.class === name);
    const grown = deriveLayout(schema, name, entries, committed);
    const layout = options.columns === 'grow' || committed === undefined ? grown : committed;
    const suffix = set.sources.find((source) => source.class === name)?.suffix ?? name.slice(0, 14);
    const plan = classPlan(schema, layout, suffix, set.observableTypes);
    if (layout !== grown) {
      const known = new Set(plan.nodes);
      const missing = classPlan(schema, grown, suffix, []).nodes.filter((path) => !known.has(path));
      beyondLayout.push(...missing.map((path) => `${name}: ${path}`));
    }
    classIndex.set(name, classes.length);
    classes.push(plan);
  }

  // event types are names that somebody chose: `constructor` is one like any other
  const routes: Record<string, Route[]> = Object.create(null);
  const nodeIndexes = classes.map((plan) => new Map(plan.nodes.map((path, index) => [path, index])));
  const factFields: CompiledMapping['factFields'] = { host: [], user: [], process: [] };
  classes.forEach((plan, i) => {
    plan.facts = factPlans(schema, plan, nodeIndexes[i]!, placedFacts(set.facts, wanted.get(plan.name)!), factFields);
  });
  const compileRoute = (rule: Rule): Route => routeOf(rule, schema, classes, nodeIndexes, classIndex);
  for (const rule of set.rules) {
    if (!(rule.versions?.includes(schema.version) ?? true) || !classIndex.has(rule.class)) continue;
    // one route for all event types of a rule: it stays one object also in a worker thread
    const route = compileRoute(rule);
    for (const eventType of rule.eventTypes) {
      routes[eventType] ??= [];
      routes[eventType].push(route);
    }
  }
  const unknown = compileRoute({
    eventTypes: [],
    class: 'base_event',
    activity: UNKNOWN_ACTIVITY,
    severity: set.unknown.severity,
    entries: set.unknown.entries,
    fallbacks: [],
    where: set.unknown.where,
    ...(set.unknown.origin !== undefined && { origin: set.unknown.origin }),
  });
  return {
    mapping: {
      version: schema.version,
      mappingVersion: set.version,
      placeholders: set.placeholders,
      classes,
      routes,
      factFields,
      unknown,
    },
    beyondLayout,
  };
}

function routeOf(
  rule: Rule,
  schema: OcsfSchema,
  classes: readonly ClassPlan[],
  nodeIndexes: readonly ReadonlyMap<string, number>[],
  classIndex: ReadonlyMap<string, number>,
): Route {
  const slots: string[] = [...ENVELOPE, ...TYPE_FIELDS];
  const slotOf = (field: string): number => {
    const at = slots.indexOf(field);
    return at >= 0 ? at : slots.push(field) - 1;
  };
  const guardSlot = rule.when === undefined ? -1 : slotOf(rule.when.field);
  const timeSlot = rule.time === undefined ? -1 : slotOf(rule.time);
  const alternatives: Alternative[] = [];
  // a feed's rows name no event type that could stand for their own word
  const feedWord = rule.eventTypes.some(isFeedType) ? rule.eventTypes.join(', ') : undefined;
  const add = (className: string, entries: readonly Entry[], activity: Choice, where: Where, as: AlternativeSource['as']) => {
    const index = classIndex.get(className);
    if (index === undefined) return;
    const context = {
      schema,
      plan: classes[index]!,
      classIndex: index,
      nodeIndex: nodeIndexes[index]!,
      slotOf,
      timeField: rule.time,
    };
    const source: AlternativeSource = { ...where, origin: rule.origin ?? 'built-in', as };
    const alternative = compileAlternative(context, entries, activity, rule.severity, source, feedWord);
    alternative.factSlots = factSlots(context.plan, context.nodeIndex, alternative);
    alternatives.push(alternative);
  };
  add(rule.class, rule.entries, rule.activity, rule.where, rule.eventTypes.length === 0 ? 'unknown' : 'rule');
  for (const { class: name, entries, activity, where } of rule.fallbacks) {
    add(name, overlay(rule.entries, entries), activity, where, 'fallback');
  }
  if (rule.class !== 'base_event') {
    const plain = rule.entries.filter((entry) => !needsProfile(schema, entry));
    add('base_event', plain, UNKNOWN_ACTIVITY, rule.where, 'base-event');
  }
  const route: Route = { slots, timeSlot, alternatives: untilAlways(alternatives) };
  if (rule.when !== undefined) {
    route.guard = { slot: guardSlot, not: rule.when.not ?? false, ...(rule.when.is === undefined ? {} : { is: rule.when.is }) };
  }
  for (const alternative of route.alternatives) while (alternative.keepers.length < slots.length) alternative.keepers.push(0);
  return route;
}

/** An attribute that base_event has only under a profile: what the profile requires may be missing, and base_event must always do. */
function needsProfile(schema: OcsfSchema, { path }: Entry): boolean {
  const chain = attributeChain(schema, schema.classes.get('base_event')!, path);
  return chain?.some(({ profile }) => profile !== undefined) ?? false;
}

/** `top` over `base`: an entry replaces one of the same attribute. */
function overlay(base: readonly Entry[], top: readonly Entry[]): Entry[] {
  const replaced = new Set(top.map((entry) => entry.path));
  return [...base.filter((entry) => !replaced.has(entry.path)), ...top];
}

/** Alternatives after the first that is always possible are never reached. */
function untilAlways(alternatives: readonly Alternative[]): Alternative[] {
  const always = alternatives.findIndex((alternative) => alternative.requirement === undefined);
  return alternatives.slice(0, always + 1);
}

/** The fields that any route reads: the scanner's dictionary starts with them. */
export function knownFields(mapping: CompiledMapping): string[] {
  const names = new Set<string>([...TYPE_FIELDS, ...ENVELOPE]);
  for (const route of [...Object.values(mapping.routes).flat(), mapping.unknown]) for (const slot of route.slots) names.add(slot);
  return [...names];
}
