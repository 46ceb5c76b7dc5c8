/** Compiles one way to write an event (a class and the entries that fill it) to an {@link Alternative}. */
import type { Attribute, Constraints, EventClass, OcsfSchema } from '../ocsf/schema.js';
import { attributeChain } from './class-plan.js';
import { unknownActorPath } from './derive-layout.js';
import type { Choice, Entry, Item, Value } from './model.js';
import type {
  ActivityPlan,
  Alternative,
  ClassPlan,
  ConstantOp,
  ItemOp,
  LeafOp,
  ListOp,
  Reading,
  Requirement,
  StructRule,
} from './plan.js';
import {
  captionId,
  enumReading,
  fieldReading,
  hashReading,
  OTHER,
  rangesReading,
  readingKeeps,
  tableReading,
  textParts,
} from './reading.js';

export interface AlternativeContext {
  schema: OcsfSchema;
  plan: ClassPlan;
  classIndex: number;
  /** slot of a field, new ones at the end */
  slotOf: (field: string) => number;
  timeField: string | undefined;
}

/** A struct of the event or of a list's item, while its content is gathered. */
interface StructContent {
  attributes: ReadonlyMap<string, Attribute>;
  constraints: Constraints;
}

export function compileAlternative(
  context: AlternativeContext,
  entries: readonly Entry[],
  activity: Choice,
  severity: Choice,
): Alternative {
  return new AlternativeCompiler(context).compile(entries, activity, severity);
}

class AlternativeCompiler {
  private readonly cls: EventClass;
  private readonly nodeIndex = new Map<string, number>();
  private readonly leaves: LeafOp[] = [];
  private readonly lists: ListOp[] = [];
  private constants: ConstantOp[] = [];
  private readonly fixedStructs: number[] = [];

  constructor(private readonly context: AlternativeContext) {
    this.cls = context.schema.classes.get(context.plan.name)!;
    for (const [index, path] of context.plan.nodes.entries()) this.nodeIndex.set(path, index);
  }

  compile(entries: readonly Entry[], activity: Choice, severity: Choice): Alternative {
    const { plan, classIndex } = this.context;
    this.engineEntries();
    for (const entry of entries) this.entry(entry.path, entry.value, false);
    this.choice('severity_id', severity);
    const profiles = this.profiles(entries);
    this.lists.push({
      node: this.node('metadata.profiles')!,
      items: [{ constants: profiles, leaves: [], constantLeaves: [], structs: [] }],
    });
    this.requiredEnums(this.cls.attributes, '', profiles);

    const structs: StructRule[] = [];
    const top = this.structRules('', { attributes: this.cls.attributes, constraints: this.cls.constraints }, profiles, structs);
    const unknownActor = this.unknownActor(structs);
    const requirement = this.requirement(structs, top, unknownActor);
    const activityPlan = this.activity(activity);
    const alternative: Alternative = {
      class: classIndex,
      activity: activityPlan,
      leaves: this.leaves,
      lists: this.lists,
      structs,
      constants: this.constants,
      fixedStructs: [...new Set(this.fixedStructs)].sort((a, b) => a - b),
      keepers: this.keepers(activityPlan),
      ...(requirement === undefined ? {} : { requirement }),
      ...(unknownActor === undefined ? {} : { unknownActor }),
    };
    if (plan.nodes.length === 0) throw new Error(`empty layout for ${plan.name}`);
    return alternative;
  }

  private node(path: string): number | undefined {
    return this.nodeIndex.get(path);
  }

  /** What the engine maps for every event: the cloud's time, the endpoint's time as text, the version. */
  private engineEntries(): void {
    const field = (name: string, ...kernels: string[]): Value => ({
      kind: 'field',
      field: name,
      kernels: kernels.map((kernel) => ({ name: kernel, args: [] })),
    });
    this.entry('metadata.logged_time', field('timestamp'), false);
    this.entry('metadata.original_time', field('ContextTimeStamp'), false);
    this.entry('metadata.original_time', field('UTCTimestamp'), true);
    if (this.context.timeField !== undefined) this.entry('metadata.original_time', field(this.context.timeField), true);
    this.entry('metadata.version', { kind: 'constant', value: this.context.schema.version }, false);
  }

