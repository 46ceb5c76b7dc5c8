/** One wrong thing done to a valid event, at a random place. */
import type { Attribute, EventClass, OcsfSchema } from '../../src/ocsf/schema.js';
import { type Item, pick } from './random-event.js';

/** A filled attribute somewhere in an event. */
interface Place {
  owner: Item;
  name: string;
  attribute: Attribute;
  path: string;
}

function* places(schema: OcsfSchema, item: Item, attributes: ReadonlyMap<string, Attribute>, path = ''): Generator<Place> {
  for (const [name, value] of Object.entries(item)) {
    const attribute = attributes.get(name);
    if (!attribute) continue;
    const here = path === '' ? name : `${path}.${name}`;
    yield { owner: item, name, attribute, path: here };
    const object = attribute.object === undefined ? undefined : schema.objects.get(attribute.object);
    if (!object) continue;
    for (const element of Array.isArray(value) ? value : [value]) yield* places(schema, element as Item, object.attributes, here);
  }
}

type Change = (place: Place, random: () => number) => void;

const set =
  (value: unknown): Change =>
  ({ owner, name, attribute }) => {
    owner[name] = attribute.isArray ? [value] : value;
  };
const ofType =
  (...types: string[]) =>
  (place: Place) =>
    types.includes(place.attribute.type) && !place.attribute.enum;
const called =
  (...paths: string[]) =>
  (place: Place) =>
    paths.includes(place.path);

