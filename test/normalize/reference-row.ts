/** One event as one class, the naive way: every entry by itself on plain objects, then structs from the schema's rules. */
import type { Entry, Item, Value } from '../../src/mapping/model.js';
import type { Attribute, Constraints, EventClass, OcsfSchema } from '../../src/ocsf/schema.js';
import { constantOf, type Filled, idOf, readEnum } from './reference-enum.js';
import { ABSENT, applyKernels, isHollow, REJECT, type Read, readFor, readHash, splitParts } from './values.js';

/** A use of a field that can keep it. */
interface Op {
  field: string;
  path: string;
  lost: boolean;
}

interface Content {
  attributes: ReadonlyMap<string, Attribute>;
  constraints: Constraints;
}

interface Constant extends Filled {
  ifEmpty: boolean;
}

const PART_KERNELS = ['basename', 'dirname', 'first', 'after', 'before', 'pair', 'members'];
const HASH_DIGITS: Record<string, number> = { MD5: 32, 'SHA-1': 40, 'SHA-256': 64, 'SHA-512': 128 };

export class ReferenceRow {
  /** leaves that fields fill, by path */
  private readonly data = new Map<string, Filled>();
  private readonly constants = new Map<string, Constant>();
  private readonly ops: Op[] = [];
  /** fields whose value is absent for some attribute: addresses and hashes of zeros, empty lists */
  readonly absent = new Set<string>();
  private profiles: string[] = [];

  /**
   * @param texts the event's fields
   * @param isPlaceholder tells values that mean absent
   */
  constructor(
    private readonly schema: OcsfSchema,
    private readonly cls: Content,
    private readonly texts: ReadonlyMap<string, string>,
    private readonly isPlaceholder: (text: string) => boolean,
    private readonly prefix = '',
  ) {}

  /** The struct members that entries fill, and whether the class can be this event. */
  event(
    cls: EventClass,
    entries: readonly Entry[],
    profiles: string[],
  ): { object: Record<string, unknown>; isComplete: boolean } {
    this.profiles = profiles;
    for (const { path, value } of entries) this.entry(path, value, false);
    this.data.set('metadata.profiles', { value: profiles });
    this.zeroes(cls, '');
    const top = this.struct('', cls, true);
    const { object } = top;
    if (cls.attributes.get('actor')?.requirement === 'required' && object.actor === undefined) {
      object.actor = this.schema.objects.get('actor')!.attributes.has('app_name')
        ? { app_name: 'Unknown' }
        : { invoked_by: 'Unknown' };
    }
    return { object, isComplete: top.lacks.length === 0 };
  }

  /** Fields that some use has kept, and those of which every use let go. */
  usedFields(): { kept: Set<string>; used: Set<string> } {
    const used = new Set(this.ops.map(({ field }) => field));
    return { used, kept: new Set(this.ops.filter(({ lost }) => !lost).map(({ field }) => field)) };
  }

  addUse(field: string, lost: boolean): void {
    this.ops.push({ field, path: '', lost });
  }

  attribute(path: string): Attribute | undefined {
    let content: Content | undefined = this.cls;
    let found: Attribute | undefined;
    for (const name of path.slice(this.prefix.length).split('.')) {
      found = content?.attributes.get(name);
      content = found?.object === undefined ? undefined : this.schema.objects.get(found.object);
    }
    return found;
  }

