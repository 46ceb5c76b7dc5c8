/** Random mappings over a version's schema: any class, any attributes, every kind of value and kernel the language has. */

import type { Choice, Entry, KernelCall, MappingSet, Rule, Value } from '../../src/mapping/model.js';
import { OTHER } from '../../src/mapping/reading.js';
import type { Attribute, EventClass, OcsfSchema } from '../../src/ocsf/schema.js';
import { pick } from '../ocsf/random-event.js';

type Random = () => number;

/** Not classes whose constraints go beyond their own attributes, or whose actor is another profile's. */
const isTaken = ({ name, attributes, constraints }: EventClass) =>
  attributes.has('activity_id') &&
  attributes.get('actor')?.profile === undefined &&
  constraints.just_one === undefined &&
  name !== 'patch_state';

const where = { file: 'random.yaml', line: 1 };
/** What fills itself, and what OCSF gives a meaning that a random value contradicts. */
const LEFT_OUT =
  /^(?:activity_|severity|class_|category_|type_uid|type_name|time$|time_dt|observables|unmapped|raw_data|metadata|cloud|api|osint)|_dt$|confidence_id$|opcode_id$|http_method$|protocol_|^depth$|priority_id$/;

export class MappingMaker {
  private fields = 0;

  constructor(
    private readonly random: Random,
    private readonly schema: OcsfSchema,
  ) {}

  set(rules: number): MappingSet {
    const { random, schema } = this;
    const classes = [...schema.classes.values()].filter(isTaken);
    const made = Array.from({ length: rules }, (_, i) => this.rule(pick(random, classes), `Event${i}`));
    const constant: Choice = { kind: 'constant', value: 'Informational' };
    return {
      version: '0123456789ab',
      sources: [],
      placeholders: ['', '-', 'none', 'N/A', '0'.repeat(64)],
      observableTypes: [...schema.observableTypes.keys()].filter(() => random() < 0.7),
      unknown: { severity: constant, entries: common(), where },
      facts: { host: [], user: [], process: [] },
      rules: made,
    };
  }

  private rule(cls: EventClass, eventType: string): Rule {
    const { random } = this;
    const fallbacks = Array.from({ length: random() < 0.3 ? 1 : 0 }, () =>
      pick(random, [...this.schema.classes.values()].filter(isTaken)),
    );
    return {
      eventTypes: [eventType],
      class: cls.name,
      activity: this.choice(cls, 'activity_id'),
      severity: this.choice(cls, 'severity_id'),
      entries: [...common(), ...this.entries(cls)],
      fallbacks: fallbacks.map((other) => ({
        class: other.name,
        activity: this.choice(other, 'activity_id'),
        entries: this.entries(other),
        where,
      })),
      where,
      ...(random() < 0.2 ? { time: this.field() } : {}),
      ...(random() < 0.2
        ? {
            when: {
              field: this.field(),
              ...(random() < 0.5 ? { is: ['a', 'none'] } : {}),
              ...(random() < 0.3 ? { not: true } : {}),
            },
          }
        : {}),
    };
  }

  /** Required attributes mostly, and any others. */
  private entries(cls: EventClass): Entry[] {
    const { random } = this;
    const entries = new Map<string, Entry>();
    const share = random() * 0.4;
    const visit = (
      { attributes, constraints }: Pick<EventClass, 'attributes' | 'constraints'>,
      prefix: string,
      depth: number,
    ) => {
      const chosen = pick(random, constraints.at_least_one ?? [...attributes.keys()]);
      const siblings = new Set([...attributes.values()].map(({ sibling }) => sibling));
      for (const attribute of attributes.values()) {
        const { name, object, isArray, requirement } = attribute;
        if ((prefix === '' && LEFT_OUT.test(name)) || /_dt$/.test(name) || siblings.has(name) || attribute.profile !== undefined)
          continue;
        const isWanted =
          name === chosen || random() < (requirement === 'required' ? 0.9 : requirement === 'recommended' ? share : share / 3);
        if (!isWanted) continue;
        const path = prefix + name;
        const inner = object === undefined ? undefined : this.schema.objects.get(object);
        if (inner === undefined || isArray) {
          const value = this.value(attribute);
          // what a class requires comes from the event
          const isOnlyConstant =
            prefix === '' && requirement === 'required' && JSON.stringify(value ?? null).includes('"constant"');
          if (value !== undefined && !isOnlyConstant) entries.set(path, { path, value, where });
        } else if (depth < 4 && object !== 'fingerprint') visit(inner, `${path}.`, depth + 1);
      }
    };
    visit(cls, '', 0);
    return [...entries.values()];
  }