  private attribute(path: string): Attribute | undefined {
    return attributeChain(this.context.schema, this.cls, path)?.at(-1);
  }

  /** Adds the ops of one entry; what the class or version lacks is left out. */
  private entry(path: string, value: Value, ifEmpty: boolean): void {
    const attribute = this.attribute(path);
    const node = this.node(path);
    if (attribute === undefined || node === undefined) return;
    switch (value.kind) {
      case 'first':
        for (const [index, one] of value.of.entries()) this.entry(path, one, ifEmpty || index > 0);
        return;
      case 'constant': {
        const constant = this.constant(node, path, attribute, value.value, ifEmpty);
        if (constant !== undefined) this.constants.push(constant);
        return;
      }
      case 'hashes':
        this.lists.push(this.hashes(node, path, value));
        return;
      case 'list': {
        const split = value.kernels.at(-1)!;
        const each = {
          slot: this.context.slotOf(value.field),
          parts: textParts(value.kernels.slice(0, -1)),
          separator: split.args[0] ?? '',
        };
        const scalar = fieldReading(this.context.schema, attribute, []);
        this.lists.push({ node, items: [{ each, scalar, leaves: [], constantLeaves: [], structs: [] }] });
        return;
      }
      case 'items': {
        const items = value.of
          .map((item) => this.item(path, attribute, item))
          .filter((item): item is ItemOp => item !== undefined);
        if (items.length > 0) this.lists.push({ node, items });
        return;
      }
      default: {
        const op = this.leaf(node, path, attribute, value, ifEmpty);
        if (op !== undefined) this.leaves.push(op);
      }
    }
  }

  private leaf(node: number, path: string, attribute: Attribute, value: Value, ifEmpty: boolean): LeafOp | undefined {
    const { schema, slotOf } = this.context;
    let reading: Reading;
    let slot: number;
    if (value.kind === 'field') {
      reading = fieldReading(schema, attribute, value.kernels);
      slot = slotOf(value.field);
    } else if (value.kind === 'item') {
      reading = fieldReading(schema, attribute, value.kernels);
      slot = -1;
    } else if (value.kind === 'enum') {
      reading = enumReading(attribute, value);
      slot = slotOf(value.field);
    } else if (value.kind === 'ranges') {
      reading = rangesReading(attribute, value);
      slot = slotOf(value.field);
    } else if (value.kind === 'table') {
      reading = tableReading(attribute, value);
      slot = slotOf(value.field);
    } else return undefined;
    return { node, caption: this.captionNode(path, attribute), slot, reading, keeps: readingKeeps(reading), ifEmpty };
  }

  private captionNode(path: string, attribute: Attribute): number {
    if (attribute.sibling === undefined) return -1;
    const cut = path.lastIndexOf('.');
    return this.node(cut < 0 ? attribute.sibling : `${path.slice(0, cut)}.${attribute.sibling}`) ?? -1;
  }

  private constant(
    node: number,
    path: string,
    attribute: Attribute,
    value: string | number | boolean,
    ifEmpty: boolean,
  ): ConstantOp | undefined {
    const caption = this.captionNode(path, attribute);
    const isId = attribute.enum !== undefined && this.context.schema.types.get(attribute.type)?.base === 'integer';
    if (!isId) return { node, caption: -1, value, captionText: '', ifEmpty };
    const id = captionId(attribute, String(value));
    return id === undefined
      ? undefined
      : { node, caption: id === OTHER ? -1 : caption, value: id, captionText: String(value), ifEmpty };
  }

  private hashes(node: number, path: string, value: Extract<Value, { kind: 'hashes' }>): ListOp {
    const algorithm = this.attribute(`${path}.algorithm_id`)!;
    const idNode = this.node(`${path}.algorithm_id`)!;
    const caption = this.captionNode(`${path}.algorithm_id`, algorithm);
    const valueNode = this.node(`${path}.value`)!;
    const items = value.of.flatMap(({ algorithm: name, field }): ItemOp[] => {
      const id = captionId(algorithm, name);
      if (id === undefined) return [];
      const reading = hashReading(this.context.schema, id);
      return [
        {
          leaves: [{ node: valueNode, caption: -1, slot: this.context.slotOf(field), reading, keeps: true, ifEmpty: false }],
          constantLeaves: [{ node: idNode, caption, value: id, captionText: name, ifEmpty: false }],
          structs: [{ node, data: [valueNode], required: [valueNode], anyOf: [], justOne: [] }],
        },
      ];
    });
    return { node, items };
  }

