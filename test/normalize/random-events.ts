/** Random events for the rules of a mapping: their fields with values that fit, nearly fit, or mean absent, and fields of nobody. */

import { attributeChain } from '../../src/mapping/class-plan.js';
import type { KernelCall, MappingSet, Rule, Value } from '../../src/mapping/model.js';
import type { OcsfSchema } from '../../src/ocsf/schema.js';
import { pick } from '../ocsf/random-event.js';

type Random = () => number;

const NOW = 1_718_001_381_217;
const HASHES = [32, 40, 64, 128].flatMap((digits) => [
  'ab12'.repeat(digits / 4),
  '0'.repeat(digits),
  'x'.repeat(digits),
  'a'.repeat(digits - 1),
]);
const TEXTS = [
  ...[
    'a',
    'alice',
    'twelve chars',
    'thirteen char',
    'C:\\Windows\\System32\\svchost.exe',
    '\\Device\\HarddiskVolume3\\tool.exe',
    '/usr/bin/ls',
    'ends in /',
    '\\',
    'Zoë',
    '用户',
    '😀',
  ],
  ...[
    'tab\there',
    'nul\u0000l',
    'é\n\\ü',
    'S-1-5-18',
    'text;with;parts',
    ' blanks ',
    'none such',
    'x'.repeat(300),
    'host.example.com',
    'DOMAIN\\user',
    '"quoted" \\é',
  ],
];
const HOLLOW = ['none', 'None', ' null ', 'N/A', '-', '', 'undefined', 'NaN', '!!!!UNKNOWN!!!!', '0'.repeat(64)];
const POOLS: Record<string, readonly string[]> = {
  ip_t: [
    '10.1.2.3',
    '198.51.100.7',
    'fe80::1',
    '2001:db8::7%12',
    '0.0.0.0',
    '::',
    '999.1.1.1',
    '1.2.3',
    'host',
    '01.2.3.4',
    `fe80::1%${'z'.repeat(40)}`,
  ],
  mac_t: ['00-50-56-c0-00-08', '00:50:56:C0:00:08', '00-00-00-00-00-00', '005056c00008'],
  port_t: ['0', '443', '65535', '65536', '99999', '-1', '80.0', 'http'],
  integer_t: ['0', '1', '-5', '4711', '2147483647', '2147483648', '-2147483649', '1.0', '1.5', '12168621487068014576', 'abc'],
  long_t: ['0', '7', '-7', '9007199254740991', '9007199254740993', '9223372036854775807', '9223372036854775808', '1.0', 'long'],
  float_t: ['0.5', '-3', '1e3', '0.12345678901234567', 'low'],
  boolean_t: ['0', '1', 'true', 'False', 'yes', '2'],
  timestamp_t: [
    '1718001380.217',
    '1718001380',
    '1718001380.21789',
    '1718001381217',
    '133624749812170000',
    '133624749812170001',
    '2024-06-10T06:36:21.217Z',
    '2024-06-10T06:36:21.2171Z',
    '0',
    '-11724671741.249',
    'soon',
  ],
  uuid_t: ['15e0db29-6a0e-11ee-561d-94b55f87021f', '{15E0DB29-6a0e-11ee-561d-94b55f87021f}', '15e0db29'],
  bytestring_t: ['QUJD', 'QUI=', 'null', 'not base64'],
  subnet_t: ['10.0.0.0/8', '10.0.0.0/40', '10.0.0.0'],
  email_t: ['alice@example.com', 'none'],
};
const JSON_LISTS = [
  '["a","b"]',
  '["10.1.2.3", "x", "", 5, true]',
  '[]',
  '[{"a":1}]',
  '["\\ud800"]',
  '[9007199254740993]',
  '[ "none" ]',
  '[1,2',
];

interface Use {
  type: string;
  raws: string[];
  isList: boolean;
}

export class EventMaker {
  private readonly uses = new Map<Rule, Map<string, Use[]>>();
  /** by class, so that each comes up */
  private readonly rules: Rule[][];
  private serial = 0;

  constructor(
    private readonly random: Random,
    set: MappingSet,
    private readonly schema: OcsfSchema,
  ) {
    const rules = set.rules.filter(
      ({ versions, class: name }) => (versions?.includes(schema.version) ?? true) && schema.classes.has(name),
    );
    this.rules = [...new Set(rules.map((rule) => rule.class))].map((name) => rules.filter((rule) => rule.class === name));
  }

