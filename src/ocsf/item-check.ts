/** A schema made ready for validation: what to check of each attribute of a class or object, looked up once. */
import type { Rule } from './findings.js';
import { type ScalarCheck, type ScalarOptions, scalarCheck } from './scalar-check.js';
import type { Attribute, EventClass, OcsfSchema } from './schema.js';

export interface AttributeCheck {
  attribute: Attribute;
  /** the bit of the attribute's profile, 0 without one */
  gate: number;
  /** for an attribute of type `object_t`; undefined for the others */
  item: ItemCheck | undefined;
  scalar: ScalarCheck;
  /** the enum, by id as a number or by text */
  captions: ReadonlyMap<unknown, string> | undefined;
  /** the enum is of texts, not of ids */
  textEnum: boolean;
  enumRule: Rule;
  siblingRule: Rule;
}

export interface ItemCheck {
  /** `class process_activity`, `object file` */
  what: string;
  /** the object's or class's name */
  name: string;
  /** an object without attributes of its own, whose content is anybody's */
  freeForm: boolean;
  deprecated: boolean;
  attributes: ReadonlyMap<string, AttributeCheck>;
  required: readonly AttributeCheck[];
  constraints: readonly { rule: 'at_least_one' | 'just_one'; paths: readonly (readonly string[])[] }[];
  /** `[time, time_dt]`, … */
  instants: readonly (readonly [string, string])[];
}

export interface ClassCheck extends ItemCheck {
  eventClass: EventClass;
}

/** The attributes of a class whose captions say what the event is; a wrong one there is an error of its own name. */
const CLASSIFICATION: Readonly<Record<string, readonly [Rule, Rule]>> = {
  class_uid: ['class_unknown', 'class_name_mismatch'],
  category_uid: ['category_mismatch', 'category_name_mismatch'],
  type_uid: ['enum_unknown', 'type_name_mismatch'],
};

/** Bits of the profiles of a schema. */
export function profileBits(schema: OcsfSchema): ReadonlyMap<string, number> {
  const names = new Set([...schema.classes.values()].flatMap((eventClass) => eventClass.profiles));
  return new Map([...names].sort().map((name, position) => [name, 2 ** position]));
}

/** Returns a maker of class checks; the checks of objects are shared by all classes. */
export function classChecks(
  schema: OcsfSchema,
  bits: ReadonlyMap<string, number>,
  options: ScalarOptions,
): (eventClass: EventClass) => ClassCheck {
  const scalars = new Map([...schema.types].map(([name, type]) => [name, scalarCheck(type, options)]));
  const objects = new Map<string, ItemCheck>();

  const attributeCheck = (attribute: Attribute, inClass: boolean): AttributeCheck => {
    const [enumRule, siblingRule] =
      (inClass && CLASSIFICATION[attribute.name]) || (['enum_unknown', 'sibling_mismatch'] as const);
    const textEnum = schema.types.get(attribute.type)?.base === 'string';
    const captions =
      attribute.enum &&
      new Map<unknown, string>(Object.entries(attribute.enum).map(([id, caption]) => [textEnum ? id : Number(id), caption]));
    const gate = attribute.profile === undefined ? 0 : (bits.get(attribute.profile) ?? 0);
    const item = attribute.object === undefined ? undefined : objectCheck(attribute.object);
    return { attribute, gate, item, scalar: scalars.get(attribute.type)!, captions, textEnum, enumRule, siblingRule };
  };

  const fill = (item: ItemCheck, source: Pick<EventClass, 'attributes' | 'constraints'>, inClass: boolean): ItemCheck => {
    const attributes = new Map([...source.attributes].map(([name, attribute]) => [name, attributeCheck(attribute, inClass)]));
    const paths = (names: readonly string[]) => names.map((name) => name.split('.'));
    item.attributes = attributes;
    item.required = [...attributes.values()].filter(({ attribute }) => attribute.requirement === 'required');
    item.constraints = (['at_least_one', 'just_one'] as const).flatMap((rule) => {
      const names = source.constraints[rule];
      return names ? [{ rule, paths: paths(names) }] : [];
    });
    item.instants = [...source.attributes.values()]
      .filter(({ type, name }) => type === 'datetime_t' && source.attributes.has(name.replace(/_dt$/, '')))
      .map(({ name }) => [name.replace(/_dt$/, ''), name] as const);
    return item;
  };

  const objectCheck = (name: string): ItemCheck => {
    const known = objects.get(name);
    if (known) return known;
    const object = schema.objects.get(name)!;
    const item = emptyItem(`object ${name}`, name, object.attributes.size === 0, object.deprecated ?? false);
    objects.set(name, item); // before it is filled: objects hold each other, a process its parent process
    return fill(item, object, false);
  };

  return (eventClass) => {
    const item = emptyItem(`class ${eventClass.name}`, eventClass.name, false, eventClass.deprecated ?? false);
    return { ...fill(item, eventClass, true), eventClass };
  };
}

const emptyItem = (what: string, name: string, freeForm: boolean, deprecated: boolean): ItemCheck => ({
  what,
  name,
  freeForm,
  deprecated,
  attributes: new Map(),
  required: [],
  constraints: [],
  instants: [],
});