  private item(path: string, attribute: Attribute, item: Item): ItemOp | undefined {
    const sub = new AlternativeCompiler(this.context);
    for (const entry of item.entries) sub.entry(`${path}.${entry.path}`, entry.value, false);
    const object = this.context.schema.objects.get(attribute.object ?? '');
    if (object === undefined || sub.lists.length > 0) return undefined;
    sub.requiredEnums(object.attributes, `${path}.`, []);
    const structs: StructRule[] = [];
    const rule = sub.structRules(path, object, [], structs);
    if (rule === undefined) return undefined;
    structs.push(rule);
    const op: ItemOp = { leaves: sub.leaves, constantLeaves: sub.constants, structs };
    if (item.each !== undefined) {
      const split = item.each.kernels.at(-1)!;
      op.each = {
        slot: this.context.slotOf(item.each.field),
        parts: textParts(item.each.kernels.slice(0, -1)),
        separator: split.args[0] ?? '',
      };
    }
    return op;
  }

  /** Severity: an enum at the top that always has a value. */
  private choice(path: string, choice: Choice): void {
    this.entry(path, choice, false);
    const attribute = this.attribute(path)!;
    if (choice.kind !== 'constant') this.constants.push(this.constant(this.node(path)!, path, attribute, 'Unknown', true)!);
  }

  private activity(choice: Choice): ActivityPlan {
    const attribute = this.cls.attributes.get('activity_id')!;
    const entry = (id: number, caption: string | null) => ({
      id,
      caption,
      typeUid: this.cls.uid * 100 + id,
      typeName: `${this.cls.caption}: ${attribute.enum?.[id] ?? caption ?? ''}`,
    });
    const unknown = entry(0, attribute.enum?.[0] ?? 'Unknown');
    if (choice.kind === 'constant') {
      const id = captionId(attribute, String(choice.value)) ?? 0;
      return {
        slot: -1,
        reading: null,
        keeps: false,
        entries: [id === 0 ? unknown : entry(id, id === OTHER ? null : (attribute.enum?.[id] ?? null))],
      };
    }
    const slot = this.context.slotOf(choice.field);
    if (choice.kind === 'ranges') {
      const reading = rangesReading(attribute, choice);
      return { slot, reading, keeps: false, entries: [unknown, ...reading.ids.map((id, i) => entry(id, reading.captions[i]!))] };
    }
    const reading = enumReading(attribute, choice);
    const entries = [unknown, ...reading.ids.map((id, i) => entry(id, reading.captions[i] === '' ? null : reading.captions[i]!))];
    if (reading.other !== undefined) entries.push(entry(reading.other.id, reading.other.caption));
    return { slot, reading, keeps: true, entries };
  }

  /** `datetime` for time_dt, and the profile of every gated attribute that an entry fills. */
  private profiles(entries: readonly Entry[]): string[] {
    const used = new Set(['datetime']);
    for (const entry of entries) {
      if (this.node(entry.path) === undefined) continue;
      for (const attribute of attributeChain(this.context.schema, this.cls, entry.path) ?? []) {
        if (attribute.profile !== undefined && this.cls.profiles.includes(attribute.profile)) used.add(attribute.profile);
      }
    }
    return [...used].sort();
  }

  /** Required enums that nothing fills, or that may stay empty, are 0. */
  private requiredEnums(attributes: ReadonlyMap<string, Attribute>, prefix: string, profiles: readonly string[]): void {
    for (const attribute of attributes.values()) {
      const path = prefix + attribute.name;
      const node = this.node(path);
      if (node === undefined) continue;
      if (attribute.object !== undefined) {
        if (attribute.isArray) continue;
        const object = this.context.schema.objects.get(attribute.object)!;
        if (this.touches(path)) this.requiredEnums(object.attributes, `${path}.`, profiles);
        continue;
      }
      const isOwn = ['class_uid', 'category_uid', 'type_uid', 'activity_id', 'severity_id'].includes(path);
      if (isOwn || attribute.requirement !== 'required' || attribute.enum === undefined || attribute.isArray) continue;
      if (attribute.profile !== undefined && !profiles.includes(attribute.profile)) continue;
      if (this.constants.some((constant) => constant.node === node)) continue;
      const zero = attribute.enum['0'];
      if (zero !== undefined) this.constants.push(this.constant(node, path, attribute, zero, true)!);
    }
  }

