/**
 * Column plans: mappings compiled against one OCSF version. Pure data (it crosses threads); `normalize/` runs it.
 *
 * A *slot* is a field's place in a row of one route. The first slots are the same in every route ({@link ENVELOPE}).
 */
import type { ClassLayout } from '../ocsf/layout.js';
import type { OcsfVersion } from '../ocsf/schema.js';
import type { Origin } from './model.js';

/** Fields that the engine itself reads, in the slots 0, 1, … of every route. */
export const ENVELOPE = ['timestamp', 'ContextTimeStamp', 'UTCTimestamp', 'id', 'cid', 'aid'] as const;
export const SLOT = { timestamp: 0, contextTime: 1, utcTime: 2, id: 3, cid: 4, aid: 5 } as const;

/**
 * Fields that name an event's type, in order of precedence: an external event has no event_simpleName, and the event_type of a cloud
 * attack (event-type) is the cloud's own.
 */
export const TYPE_FIELDS = ['event_simpleName', 'ExternalApiType', 'event-type', 'event_type'] as const;

/** The event type of a secondary feed's rows, which name none themselves: the feed's folder in an archive. */
export const feedEventType = (feed: string): string => `fdrv2/${feed}`;
export const isFeedType = (eventType: string): boolean => eventType.startsWith(feedEventType(''));

export type TimeUnit = 'auto' | 's' | 'ms' | 'filetime';

/** Which part of a value a text kernel takes. */
export type TextPart =
  | { part: 'whole' | 'basename' | 'dirname' }
  | { part: 'first' | 'after' | 'before'; separator: string }
  | { part: 'pair' | 'members'; key: string };

/** What a text must be to stand in an attribute. */
export type TextTest = 'string' | 'ip' | 'mac' | 'hash' | 'uuid' | 'email' | 'bytestring' | 'subnet';

/** Where a leaf's value comes from and how it is read. */
export type Reading =
  | { kind: 'text'; parts: TextPart[]; test: TextTest; maxLength: number; hexDigits?: number }
  | { kind: 'integer'; min: number; max: number; radix: 10 | 16; parts: TextPart[] }
  | { kind: 'long'; radix: 10 | 16; parts: TextPart[] }
  | { kind: 'float'; parts: TextPart[] }
  | { kind: 'boolean'; parts: TextPart[] }
  | { kind: 'time'; unit: TimeUnit; parts: TextPart[] }
  /** a duration in seconds → integer milliseconds */
  | { kind: 'seconds'; parts: TextPart[] }
  /** raw text → id and caption; the caption '' stands for the raw text (OCSF: 99 with the source's own word) */
  | { kind: 'enum'; raw: string[]; ids: number[]; captions: string[]; other?: { id: number; caption: string | null } }
  | { kind: 'table'; raw: string[]; texts: string[] }
  /** raw text → boolean */
  | { kind: 'flags'; raw: string[]; values: boolean[] }
  | { kind: 'ranges'; below: number[]; ids: number[]; captions: string[] };

/** Fills one leaf from one slot. */
export interface LeafOp {
  /** node index of the leaf in the class ({@link ClassPlan.nodes}) */
  node: number;
  /** node of the caption beside an enum id, or -1 */
  caption: number;
  slot: number;
  reading: Reading;
  /** a success takes the field: it need not stand in `unmapped` */
  keeps: boolean;
  /** an alternative: only where the leaf is still empty */
  ifEmpty: boolean;
}

/** A constant of a leaf; written where its struct has something else (top level: always). */
export interface ConstantOp {
  node: number;
  caption: number;
  value: string | number | boolean;
  captionText: string;
  /** only where the leaf is still empty */
  ifEmpty: boolean;
}

/** Objects or scalars of a list column, row by row. */
export interface ListOp {
  node: number;
  items: ItemOp[];
}

export interface ItemOp {
  /** the list inside a string that makes one item a part; absent: one item */
  each?: { slot: number; parts: TextPart[]; separator: string };
  /** scalar lists: how the part is read */
  scalar?: Reading;
  /** constants of a scalar list (metadata.profiles) */
  constants?: string[];
  /** leaves of the item; `slot` -1 means the part */
  leaves: LeafOp[];
  constantLeaves: ConstantOp[];
  /** structs inside the item, inner ones first; the last is the item itself */
  structs: StructRule[];
}