  private entry(path: string, value: Value, ifEmpty: boolean): void {
    const attribute = this.attribute(path);
    if (attribute === undefined) return;
    switch (value.kind) {
      case 'first':
        for (const [i, one] of value.of.entries()) this.entry(path, one, ifEmpty || i > 0);
        return;
      case 'constant': {
        const filled = constantOf(attribute, value.value);
        if (filled !== undefined) this.constants.set(path, { ...filled, ifEmpty });
        return;
      }
      case 'hashes': {
        const items = value.of.flatMap(({ algorithm, field }) => this.hash(path, algorithm, field));
        if (items.length > 0) this.data.set(path, { value: items });
        return;
      }
      case 'list':
        this.scalars(path, attribute, value);
        return;
      case 'items': {
        const items = value.of.flatMap((item) => this.items(path, attribute, item));
        if (items.length > 0) this.data.set(path, { value: items });
        return;
      }
      case 'item':
        throw new Error('an item outside a list');
      default: {
        const { field } = value;
        const kernels = value.kind === 'field' ? value.kernels : [];
        const keeps = value.kind !== 'ranges' && !kernels.some(({ name }) => PART_KERNELS.includes(name));
        const op: Op = { field, path, lost: false };
        if (keeps) this.ops.push(op);
        const text = this.text(field);
        if (text === undefined) return;
        if (ifEmpty && this.data.has(path)) {
          op.lost = true;
          return;
        }
        const { read, caption } = this.read(attribute, value, text);
        if (read.verdict === 'reject' || read.verdict === 'part') op.lost = true;
        if (read.verdict === 'absent') this.absent.add(field);
        if ('value' in read) this.data.set(path, { value: read.value, ...(caption === undefined ? {} : { caption }) });
      }
    }
  }

  /** A field's text; undefined where it is absent. */
  private text(field: string): string | undefined {
    const text = this.texts.get(field);
    return text === undefined || this.isPlaceholder(text) ? undefined : text;
  }

  private read(
    attribute: Attribute,
    value: Exclude<Value, { kind: 'first' | 'constant' | 'hashes' | 'list' | 'items' }>,
    text: string,
  ): { read: Read; caption?: string } {
    switch (value.kind) {
      case 'field':
      case 'item': {
        const part = applyKernels(text, value.kernels);
        return { read: part === undefined ? ABSENT : readFor(attribute, this.schema, part, value.kernels) };
      }
      case 'enum':
        return readEnum(attribute, value, text);
      case 'ranges': {
        const number = /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(text) && text.length <= 64 ? Number(text) : Number.NaN;
        const range = Number.isFinite(number)
          ? value.ranges.find(({ below }) => below === undefined || number < below)
          : undefined;
        const id = range && idOf(attribute, range.caption);
        return id === undefined ? { read: REJECT } : { read: { verdict: 'value', value: id }, caption: range!.caption };
      }
      case 'table': {
        const found = Object.hasOwn(value.table, text) ? value.table[text]! : undefined;
        if (found === undefined || (attribute.type !== 'boolean_t' && isHollow(found))) return { read: REJECT };
        const isAlone = Object.values(value.table).filter((other) => other === found).length === 1;
        return {
          read: { verdict: isAlone ? 'value' : 'part', value: attribute.type === 'boolean_t' ? found === 'true' : found },
        };
      }
    }
  }

  private hash(path: string, algorithm: string, field: string): Record<string, unknown>[] {
    const id = idOf(this.attribute(`${path}.algorithm_id`)!, algorithm);
    if (id === undefined) return [];
    const op: Op = { field, path, lost: false };
    this.ops.push(op);
    const text = this.text(field);
    if (text === undefined) return [];
    const read = readHash(text, HASH_DIGITS[algorithm]!, this.schema.types.get('file_hash_t')?.maxLength ?? 1000);
    if (read.verdict === 'reject') op.lost = true;
    if (read.verdict === 'absent') this.absent.add(field);
    return 'value' in read ? [{ algorithm_id: id, algorithm, value: read.value }] : [];
  }

  private scalars(path: string, attribute: Attribute, { field, kernels }: Extract<Value, { kind: 'list' }>): void {
    const before = kernels.slice(0, -1);
    const op: Op = { field, path, lost: false };
    if (before.length === 0) this.ops.push(op);
    const text = this.text(field);
    const part = text === undefined ? undefined : applyKernels(text, before);
    if (part === undefined) return;
    const { parts, whole } = splitParts(part, kernels.at(-1)!.args[0]!);
    if (parts.length === 0) this.absent.add(field);
    const reads = parts.map((one) => readFor(attribute, this.schema, one, []));
    op.lost = !whole || reads.some(({ verdict }) => verdict === 'reject' || verdict === 'part');
    const values = reads.flatMap((read) => ('value' in read ? [read.value] : []));
    if (values.length > 0) this.data.set(path, { value: values });
  }

