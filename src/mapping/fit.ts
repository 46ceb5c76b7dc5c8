/** Does an entry fit the attribute that it fills? */
import type { Found } from './attribute.js';
import type { PlacedEntry } from './expand.js';
import { fitScalar } from './fit-scalar.js';
import { chainResult } from './kernel-signature.js';
import type { Choice, Entry, HashesValue, ItemsValue, Value, Where } from './model.js';
import { type Problems, unknown } from './problem.js';
import type { Site, Slot } from './site.js';

/**
 * The entries that fit, as the compiler takes them: lists told from fields, constants in the attribute's type, a field on an
 * enum as the enum of its ids. An entry must fit in every version that has its attribute.
 */
export function fitEntries(entries: readonly PlacedEntry[], site: Site, problems: Problems): PlacedEntry[] {
  const fitted: PlacedEntry[] = [];
  for (const entry of entries) {
    const slot = site.at(entry.path);
    const value = slot.closed ?? fitValue(entry.value, slot, problems);
    if (typeof value !== 'string') fitted.push(value === entry.value ? entry : { ...entry, value });
    else problems.add(entry.usedAt, `${entry.path}: ${value}${entry.from === undefined ? '' : ` (${entry.from})`}`);
  }
  return fitted;
}

/** An activity or severity against the enum it fills. */
export function fitChoice(
  choice: Choice,
  where: Where,
  attribute: 'activity_id' | 'severity_id',
  site: Site,
  problems: Problems,
): void {
  const value = fitValue(choice, site.at(attribute), problems);
  if (typeof value === 'string') problems.add(where, `${attribute === 'activity_id' ? 'activity' : 'severity'}: ${value}`);
}

/** The entry without what only messages need. */
export function plainEntry({ path, value, where }: PlacedEntry): Entry {
  return { path, value, where };
}

/** The value as it fits, or what is wrong with it. */
function fitValue(value: Value, slot: Slot, problems: Problems): Value | string {
  let fitted = slot.fitted.get(value);
  if (fitted === undefined) {
    fitted = value;
    for (const one of slot.kinds) {
      fitted = one.attribute.isArray ? fitArray(value, slot, one) : fitSingle(value, slot, one);
      if (typeof fitted === 'string') break;
    }
    if (typeof fitted !== 'string' && fitted.kind === 'items') fitted = fitItems(fitted, slot.objects, problems);
    slot.fitted.set(value, fitted);
  }
  return fitted;
}

function fitSingle(value: Value, slot: Slot, { attribute, owner }: Found): Value | string {
  if (attribute.object !== undefined) {
    const inside = [...(owner.schema.objects.get(attribute.object)?.attributes.keys() ?? [])];
    if (inside.length === 0) return 'is free-form in OCSF and has no columns; leave the field in unmapped';
    const example = inside.find((name) => name === 'name' || name === 'uid') ?? inside[0];
    return `is the object ${attribute.object}; map its attributes, like ${attribute.name}.${example}, or { use: … } a shared object`;
  }
  if (value.kind === 'items') return 'takes one value, not a list of items; it is no array';
  if (value.kind === 'hashes') return `takes no hashes; those fill arrays of fingerprint, and this is of type ${attribute.type}`;
  return fitScalar(value, attribute, owner.schema, slot);
}

function fitArray(value: Value, slot: Slot, { attribute: { object, enum: ids } }: Found): Value | string {
  if (value.kind === 'hashes') {
    return object === 'fingerprint'
      ? fitHashes(value, slot)
      : `takes no hashes; those fill arrays of fingerprint, and this is one of ${object ?? 'scalars'}`;
  }
  if (object !== undefined) {
    const expected = object === 'fingerprint' ? '{ hashes: … } or a list of items' : 'a list of items, - { map: … }';
    return value.kind === 'items' ? value : `is an array of ${object}; expected ${expected}`;
  }
  if (ids) return 'is an array of enum ids, which no value can fill; leave the field in unmapped';
  if (value.kind !== 'list' && (value.kind !== 'field' || value.kernels.at(-1)?.name !== 'split')) {
    return 'is an array; expected a field that split cuts last, like "Field | split(;)"';
  }
  const result = chainResult(value.kernels);
  return 'problem' in result ? result.problem : { kind: 'list', field: value.field, kernels: value.kernels };
}

function fitHashes(value: HashesValue, slot: Slot): Value | string {
  const { captions } = slot.objects.at('algorithm_id').enumSite;
  const strange = value.of.find(({ algorithm }) => !captions.has(algorithm));
  return strange ? unknown('algorithm', strange.algorithm, captions) : value;
}

function fitItems({ of }: ItemsValue, site: Site, problems: Problems): Value {
  const items = of.map((item) => {
    const fitted = fitEntries(item.entries as PlacedEntry[], site, problems);
    for (const { path, value, usedAt } of fitted) {
      if (ARRAYS.includes(value.kind))
        problems.add(usedAt, `${path}: an array inside an item cannot be filled; leave its fields in unmapped`);
    }
    return { ...item, entries: fitted.map(plainEntry) };
  });
  return { kind: 'items', of: items };
}

const ARRAYS: readonly string[] = ['list', 'hashes', 'items'];
