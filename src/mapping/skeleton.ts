/**
 * A beginning of mappings for event types that none names: by their family where the name tells it, else as base events. Only fields
 * that the dictionary gives a type are mapped, and only to what they mean in the whole family; the rest stands in comments.
 */
import type { DictionaryType } from './event-dictionary.js';
import { FAMILIES, type FamilyEntry, SENSOR_OWN } from './families.js';

export interface SkeletonFile {
  /** made of a class's name: the dictionary chooses no part of it */
  name: string;
  text: string;
  class: string;
  eventTypes: string[];
}

/** What becomes of a type, and why not more. */
export interface Placement {
  class: string;
  activity: string;
  entries: readonly FamilyEntry[];
  /** of a base event */
  reason?: string;
}

const LONGEST_COMMENT = 100;
const MOST_FIELDS = 40;

export function placementOf({ eventType, fields }: DictionaryType): Placement {
  const family = FAMILIES.find(({ pattern }) => pattern.test(eventType));
  const has = (name: string) => fields.includes(name);
  if (family !== undefined) {
    const lacks = family.requires.filter((name) => !has(name));
    if (lacks.length === 0) return { ...family, entries: family.entries.filter(({ needs }) => needs.every(has)) };
    return base(`by its name it belongs to ${family.class}, but the dictionary gives it no ${lacks.join(' and no ')}`);
  }
  if (SENSOR_OWN.test(eventType)) return base('by its name it is about the sensor itself');
  return base('not placed yet, its name tells no class');
}

const base = (reason: string): Placement => ({ class: 'base_event', activity: 'Other', entries: [], reason });

/** Whether a field of an event type reaches an attribute, by the skeleton or what it includes. */
export type Kept = (eventType: string, field: string) => boolean;

/**
 * One file a class, in the mapping language; they load on top of the shipped mappings.
 *
 * @param kept fields that are told to be without a home are those that it denies; unless given, nothing is told
 */
export function skeletonFiles(types: readonly DictionaryType[], kept?: Kept): SkeletonFile[] {
  const classes = new Map<string, Map<string, { placement: Placement; types: DictionaryType[] }>>();
  for (const type of types) {
    const placement = placementOf(type);
    const rules = classes.get(placement.class) ?? new Map();
    classes.set(placement.class, rules);
    const key = JSON.stringify([placement.activity, placement.reason, placement.entries]);
    const rule = rules.get(key);
    if (rule === undefined) rules.set(key, { placement, types: [type] });
    else rule.types.push(type);
  }
  return [...classes]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, rules]) => ({
      name: `skeleton_${name}.yaml`,
      class: name,
      eventTypes: [...rules.values()].flatMap((rule) => rule.types.map(({ eventType }) => eventType)),
      text: fileText(name, [...rules.values()], kept),
    }));
}

function fileText(
  className: string,
  rules: readonly { placement: Placement; types: readonly DictionaryType[] }[],
  kept: Kept | undefined,
): string {
  const lines = [
    '# A beginning, made by "falconry dictionary" from the dictionary of a tenant. Read each rule, mend it, and take what you',
    '# keep into a file of your own; docs/mapping-language.md describes the language.',
    `class: ${className}`,
    `include: [${className === 'base_event' ? 'event' : 'event, device'}]`,
    'rules:',
  ];
  for (const { placement, types } of rules) {
    lines.push('  - events:', ...types.map((type) => `      - ${quotedName(type.eventType)}${typeComment(type)}`));
    lines.push(`    activity: ${placement.activity}`);
    if (placement.entries.length > 0) {
      lines.push('    map:', ...placement.entries.map(({ path, value }) => `      ${path}: ${value}`));
    }
    if (placement.reason !== undefined) lines.push(`    reason: ${placement.reason}`);
    if (kept !== undefined) lines.push(...leftComment(types, kept));
  }
  return `${lines.join('\n')}\n`;
}

/** What else the types have: each is a home to find. */
function leftComment(types: readonly DictionaryType[], kept: Kept): string[] {
  const left = [...new Set(types.flatMap(({ eventType, fields }) => fields.filter((field) => !kept(eventType, field))))].sort();
  if (left.length === 0) return [];
  const shown = left.slice(0, MOST_FIELDS).map(commentText);
  const more = left.length > MOST_FIELDS ? ` and ${left.length - MOST_FIELDS} more` : '';
  return [`    # without a home: ${shown.join(', ')}${more}`];
}

function typeComment({ platforms, description }: DictionaryType): string {
  const parts = [platforms.join(', '), commentText(description)].filter((part) => part !== '');
  return parts.length === 0 ? '' : ` # ${commentText(parts.join(': '))}`;
}

/** One line of text that ends with its line. */
function commentText(text: string): string {
  const line = text.replace(/[\p{Cc}\p{Cs}\u2028\u2029\ufeff\ufffe\uffff]+/gu, ' ').trim();
  return line.length <= LONGEST_COMMENT ? line : `${[...line].slice(0, LONGEST_COMMENT - 1).join('')}…`;
}

/** A name as YAML takes it for a text. */
function quotedName(name: string): string {
  return /^[A-Za-z]\w*$/.test(name) && !/^(true|false|null|yes|no|on|off)$/i.test(name) ? name : JSON.stringify(name);
}