  /** Whether an op fills something at or below a path. */
  private touches(path: string): boolean {
    const below = (node: number) => this.context.plan.nodes[node]!.startsWith(`${path}.`);
    return (
      this.leaves.some((op) => below(op.node)) ||
      this.lists.some((op) => below(op.node)) ||
      this.constants.some((op) => below(op.node))
    );
  }

  /**
   * The rule of the struct at `path` ('' is the event), and before it those of the structs inside. A struct that can never exist
   * takes its ops with it: their fields stay in `unmapped`.
   */
  private structRules(
    path: string,
    content: StructContent,
    profiles: readonly string[],
    into: StructRule[],
  ): StructRule | undefined {
    const prefix = path === '' ? '' : `${path}.`;
    const data = new Map<string, number>();
    const fixed = new Set<string>();
    for (const attribute of content.attributes.values()) {
      const node = this.node(prefix + attribute.name);
      if (node === undefined) continue;
      if (attribute.object !== undefined && !attribute.isArray) {
        if (!this.touches(prefix + attribute.name)) continue;
        const object = this.context.schema.objects.get(attribute.object)!;
        const isNeeded = path !== '' || attribute.requirement === 'required';
        const rule = this.structRules(prefix + attribute.name, object, profiles, into);
        if (isNeeded && this.constantsSuffice(prefix + attribute.name, object, profiles)) {
          fixed.add(attribute.name);
          this.fixedStructs.push(node);
        } else if (rule === undefined) this.remove(prefix + attribute.name);
        if (rule !== undefined) {
          into.push(rule);
          data.set(attribute.name, node);
        }
      } else {
        if (this.leaves.some((op) => op.node === node) || this.lists.some((op) => op.node === node))
          data.set(attribute.name, node);
        if (this.constants.some((op) => op.node === node)) fixed.add(attribute.name);
      }
    }
    if (data.size === 0) return undefined;
    const required: number[] = [];
    for (const attribute of content.attributes.values()) {
      if (attribute.requirement !== 'required' || fixed.has(attribute.name)) continue;
      if (attribute.profile !== undefined && !profiles.includes(attribute.profile)) continue;
      const node = data.get(attribute.name);
      if (node !== undefined) required.push(node);
      else if (path !== '') return undefined;
    }
    const anyOf: number[][] = [];
    const justOne: number[][] = [];
    const group = (names: readonly string[]) => names.flatMap((name) => data.get(name) ?? []);
    const anyNames = content.constraints.at_least_one?.filter((name) => !name.includes('.'));
    if (anyNames !== undefined && anyNames.length > 0 && !anyNames.some((name) => fixed.has(name))) {
      if (path !== '' && group(anyNames).length === 0) return undefined;
      anyOf.push(group(anyNames));
    }
    if (content.constraints.just_one !== undefined) justOne.push(group(content.constraints.just_one));
    return { node: path === '' ? -1 : this.node(path)!, data: [...data.values()], required, anyOf, justOne };
  }

  /**
   * Whether constants give a struct all that OCSF wants of it: then it exists where the struct around it does (metadata.product), with or
   * without data. At the top only a struct that the class requires does.
   */
  private constantsSuffice(path: string, object: StructContent, profiles: readonly string[]): boolean {
    const filled = new Set<string>();
    for (const attribute of object.attributes.values()) {
      const node = this.node(`${path}.${attribute.name}`);
      if (node === undefined) continue;
      const inner = attribute.isArray ? undefined : this.context.schema.objects.get(attribute.object ?? '');
      const isFilled =
        inner === undefined
          ? this.constants.some((op) => op.node === node)
          : this.touches(`${path}.${attribute.name}`) && this.constantsSuffice(`${path}.${attribute.name}`, inner, profiles);
      if (isFilled) filled.add(attribute.name);
    }
    const isMissing = (a: Attribute) =>
      a.requirement === 'required' && (a.profile === undefined || profiles.includes(a.profile)) && !filled.has(a.name);
    const group = object.constraints.at_least_one;
    if (filled.size === 0 || [...object.attributes.values()].some(isMissing)) return false;
    return group === undefined || group.some((name) => filled.has(name));
  }