  private items(path: string, attribute: Attribute, item: Item): Record<string, unknown>[] {
    const content = this.schema.objects.get(attribute.object!)!;
    const inner = () => new ReferenceRow(this.schema, content, this.texts, this.isPlaceholder, `${path}.`);
    /** uses beside the part, the same in every item: lost if they were in one */
    const beside: Op[] = [];
    const remember = ({ ops, absent }: ReferenceRow) => {
      for (const field of absent) this.absent.add(field);
      ops.forEach((op, i) => {
        beside[i] = { ...op, lost: (beside[i]?.lost ?? false) || op.lost };
      });
    };
    const made: Record<string, unknown>[] = [];
    let each: Op | undefined;
    if (item.each === undefined) {
      const one = inner();
      const object = one.item(item.entries, undefined).object;
      remember(one);
      if (object !== undefined) made.push(object);
    } else {
      const { field, kernels } = item.each;
      each = { field, path, lost: false };
      const text = this.text(field);
      const part = text === undefined ? undefined : applyKernels(text, kernels.slice(0, -1));
      if (part !== undefined) {
        const { parts, whole } = splitParts(part, kernels.at(-1)!.args[0]!);
        each.lost = !whole;
        if (parts.length === 0) this.absent.add(field);
        for (const one of parts) {
          const builder = inner();
          const { object, lost } = builder.item(item.entries, one);
          remember(builder);
          if (object !== undefined) made.push(object);
          if (object === undefined || lost) each.lost = true;
        }
      }
      if (kernels.length === 1) this.ops.push(each);
      if (made.length === 0) {
        // what the items take beside their part has no place without one
        const builder = inner();
        builder.item(item.entries, undefined);
        for (const op of builder.ops) if (this.text(op.field) !== undefined) op.lost = true;
        remember(builder);
      }
    }
    this.ops.push(...beside);
    return made;
  }

  /** One object of a list; `lost`: of its part, something was. */
  private item(
    entries: readonly Entry[],
    part: string | undefined,
  ): { object: Record<string, unknown> | undefined; lost: boolean } {
    let lost = false;
    const ofPart: { path: string }[] = [];
    for (const { path, value } of entries) {
      const at = `${this.prefix}${path}`;
      const attribute = this.attribute(at);
      if (attribute === undefined) continue;
      if (value.kind !== 'item') {
        this.entry(at, value, false);
        continue;
      }
      if (part === undefined) continue;
      const { read } = this.read(attribute, value, part);
      if (read.verdict === 'reject' || read.verdict === 'part') lost = true;
      if ('value' in read) {
        this.data.set(at, { value: read.value });
        ofPart.push({ path: at });
      }
    }
    this.zeroes(this.cls, this.prefix);
    const { object, hasData, lacks } = this.struct(this.prefix, this.cls, false);
    const exists = hasData && lacks.length === 0;
    if (!exists) this.drop(this.prefix);
    for (const { path } of ofPart) if (!this.data.has(path)) lost = true;
    return { object: exists ? object : undefined, lost };
  }

  /** Required enums that nothing fills are 0 where their struct exists. */
  private zeroes(content: Content, prefix: string): void {
    for (const attribute of content.attributes.values()) {
      const path = prefix + attribute.name;
      if (attribute.isArray || ['class_uid', 'category_uid', 'type_uid', 'activity_id', 'severity_id'].includes(path)) continue;
      if (attribute.object !== undefined) {
        if (this.isTouched(path)) this.zeroes(this.schema.objects.get(attribute.object)!, `${path}.`);
        continue;
      }
      const zero = attribute.enum?.['0'];
      if (attribute.requirement !== 'required' || zero === undefined || !this.hasProfile(attribute) || this.constants.has(path))
        continue;
      this.constants.set(path, { ...constantOf(attribute, zero)!, ifEmpty: true });
    }
  }

  /** Some entry stands at or below the path, whatever the event holds. */
  private isTouched(path: string): boolean {
    return [...this.constants.keys(), ...this.data.keys(), ...this.ops.map((op) => op.path)].some((key) =>
      key.startsWith(`${path}.`),
    );
  }

