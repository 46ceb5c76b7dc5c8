/**
 * Random events that are valid by the schema alone, for any class and version: the schema decides which attributes there are,
 * the seed which optional ones are filled.
 */
import { resolvePath } from '../../src/ocsf/attribute-path.js';
import type { Attribute, Constraints, EventClass, OcsfSchema } from '../../src/ocsf/schema.js';

export type Item = Record<string, unknown>;

/** Numbers in [0, 1), the same for a seed everywhere (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export const pick = <T>(random: () => number, from: readonly T[]): T => from[Math.floor(random() * from.length)]!;

const WORDS = [
  'svchost.exe',
  'C:\\Windows\\explorer.exe',
  'alice',
  'Zoë',
  '用户',
  'launchd',
  'a longer text with blanks',
  '0x3e7',
];
const TIME = Date.UTC(2024, 4, 1, 12);
const HASH_DIGITS: Record<number, number> = { 1: 32, 2: 40, 3: 64 };

export function randomEvent(schema: OcsfSchema, eventClass: EventClass, random: () => number): Item {
  return new EventMaker(schema, eventClass, random).event();
}

class EventMaker {
  private readonly profiles: readonly string[];
  private readonly addressVersion: 4 | 6;

  constructor(
    private readonly schema: OcsfSchema,
    private readonly eventClass: EventClass,
    private readonly random: () => number,
  ) {
    this.profiles = eventClass.profiles.filter(() => random() < 0.4);
    this.addressVersion = random() < 0.5 ? 4 : 6;
  }

  event(): Item {
    const { uid, caption, categoryUid, categoryName, attributes } = this.eventClass;
    const event = this.item(attributes, this.eventClass.constraints, 0, `class ${this.eventClass.name}`);
    const activities = attributes.get('activity_id')!.enum!;
    event.activity_id ??= 0; // optional in the e-mail classes
    event.class_uid = uid;
    event.category_uid = categoryUid;
    event.type_uid = uid * 100 + (event.activity_id as number);
    if (event.class_name !== undefined) event.class_name = caption;
    if (event.category_name !== undefined) event.category_name = categoryName;
    if (event.type_name !== undefined) event.type_name = `${caption}: ${activities[String(event.activity_id)]}`;
    const metadata = event.metadata as Item;
    metadata.version = this.schema.version;
    if (this.profiles.length > 0) metadata.profiles = [...this.profiles];
    else delete metadata.profiles;
    if (attributes.has('observables')) event.observables = this.observables(event);
    return event;
  }

  private item(attributes: ReadonlyMap<string, Attribute>, constraints: Constraints, depth: number, owner: string): Item {
    const chance = [0.5, 0.35, 0.2, 0.05][depth] ?? 0;
    const chosen = new Set<string>();
    for (const { name, requirement, profile } of attributes.values()) {
      if (profile !== undefined && !this.profiles.includes(profile)) continue;
      if (requirement === 'required' || this.random() < chance) chosen.add(name);
    }
    const usable = (names: readonly string[]) => names.filter((name) => this.usable(attributes, name));
    const { at_least_one: some, just_one: one } = constraints;
    if (some && !some.some((name) => chosen.has(name)) && owner !== 'class patch_state')
      chosen.add(pick(this.random, usable(some)));
    if (one) {
      for (const name of one) chosen.delete(name);
      chosen.add(pick(this.random, usable(one)));
    }
    for (const name of [...chosen]) {
      if (name.endsWith('_dt')) chosen.add(name.slice(0, -3));
    }
    const item: Item = {};
    for (const [name, attribute] of attributes) {
      if (chosen.has(name) && name !== 'observables') item[name] = this.value(attribute, depth);
    }
    this.agree(item, attributes, owner);
    return item;
  }

  private usable(attributes: ReadonlyMap<string, Attribute>, name: string): boolean {
    const attribute = attributes.get(name);
    return attribute !== undefined && (attribute.profile === undefined || this.profiles.includes(attribute.profile));
  }

  /** Makes what must go together do so. */
  private agree(item: Item, attributes: ReadonlyMap<string, Attribute>, owner: string): void {
    for (const [name, { enum: captions, sibling }] of attributes) {
      if (item[name] === undefined || !captions || !sibling || item[sibling] === undefined) continue;
      if (attributes.get(sibling)!.type !== 'string_t') {
        delete item[sibling]; // `priority` of 1.1.0 is an integer, so that no caption fits it
        continue;
      }
      const caption = (id: unknown) => (id === 99 ? "the source's word" : captions[String(id)]);
      item[sibling] = Array.isArray(item[name]) ? item[name].map(caption) : caption(item[name]);
    }
    for (const name of Object.keys(item)) {
      if (name.endsWith('_dt')) item[name] = new Date(item[name.slice(0, -3)] as number).toISOString();
    }
    if (owner === 'object fingerprint') {
      item.algorithm_id = 1 + Math.floor(this.random() * 3);
      if (item.algorithm !== undefined) item.algorithm = attributes.get('algorithm_id')!.enum![String(item.algorithm_id)];
      item.value = 'a1B2c3d4'.repeat(HASH_DIGITS[item.algorithm_id as number]! / 8);
    }
    if (owner === 'object network_connection_info') {
      if (item.protocol_num !== undefined) item.protocol_num = 6;
      if (item.protocol_name !== undefined) item.protocol_name = 'tcp';
      if (item.protocol_ver_id !== undefined) {
        item.protocol_ver_id = this.addressVersion;
        const caption = attributes.get('protocol_ver_id')!.enum![this.addressVersion];
        if (item.protocol_ver !== undefined) item.protocol_ver = caption;
      }
    }
    if (owner === 'class patch_state') {
      const os = ((item.device as Item).os ??= { name: 'Windows', type_id: 100 }) as Item;
      os.version = '10.0';
    }
  }

  private value(attribute: Attribute, depth: number): unknown {
    if (!attribute.isArray) return this.one(attribute, depth);
    return Array.from({ length: 1 + Math.floor(this.random() * 2) }, () => this.one(attribute, depth));
  }

  private one(attribute: Attribute, depth: number): unknown {
    if (attribute.object !== undefined) {
      const object = this.schema.objects.get(attribute.object)!;
      if (object.attributes.size === 0) return { RawProcessId: '4', nested: { any: [1, null, '-'] } };
      return this.item(object.attributes, object.constraints, depth + 1, `object ${object.name}`);
    }
    const type = this.schema.types.get(attribute.type)!;
    if (attribute.enum) {
      const key = pick(this.random, Object.keys(attribute.enum));
      return type.base === 'string' ? key : Number(key);
    }
    if (attribute.type === 'timestamp_t') return TIME + Math.floor(this.random() * 1e9);
    switch (type.base) {
      case 'integer':
        return Math.floor(this.random() * ((type.range?.[1] ?? 2 ** 31 - 1) + 1));
      case 'long':
        return Math.floor(this.random() * 2 ** 50);
      case 'float':
        return this.random() * 100;
      case 'boolean':
        return this.random() < 0.5;
      case 'json':
        return pick<unknown>(this.random, [{ a: [1] }, [1, 2], 'text', 5]);
      default:
        return this.text(type.name);
    }
  }

  private text(type: string): string {
    const hex = (digits: number) => Array.from({ length: digits }, () => pick(this.random, [...'0123456789abcdef'])).join('');
    const byte = () => Math.floor(this.random() * 256);
    switch (type) {
      case 'ip_t':
        if (this.addressVersion === 4) return `${byte()}.${byte()}.${byte()}.${byte()}`;
        return pick(this.random, [`2001:db8::${hex(4)}`, `fe80::${hex(3)}:${hex(1)}%eth0`, '::1', '::ffff:10.1.2.3']);
      case 'subnet_t':
        return pick(this.random, [`10.${byte()}.0.0/16`, '2001:db8::/32', '192.168.0.1']);
      case 'mac_t':
        return Array.from({ length: 6 }, () => hex(2)).join(pick(this.random, [':', '-']));
      case 'uuid_t':
        return `${hex(8)}-${hex(4)}-${hex(4)}-${hex(4)}-${hex(12)}`;
      case 'bytestring_t':
        return pick(this.random, ['aGVsbG8=', 'aGVsbG8', '_-8=']);
      case 'datetime_t':
        return new Date(TIME).toISOString();
      case 'file_hash_t':
        return hex(40);
      case 'resource_uid_t':
        return hex(20);
      default:
        return pick(this.random, WORDS);
    }
  }

  /** Observables of some of the event's own values. */
  private observables(event: Item): Item[] {
    const observables: Item[] = [];
    for (const { path, value } of leaves(event)) {
      if (this.random() > 0.1) continue;
      const resolved = resolvePath(this.schema, this.eventClass, path);
      if ('message' in resolved || typeof value === 'object') continue;
      observables.push({ name: path, type_id: resolved.observableTypes[0] ?? 0, value: String(value) });
    }
    for (const path of ['device', 'process', 'actor.process.file']) {
      const resolved = resolvePath(this.schema, this.eventClass, path);
      const there = path.split('.').reduce<unknown>((value, name) => (value as Item | undefined)?.[name], event) !== undefined;
      if (there && !('message' in resolved)) observables.push({ name: path, type_id: resolved.observableTypes[0] ?? 0 });
    }
    return observables;
  }
}

/** Every value of an event with its path, objects and lists included, each after what holds it. */
export function* leaves(value: unknown, path = ''): Generator<{ path: string; value: unknown }> {
  if (path !== '') yield { path, value };
  if (Array.isArray(value)) for (const [index, element] of value.entries()) yield* leaves(element, `${path}[${index}]`);
  else if (typeof value === 'object' && value !== null) {
    for (const [name, member] of Object.entries(value)) yield* leaves(member, path === '' ? name : `${path}.${name}`);
  }
}