/** When a struct exists: bottom-up after the leaves are filled. Only structs that the alternative can fill are listed. */
export interface StructRule {
  node: number;
  /** children (node indexes) whose values make the struct exist; constants are not among them */
  data: number[];
  /** of those, the ones without which it must not exist */
  required: number[];
  anyOf: number[][];
  /** of each group exactly one */
  justOne: number[][];
}

/** A condition on a row's slots, to choose the class before the row is sorted. */
export type Requirement =
  | { all: Requirement[] }
  | { any: Requirement[] }
  | { slot: number; reading: Reading }
  /** a list op gives at least one item */
  | { list: ListOp };

export interface ActivityPlan {
  /** the slot that decides, or -1: always entry 0 */
  slot: number;
  reading: Extract<Reading, { kind: 'enum' | 'ranges' }> | null;
  /** for each id: caption (null: the raw value, or without a slot the event type), type_uid, type_name */
  entries: { id: number; caption: string | null; typeUid: number; typeName: string }[];
  keeps: boolean;
}

/** Where an alternative was written; told to people, the engine does not read it. */
export interface AlternativeSource {
  file: string;
  /** from 1 */
  line: number;
  origin: Origin;
  /** the rule itself, one of its fallbacks, the base event that every rule ends in, or what is for events without a rule */
  as: 'rule' | 'fallback' | 'base-event' | 'unknown';
}

/** What facts are about: a host (the feed aidmaster), a user (userinfo, UserIdentity), a process (ProcessRollup2). */
export const FACT_KINDS = ['host', 'user', 'process'] as const;
export type FactKind = (typeof FACT_KINDS)[number];

/** What facts fill of a class where events leave it empty: ops like an alternative's, but run on a row of facts. */
export interface FactPlan {
  kind: FactKind;
  /** path of the object that they fill: `device`; its `uid` says whose facts they are */
  place: string;
  leaves: LeafOp[];
  lists: ListOp[];
  /** of structs inside the place, bottom-up; one that the event has already stays as it is */
  structs: StructRule[];
  /** all of them only where still empty */
  constants: ConstantOp[];
}

/** One way to write an event: its class and everything that fills it. */
export interface Alternative {
  class: number;
  source: AlternativeSource;
  /** absent: always possible */
  requirement?: Requirement;
  activity: ActivityPlan;
  leaves: LeafOp[];
  lists: ListOp[];
  /** bottom-up: inner structs first */
  structs: StructRule[];
  constants: ConstantOp[];
  /** structs of constants alone, outer ones first: they exist where the struct around them does (metadata.product) */
  fixedStructs: number[];
  /** the struct that gets a constant of its own where nothing else is known of it: OCSF's unknown actor */
  unknownActor?: { struct: number; leaf: number; text: string };
  /** slot → how many ops keep it; 0: the field always stands in `unmapped` */
  keepers: number[];
  /** for each of the class's {@link FactPlan}s the slots that fill the `uid` of its place, in their order; none: no facts are asked for */
  factSlots: number[][];
}

/** All that can become of one event type under one guard. */
export interface Route {
  /** field names by slot; the first are {@link ENVELOPE} */
  slots: string[];
  guard?: { slot: number; is?: string[]; not: boolean };
  /** the mapping's own time field, or -1 */
  timeSlot: number;
  alternatives: Alternative[];
}

/** A leaf whose value is also an observable. */
export interface ObservablePlan {
  node: number;
  typeId: number;
  type: string;
  /** `process.file.name`, or for a leaf inside a list `process.file.hashes[#].value` */
  name: string;
  /** the list node the leaf lies in, or -1 */
  list: number;
}

export interface ClassPlan {
  name: string;
  uid: number;
  caption: string;
  categoryUid: number;
  categoryName: string;
  /** the Security Lake source: `fdr12_process` */
  source: string;
  layout: ClassLayout;
  /** every layout node's path, parents first; an op's `node` is an index here */
  nodes: string[];
  observables: ObservablePlan[];
  facts: FactPlan[];
}

export interface CompiledMapping {
  version: OcsfVersion;
  /** of the mapping files */
  mappingVersion: string;
  placeholders: string[];
  classes: ClassPlan[];
  /** event type → its routes, tried in order */
  routes: Record<string, Route[]>;
  /** fields of facts by slot: what {@link FactPlan}s read */
  factFields: Record<FactKind, string[]>;
  /** for event types without a route, and for events that no guard takes */
  unknown: Route;
}
