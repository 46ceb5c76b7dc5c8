/** What the validator can find, and how it notes a finding's place. */

export type Level = 'error' | 'warning';

/** Every rule of the validator. An error means that the event is not valid OCSF or contradicts itself. */
export const RULES = {
  class_unknown: ['error', 'class_uid is absent, no integer, or no class of the schema'],
  category_mismatch: ['error', 'category_uid is not the category of the class'],
  class_name_mismatch: ['error', 'class_name is not the caption of the class'],
  category_name_mismatch: ['error', 'category_name is not the caption of the category'],
  type_uid_mismatch: ['error', 'type_uid is not class_uid * 100 + activity_id'],
  type_name_mismatch: ['error', 'type_name is not "<class caption>: <activity caption>"'],
  version_mismatch: ['error', 'metadata.version is not the version of the schema'],
  profile_unknown: ['error', 'metadata.profiles names a profile that no class has'],
  profile_unusable: ['warning', 'metadata.profiles names a profile that this class does not take'],
  profile_undeclared: ['error', 'an attribute is filled whose profile metadata.profiles does not name'],
  attribute_unknown: ['error', 'the class or object has no such attribute'],
  required_missing: ['error', 'a required attribute is absent'],
  required_empty: ['warning', 'a required attribute is an empty string, list or object'],
  at_least_one: ['error', 'none of the attributes of which one must be there is there'],
  just_one: ['error', 'not exactly one of the attributes of which exactly one must be there is there'],
  wrong_type: ['error', 'a value of another type than the attribute'],
  list_expected: ['error', 'a single value where a list belongs'],
  list_unexpected: ['error', 'a list where a single value belongs'],
  null_element: ['error', 'a list holds null'],
  out_of_range: ['error', 'a number outside its type: 32 or 64 bits signed, a port'],
  too_long: ['error', 'more characters (code points) than the type takes'],
  time_implausible: ['error', 'a timestamp that is no epoch milliseconds of the years 1990 to 2099'],
  ip_invalid: ['error', 'neither an IPv4 nor an IPv6 address'],
  subnet_invalid: ['error', 'not a network in CIDR notation'],
  mac_invalid: ['error', 'not six octets in hexadecimal, set off by : or -'],
  datetime_invalid: ['error', 'not an RFC 3339 date and time'],
  datetime_zone_missing: ['warning', 'a date and time without offset'],
  uuid_invalid: ['error', 'not a UUID'],
  base64_invalid: ['error', 'a byte string that is not base64'],
  hash_invalid: ['error', 'a fingerprint whose value is not hexadecimal of the length of its algorithm'],
  enum_unknown: ['error', 'the enum has no such value'],
  sibling_mismatch: ['warning', 'the caption beside an enum id is the caption of another id'],
  sibling_list_mismatch: ['error', 'a list of enum ids and its list of captions disagree'],
  other_unnamed: ['warning', 'id 99 with the caption "Other" in place of the word the source uses'],
  datetime_mismatch: ['error', '<time> and <time>_dt are different instants'],
  protocol_mismatch: ['error', 'protocol_num and protocol_name are different protocols'],
  ip_version_mismatch: ['error', 'protocol_ver_id is not the version of the endpoints addresses'],
  observable_unresolved: ['error', 'an observable name is no attribute path of the class under the declared profiles'],
  observable_absent: ['error', 'an observable names an attribute that has no value in the event'],
  observable_value_mismatch: ['error', 'an observable has another value than the attribute it names'],
  observable_type_mismatch: ['error', 'an observable has another type_id than the schema gives the attribute it names'],
  observable_undefined: ['warning', 'an observable with a type_id for an attribute to which the schema gives none'],
  observable_value_of_object: ['warning', 'an observable that names an object carries a value'],
  placeholder: ['warning', 'a text such as "null", "N/A" or "-" stands for no value'],
  deprecated: ['warning', 'the class, object or attribute is deprecated'],
} as const satisfies Record<string, readonly [Level, string]>;

export type Rule = keyof typeof RULES;

export interface Finding {
  rule: Rule;
  level: Level;
  /** where, as `process.file.hashes[0].value`; empty for the event as a whole */
  path: string;
  /** the values, cut to a readable length */
  message: string;
}

/** True when a finding makes the event invalid. */
export const hasErrors = (findings: readonly Finding[]): boolean => findings.some(({ level }) => level === 'error');

/** The findings of one event, with the place being looked at. The place becomes text only when something is found. */
export class FindingList {
  readonly found: Finding[] = [];
  /** attribute names and list indexes from the event down */
  private readonly place: (string | number)[] = [];

  enter(part: string | number): void {
    this.place.push(part);
  }

  leave(): void {
    this.place.pop();
  }

  /** Notes a finding at the present place, or at `part` below it. */
  add(rule: Rule, message: string, part?: string): void {
    let path = '';
    for (const step of part === undefined ? this.place : [...this.place, part]) {
      if (typeof step === 'number') path += `[${step}]`;
      else path += path === '' ? step : `.${step}`;
    }
    this.found.push({ rule, level: RULES[rule][0], path, message });
  }
}

/** A value for a message, at most 60 characters; of a list or an object only that it is one. */
export function shown(value: unknown): string {
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (value instanceof Date) return 'a Date';
  if (typeof value === 'object' && value !== null) return 'an object';
  if (typeof value !== 'string') return String(value);
  return JSON.stringify(value.length > 58 ? `${value.slice(0, 57)}…` : value);
}