  private hasProfile({ profile }: Attribute): boolean {
    return profile === undefined || this.profiles.includes(profile);
  }

  /** A struct's members, from the inside out; those that may not exist give their fields back. */
  private struct(
    prefix: string,
    content: Content,
    isTop: boolean,
  ): { object: Record<string, unknown>; hasData: boolean; lacks: string[] } {
    const object: Record<string, unknown> = {};
    const filled = new Set<string>();
    const fixed = new Set<string>();
    for (const attribute of content.attributes.values()) {
      const { name, sibling } = attribute;
      const path = prefix + name;
      const inner = attribute.object === undefined || attribute.isArray ? undefined : this.schema.objects.get(attribute.object)!;
      if (inner === undefined) {
        const constant = this.constants.get(path);
        const found = this.data.get(path);
        if (constant !== undefined) fixed.add(name);
        if (found !== undefined) filled.add(name);
        const { value, caption } = (constant?.ifEmpty === false ? constant : (found ?? constant)) ?? {};
        if (value !== undefined) object[name] = value;
        if (caption !== undefined && sibling !== undefined) object[sibling] = caption;
      } else if (this.isTouched(path)) {
        const child = this.struct(`${path}.`, inner, false);
        const isFixed = (!isTop || attribute.requirement === 'required') && this.isFixed(`${path}.`, inner);
        const exists = child.hasData && child.lacks.length === 0;
        if (child.hasData && !exists) this.drop(`${path}.`);
        if (exists) filled.add(name);
        if (isFixed) fixed.add(name);
        if (exists) object[name] = child.object;
        else if (isFixed && this.prefix === '') object[name] = this.struct(`${path}.`, inner, false).object;
      }
    }
    const lacks: string[] = [];
    for (const attribute of content.attributes.values()) {
      const { name } = attribute;
      if (attribute.requirement !== 'required' || !this.hasProfile(attribute) || filled.has(name)) continue;
      // the object that a class is about is not made of constants
      if (fixed.has(name) && !(isTop && attribute.object !== undefined)) continue;
      if (isTop && (SELF_FILLED.includes(name) || attribute.enum !== undefined)) continue;
      lacks.push(name);
    }
    const { at_least_one: some, just_one: one } = content.constraints;
    if (some !== undefined && !some.some((name) => fixed.has(name) || hasPath(object, name.split('.'))))
      lacks.push(some.join('|'));
    if (one !== undefined && one.filter((name) => filled.has(name)).length !== 1) lacks.push(one.join('^'));
    return { object, hasData: filled.size > 0, lacks };
  }

  /** Constants alone give the struct all that it needs. */
  private isFixed(prefix: string, content: Content): boolean {
    const filled = new Set<string>();
    for (const { name, object, isArray } of content.attributes.values()) {
      const inner = isArray ? undefined : this.schema.objects.get(object ?? '');
      if (
        inner === undefined
          ? this.constants.has(prefix + name)
          : this.isTouched(prefix + name) && this.isFixed(`${prefix}${name}.`, inner)
      )
        filled.add(name);
    }
    const some = content.constraints.at_least_one;
    return (
      filled.size > 0 &&
      [...content.attributes.values()].every((a) => a.requirement !== 'required' || !this.hasProfile(a) || filled.has(a.name)) &&
      (some === undefined || some.some((name) => filled.has(name)))
    );
  }

  private drop(prefix: string): void {
    for (const path of [...this.data.keys()]) if (path.startsWith(prefix)) this.data.delete(path);
    for (const op of this.ops) if (op.path.startsWith(prefix) && this.text(op.field) !== undefined) op.lost = true;
  }
}

/** What the engine fills, and the actor, who may be unknown. */
const SELF_FILLED = ['metadata', 'actor', 'time', 'type_uid', 'class_uid', 'category_uid', 'activity_id', 'severity_id'];

function hasPath(value: unknown, path: readonly string[]): boolean {
  if (path.length === 0) return value !== undefined;
  return typeof value === 'object' && value !== null && hasPath((value as Record<string, unknown>)[path[0]!], path.slice(1));
}
