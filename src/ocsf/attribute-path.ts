/**
 * Dotted attribute paths: `process.file.name`, `process.file.hashes[0].value`, `process.file.hashes[].value`.
 *
 * A list may stand without brackets and then means all its elements, as `[]` does.
 */
import { nearestText, ocsfPathUnknown } from './errors.js';
import { nearestNames } from './nearest-name.js';
import type { Attribute, EventClass, ObjectType, OcsfSchema } from './schema.js';

export interface PathStep {
  attribute: Attribute;
  /** which element of a list; absent: all of them, or no list */
  index?: number;
}

export interface AttributePath {
  /** without brackets */
  plain: string;
  /** at least one */
  steps: readonly PathStep[];
  /** where the path ends */
  attribute: Attribute;
  /** the profiles an event must declare to use the path */
  profiles: readonly string[];
  /** the `observable.type_id`s the schema gives the path, the most particular first: class, attribute, object or type */
  observableTypes: readonly number[];
}

export interface PathProblem {
  /** the part that is not understood, as written */
  part: string;
  /** the path before it, empty for the first part */
  parent: string;
  nearest: readonly string[];
  /** one sentence */
  message: string;
}

const PART = /^([^[\]]+)(?:\[(\d*)\])?$/;

/** What a path names in a class, or what is wrong with it. Costs a few map look-ups; keep the answer when asking per event. */
export function resolvePath(schema: OcsfSchema, eventClass: EventClass, path: string): AttributePath | PathProblem {
  const parts = path.split('.');
  const steps: PathStep[] = [];
  let attributes = eventClass.attributes;
  let owner = `class ${eventClass.name}`;
  for (const [position, part] of parts.entries()) {
    const problem = (what: string, nearest: readonly string[] = []): PathProblem => {
      const message = `Path "${path}" is not in OCSF ${schema.version} class ${eventClass.name}: ${what}${nearestText(nearest)}.`;
      return { part, parent: parts.slice(0, position).join('.'), nearest, message };
    };
    const [, name, index] = PART.exec(part) ?? [];
    if (name === undefined) return problem(`"${part}" is not an attribute name with at most one [index]`);
    const attribute = attributes.get(name);
    if (!attribute) return problem(`${owner} has no attribute "${name}"`, nearestNames(name, attributes.keys()));
    if (index !== undefined && !attribute.isArray) return problem(`"${name}" of ${owner} is not a list and takes no [index]`);
    steps.push(index ? { attribute, index: Number(index) } : { attribute });
    if (position === parts.length - 1) break;
    const object = attribute.object === undefined ? undefined : schema.objects.get(attribute.object);
    if (!object) return problem(`"${name}" of ${owner} is a ${attribute.type} and has no attributes of its own`);
    if (object.attributes.size === 0) return problem(`"${name}" of ${owner} is free-form and has no known attributes`);
    attributes = object.attributes;
    owner = `object ${object.name}`;
  }
  return describe(schema, eventClass, steps);
}

/**
 * {@link resolvePath} for callers that cannot go on without.
 *
 * @throws FalconryError `OCSF_PATH_UNKNOWN`
 */
export function requirePath(schema: OcsfSchema, eventClass: EventClass, path: string): AttributePath {
  const resolved = resolvePath(schema, eventClass, path);
  if ('message' in resolved) throw ocsfPathUnknown(resolved);
  return resolved;
}

/**
 * The values at a path in an event, lists flattened. Null and absent values, and elements past the end, are left out, so an
 * empty answer means that the path points at nothing.
 */
export function valuesAt(event: Readonly<Record<string, unknown>>, steps: readonly PathStep[]): unknown[] {
  let values: unknown[] = [event];
  for (const { attribute, index } of steps) {
    const next: unknown[] = [];
    for (const owner of values) {
      const value = typeof owner === 'object' && owner !== null ? (owner as Record<string, unknown>)[attribute.name] : undefined;
      if (index !== undefined) next.push(Array.isArray(value) ? value[index] : undefined);
      else if (!Array.isArray(value)) next.push(value);
      else for (const element of value) next.push(element);
    }
    values = next.filter((value) => value !== undefined && value !== null);
  }
  return values;
}

function describe(schema: OcsfSchema, eventClass: EventClass, steps: readonly PathStep[]): AttributePath {
  const { attribute } = steps.at(-1)!;
  const plain = steps.map((step) => step.attribute.name).join('.');
  const target: ObjectType | { observable?: number } | undefined =
    attribute.object === undefined ? schema.types.get(attribute.type) : schema.objects.get(attribute.object);
  const declared = [eventClass.observables[plain], attribute.observable, target?.observable];
  const observableTypes = [...new Set(declared.filter((id) => id !== undefined))];
  const profiles = [...new Set(steps.map((step) => step.attribute.profile).filter((profile) => profile !== undefined))];
  return { plain, steps, attribute, profiles, observableTypes };
}