/** Mutations by name: where they may happen and what they do. */
const MUTATIONS: Record<string, readonly [where: (place: Place, schema: OcsfSchema) => boolean, change: Change]> = {
  'drop a required attribute': [({ attribute }) => attribute.requirement === 'required', ({ owner, name }) => delete owner[name]],
  'drop any attribute': [() => true, ({ owner, name }) => delete owner[name]],
  'add an unknown attribute': [({ attribute }) => attribute.type !== 'json_t', ({ owner }) => void (owner.not_in_ocsf = 1)],
  'text for a number': [ofType('integer_t', 'long_t', 'port_t', 'timestamp_t'), set('4')],
  'number for a text': [ofType('string_t', 'ip_t', 'datetime_t', 'file_name_t'), set(4)],
  'fraction for an integer': [ofType('integer_t', 'long_t', 'port_t', 'timestamp_t'), set(4.5)],
  'text for a boolean': [ofType('boolean_t'), set('true')],
  'boolean for an integer': [ofType('integer_t', 'port_t'), set(true)],
  'text for an object': [({ attribute }) => attribute.type === 'object_t', set('text')],
  'no list': [({ attribute }) => attribute.isArray, ({ owner, name }) => void (owner[name] = (owner[name] as unknown[])[0])],
  'a list': [
    ({ attribute }) => !attribute.isArray && attribute.type !== 'json_t',
    ({ owner, name }) => void (owner[name] = [owner[name]]),
  ],
  'null in a list': [
    ({ attribute }) => attribute.isArray,
    ({ owner, name }) => void (owner[name] = [...(owner[name] as unknown[]), null]),
  ],
  'beyond 32 bits': [ofType('integer_t'), set(2 ** 31)],
  'no such port': [ofType('port_t'), set(65536)],
  'negative port': [ofType('port_t'), set(-1)],
  'seconds for milliseconds': [ofType('timestamp_t'), set(1_714_564_800)],
  'not in the enum': [({ attribute }) => attribute.enum !== undefined && attribute.type !== 'string_t', set(4242)],
  'text not in the enum': [({ attribute }) => attribute.enum !== undefined && attribute.type === 'string_t', set('ELSEWHERE')],
  'id of another caption': [
    ({ attribute, owner }) => attribute.enum !== undefined && owner[attribute.sibling ?? ''] !== undefined,
    ({ owner, name, attribute }, random) => {
      const id = Number(pick(random, Object.keys(attribute.enum!)));
      owner[name] = attribute.isArray ? [id] : id;
    },
  ],
  'wrong caption': [
    ({ attribute, owner }) => attribute.enum !== undefined && owner[attribute.sibling ?? ''] !== undefined && !attribute.isArray,
    ({ owner, attribute }) => void (owner[attribute.sibling!] = 'Not the caption'),
  ],
  'wrong caption list': [
    ({ attribute, owner }) => attribute.isArray && attribute.enum !== undefined && owner[attribute.sibling ?? ''] !== undefined,
    ({ owner, attribute }) => void (owner[attribute.sibling!] = ['Not the caption']),
  ],
  'no address': [
    ofType('ip_t'),
    (place, random) =>
      set(pick(random, ['1.2.3', '1.2.3.256', '01.2.3.4', 'fe80:::1', '1:2:3:4:5:6:7:8:9', 'host', ':1', '1::2::3', '::1.2.3']))(
        place,
        random,
      ),
  ],
  'no subnet': [
    ofType('subnet_t'),
    (place, random) => set(pick(random, ['10.0.0.0/33', '10.0.0/8', '::/129', 'x', '10.0.0.0/']))(place, random),
  ],
  'no mac': [
    ofType('mac_t'),
    (place, random) => set(pick(random, ['001122334455', '00:11:22:33:44', '00:11:22:33:44:5g']))(place, random),
  ],
  'no uuid': [ofType('uuid_t'), set('12345678-1234-1234-1234-12345678901')],
  'no such day': [
    ofType('datetime_t'),
    (place, random) =>
      set(pick(random, ['2024-02-30T00:00:00Z', '2024-13-01T00:00:00Z', 'yesterday', '2024-05-01T24:00:00Z']))(place, random),
  ],
  'as SQL prints it': [ofType('datetime_t'), ({ owner, name }) => void (owner[name] = String(owner[name]).replace('T', ' '))],
  'another instant': [ofType('datetime_t'), set('2020-01-01T00:00:00.000Z')],
  'the same instant elsewhere': [
    ofType('datetime_t'),
    (place, random) =>
      set(`${new Date((place.owner[place.name.slice(0, -3)] as number) + 7_200_000).toISOString().slice(0, -1)}+02:00`)(
        place,
        random,
      ),
  ],
  'no zone': [ofType('datetime_t'), ({ owner, name }) => void (owner[name] = String(owner[name]).slice(0, -1))],
  'too long for a hash': [ofType('file_hash_t'), set('ab'.repeat(33))],
  'too long for a text': [ofType('string_t'), set('x'.repeat(65_536))],
  'as long as a text may be': [ofType('string_t'), set('\u{1f600}'.repeat(65_535))],
  'no hash': [({ path }) => path.endsWith('.value') && path.includes('hashes'), set('zz')],
  placeholder: [
    ofType('string_t', 'username_t', 'file_name_t'),
    (place, random) => set(pick(random, ['None', ' null ', 'N/A', '-', 'NaN']))(place, random),
  ],
  'empty text': [ofType('string_t', 'username_t', 'file_name_t'), set('')],
  'empty object': [({ attribute }) => attribute.type === 'object_t', set({})],
  'no profiles': [called('metadata.profiles'), ({ owner, name }) => delete owner[name]],
  'profile of none': [called('metadata.profiles'), set('weather')],
  'profile of another class': [
    called('metadata.profiles'),
    ({ owner, name }) => void (owner[name] = [...(owner[name] as string[]), 'load_balancer', 'network_proxy']),
  ],
  'another version': [called('metadata.version'), set('9.9.9')],
  'no class': [called('class_uid'), set(424242)],
  'another class': [called('class_uid'), set(4001)],
  'another category': [called('category_uid'), set(8)],
  'another activity': [called('activity_id'), set(99)],
  'no activity': [called('activity_id'), set(77)],
  'another type': [called('type_uid'), set(100_701)],
  'observable of nothing': [
    called('observables.name'),
    (place, random) =>
      set(
        pick(random, [
          'no.such.path',
          'device..x',
          'device[0].uid',
          'unmapped.x',
          'metadata.version.x',
          'time_dt',
          'observables[99].name',
          'message',
        ]),
      )(place, random),
  ],
  'observable value': [called('observables.value'), set('another value')],
  'observable type': [called('observables.type_id'), (place, random) => set(pick(random, [2, 5, 24, 99]))(place, random)],
  'other protocol': [
    called('connection_info.protocol_num'),
    ({ owner, name }) => {
      owner[name] = 17;
      owner.protocol_name = 'TCP';
    },
  ],
  'other address version': [
    called('connection_info.protocol_ver_id'),
    ({ owner, name }) => void (owner[name] = owner[name] === 4 ? 6 : 4),
  ],
};

export const MUTATION_NAMES = Object.keys(MUTATIONS);

/** Changes the event in place; false where the event has no place for this mutation. */
export function mutate(schema: OcsfSchema, eventClass: EventClass, event: Item, mutation: string, random: () => number): boolean {
  const [where, change] = MUTATIONS[mutation]!;
  const found = [...places(schema, event, eventClass.attributes)].filter((place) => where(place, schema));
  if (found.length === 0) return false;
  change(pick(random, found), random);
  return true;
}
