/** Which attribute an entry's path names, in each OCSF version, and which attributes no entry may name. */
import type { Attribute, Constraints, EventClass, OcsfSchema } from '../ocsf/schema.js';
import { unknown } from './problem.js';

/** A class or an object of one version: what has attributes. */
export interface Owner {
  schema: OcsfSchema;
  /** for messages: `class dns_activity`, `object file` */
  what: string;
  attributes: ReadonlyMap<string, Attribute>;
  constraints: Constraints;
  isClass: boolean;
}

export function classOwner(schema: OcsfSchema, { name, attributes, constraints }: EventClass): Owner {
  return { schema, what: `class ${name}`, attributes, constraints, isClass: true };
}

/** The objects of each schema as owners; many thousand paths lead through a hundred of them. */
const objectOwners = new WeakMap<OcsfSchema, Map<string, Owner>>();

/** The object an attribute holds, or undefined for a scalar. */
export function objectOwner(schema: OcsfSchema, { object: name }: Attribute): Owner | undefined {
  const object = name === undefined ? undefined : schema.objects.get(name);
  if (!object) return undefined;
  let owners = objectOwners.get(schema);
  if (!owners) objectOwners.set(schema, (owners = new Map()));
  let owner = owners.get(object.name);
  if (!owner) {
    const { attributes, constraints } = object;
    owners.set(object.name, (owner = { schema, what: `object ${object.name}`, attributes, constraints, isClass: false }));
  }
  return owner;
}

export interface Found {
  attribute: Attribute;
  /** what holds it: the class, or the object before the last dot */
  owner: Owner;
}

/** The attribute at a path, or undefined: {@link pathProblem} then says why. Paths go through objects, never through arrays. */
export function findAttribute(owner: Owner, path: string): Found | undefined {
  const end = walk(owner, path.split('.'));
  return 'attribute' in end ? end : undefined;
}

/** What is wrong with a path that names no attribute. */
export function pathProblem(owner: Owner, path: string): string {
  const names = path.split('.');
  const end = walk(owner, names);
  if ('attribute' in end) return `${path} is an attribute of ${owner.what}`;
  const { stopped, owner: at, at: index } = end;
  const before = names.slice(0, index + 1).join('.');
  if (stopped === undefined) return unknown(`attribute of ${at.what}`, names[index]!, at.attributes.keys());
  if (stopped.isArray)
    return `${before} is an array and a path cannot go through it; give ${before} a list of items, - { map: … }`;
  if (stopped.object === undefined) return `${before} is of type ${stopped.type} and has no attributes of its own`;
  return `${before} is free-form in OCSF and has no columns; leave the field in unmapped`;
}

/** Where a path ends: at an attribute, or before it at a name that nothing has or an attribute that nothing goes through. */
function walk(owner: Owner, names: readonly string[]): Found | { stopped: Attribute | undefined; owner: Owner; at: number } {
  let holder = owner;
  for (const [at, name] of names.entries()) {
    const attribute = holder.attributes.get(name);
    if (!attribute) return { stopped: undefined, owner: holder, at };
    if (at === names.length - 1) return { attribute, owner: holder };
    const next = attribute.isArray ? undefined : objectOwner(holder.schema, attribute);
    if (!next || next.attributes.size === 0) return { stopped: attribute, owner: holder, at };
    holder = next;
  }
  return { stopped: undefined, owner, at: 0 };
}

/** Attributes of every class that Falconry fills; the text says from what. */
const SELF_FILLED: Readonly<Record<string, string>> = {
  activity_id: 'from the rule’s "activity"',
  activity_name: 'from the rule’s "activity"',
  category_uid: 'from the class',
  category_name: 'from the class',
  class_uid: 'from the class',
  class_name: 'from the class',
  type_uid: 'from class and activity',
  type_name: 'from class and activity',
  severity_id: 'from the rule’s "severity"',
  severity: 'from the rule’s "severity"; move it out of the map',
  time: 'from ContextTimeStamp, the rule’s "time" field or the cloud’s timestamp',
  observables: 'from what was mapped',
  unmapped: 'from the fields that no entry took',
  'metadata.profiles': 'from the attributes used',
  'metadata.version': 'from the OCSF version',
  'metadata.logged_time': 'from the cloud’s timestamp',
  'metadata.original_time': 'from the field that gave time',
};

/** Why an entry may not name this path, or undefined. */
export function selfFilled(path: string, { attribute, owner }: Found): string | undefined {
  const from = owner.isClass || path.startsWith('metadata.') ? SELF_FILLED[path] : undefined;
  if (from !== undefined) return `fills itself ${from}`;
  if (attribute.type === 'datetime_t') {
    return path === 'time_dt'
      ? 'fills itself from time'
      : `is the text form of ${attribute.name.replace(/_dt$/, '')}; map that one`;
  }
  const id = captionOf(owner).get(attribute.name);
  return id === undefined ? undefined : `is the caption of ${id} and fills itself; map ${id}`;
}

const captions = new WeakMap<ReadonlyMap<string, Attribute>, Map<string, string>>();

/** Caption attribute → the enum whose caption it carries. */
function captionOf({ attributes }: Owner): Map<string, string> {
  let found = captions.get(attributes);
  if (!found) {
    found = new Map();
    for (const { name, sibling } of attributes.values()) if (sibling !== undefined) found.set(sibling, name);
    captions.set(attributes, found);
  }
  return found;
}

/** Is the path one that {@link selfFilled} tells of, so that a required attribute needs no entry? */
export function fillsItself(path: string): boolean {
  return Object.hasOwn(SELF_FILLED, path);
}
