/**
 * Turns an event type and a scene into one line, the keys in random order. The text is joined from pieces that each begin by closing
 * the string before them (`","Key":"value`): half as many joins as with members that stand alone.
 */
import type { EventType, Fields, Value } from './event.js';
import type { Host } from './hosts.js';
import { jsonText } from './json-text.js';
import type { Platform } from './platform.js';
import { Random } from './random.js';
import type { Scene } from './scene.js';
import { eventUuid } from './time.js';

type Maker = Exclude<Value, string>;

/** An event type ready to be written for one platform. */
export interface CompiledType {
  type: string;
  act: EventType['act'];
  /** members whose value never changes, a few together */
  fixed: readonly Orders[];
  /** `","Key":"` and what makes the rest */
  made: readonly { open: string; make: Maker }[];
  /** `"Key":` and what makes the JSON value; these follow the strings */
  json: readonly { open: string; make: Maker }[];
  /** whether the host's own members belong to the line */
  host: boolean;
}

/** Some members as one piece, in {@link ORDERS} orders of which a line takes one: fewer pieces for nearly the same disorder. */
export type Orders = readonly string[];

const ORDERS = 16;
const GROUP_SIZE = 6;
/** Of what the orders inside groups are made; the disorder of lines is the traffic's chance. */
const ORDER_SEED = 0x09de9;

function orders(members: readonly string[], random: Random): Orders {
  const order = [...members];
  return Array.from({ length: ORDERS }, () => {
    for (let i = order.length - 1; i > 0; i--) {
      const j = random.below(i + 1);
      [order[i], order[j]] = [order[j]!, order[i]!];
    }
    return order.join('');
  });
}

const BY_SENSOR: Fields = {
  id: (s) => eventUuid(s.cloudMs, s.sequence),
  timestamp: (s) => String(s.cloudMs),
};

function envelope(event: EventType, platform: Platform): Fields {
  const kind = event.envelope ?? 'sensor';
  if (kind === 'none') return {};
  const suffix = platform === 'Win' ? '' : platform;
  const name = {
    event_simpleName: event.type,
    name: `${event.type}${suffix}V${event.versions[platform]}`,
    event_platform: platform,
  };
  if (kind === 'cloud') return { ...BY_SENSOR, ...name, cid: (s) => s.cid, aip: (s) => s.host.aip };
  const sensor = { ...BY_SENSOR, ...name, EffectiveTransmissionClass: event.type.length % 2 ? '3' : '2', Entitlements: '15' };
  return kind === 'sensor' ? { ...sensor, EventOrigin: '1' } : sensor;
}

/** The compiled type on one platform, or undefined where it does not occur. */
export function compileType(event: EventType, platform: Platform): CompiledType | undefined {
  if (event.versions[platform] === undefined) return undefined;
  const own = { Win: event.win, Mac: event.mac, Lin: event.lin }[platform];
  const fixed: string[] = [];
  const made: { open: string; make: Maker }[] = [];
  for (const [key, value] of Object.entries({ ...envelope(event, platform), ...event.fields, ...own })) {
    const open = `","${jsonText(key)}":"`;
    if (typeof value === 'string') fixed.push(open + value);
    else made.push({ open, make: value });
  }
  const json = Object.entries(event.json ?? {}).map(([key, value]) => ({
    open: `"${jsonText(key)}":`,
    make: typeof value === 'string' ? () => value : value,
  }));
  const random = new Random(ORDER_SEED, fixed.length);
  const groups = Math.ceil(fixed.length / GROUP_SIZE);
  return {
    type: event.type,
    act: event.act,
    fixed: Array.from({ length: groups }, (_, g) =>
      orders(
        fixed.filter((_member, i) => i % groups === g),
        random,
      ),
    ),
    made,
    json,
    host: event.envelope === undefined || event.envelope.startsWith('sensor'),
  };
}

/** The members that every line of one host's sensor carries. */
export function hostMembers(host: Host, cid: string): Orders {
  const members = [
    `","aid":"${host.aid}`,
    `","cid":"${cid}`,
    `","ConfigBuild":"${host.configBuild}`,
    `","ConfigStateHash":"${host.configStateHash}`,
  ];
  if (host.aip !== undefined) members.push(`","aip":"${host.aip}`);
  return orders(members, new Random(ORDER_SEED, members.length));
}

/** One JSON object, without the newline. */
export function buildLine(type: CompiledType, scene: Scene, ofHost: Orders): string {
  const strings = type.host || type.made.length > 0 ? buildStrings(type, scene, ofHost) : '{';
  return type.json.length > 0 ? `${strings}${buildJson(type, scene, strings.length > 1)}}` : `${strings}}`;
}

const opens: string[] = [];
const values: string[] = [];

function buildStrings(type: CompiledType, scene: Scene, ofHost: Orders): string {
  const { random } = scene;
  let n = 0;
  let bits = random.next();
  for (const group of type.fixed) {
    opens[n] = group[bits % ORDERS]!;
    values[n++] = '';
    bits = n % 7 === 0 ? random.next() : bits >>> 4;
  }
  if (type.host) {
    opens[n] = ofHost[bits % ORDERS]!;
    values[n++] = '';
  }
  for (const field of type.made) {
    const value = field.make(scene);
    if (value === undefined) continue;
    opens[n] = field.open;
    values[n++] = value;
  }
  shufflePieces(n, random);
  let line = `{${opens[0]!.slice(2)}${values[0]}`;
  for (let i = 1; i < n; i++) line = line + opens[i] + values[i];
  return `${line}"`;
}

/** Fisher and Yates, four steps a draw: no line has 256 pieces. */
function shufflePieces(n: number, random: Random): void {
  let bits = 0;
  for (let i = n - 1; i > 0; i--) {
    bits = (n - i) % 4 === 1 ? random.next() : bits >>> 8;
    const j = ((bits & 0xff) * (i + 1)) >>> 8;
    const open = opens[i]!;
    const value = values[i]!;
    opens[i] = opens[j]!;
    values[i] = values[j]!;
    opens[j] = open;
    values[j] = value;
  }
}

function buildJson(type: CompiledType, scene: Scene, follows: boolean): string {
  const members: string[] = [];
  for (const { open, make } of type.json) {
    const value = make(scene);
    if (value !== undefined) members.push(open + value);
  }
  const start = scene.random.below(members.length || 1);
  const text = [...members.slice(start), ...members.slice(0, start)].join(',');
  return follows && text !== '' ? `,${text}` : text;
}