  /** A line without its newline. */
  line(): string {
    const { random } = this;
    const rule = random() < 0.97 ? pick(random, pick(random, this.rules)) : undefined;
    const fields = new Map<string, unknown>();
    const type = rule === undefined ? pick(random, ['NeverHeardOf', 'Other;Type', 'none']) : pick(random, rule.eventTypes);
    const typeField = type.startsWith('Event_') ? 'ExternalApiType' : 'event_simpleName';
    if (random() < 0.995) fields.set(typeField, type);
    if (random() < 0.97) fields.set('id', `15e0db29-6a0e-11ee-561d-${String(this.serial++).padStart(12, '0')}`);
    if (random() < 0.95)
      fields.set('cid', pick(random, ['29ff37861a7bce53f7c79dd6c6252c76', 'ffff37861a7bce53f7c79dd6c6252c76', '-']));
    if (random() < 0.95) fields.set('aid', pick(random, ['5fe21e40655b9d01d6085a447377ecee', '', 'b'.repeat(32)]));
    this.times(fields);
    if (rule !== undefined) this.ofRule(rule, fields);
    for (let n = Math.floor(random() * 5); n > 0; n--)
      fields.set(
        pick(random, ['ConfigStateHash', 'Entitlements', 'zzz', '', 'Ünknown', 'a.b', 'x#base64', 'k'.repeat(300)]),
        pick(random, TEXTS),
      );
    if (random() < 0.05) fields.set('Nested', { a: { b: pick(random, TEXTS), c: [1, 2] }, d: null });
    return this.json(fields);
  }

  private times(fields: Map<string, unknown>): void {
    const { random } = this;
    const cloud = NOW + Math.floor((random() - 0.5) * 4 * 86_400_000);
    const away = pick(random, [0, -1000, 1000, -7 * 86_400_000, -7 * 86_400_000 - 1, 3_600_000, 3_600_001, -90 * 86_400_000]);
    if (random() < 0.97)
      fields.set('timestamp', pick(random, [String(cloud), String(cloud), String(cloud), new Date(cloud).toISOString(), 'soon']));
    if (random() < 0.8)
      fields.set(
        'ContextTimeStamp',
        pick(random, [((cloud + away) / 1000).toFixed(3), ((cloud + away) / 1000).toFixed(3), '', '-', 'x']),
      );
    if (random() < 0.03) fields.set('UTCTimestamp', pick(random, [cloud, Math.floor(cloud / 1000), 'never']));
  }

  private ofRule(rule: Rule, fields: Map<string, unknown>): void {
    const { random } = this;
    const isSound = random() < 0.25;
    const bad = !isSound && random() < 0.5 ? random() * 0.5 : 0;
    const missing = isSound ? 0 : random() < 0.5 ? random() * 0.6 : 0.02;
    for (const [field, uses] of this.usesOf(rule)) {
      const isOtherType = (field === 'event_simpleName' || field === 'ExternalApiType') && random() < 0.95;
      if (fields.has(field) || isOtherType || random() < missing) continue;
      const use = isSound ? uses.at(-1)! : pick(random, uses);
      fields.set(field, random() < bad ? pick(random, [...HOLLOW, ...TEXTS]) : this.fitting(field, use, isSound));
    }
    const { when } = rule;
    if (when !== undefined && (isSound || random() < 0.8))
      fields.set(
        when.field,
        when.is === undefined ? pick(random, TEXTS) : pick(random, isSound ? when.is : [...when.is, 'other']),
      );
  }

  /** `isSound`: surely a value that the attribute can hold. */
  private fitting(field: string, { type, raws, isList }: Use, isSound: boolean): string {
    const { random } = this;
    if (raws.length > 0 && (isSound || random() < 0.9)) return pick(random, raws);
    let pool = POOLS[type] ?? (type === 'hash' ? HASHES : TEXTS);
    // the sensor never contradicts itself in these
    if (type === 'ip_t' && field.includes('IP4')) pool = pool.filter((ip) => !ip.includes(':'));
    if (type === 'ip_t' && field.includes('IP6')) pool = pool.filter((ip) => ip.includes(':'));
    if (!isList) return isSound ? pool[0]! : pick(random, pool);
    if (random() < 0.2) return pick(random, JSON_LISTS);
    const parts = Array.from({ length: Math.floor(random() * 5) }, () => pick(random, pool));
    return parts.join(pick(random, [';', ',', '; ', ' , '])) + pick(random, ['', ';', ',']);
  }