  private value(attribute: Attribute): Value | undefined {
    const { random, schema } = this;
    const { type, isArray, object } = attribute;
    if (isArray && object === 'fingerprint') {
      const algorithms = ['MD5', 'SHA-1', 'SHA-256', 'SHA-512'].filter(() => random() < 0.6);
      return algorithms.length === 0
        ? undefined
        : { kind: 'hashes', of: algorithms.map((algorithm) => ({ algorithm, field: this.field() })) };
    }
    if (isArray && object !== undefined) return this.items(object);
    if (attribute.enum !== undefined) {
      if (isArray || attribute.sibling === undefined || schema.types.get(type)?.base !== 'integer') return undefined;
      return random() < 0.8
        ? this.enumOf(attribute)
        : {
            kind: 'first',
            of: [this.enumOf(attribute), { kind: 'constant', value: pick(random, Object.values(attribute.enum)) }],
          };
    }
    if (isArray)
      return schema.types.get(type)?.base === 'json'
        ? undefined
        : { kind: 'list', field: this.field(), kernels: [...this.textKernels(0.2), split(random)] };
    const kind = random();
    if (kind < 0.1) return this.constant(attribute);
    if (kind < 0.25) {
      const one = () => ({ kind: 'field', field: this.field(), kernels: this.kernels(attribute) }) as const;
      const constant = random() < 0.3 ? this.constant(attribute) : undefined;
      return { kind: 'first', of: [one(), one(), ...(constant === undefined ? [] : [constant])] };
    }
    const base = schema.types.get(type)?.base;
    if (
      kind < 0.32 &&
      (base === 'string' || base === 'boolean') &&
      type !== 'datetime_t' &&
      /^(?:string_t|boolean_t|hostname_t|username_t)$/.test(type)
    ) {
      const texts = base === 'boolean' ? ['true', 'false', 'true'] : ['One', 'Two', 'Two', 'none', 'a longer text for three'];
      return {
        kind: 'table',
        field: this.field(),
        table: Object.fromEntries(texts.map((text, i) => [['a', 'b', '7', 'x y', 'none'][i]!, text])),
      };
    }
    return { kind: 'field', field: this.field(), kernels: this.kernels(attribute) };
  }

  private items(object: string): Value | undefined {
    const { random, schema } = this;
    const { attributes } = schema.objects.get(object)!;
    const siblings = new Set([...attributes.values()].map(({ sibling }) => sibling));
    const of = Array.from({ length: 1 + Math.floor(random() * 2) }, () => {
      const hasEach = random() < 0.5;
      const entries = [...attributes.values()].flatMap((attribute): Entry[] => {
        const { name, isArray, requirement, profile } = attribute;
        if (isArray || siblings.has(name) || /_dt$/.test(name) || profile !== undefined) return [];
        if (random() > (requirement === 'required' ? 0.95 : 0.3)) return [];
        const isText = schema.types.get(attribute.type)?.base === 'string' && attribute.enum === undefined;
        if (hasEach && isText && random() < 0.6)
          return [{ path: name, value: { kind: 'item', kernels: this.textKernels(0.2) }, where }];
        if (attribute.object === 'fingerprint') return [];
        if (attribute.object !== undefined) return this.inside(attribute, name);
        const value = this.value(attribute);
        return value === undefined ? [] : [{ path: name, value, where }];
      });
      const each = hasEach ? { each: { field: this.field(), kernels: [...this.textKernels(0.2), split(random)] } } : {};
      return { ...each, entries };
    }).filter(({ entries }) => entries.length > 0);
    return of.length === 0 ? undefined : { kind: 'items', of };
  }

  /** A struct inside an item. */
  private inside(attribute: Attribute, name: string): Entry[] {
    const { attributes } = this.schema.objects.get(attribute.object!)!;
    const siblings = new Set([...attributes.values()].map(({ sibling }) => sibling));
    return [...attributes.values()].flatMap((leaf): Entry[] => {
      if (
        leaf.isArray ||
        leaf.object !== undefined ||
        siblings.has(leaf.name) ||
        /_dt$/.test(leaf.name) ||
        leaf.profile !== undefined
      )
        return [];
      if (this.random() > (leaf.requirement === 'required' ? 0.9 : 0.15)) return [];
      const value = this.value(leaf);
      if (JSON.stringify(value ?? null).includes('"constant"')) return [];
      return value === undefined ? [] : [{ path: `${name}.${leaf.name}`, value, where }];
    });
  }