  private remove(path: string): void {
    const keep = (node: number) => !this.context.plan.nodes[node]!.startsWith(`${path}.`);
    const filter = <T extends { node: number }>(ops: T[]) => ops.splice(0, ops.length, ...ops.filter((op) => keep(op.node)));
    filter(this.leaves);
    filter(this.lists);
    this.constants = this.constants.filter((op) => keep(op.node));
  }

  private unknownActor(structs: StructRule[]): Alternative['unknownActor'] {
    if (this.cls.attributes.get('actor')?.requirement !== 'required') return undefined;
    const struct = this.node('actor')!;
    const leaf = this.node(unknownActorPath(this.context.schema))!;
    if (!structs.some((rule) => rule.node === struct))
      structs.push({ node: struct, data: [], required: [], anyOf: [], justOne: [] });
    return { struct, leaf, text: 'Unknown' };
  }

  /** What a row needs so that every required attribute of the class can be filled. */
  private requirement(
    structs: readonly StructRule[],
    top: StructRule | undefined,
    actor: Alternative['unknownActor'],
  ): Requirement | undefined {
    const rules = new Map(structs.map((rule) => [rule.node, rule]));
    const exists = (node: number): Requirement => {
      const rule = rules.get(node);
      if (rule !== undefined) return this.structRequirement(rule, exists);
      const lists = this.lists.filter((op) => op.node === node).map((list): Requirement => ({ list }));
      const leaves = this.leaves
        .filter((op) => op.node === node)
        .map((op): Requirement => ({ slot: op.slot, reading: op.reading }));
      return { any: [...leaves, ...lists] };
    };
    const needed: Requirement[] = [];
    for (const attribute of this.cls.attributes.values()) {
      if (attribute.requirement !== 'required' || attribute.profile !== undefined) continue;
      const node = this.node(attribute.name);
      if (attribute.name === 'metadata' || (actor !== undefined && node === actor.struct)) continue;
      if (attribute.object === undefined && attribute.enum !== undefined) continue;
      if (['time', 'type_uid', 'class_uid', 'category_uid'].includes(attribute.name)) continue;
      if (node === undefined || !(top?.data.includes(node) ?? false)) return { any: [] };
      needed.push(exists(node));
    }
    for (const group of top?.anyOf ?? []) needed.push({ any: group.map(exists) });
    for (const path of this.dottedConstraint()) needed.push(path);
    return needed.length === 0 ? undefined : { all: needed };
  }

  /** patch_state wants one of `device.os.version` …: constraints on paths. */
  private dottedConstraint(): Requirement[] {
    const names = this.cls.constraints.at_least_one ?? [];
    if (!names.some((name) => name.includes('.'))) return [];
    const ops = names.flatMap((name) => this.leaves.filter((op) => op.node === this.node(name)));
    return [{ any: ops.map((op) => ({ slot: op.slot, reading: op.reading })) }];
  }

  private structRequirement(rule: StructRule, exists: (node: number) => Requirement): Requirement {
    const all = [...rule.required.map(exists), ...rule.anyOf.map((group) => ({ any: group.map(exists) }))];
    return all.length > 0 ? { all } : { any: rule.data.map(exists) };
  }

  private keepers(activity: ActivityPlan): number[] {
    const keepers: number[] = [];
    const add = (slot: number) => {
      keepers[slot] = (keepers[slot] ?? 0) + 1;
    };
    for (const op of this.leaves) if (op.keeps) add(op.slot);
    for (const list of this.lists) {
      for (const item of list.items) {
        if (item.each !== undefined && item.each.parts.length === 0) add(item.each.slot);
        for (const op of item.leaves) if (op.keeps && op.slot >= 0) add(op.slot);
      }
    }
    if (activity.keeps) add(activity.slot);
    return Array.from(keepers, (count) => count ?? 0);
  }
}
