/**
 * A mapping as checked data: what the YAML under `mappings/` means after includes, shared objects and parameters are resolved.
 * The language is described in docs/mapping-language.md. Pure data: it crosses threads by structured clone.
 */
import type { OcsfVersion } from '../ocsf/schema.js';
import type { FactKind } from './plan.js';

/** Where in a mapping file something was said. */
export interface Where {
  file: string;
  /** from 1 */
  line: number;
}

/** Whose a mapping file is: a user's rules go before the built-in ones. */
export type Origin = 'built-in' | 'user';

/** A kernel by name with its arguments: `split(;)`. */
export interface KernelCall {
  name: string;
  args: string[];
}

/** A field of the event, by its FDR name (dotted for nested values), after its kernels. */
export interface FieldValue {
  kind: 'field';
  field: string;
  kernels: KernelCall[];
}

/** The item of an `each` list, after further kernels; only inside {@link Item.entries}. */
export interface ItemValue {
  kind: 'item';
  kernels: KernelCall[];
}

/** A constant: for an enum attribute the caption, which the compiler turns into the id. */
export interface ConstantValue {
  kind: 'constant';
  value: string | number | boolean;
}

/** What an enum does with a value that its table lacks. */
export type EnumElse = { kind: 'absent' } | { kind: 'caption'; caption: string } | { kind: 'source' };

/** Raw value → caption of the attribute's enum. */
export interface EnumValue {
  kind: 'enum';
  field: string;
  table: Record<string, string>;
  /** `source`: id 99 (Other) and the raw value as caption */
  else: EnumElse;
}

/** Raw value → text, for attributes without an enum. */
export interface TableValue {
  kind: 'table';
  field: string;
  table: Record<string, string>;
}

/** Number → caption: the first range with `value < below`; the last may be open. */
export interface RangesValue {
  kind: 'ranges';
  field: string;
  ranges: { below?: number; caption: string }[];
}

/** The first that gives a valid value. */
export interface FirstValue {
  kind: 'first';
  of: (FieldValue | ConstantValue | EnumValue | TableValue | RangesValue)[];
}

/** `fingerprint[]` by algorithm caption (`SHA-256`), in this order. */
export interface HashesValue {
  kind: 'hashes';
  of: { algorithm: string; field: string }[];
}

/** An array of scalars from one string; the last kernel splits. */
export interface ListValue {
  kind: 'list';
  field: string;
  kernels: KernelCall[];
}

/** Objects of an array: one, or one for each part of a list inside a string. */
export interface Item {
  each?: { field: string; kernels: KernelCall[] };
  /** paths are relative to the item */
  entries: Entry[];
}

export interface ItemsValue {
  kind: 'items';
  of: Item[];
}

export type Value =
  | FieldValue
  | ItemValue
  | ConstantValue
  | EnumValue
  | TableValue
  | RangesValue
  | FirstValue
  | HashesValue
  | ListValue
  | ItemsValue;

/** One attribute and what fills it. `path` is dotted, without indexes: `process.file.name`. */
export interface Entry {
  path: string;
  value: Value;
  where: Where;
}

/** An enum at the top of the event that every rule sets: activity, severity. */
export type Choice = ConstantValue | EnumValue | RangesValue;

/** Rules of one event type are tried in order; the first whose guard holds takes the event. */
export interface Guard {
  field: string;
  /** the field's value is one of these; absent: the field only has to be there */
  is?: string[];
  /** turn the answer round */
  not?: boolean;
}

export interface Fallback {
  class: string;
  activity: Choice;
  /** beside those entries of the rule that the class has */
  entries: Entry[];
  where: Where;
}

export interface Rule {
  eventTypes: string[];
  class: string;
  /** absent: all */
  versions?: OcsfVersion[];
  when?: Guard;
  activity: Choice;
  severity: Choice;
  /** the field that is the event's own time where there is no ContextTimeStamp */
  time?: string;
  entries: Entry[];
  /** tried in order when a required attribute cannot be filled; base_event is always the last */
  fallbacks: Fallback[];
  /** why no class but base_event fits */
  reason?: string;
  where: Where;
  /** of the file it stands in; `built-in` unless told */
  origin?: Origin;
}

/** A class that Falconry writes, as a Security Lake custom source. */
export interface SourceName {
  class: string;
  /** the part after `fdr12_` */
  suffix: string;
}

export interface MappingSet {
  /** names the text of all mapping files: 12 hex digits of their SHA-256 */
  version: string;
  sources: SourceName[];
  /** values that mean absent, whatever the field */
  placeholders: string[];
  /** `observable.type_id`s that are derived from what was mapped */
  observableTypes: number[];
  /** entries of events that no rule takes */
  unknown: { severity: Choice; entries: Entry[]; where: Where; origin?: Origin };
  /** entries that facts fill where events leave them empty */
  facts: Record<FactKind, Entry[]>;
  rules: Rule[];
}