  private constant({ type }: Attribute): Extract<Value, { kind: 'constant' }> | undefined {
    const base = this.schema.types.get(type)?.base;
    const value =
      base === 'integer'
        ? 7
        : base === 'long'
          ? type === 'timestamp_t'
            ? 1_718_001_381_217
            : 9_007_199_254_740_991
          : base === 'float'
            ? 0.25
            : base === 'boolean'
              ? true
              : undefined;
    if (value !== undefined) return { kind: 'constant', value };
    return /^(?:string_t|hostname_t|username_t)$/.test(type)
      ? { kind: 'constant', value: pick(this.random, ['short', 'a constant longer than twelve']) }
      : undefined;
  }

  private enumOf(attribute: Attribute): Extract<Value, { kind: 'enum' }> {
    const { random } = this;
    const captions = Object.values(attribute.enum!);
    const table = Object.fromEntries(
      ['a', 'b', '1', '2', 'none'].filter(() => random() < 0.8).map((raw) => [raw, pick(random, captions)]),
    );
    const otherwise = random();
    const hasOther = attribute.enum![OTHER] !== undefined;
    return {
      kind: 'enum',
      field: this.field(),
      table,
      else:
        otherwise < 0.3 && hasOther
          ? { kind: 'source' }
          : otherwise < 0.5
            ? { kind: 'caption', caption: pick(random, captions) }
            : { kind: 'absent' },
    };
  }

  private choice(cls: EventClass, name: 'activity_id' | 'severity_id'): Choice {
    const { random } = this;
    const attribute = cls.attributes.get(name);
    if (attribute?.enum === undefined) return { kind: 'constant', value: 'Unknown' };
    const captions = Object.values(attribute.enum);
    const kind = random();
    if (kind < 0.5) return { kind: 'constant', value: pick(random, captions) };
    if (kind < 0.8) return this.enumOf(attribute);
    const named = Object.entries(attribute.enum).flatMap(([id, caption]) => (Number(id) === OTHER ? [] : [caption]));
    const ranges = [
      { below: 20, caption: pick(random, named) },
      { below: 80.5, caption: pick(random, named) },
    ];
    return {
      kind: 'ranges',
      field: this.field(),
      ranges: random() < 0.5 ? ranges : [...ranges, { caption: pick(random, named) }],
    };
  }

  private kernels({ type }: Attribute): KernelCall[] {
    const { random } = this;
    const kernel = (name: string): KernelCall[] => [{ name, args: [] }];
    if (type === 'timestamp_t' && random() < 0.4) return kernel(pick(random, ['epoch_s', 'epoch_ms', 'filetime']));
    const base = this.schema.types.get(type)?.base;
    if ((base === 'integer' || base === 'long') && random() < 0.3)
      return kernel(type === 'integer_t' && random() < 0.5 ? 'seconds' : 'hex');
    if (base === 'string' && random() < 0.2) return kernel(pick(random, ['basename', 'dirname']));
    return this.textKernels(0.2);
  }

  private textKernels(share: number): KernelCall[] {
    const { random } = this;
    if (random() > share) return [];
    return [
      {
        name: pick(random, ['first', 'after', 'before', 'pair', 'members']),
        args: [pick(random, [';', ',', '\\', ' ', '::', 'é'])],
      },
    ];
  }

  /** Mostly a field of its own, now and then one that is used elsewhere too. */
  private field(): string {
    return this.random() < 0.1 ? pick(this.random, ['Shared1', 'Shared2', 'aid', 'cid']) : `F${this.fields++}`;
  }
}

const split = (random: Random): KernelCall => ({ name: 'split', args: [pick(random, [';', ',', ' ', '::'])] });

/** What every event of OCSF needs. */
function common(): Entry[] {
  const field = (name: string): Value => ({ kind: 'field', field: name, kernels: [] });
  const values: [string, Value][] = [
    ['metadata.uid', field('id')],
    ['metadata.event_code', field('event_simpleName')],
    ['metadata.product.vendor_name', { kind: 'constant', value: 'CrowdStrike' }],
    ['metadata.product.name', { kind: 'constant', value: 'Falcon' }],
  ];
  return values.map(([path, value]) => ({ path, value, where }));
}