  private usesOf(rule: Rule): Map<string, Use[]> {
    let found = this.uses.get(rule);
    if (found !== undefined) return found;
    found = new Map();
    const add = (field: string, type: string, raws: string[] = [], isList = false) =>
      found!.set(field, [...(found!.get(field) ?? []), { type, raws, isList }]);
    const pairKeys = new Map<string, string[]>();
    const visit = (cls: string, path: string, value: Value): void => {
      if (value.kind === 'field' || value.kind === 'list') {
        for (const { name, args } of value.kernels)
          if (name === 'pair') pairKeys.set(value.field, [...(pairKeys.get(value.field) ?? []), args[0]!]);
      }
      const leaf = attributeChain(this.schema, this.schema.classes.get(cls)!, path)?.at(-1);
      const type = leaf?.type ?? 'string_t';
      if (value.kind === 'first') for (const one of value.of) visit(cls, path, one);
      else if (value.kind === 'field')
        add(
          value.field,
          type,
          value.kernels.flatMap((kernel) => written(kernel, POOLS[type] ?? TEXTS)),
        );
      else if (value.kind === 'list')
        add(
          value.field,
          type,
          value.kernels.slice(0, -1).flatMap((kernel) => written(kernel, ['a, b', 'c;d', ...TEXTS])),
          true,
        );
      else if (value.kind === 'enum' || value.kind === 'table') add(value.field, type, Object.keys(value.table));
      else if (value.kind === 'ranges')
        add(
          value.field,
          'integer_t',
          value.ranges.flatMap(({ below }) => (below === undefined ? [] : [String(below), String(below - 1)])),
        );
      else if (value.kind === 'hashes') for (const { field } of value.of) add(field, 'hash');
      else if (value.kind === 'items') {
        for (const { each, entries } of value.of) {
          const item = entries.find((entry) => entry.value.kind === 'item');
          if (each !== undefined)
            add(
              each.field,
              attributeChain(this.schema, this.schema.classes.get(cls)!, `${path}.${item?.path}`)?.at(-1)?.type ?? 'string_t',
              [],
              true,
            );
          for (const entry of entries) visit(cls, `${path}.${entry.path}`, entry.value);
        }
      }
    };
    for (const { path, value } of rule.entries) visit(rule.class, path, value);
    for (const fallback of rule.fallbacks) {
      if (this.schema.classes.has(fallback.class))
        for (const { path, value } of fallback.entries) visit(fallback.class, path, value);
    }
    for (const choice of [rule.activity, rule.severity, ...rule.fallbacks.map(({ activity }) => activity)]) {
      if (choice.kind !== 'constant') visit(rule.class, 'severity_id', choice);
    }
    if (rule.time !== undefined) add(rule.time, 'timestamp_t');
    for (const [field, keys] of pairKeys) {
      const lists = Array.from({ length: 5 }, () =>
        JSON.stringify(keys.map((Key) => ({ Key, ValueString: pick(this.random, TEXTS) }))),
      );
      add(field, 'string_t', lists);
    }
    this.uses.set(rule, found);
    return found;
  }

  /** Members in any order; texts as FDR has them, now and then as bare numbers, with escapes, or with what UTF-8 cannot hold. */
  private json(fields: ReadonlyMap<string, unknown>): string {
    const { random } = this;
    const members = [...fields].map(([key, value]) => ({ at: random(), text: `${JSON.stringify(key)}:${this.value(value)}` }));
    members.sort((a, b) => a.at - b.at);
    const blank = random() < 0.1 ? ' ' : '';
    return `{${members.map(({ text }) => blank + text + blank).join()}}`;
  }

  private value(value: unknown): string {
    const { random } = this;
    const json = JSON.stringify(value);
    if (typeof value !== 'string') return json;
    if (/^-?(0|[1-9]\d*)(\.\d+)?$/.test(value) && random() < 0.1) return value;
    if ((value === 'true' || value === 'false') && random() < 0.5) return value;
    if (random() < 0.01) return 'null';
    if (random() < 0.003) return `"\\ud800${json.slice(1)}`;
    if (random() < 0.05)
      return json.replace(/[\x20-\x7e]/g, (c) =>
        random() < 0.1 && c !== '"' && c !== '\\' && !json.includes('\\')
          ? `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`
          : c,
      );
    return json;
  }
}

/** Texts from which a kernel takes one of the values, and some from which it takes nothing. */
function written({ name, args: [argument = ''] }: KernelCall, values: readonly string[]): string[] {
  switch (name) {
    case 'pair':
      return values.flatMap((value) => [
        JSON.stringify([{ Key: argument, ValueString: value }]),
        JSON.stringify([{ Key: 'other', ValueString: 'x' }, null, { Key: argument, ValueString: value }]),
        '[]',
      ]);
    case 'members':
      return values.flatMap((value) => [
        JSON.stringify([{ [argument]: value }]),
        JSON.stringify([null, { other: 1 }, { [argument]: value }, { [argument]: `${value},${value}` }]),
        '[7]',
      ]);
    case 'first':
    case 'before':
      return values.flatMap((value) => [value + argument, `${value} ${argument}x`, value]);
    case 'after':
      return values.flatMap((value) => [argument + value, `x${argument} ${value}`, value]);
    case 'hex':
      return ['0xff', '1f', '0x7fffffff', '0xffffffff', '0x20000000000000', '0x7fffffffffffffff', '0x', 'xyz'];
    case 'seconds':
      return ['0.5', '12', '1.0005', '2147483.647', '2147483.648', '-1.25', '1e3', 'long'];
    case 'filetime':
      return ['133624749812170000', '133624749812170001', '1718001381217'];
    case 'epoch_s':
      return ['1718001380.217', '1718001381217'];
    case 'epoch_ms':
      return ['1718001381217', '1718001380.217', '1718001381217.5'];
    default:
      return [];
  }
}
