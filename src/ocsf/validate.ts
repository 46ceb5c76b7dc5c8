/**
 * The validator: is one event, given as a plain object, valid OCSF of this version and free of contradictions?
 *
 * It takes what readers of Parquet give: null means absent, integers may be bigint, dates may be Date objects. Not checked are
 * the patterns of host names, URLs and mail addresses, which real telemetry breaks, and duplicate keys, which an object
 * cannot have.
 */
import { checkConnection, checkFingerprint, checkInstants } from './consistency.js';
import { type Finding, FindingList, shown } from './findings.js';
import { type AttributeCheck, type ClassCheck, classChecks, type ItemCheck, profileBits } from './item-check.js';
import { ObservableCheck } from './observable-check.js';
import { isInteger } from './scalar-check.js';
import type { EventClass, OcsfSchema } from './schema.js';

type Item = Readonly<Record<string, unknown>>;

export interface ValidatorOptions {
  /** take dates and times also as SQL prints a TIMESTAMP: `2024-05-01 12:00:00.123`, in UTC; default false */
  sqlTimestamps?: boolean;
}

interface Profiles {
  bits: number;
  names: ReadonlySet<string>;
}

/** Validates events of one OCSF version. Make one and keep it: a class is prepared when its first event comes. */
export class Validator {
  private readonly bits: ReadonlyMap<string, number>;
  private readonly makeCheck: (eventClass: EventClass) => ClassCheck;
  private readonly classes: ReadonlyMap<number, EventClass>;
  private readonly prepared = new Map<number, { check: ClassCheck; observables: ObservableCheck }>();

  constructor(
    private readonly schema: OcsfSchema,
    options: ValidatorOptions = {},
  ) {
    this.bits = profileBits(schema);
    this.makeCheck = classChecks(schema, this.bits, { sqlTimestamps: options.sqlTimestamps ?? false });
    this.classes = new Map([...schema.classes.values()].map((eventClass) => [eventClass.uid, eventClass]));
  }

  /** Everything found, in no order that matters; nothing for a valid event without oddities. */
  validate(event: unknown): Finding[] {
    const findings = new FindingList();
    if (!isItem(event)) {
      findings.add('wrong_type', `an event is an object, not ${shown(event)}`);
      return findings.found;
    }
    const prepared = this.prepare(event.class_uid);
    if (!prepared) {
      findings.add('class_unknown', `OCSF ${this.schema.version} has no class ${shown(event.class_uid)}`, 'class_uid');
      return findings.found;
    }
    const { check, observables } = prepared;
    const profiles = this.checkMetadata(event.metadata, check.eventClass, findings);
    if (check.deprecated) findings.add('deprecated', check.what, 'class_uid');
    new Walk(event, profiles.bits, findings).item(event, check);
    checkTypeUid(event, findings);
    observables.check(event, profiles.names, findings);
    return findings.found;
  }

  private prepare(classUid: unknown) {
    if (!isInteger(classUid)) return undefined;
    const uid = Number(classUid);
    const known = this.prepared.get(uid);
    const eventClass = this.classes.get(uid);
    if (known || !eventClass) return known;
    const made = { check: this.makeCheck(eventClass), observables: new ObservableCheck(this.schema, eventClass) };
    this.prepared.set(uid, made);
    return made;
  }

  /** Version and profiles; returns the profiles the event declares. */
  private checkMetadata(metadata: unknown, eventClass: EventClass, findings: FindingList): Profiles {
    const names = new Set<string>();
    let bits = 0;
    if (!isItem(metadata)) return { bits, names };
    const { version, profiles } = metadata;
    if (typeof version === 'string' && version !== this.schema.version) {
      findings.add('version_mismatch', `${shown(version)}, not ${this.schema.version}`, 'metadata.version');
    }
    for (const [position, profile] of (Array.isArray(profiles) ? profiles : []).entries()) {
      if (typeof profile !== 'string') continue;
      const bit = this.bits.get(profile);
      const place = `metadata.profiles[${position}]`;
      if (bit === undefined)
        findings.add('profile_unknown', `OCSF ${this.schema.version} has no profile ${shown(profile)}`, place);
      else if (!eventClass.profiles.includes(profile))
        findings.add('profile_unusable', `${eventClass.name} does not take ${profile}`, place);
      bits |= bit ?? 0;
      names.add(profile);
    }
    return { bits, names };
  }
}

/** One way through one event, from the class down its objects. */
class Walk {
  constructor(
    private readonly event: Item,
    private readonly profiles: number,
    private readonly findings: FindingList,
  ) {}

  item(item: Item, check: ItemCheck): void {
    if (check.freeForm) return;
    const { findings } = this;
    for (const name in item) {
      const value = item[name];
      if (value === null || value === undefined) continue;
      const attribute = check.attributes.get(name);
      if (attribute) this.attribute(value, attribute, item, name);
      else findings.add('attribute_unknown', `${check.what} has no ${name}; its value is ${shown(value)}`, name);
    }
    for (const { attribute, gate } of check.required) {
      if ((gate & ~this.profiles) !== 0) continue;
      const value = item[attribute.name];
      if (value === null || value === undefined) findings.add('required_missing', `${check.what} requires it`, attribute.name);
      else if (isEmpty(value)) findings.add('required_empty', `${check.what} requires it`, attribute.name);
    }
    for (const { rule, paths } of check.constraints) {
      const present = paths.reduce((count, path) => count + (has(item, path) ? 1 : 0), 0);
      if (rule === 'at_least_one' ? present > 0 : present === 1) continue;
      findings.add(rule, `${check.what} has ${present} of ${paths.map((path) => path.join('.')).join(', ')}`);
    }
    checkInstants(item, check.instants, findings);
    if (check.name === 'fingerprint') checkFingerprint(item, findings);
    else if (check.name === 'network_connection_info') {
      checkConnection(item, this.event.connection_info === item ? this.event : undefined, findings);
    }
  }

