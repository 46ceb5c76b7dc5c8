/**
 * A second normalizer, slow and naive: it reads a line with JSON.parse and interprets the mapping as it stands in the model, event
 * by event, without plans, slots or columns. It tries the classes of a rule by building the event and looking whether it is
 * complete. The product must give the same rows.
 */
import { createHash } from 'node:crypto';
import type { Choice, Entry, MappingSet, Rule, Value } from '../../src/mapping/model.js';
import { isFeedType } from '../../src/mapping/plan.js';
import type { Attribute, EventClass, OcsfSchema } from '../../src/ocsf/schema.js';
import { meaningOf } from '../scan/oracle.js';
import { readChoice } from './reference-enum.js';
import { ReferenceRow } from './reference-row.js';
import type { PlacedRow, Row } from './rows.js';
import { readText, readTime } from './values.js';

const TYPE_FIELDS = ['event_simpleName', 'ExternalApiType', 'event-type', 'event_type'];
const DAY = 86_400_000;

/** `optional`: fields whose value is a placeholder or zeros, and which may stand in `unmapped` or not. */
export type ReferenceResult = { fault: string[] } | (PlacedRow & { optional: Set<string> });

export class Reference {
  constructor(
    private readonly set: MappingSet,
    private readonly schema: OcsfSchema,
  ) {}

  normalize(line: Uint8Array): ReferenceResult {
    const { faults, cells } = meaningOf(line);
    if (faults.length > 0) return { fault: faults };
    const texts = new Map(cells.filter((cell): cell is [string, string] => cell[1] !== null));
    const present = (field: string) => {
      const text = texts.get(field);
      return text === undefined || this.isPlaceholder(text) ? undefined : text;
    };
    const type = TYPE_FIELDS.map(present).find((text) => text !== undefined);
    if (type === undefined) return { fault: ['no-event-type'] };
    if (present('id') === undefined) texts.set('id', createHash('sha256').update(line).digest('hex'));
    const rule = this.ruleFor(type, texts);
    const time = this.timeOf(texts, present, rule.time);
    if (time === undefined) return { fault: ['no-time'] };
    for (const { class: name, entries, activity } of this.ways(rule)) {
      const cls = this.schema.classes.get(name);
      if (cls === undefined) continue;
      const made = this.row(cls, rule, entries, activity, texts, type, time);
      if (made !== undefined) return { class: name, tenant: tenantOf(present('cid')), day: Math.floor(time / DAY), ...made };
    }
    throw new Error(`not even base_event: ${Buffer.from(line).toString()}`);
  }

  private isPlaceholder = (text: string): boolean => text === '' || this.set.placeholders.includes(text);

  private ruleFor(type: string, texts: ReadonlyMap<string, string>): Rule {
    const { unknown } = this.set;
    // an event may bear a feed's name: it is no row of the feed
    const rule = this.set.rules.find(({ eventTypes, versions, class: name, when }) => {
      if (
        isFeedType(type) ||
        !eventTypes.includes(type) ||
        !(versions?.includes(this.schema.version) ?? true) ||
        !this.schema.classes.has(name)
      )
        return false;
      if (when === undefined) return true;
      const text = texts.get(when.field);
      const holds =
        when.is === undefined ? text !== undefined && !this.isPlaceholder(text) : text !== undefined && when.is.includes(text);
      return holds !== (when.not ?? false);
    });
    const constant: Choice = { kind: 'constant', value: 'Unknown' };
    return rule ?? { eventTypes: [], class: 'base_event', activity: constant, fallbacks: [], ...unknown };
  }

  private *ways(rule: Rule): Generator<{ class: string; entries: Entry[]; activity: Choice }> {
    yield rule;
    for (const { class: name, entries, activity } of rule.fallbacks) {
      const replaced = new Set(entries.map(({ path }) => path));
      yield { class: name, entries: [...rule.entries.filter(({ path }) => !replaced.has(path)), ...entries], activity };
    }
    if (rule.class === 'base_event') return;
    // base_event must always do: nothing that wants a profile
    const base = new ReferenceRow(this.schema, this.schema.classes.get('base_event')!, new Map(), this.isPlaceholder);
    const plain = rule.entries.filter(({ path }) => profilesOn(base, path).length === 0);
    yield { class: 'base_event', entries: plain, activity: { kind: 'constant', value: 'Unknown' } };
  }

  private timeOf(
    texts: ReadonlyMap<string, string>,
    present: (field: string) => string | undefined,
    own: string | undefined,
  ): number | undefined {
    const ms = (text: string | undefined) => {
      const read = readTime(text ?? '');
      return 'value' in read ? (read.value as number) : undefined;
    };
    const external = ms(texts.get('UTCTimestamp'));
    if (external !== undefined) return external;
    const cloud = ms(texts.get('timestamp'));
    const context = present('ContextTimeStamp');
    const endpoint = ms(context ?? (own === undefined ? undefined : present(own)));
    if (endpoint === undefined || cloud === undefined) return endpoint ?? cloud;
    return endpoint >= cloud - 7 * DAY && endpoint <= cloud + 3_600_000 ? endpoint : cloud;
  }

