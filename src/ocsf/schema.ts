/**
 * The OCSF schema as the project uses it: classes, objects, types and enums of one version, read from the fact tables
 * beside this file.
 */

/** The OCSF versions Falconry writes; the first is the default. */
export const OCSF_VERSIONS = ['1.2.0', '1.3.0', '1.1.0'] as const;
export type OcsfVersion = (typeof OCSF_VERSIONS)[number];

/** The primitive below an OCSF type: `port_t` is an `integer`, `ip_t` a `string`. */
export type Primitive = 'string' | 'integer' | 'long' | 'float' | 'boolean' | 'json' | 'object';

export interface OcsfType {
  name: string;
  base: Primitive;
  /** longest value in characters (code points), where the version sets one */
  maxLength?: number;
  /** inclusive */
  range?: readonly [number, number];
  /** the `observable.type_id` that this type makes */
  observable?: number;
}

export interface Attribute {
  name: string;
  /** an OCSF type name (`ip_t`), or `object_t` */
  type: string;
  /** the object's name, where `type` is `object_t` */
  object?: string;
  isArray: boolean;
  requirement: 'required' | 'recommended' | 'optional';
  /** the attribute exists only under this profile */
  profile?: string;
  /** id (or string value) → caption */
  enum?: Readonly<Record<string, string>>;
  /** the attribute that carries the caption of this enum */
  sibling?: string;
  /** the `observable.type_id` of this very attribute */
  observable?: number;
  deprecated?: boolean;
}

export interface Constraints {
  at_least_one?: readonly string[];
  just_one?: readonly string[];
}

export interface ObjectType {
  name: string;
  caption: string;
  attributes: ReadonlyMap<string, Attribute>;
  constraints: Constraints;
  observable?: number;
  deprecated?: boolean;
}

export interface EventClass {
  name: string;
  uid: number;
  caption: string;
  categoryUid: number;
  categoryName: string;
  profiles: readonly string[];
  attributes: ReadonlyMap<string, Attribute>;
  constraints: Constraints;
  /** attribute path → `observable.type_id`, where the class itself says so */
  observables: Readonly<Record<string, number>>;
  deprecated?: boolean;
}

export interface OcsfSchema {
  version: OcsfVersion;
  classes: ReadonlyMap<string, EventClass>;
  objects: ReadonlyMap<string, ObjectType>;
  types: ReadonlyMap<string, OcsfType>;
  /** `observable.type_id` → caption */
  observableTypes: ReadonlyMap<number, string>;
}
