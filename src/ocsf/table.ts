/**
 * The stored form of a schema, `schema/<version>.json`, and its decoding.
 *
 * A type is `<primitive> [max=<characters>] [range=<low>..<high>] [observable=<type_id>]`. An attribute is
 * `<type or object>[[]] [required|recommended] [profile=<p>] [enum=<name>] [sibling=<attribute>] [observable=<type_id>]
 * [deprecated]`, where a name ending in `_t` is a type, any other an object, `[]` a list, and no requirement means optional.
 * A class lists what it adds to or changes in `base_event`. What follows from uids and captions (the enums of `class_uid`,
 * `category_uid` and `type_uid`) is not stored but made here.
 */
import { ocsfTableBroken } from './errors.js';
import type { Attribute, Constraints, EventClass, ObjectType, OcsfSchema, OcsfType, OcsfVersion, Primitive } from './schema.js';

export interface SchemaTable {
  version: string;
  types: Readonly<Record<string, string>>;
  /** `category_uid` → caption */
  categories: Readonly<Record<string, string>>;
  observableTypes: Readonly<Record<string, string>>;
  enums: Readonly<Record<string, Readonly<Record<string, string>>>>;
  classes: Readonly<Record<string, ClassEntry>>;
  objects: Readonly<Record<string, ObjectEntry>>;
}

interface ObjectEntry {
  caption: string;
  observable?: number;
  deprecated?: boolean;
  constraints?: Constraints;
  attributes: Readonly<Record<string, string>>;
}

interface ClassEntry {
  uid: number;
  caption: string;
  category: number;
  deprecated?: boolean;
  profiles: readonly string[];
  constraints?: Constraints;
  observables?: Readonly<Record<string, number>>;
  attributes: Readonly<Record<string, string>>;
}

const PRIMITIVES: ReadonlySet<string> = new Set<Primitive>(['string', 'integer', 'long', 'float', 'boolean', 'json', 'object']);

/** The whole schema of a table. Attributes come in name order; equal ones are one object, so treat them as frozen. */
export function decodeTable(table: SchemaTable): OcsfSchema {
  const attributes = attributeDecoder(table);
  const base = Object.entries(table.classes.base_event?.attributes ?? {});
  const classes = new Map<string, EventClass>();
  for (const [name, entry] of Object.entries(table.classes)) {
    classes.set(
      name,
      decodeClass(table, name, entry, attributes(`class ${name}`, [...base, ...Object.entries(entry.attributes)])),
    );
  }
  const objects = new Map<string, ObjectType>();
  for (const [name, entry] of Object.entries(table.objects)) {
    const { caption, observable, deprecated, constraints = {} } = entry;
    const object: ObjectType = {
      name,
      caption,
      attributes: attributes(`object ${name}`, Object.entries(entry.attributes)),
      constraints,
    };
    if (observable !== undefined) object.observable = observable;
    if (deprecated) object.deprecated = true;
    objects.set(name, object);
  }
  const types = new Map(Object.entries(table.types).map(([name, text]) => [name, decodeType(table.version, name, text)]));
  const observableTypes = new Map(Object.entries(table.observableTypes).map(([id, caption]) => [Number(id), caption]));
  return { version: table.version as OcsfVersion, classes, objects, types, observableTypes };
}

function decodeClass(table: SchemaTable, name: string, entry: ClassEntry, attributes: Map<string, Attribute>): EventClass {
  const { uid, caption, category, profiles, constraints = {}, observables = {} } = entry;
  const categoryName = table.categories[category];
  if (categoryName === undefined) throw ocsfTableBroken(table.version, `class ${name}`, `category ${category}`);
  const activities = Object.entries(attributes.get('activity_id')?.enum ?? {});
  const derived = {
    class_uid: { [uid]: caption },
    category_uid: { [category]: categoryName },
    type_uid: Object.fromEntries(activities.map(([id, activity]) => [uid * 100 + Number(id), `${caption}: ${activity}`])),
  };
  for (const [attribute, captions] of Object.entries(derived)) {
    const plain = attributes.get(attribute);
    if (plain) attributes.set(attribute, { ...plain, enum: captions });
  }
  const decoded: EventClass = {
    name,
    uid,
    caption,
    categoryUid: category,
    categoryName,
    profiles,
    attributes,
    constraints,
    observables,
  };
  if (entry.deprecated) decoded.deprecated = true;
  return decoded;
}

/** Decodes lists of attributes, later entries of a name winning, and shares what is written alike. */
function attributeDecoder(table: SchemaTable) {
  const known = new Map<string, Attribute>();
  const decode = (place: string, name: string, text: string): Attribute => {
    const key = `${name} ${text}`;
    let attribute = known.get(key);
    if (!attribute) known.set(key, (attribute = decodeAttribute(table, `${place}, attribute ${name}`, name, text)));
    return attribute;
  };
  return (place: string, entries: readonly (readonly [string, string])[]): Map<string, Attribute> => {
    const texts = new Map(entries);
    const attributes = new Map<string, Attribute>();
    for (const name of [...texts.keys()].sort()) attributes.set(name, decode(place, name, texts.get(name)!));
    return attributes;
  };
}

function decodeAttribute(table: SchemaTable, place: string, name: string, text: string): Attribute {
  const [kind = '', ...facts] = text.split(' ');
  const isArray = kind.endsWith('[]');
  const target = isArray ? kind.slice(0, -2) : kind;
  const isObject = !target.endsWith('_t');
  if (!(isObject ? table.objects : table.types)[target]) throw ocsfTableBroken(table.version, place, target);
  const attribute: Attribute = { name, type: isObject ? 'object_t' : target, isArray, requirement: 'optional' };
  if (isObject) attribute.object = target;
  for (const fact of facts) {
    const [word = '', value = ''] = fact.split('=');
    if (word === 'required' || word === 'recommended') attribute.requirement = word;
    else if (word === 'deprecated') attribute.deprecated = true;
    else if (word === 'profile') attribute.profile = value;
    else if (word === 'sibling') attribute.sibling = value;
    else if (word === 'observable') attribute.observable = Number(value);
    else if (word === 'enum' && table.enums[value]) attribute.enum = table.enums[value];
    else throw ocsfTableBroken(table.version, place, fact);
  }
  return attribute;
}

function decodeType(version: string, name: string, text: string): OcsfType {
  const [base = '', ...facts] = text.split(' ');
  if (!PRIMITIVES.has(base)) throw ocsfTableBroken(version, `type ${name}`, base);
  const type: OcsfType = { name, base: base as Primitive };
  for (const fact of facts) {
    const [word, value = ''] = fact.split('=');
    if (word === 'max') type.maxLength = Number(value);
    else if (word === 'observable') type.observable = Number(value);
    else if (word === 'range') {
      const [low, high] = value.split('..').map(Number);
      type.range = [low!, high!];
    } else throw ocsfTableBroken(version, `type ${name}`, fact);
  }
  return type;
}
