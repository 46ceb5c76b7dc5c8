/** The columns that a set of rules needs in a class, appended to the columns the class already has. */
import type { ClassLayout, LayoutNode } from '../ocsf/layout.js';
import type { Attribute, EventClass, OcsfSchema } from '../ocsf/schema.js';
import { placedFacts } from './facts.js';
import type { Entry, MappingSet, Rule, Value } from './model.js';

/** What every class has, in this order; what a class or version lacks is skipped. */
const HEAD = [
  'time',
  'time_dt',
  'class_uid',
  'class_name',
  'category_uid',
  'category_name',
  'activity_id',
  'activity_name',
  'type_uid',
  'type_name',
  'severity_id',
  'severity',
  'metadata.uid',
  'metadata.version',
  'metadata.event_code',
  'metadata.tenant_uid',
  'metadata.logged_time',
  'metadata.original_time',
  'metadata.profiles',
];
const OBSERVABLE = ['name', 'type_id', 'type', 'value'];

/** Every class that the rules of a version can write, with the entries that can reach it. */
export function entriesByClass(set: MappingSet, schema: OcsfSchema): Map<string, Entry[]> {
  const byClass = new Map<string, Entry[]>();
  const add = (name: string, entries: readonly Entry[]) => byClass.set(name, [...(byClass.get(name) ?? []), ...entries]);
  const ofRule = (rule: Rule) => {
    add(rule.class, rule.entries);
    for (const fallback of rule.fallbacks) add(fallback.class, [...rule.entries, ...fallback.entries]);
    add('base_event', rule.entries);
  };
  for (const rule of set.rules) if (rule.versions?.includes(schema.version) ?? true) ofRule(rule);
  add('base_event', set.unknown.entries);
  for (const [name, entries] of byClass) {
    if (!schema.classes.has(name)) byClass.delete(name);
    else
      add(
        name,
        placedFacts(set.facts, entries).flatMap((placed) => placed.entries),
      );
  }
  return byClass;
}

/**
 * The layout of a class: `last` with what the entries need added at the ends of its structs.
 *
 * @param last the committed layout, if there is one; its columns keep their places
 */
export function deriveLayout(schema: OcsfSchema, className: string, entries: readonly Entry[], last?: ClassLayout): ClassLayout {
  const cls = schema.classes.get(className);
  if (cls === undefined) throw new Error(`no class ${className} in OCSF ${schema.version}`);
  const columns: LayoutNode[] = structuredClone(last?.columns ?? []);
  const add = (path: string) => addPath(schema, cls.attributes, columns, path.split('.'));

  for (const path of HEAD) add(path);
  if (cls.attributes.get('actor')?.requirement === 'required') add(unknownActorPath(schema));
  const wanted = entries.flatMap((entry) => valuePaths(entry.path, entry.value));
  for (const path of requiredEnums(schema, cls, wanted)) wanted.push(path);
  for (const path of [...new Set(wanted)].sort()) add(path);
  for (const member of OBSERVABLE) add(`observables.${member}`);
  if (!columns.some((column) => column.name === 'unmapped')) columns.push({ name: 'unmapped', type: 'map' });
  return { class: className, version: schema.version, columns };
}

/** What OCSF allows for an actor of whom nothing is known: `app_name` (from 1.2.0) or `invoked_by`. */
export function unknownActorPath(schema: OcsfSchema): string {
  return schema.objects.get('actor')?.attributes.has('app_name') ? 'actor.app_name' : 'actor.invoked_by';
}

function valuePaths(path: string, value: Value): string[] {
  if (value.kind === 'hashes') return [`${path}.algorithm_id`, `${path}.value`];
  if (value.kind === 'items')
    return value.of.flatMap((item) => item.entries.flatMap((e) => valuePaths(`${path}.${e.path}`, e.value)));
  return [path];
}

/** Required enums beside what is wanted: they are 0 where nothing fills them. */
function requiredEnums(schema: OcsfSchema, cls: EventClass, wanted: readonly string[]): string[] {
  const found = new Set<string>();
  const visit = (attributes: ReadonlyMap<string, Attribute>, prefix: string) => {
    for (const attribute of attributes.values()) {
      if (attribute.requirement !== 'required' || attribute.enum === undefined) continue;
      if (attribute.profile === undefined || prefix === '') found.add(prefix + attribute.name);
    }
  };
  visit(
    new Map([...cls.attributes].filter(([name, a]) => a.profile === undefined || profileIsUsed(cls, a.profile, name, wanted))),
    '',
  );
  for (const path of wanted) {
    const steps = path.split('.');
    let attributes: ReadonlyMap<string, Attribute> | undefined = cls.attributes;
    for (let i = 0; i < steps.length - 1 && attributes !== undefined; i++) {
      const attribute: Attribute | undefined = attributes.get(steps[i]!);
      attributes = attribute?.object === undefined ? undefined : schema.objects.get(attribute.object)?.attributes;
      if (attributes !== undefined) visit(attributes, `${steps.slice(0, i + 1).join('.')}.`);
    }
  }
  return [...found];
}

function profileIsUsed(cls: EventClass, profile: string, name: string, wanted: readonly string[]): boolean {
  return wanted.some((path) => {
    const top = path.split('.')[0]!;
    return top !== name && cls.attributes.get(top)?.profile === profile;
  });
}

function addPath(schema: OcsfSchema, attributes: ReadonlyMap<string, Attribute>, level: LayoutNode[], steps: string[]): boolean {
  const [name, ...rest] = steps;
  const attribute = attributes.get(name!);
  if (attribute === undefined) return false;
  let node = level.find((candidate) => candidate.name === name);
  const isNew = node === undefined;
  node ??= newNode(schema, attribute);
  if (rest.length > 0) {
    const object = attribute.object === undefined ? undefined : schema.objects.get(attribute.object);
    const children = node.element?.children ?? node.children;
    if (object === undefined || children === undefined || !addPath(schema, object.attributes, children, rest)) return false;
  } else if (attribute.type === 'object_t') return false;
  if (isNew) level.push(node);
  if (rest.length === 0 && attribute.sibling !== undefined) addPath(schema, attributes, level, [attribute.sibling]);
  return true;
}

function newNode(schema: OcsfSchema, attribute: Attribute): LayoutNode {
  const leaf = leafType(schema, attribute);
  const name = attribute.isArray ? 'element' : attribute.name;
  const node: LayoutNode = leaf === 'struct' ? { name, type: leaf, children: [] } : { name, type: leaf };
  return attribute.isArray ? { name: attribute.name, type: 'list', element: node } : node;
}

function leafType(schema: OcsfSchema, attribute: Attribute): LayoutNode['type'] {
  if (attribute.type === 'object_t') return 'struct';
  if (attribute.type === 'datetime_t') return 'timestamp';
  const base = schema.types.get(attribute.type)?.base;
  return base === undefined || base === 'json' || base === 'object' ? 'string' : base;
}