  private row(
    cls: EventClass,
    rule: Rule,
    entries: readonly Entry[],
    activity: Choice,
    texts: ReadonlyMap<string, string>,
    type: string,
    time: number,
  ): { row: Row; optional: Set<string> } | undefined {
    const builder = new ReferenceRow(this.schema, cls, texts, this.isPlaceholder);
    const severity: Value =
      rule.severity.kind === 'constant'
        ? rule.severity
        : { kind: 'first', of: [rule.severity, { kind: 'constant', value: 'Unknown' }] };
    // what a profile requires beside an entry must be mapped too
    const usable = entries.filter((entry) => {
      const profile = cls.attributes.get(entry.path.split('.')[0]!)?.profile;
      const wanted = [...cls.attributes.values()].filter(
        (a) => profile !== undefined && a.profile === profile && a.requirement === 'required' && a.enum === undefined,
      );
      return wanted.every(({ name }) => entries.some(({ path }) => path.split('.')[0] === name));
    });
    const all: Entry[] = [
      ...this.engineEntries(rule.time),
      ...usable,
      { path: 'severity_id', value: severity, where: rule.where },
    ];
    const profiles = new Set(['datetime']);
    for (const { path } of usable)
      for (const profile of profilesOn(builder, path)) if (cls.profiles.includes(profile)) profiles.add(profile);
    const { object, isComplete } = builder.event(cls, all, [...profiles].sort());
    if (!isComplete) return undefined;

    const row: Row = { ...object, time, time_dt: new Date(time), class_uid: cls.uid, class_name: cls.caption };
    Object.assign(row, { category_uid: cls.categoryUid, category_name: cls.categoryName });
    this.activity(row, cls, activity, texts, type, builder);
    const observables = this.observables(cls, row);
    if (observables.length > 0) row.observables = observables;
    const { used, kept } = builder.usedFields();
    const unmapped = new Map<string, string>();
    const optional = new Set(builder.absent);
    for (const [field, text] of texts) {
      if (this.isPlaceholder(text) && mentions(rule, field)) optional.add(field);
      if (!kept.has(field) || !used.has(field)) unmapped.set(field, text);
    }
    if (unmapped.size > 0) row.unmapped = unmapped;
    return { row, optional };
  }

  private engineEntries(own: string | undefined): Entry[] {
    const where = { file: '', line: 0 };
    const field = (name: string): Value & { kind: 'field' } => ({ kind: 'field', field: name, kernels: [] });
    const originals = ['ContextTimeStamp', 'UTCTimestamp', ...(own === undefined ? [] : [own])];
    return [
      { path: 'metadata.logged_time', value: field('timestamp'), where },
      { path: 'metadata.original_time', value: { kind: 'first', of: originals.map(field) }, where },
      { path: 'metadata.version', value: { kind: 'constant', value: this.schema.version }, where },
    ];
  }

  private activity(
    row: Row,
    cls: EventClass,
    choice: Choice,
    texts: ReadonlyMap<string, string>,
    type: string,
    builder: ReferenceRow,
  ): void {
    const attribute = cls.attributes.get('activity_id')!;
    const text = choice.kind === 'constant' ? undefined : texts.get(choice.field);
    let { read, caption } = readChoice(attribute, choice, text === undefined || this.isPlaceholder(text) ? undefined : text);
    if (choice.kind === 'enum')
      builder.addUse(choice.field, read.verdict === 'reject' || read.verdict === 'part' || (caption?.length ?? 0) > 1000);
    let own: string | undefined;
    if ('value' in read && read.value === 99) {
      own = choice.kind === 'constant' ? type : caption;
      // a word that cannot be a caption tells nothing
      if (own === undefined && choice.kind !== 'constant') read = REJECTED;
      else if (!('value' in readText(own!, 1024))) own = undefined;
      caption = own;
    }
    if (!('value' in read)) caption = attribute.enum?.['0'] ?? 'Unknown';
    const id = 'value' in read ? (read.value as number) : 0;
    row.activity_id = id;
    row.type_uid = cls.uid * 100 + id;
    if (caption !== undefined) row.activity_name = caption;
    if (caption !== undefined) row.type_name = `${cls.caption}: ${own ?? attribute.enum?.[id] ?? caption}`;
  }

  /** Every text of the event whose attribute is an observable of a wanted type. */
  private observables(cls: EventClass, row: Row): Row[] {
    const found: Row[] = [];
    const visit = (attributes: ReadonlyMap<string, Attribute>, object: Row, path: string, name: string) => {
      for (const attribute of attributes.values()) {
        const value = object[attribute.name];
        if (value === undefined || attribute.name === 'unmapped' || (path === '' && attribute.name === 'observables')) continue;
        const at = path + attribute.name;
        const inner = attribute.object === undefined ? undefined : this.schema.objects.get(attribute.object);
        const values = Array.isArray(value) ? value : [value];
        values.forEach((one: unknown, i) => {
          const called = name + attribute.name + (Array.isArray(value) ? `[${i}]` : '');
          if (inner !== undefined) visit(inner.attributes, one as Row, `${at}.`, `${called}.`);
          else if (typeof one === 'string') {
            const id = cls.observables[at] ?? attribute.observable ?? this.schema.types.get(attribute.type)?.observable;
            if (id !== undefined && this.set.observableTypes.includes(id) && this.schema.observableTypes.has(id)) {
              found.push({ name: called, type_id: id, type: this.schema.observableTypes.get(id), value: one });
            }
          }
        });
      }
    };
    visit(cls.attributes, row, '', '');
    return found;
  }
}

/** The profiles that an attribute and the objects around it belong to. */
function profilesOn(builder: ReferenceRow, path: string): string[] {
  const names = path.split('.');
  if (builder.attribute(path) === undefined) return [];
  return names.flatMap((_, i) => builder.attribute(names.slice(0, i + 1).join('.'))?.profile ?? []);
}

const REJECTED = { verdict: 'reject' } as const;

function mentions(rule: Rule, field: string): boolean {
  return (
    JSON.stringify([rule.entries, rule.fallbacks, rule.activity, rule.severity, rule.time]).includes(JSON.stringify(field)) ||
    ['timestamp', 'ContextTimeStamp', 'UTCTimestamp'].includes(field)
  );
}

/** No customer id is as long as what the dictionary refuses. */
const tenantOf = (cid = '') => (Buffer.byteLength(cid) <= 256 ? cid : '');
