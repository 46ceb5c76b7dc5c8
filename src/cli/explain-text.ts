/** An explanation as a person reads it: what took the line, then where each field went. */
import type { AlternativeSource } from '../mapping/plan.js';
import type {
  AbsentReason,
  ExplainedField,
  Explanation,
  FilledAttribute,
  UnmappedReason,
  WrittenExplanation,
} from '../normalize/explanation.js';
import { plural } from './numbers.js';
import { plainName, plainText } from './plain-text.js';
import { table } from './table.js';

/** Values longer than this are cut; `--json` has them whole. */
const WIDEST_VALUE = 44;
/** Attributes of one field that are told; a list may have hundreds. */
const MOST_ATTRIBUTES = 12;

const UNMAPPED_WORDS: Readonly<Record<UnmappedReason, string>> = {
  'no-home': 'no entry takes it',
  placeholder: 'a placeholder, and no entry takes it',
  impossible: 'its attribute cannot hold this value',
  'not-listed': "the mapping's list does not have this value",
  'in-part': 'the attribute holds only a part of it',
  'filled-by-another': 'another field filled its attribute',
  'incomplete-object': 'its object lacks what OCSF requires beside it',
  'nothing-taken': 'the mapping finds nothing in it to take',
};

const ABSENT_WORDS: Readonly<Record<AbsentReason, string>> = {
  null: 'null',
  placeholder: 'placeholders',
  'no-value': 'no value for their type',
};

const QUARANTINE_WORDS: Readonly<Record<string, string>> = {
  'not-json': 'the line is no JSON',
  'cut-off': 'the line breaks off',
  'not-an-object': 'the line is JSON, but no object',
  'duplicate-key': 'a name stands twice in it',
  'too-deep': 'it is nested too deep',
  'no-event-type': 'it has no event_simpleName and no ExternalApiType',
  'no-time': 'it has no usable timestamp',
  'line-too-long': 'the line is longer than 16 MiB',
};

/** @param mappingsFolder the user's own, where there is one */
export function explanationText(explanation: Explanation, mappingsFolder: string | undefined): string {
  if (explanation.outcome === 'quarantined') {
    const { line, reason, text } = explanation;
    return `line ${line}: quarantined as ${reason}, ${QUARANTINE_WORDS[reason] ?? reason}\n  ${plainText(text)}\n`;
  }
  const { line, eventType, activity, fields, time, timeFrom, row } = explanation;
  const parts = [explanation.class, activity.name, row.severity].filter((part) => part !== undefined);
  const mapped = fields.filter(({ attributes }) => attributes.length > 0);
  const kept = fields.filter(({ unmapped }) => unmapped !== undefined);
  const rows = [
    ...mapped.flatMap((field) => attributeRows(field)),
    ...kept
      .filter(({ attributes }) => attributes.length === 0)
      .map((field) => [plainName(field.field), shown(field.text ?? ''), `unmapped: ${UNMAPPED_WORDS[field.unmapped!]}`]),
  ];
  const lines = [
    `line ${line}: ${plainName(eventType)} → ${plainText(parts.join(', '))}`,
    `  ${ruleText(explanation.mapping, mappingsFolder)}`,
    `  time ${time}, told by ${timeFrom}`,
    '',
    ...table(['field', 'value', 'went to'], rows)
      .split('\n')
      .map((text) => `  ${text}`.trimEnd()),
    '',
    ...absentLines(fields),
    `  ${sumText(explanation)}`,
  ];
  return `${lines.join('\n')}\n`;
}

function ruleText({ file, line, origin, as }: AlternativeSource, mappingsFolder: string | undefined): string {
  const at = `${origin === 'user' ? mappingsFolder : 'mappings/fdr'}/${file}:${line}`;
  switch (as) {
    case 'rule':
      return `by the rule at ${at}`;
    case 'fallback':
      return `by the fallback at ${at}: the event lacks what the rule's own class requires`;
    case 'base-event':
      return `as a base event of the rule at ${at}: the event lacks what its class requires`;
    case 'unknown':
      return `no rule takes this event: kept whole by "unknown" at ${at}`;
  }
}

/** One row an attribute; the field's name and value stand in the first. */
function attributeRows({ field, text, attributes, unmapped }: ExplainedField): string[][] {
  const told = attributes.slice(0, MOST_ATTRIBUTES).map((attribute) => attributeText(attribute, text));
  if (attributes.length > MOST_ATTRIBUTES) told.push(`and ${attributes.length - MOST_ATTRIBUTES} more`);
  if (unmapped !== undefined) told.push(`and unmapped: ${UNMAPPED_WORDS[unmapped]}`);
  return told.map((went, i) => (i === 0 ? [plainName(field), shown(text ?? ''), went] : ['', '', went]));
}

/** The value only where it is another than the field's text. */
function attributeText({ path, value, caption }: FilledAttribute, text: string | null): string {
  const word = caption === undefined ? '' : ` (${shown(caption)})`;
  if (path === 'time') return `time = ${new Date(value as number).toISOString()}`;
  return String(value) === text && caption === undefined ? path : `${path} = ${shown(String(value))}${word}`;
}

function absentLines(fields: readonly ExplainedField[]): string[] {
  return (Object.keys(ABSENT_WORDS) as AbsentReason[]).flatMap((reason) => {
    const names = fields.filter(({ absent }) => absent === reason).map(({ field }) => plainName(field));
    return names.length === 0 ? [] : [`  absent (${ABSENT_WORDS[reason]}): ${names.join(', ')}`];
  });
}

function sumText({ fields, constants }: WrittenExplanation): string {
  const mapped = fields.filter(({ attributes, unmapped }) => attributes.length > 0 && unmapped === undefined).length;
  const both = fields.filter(({ attributes, unmapped }) => attributes.length > 0 && unmapped !== undefined).length;
  const unmapped = fields.filter((field) => field.attributes.length === 0 && field.unmapped !== undefined).length;
  const absent = fields.filter((field) => field.absent !== undefined).length;
  const counts: [number, string][] = [
    [mapped, 'in attributes'],
    [both, 'in attributes and unmapped'],
    [unmapped, 'in unmapped'],
    [absent, 'absent'],
  ];
  const parts = counts.filter(([n]) => n > 0).map(([n, where]) => `${n} ${where}`);
  const own = `${plural(constants.length, 'attribute')} more ${constants.length === 1 ? 'is' : 'are'} the mapping's own`;
  return `${plural(fields.length, 'field')} = ${parts.join(' + ')}; ${own}`;
}

function shown(value: string): string {
  const text = plainText(value);
  return text.length <= WIDEST_VALUE ? text : `${text.slice(0, WIDEST_VALUE - 1)}…`;
}