  private attribute(value: unknown, check: AttributeCheck, owner: Item, name: string): void {
    const { findings } = this;
    const { attribute } = check;
    findings.enter(name);
    if ((check.gate & ~this.profiles) !== 0) findings.add('profile_undeclared', `needs the profile ${attribute.profile}`);
    if (attribute.deprecated) findings.add('deprecated', `attribute ${name}`);
    if (attribute.isArray && !Array.isArray(value)) findings.add('list_expected', `${shown(value)} is no list`);
    else if (attribute.isArray) this.list(value as readonly unknown[], check);
    else if (Array.isArray(value) && attribute.type !== 'json_t') findings.add('list_unexpected', `${shown(value)} is a list`);
    else this.value(value, check);
    findings.leave();
    if (check.captions) this.caption(value, check, check.captions, owner, name);
  }

  private list(values: readonly unknown[], check: AttributeCheck): void {
    for (const [position, value] of values.entries()) {
      this.findings.enter(position);
      if (value === null || value === undefined) this.findings.add('null_element', 'a list holds no null');
      else this.value(value, check);
      this.findings.leave();
    }
  }

  private value(value: unknown, check: AttributeCheck): void {
    if (!check.item) check.scalar(value, this.findings);
    else if (!isItem(value)) this.findings.add('wrong_type', `${shown(value)} is no ${check.item.what}`);
    else {
      if (check.item.deprecated) this.findings.add('deprecated', check.item.what);
      this.item(value, check.item);
    }
  }

  /** Enum values and the captions beside them. */
  private caption(
    value: unknown,
    check: AttributeCheck,
    captions: ReadonlyMap<unknown, string>,
    owner: Item,
    name: string,
  ): void {
    const { findings } = this;
    const { sibling } = check.attribute;
    const beside = sibling === undefined ? undefined : owner[sibling];
    if (Array.isArray(value)) {
      for (const [position, element] of value.entries()) {
        if (!isEnumKey(element, check)) continue;
        const expected = captions.get(enumKey(element));
        if (expected === undefined) findings.add(check.enumRule, `${shown(element)} is not in the enum`, `${name}[${position}]`);
        else if (Array.isArray(beside) && Number(element) !== 99 && beside[position] !== expected) {
          findings.add(
            'sibling_list_mismatch',
            `${sibling} has ${shown(beside[position])}, expected ${shown(expected)}`,
            `${name}[${position}]`,
          );
        }
      }
      return;
    }
    if (!isEnumKey(value, check)) return;
    const expected = captions.get(enumKey(value));
    if (expected === undefined) {
      findings.add(check.enumRule, `${shown(value)} is not in the enum`, name);
      return;
    }
    if (beside === null || beside === undefined) return;
    if (Number(value) === 99) {
      if (beside === expected) findings.add('other_unnamed', `${shown(beside)} beside ${name} 99`, sibling);
    } else if (beside !== expected && !isNamedActivity(beside, expected, check)) {
      findings.add(check.siblingRule, `${shown(beside)}, expected ${shown(expected)}`, sibling);
    }
  }
}

/** For activity 99 the type's name may end in the source's own word: `Process Activity: Hollowing`. */
function isNamedActivity(name: unknown, caption: string, check: AttributeCheck): boolean {
  if (check.siblingRule !== 'type_name_mismatch' || !caption.endsWith(': Other')) return false;
  return typeof name === 'string' && name.startsWith(caption.slice(0, -'Other'.length));
}

function checkTypeUid(event: Item, findings: FindingList): void {
  const { class_uid: classUid, activity_id: activity, type_uid: type } = event;
  if (!isInteger(classUid) || !isInteger(activity) || !isInteger(type)) return;
  const expected = Number(classUid) * 100 + Number(activity);
  if (Number(type) !== expected) findings.add('type_uid_mismatch', `${type}, expected ${expected}`, 'type_uid');
}

const isItem = (value: unknown): value is Item =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);

const isEmpty = (value: unknown): boolean =>
  value === '' || (Array.isArray(value) ? value.length === 0 : isItem(value) && Object.keys(value).length === 0);

/** Values of other types have been found wrong before. */
const isEnumKey = (value: unknown, { textEnum }: AttributeCheck): value is string | number | bigint =>
  textEnum ? typeof value === 'string' : isInteger(value);

const enumKey = (value: string | number | bigint): string | number => (typeof value === 'bigint' ? Number(value) : value);

/** True when there is a value at the path from its `at`th name on; in a list, one element with it is enough. */
function has(value: unknown, path: readonly string[], at = 0): boolean {
  if (value === null || value === undefined) return false;
  if (at === path.length) return true;
  if (Array.isArray(value)) return value.some((element) => has(element, path, at));
  return typeof value === 'object' && has((value as Item)[path[at]!], path, at + 1);
}
