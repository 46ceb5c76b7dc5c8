/** What the mappings lack, as tables for people. */
import type { DictionaryReport, TypeGap } from '../mapping/dictionary-report.js';
import type { EventDictionary } from '../mapping/event-dictionary.js';
import { placementOf, type SkeletonFile } from '../mapping/skeleton.js';
import { count, plural } from './numbers.js';
import { plainName } from './plain-text.js';
import { table } from './table.js';

const MOST_ROWS = 20;
const MOST_NAMES = 4;
const WIDEST_CELL = 60;

/** @param all every row of every table */
export function dictionaryText(report: DictionaryReport, dictionary: EventDictionary, all: boolean): string {
  const { types, eventTypes, unknownFields, notInDictionary } = report;
  const lines: string[] = [];
  const unmapped = eventTypes.filter(({ mapped }) => !mapped);
  const entries = new Map(dictionary.types.map((type) => [type.eventType, type]));
  if (unmapped.length > 0) {
    lines.push('Event types that no mapping names: kept whole in base_event', '');
    const rows = unmapped.map((gap) => {
      const placement = placementOf(entries.get(gap.eventType)!);
      const told = placement.class === 'base_event' ? '' : placement.class;
      return [plainName(gap.eventType), cell(gap.platforms), count(fieldsOf(gap)), told, cut(plainName(gap.description))];
    });
    lines.push(...rowsText(['event type', 'platforms', 'fields', 'by its name', 'description'], rows, [2], all), '');
  }
  const partly = eventTypes
    .filter(({ mapped, fieldsUnmapped }) => mapped && fieldsUnmapped.length > 0)
    .sort((a, b) => b.fieldsUnmapped.length - a.fieldsUnmapped.length || (a.eventType < b.eventType ? -1 : 1));
  if (partly.length > 0) {
    lines.push('Mapped event types with fields that stay in unmapped', '');
    const rows = partly.map((gap) => [
      plainName(gap.eventType),
      gap.classes.join(' or '),
      count(fieldsOf(gap)),
      count(gap.fieldsMapped.length),
      cell(gap.fieldsUnmapped),
    ]);
    lines.push(...rowsText(['event type', 'class', 'fields', 'mapped', 'stay in unmapped'], rows, [2, 3], all), '');
  }
  if (unknownFields.length > 0) {
    lines.push('Fields that no mapping takes in any event type', '');
    const rows = unknownFields.map(({ field, types: n }) => [plainName(field), count(n)]);
    lines.push(...rowsText(['field', 'event types'], rows, [1], all), '');
  }
  const complete = eventTypes.filter(({ mapped, fieldsUnmapped }) => mapped && fieldsUnmapped.length === 0).length;
  lines.push(
    `${plural(types.known, 'event type')} in ${plural(report.entries, 'entry', 'entries')} = ${count(complete)} mapped with every field + ${count(partly.length)} mapped in part + ${count(types.unmapped)} not mapped (OCSF ${report.ocsf}).`,
  );
  if (notInDictionary.length > 0) lines.push(`The mappings name ${plural(notInDictionary.length, 'event type')} more.`);
  return `${lines.join('\n')}\n`;
}

export function skeletonText(folder: string, files: readonly SkeletonFile[]): string {
  if (files.length === 0) return 'No skeleton is needed: every event type has a rule.\n';
  const rows = files.map(({ name, class: cls, eventTypes }) => [`${folder}/${name}`, cls, count(eventTypes.length)]);
  return `\n${table(['skeleton', 'class', 'event types'], rows, [2])}\n\nNext: read them, then falconry coverage --mappings ${folder}\n`;
}

function rowsText(head: readonly string[], rows: readonly string[][], right: readonly number[], all: boolean): string[] {
  const shown = all ? rows : rows.slice(0, MOST_ROWS);
  const lines = table(head, shown, right)
    .split('\n')
    .map((line) => line.trimEnd());
  if (shown.length < rows.length) lines.push(`… and ${count(rows.length - shown.length)} more (--all or --json lists them)`);
  return lines;
}

const fieldsOf = ({ fieldsMapped, fieldsUnmapped }: TypeGap): number => fieldsMapped.length + fieldsUnmapped.length;

function cell(names: readonly string[]): string {
  const more = names.length > MOST_NAMES ? ` and ${names.length - MOST_NAMES} more` : '';
  return cut(names.slice(0, MOST_NAMES).map(plainName).join(', ')) + more;
}

const cut = (text: string): string => (text.length <= WIDEST_CELL ? text : `${text.slice(0, WIDEST_CELL - 1)}…`);
