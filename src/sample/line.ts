/** Turns an event type and a scene into one line: the text is joined from ready-made pieces, the keys in random order. */
import type { EventType, Fields, Platform, Value } from './event.js';
import type { Host } from './hosts.js';
import { jsonText } from './json-text.js';
import type { Scene } from './scene.js';
import { eventUuid } from './time.js';

type Maker = Exclude<Value, string>;

/** An event type ready to be written for one platform. */
export interface CompiledType {
  type: string;
  act: EventType['act'];
  /** whole members: `"Key":"value"` */
  fixed: readonly string[];
  /** `"Key":"` and what makes the rest; `close` ends it */
  made: readonly { open: string; make: Maker; close: string }[];
  /** whether the host's own members belong to the line */
  host: boolean;
}

const BY_SENSOR: Fields = {
  id: (s) => eventUuid(s.cloudMs, s.sequence),
  timestamp: (s) => String(s.cloudMs),
};

function envelope(event: EventType, platform: Platform): Fields {
  const kind = event.envelope ?? 'sensor';
  if (kind === 'none') return {};
  const suffix = platform === 'Win' ? '' : platform;
  const name = { event_simpleName: event.type, name: `${event.type}${suffix}V${event.versions[platform]}`, event_platform: platform };
  if (kind === 'cloud') return { ...BY_SENSOR, ...name, cid: (s) => s.cid, aip: (s) => s.host.aip };
  const sensor = { ...BY_SENSOR, ...name, EffectiveTransmissionClass: event.type.length % 2 ? '3' : '2', Entitlements: '15' };
  return kind === 'sensor' ? { ...sensor, EventOrigin: '1' } : sensor;
}

/** The compiled type on one platform, or undefined where it does not occur. */
export function compileType(event: EventType, platform: Platform): CompiledType | undefined {
  if (event.versions[platform] === undefined) return undefined;
  const own = { Win: event.win, Mac: event.mac, Lin: event.lin }[platform];
  const fixed: string[] = [];
  const made: { open: string; make: Maker; close: string }[] = [];
  const add = (fields: Fields, quote: string): void => {
    for (const [key, value] of Object.entries(fields)) {
      const open = `"${jsonText(key)}":${quote}`;
      if (typeof value === 'string') fixed.push(open + value + quote);
      else made.push({ open, make: value, close: quote });
    }
  };
  add({ ...envelope(event, platform), ...event.fields, ...own }, '"');
  if (event.json) add(event.json, '');
  const kind = event.envelope ?? 'sensor';
  return { type: event.type, act: event.act, fixed, made, host: kind === 'sensor' || kind === 'sensor-no-origin' };
}

/** The members that every line of one host's sensor carries. */
export function hostMembers(host: Host, cid: string): string[] {
  const members = [`"aid":"${host.aid}"`, `"cid":"${cid}"`, `"ConfigBuild":"${host.configBuild}"`, `"ConfigStateHash":"${host.configStateHash}"`];
  if (host.aip !== undefined) members.push(`"aip":"${host.aip}"`);
  return members;
}

const members: string[] = [];

/** One JSON object, without the newline. */
export function buildLine(type: CompiledType, scene: Scene, ofHost: readonly string[]): string {
  let n = 0;
  for (const member of type.fixed) members[n++] = member;
  if (type.host) for (const member of ofHost) members[n++] = member;
  for (const field of type.made) {
    const value = field.make(scene);
    if (value !== undefined) members[n++] = field.open + value + field.close;
  }
  for (let i = n - 1; i > 0; i--) {
    const j = scene.random.below(i + 1);
    const member = members[i]!;
    members[i] = members[j]!;
    members[j] = member;
  }
  let line = `{${members[0]}`;
  for (let i = 1; i < n; i++) line += `,${members[i]}`;
  return `${line}}`;
}

