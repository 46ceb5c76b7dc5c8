/** Enums, constants and choices of the reference: captions and ids by the schema. */
import type { Choice, EnumValue } from '../../src/mapping/model.js';
import type { Attribute } from '../../src/ocsf/schema.js';
import { ABSENT, REJECT, type Read, readText } from './values.js';

export interface Filled {
  value: unknown;
  caption?: string;
}

/** OCSF's id for the source's own word. */
const OTHER = 99;

export function idOf(attribute: Attribute, caption: string): number | undefined {
  const id = Object.entries(attribute.enum ?? {}).find(([, text]) => text === caption)?.[0];
  return id === undefined ? undefined : Number(id);
}

export function constantOf(attribute: Attribute, value: string | number | boolean): Filled | undefined {
  if (attribute.enum === undefined) return { value };
  const id = idOf(attribute, String(value));
  if (id === undefined) return undefined;
  return id === OTHER ? { value: id } : { value: id, caption: String(value) };
}

/** An enum by its captions; 99 has the source's own word beside it. */
export function readEnum(
  attribute: Attribute,
  { table, else: otherwise }: EnumValue,
  text: string,
): { read: Read; caption?: string } {
  const known = Object.entries(table).flatMap(([raw, caption]) => {
    const id = idOf(attribute, caption);
    return id === undefined ? [] : [{ raw, id, caption }];
  });
  const otherId =
    otherwise.kind === 'source' ? OTHER : otherwise.kind === 'caption' ? idOf(attribute, otherwise.caption) : undefined;
  const found = known.find(({ raw }) => raw === text);
  if (found === undefined && otherId === undefined) return { read: REJECT };
  const id = found?.id ?? otherId!;
  if (id === OTHER) {
    const word = attribute.sibling === undefined ? REJECT : readText(text);
    if ('value' in word) return { read: { verdict: 'value', value: id }, caption: text };
    return { read: { verdict: 'part', value: id } };
  }
  const caption = found?.caption ?? (otherwise as { caption: string }).caption;
  const isAlone = found !== undefined && otherId !== id && known.filter((one) => one.id === id).length === 1;
  return { read: { verdict: isAlone ? 'value' : 'part', value: id }, caption };
}

/** The choice's answer to an event: an id and its caption. */
export function readChoice(attribute: Attribute, choice: Choice, text: string | undefined): { read: Read; caption?: string } {
  if (choice.kind === 'constant') {
    const { value, caption } = constantOf(attribute, choice.value) ?? constantOf(attribute, 'Unknown')!;
    return { read: { verdict: 'value', value: value as number }, ...(caption === undefined ? {} : { caption }) };
  }
  if (text === undefined) return { read: ABSENT };
  if (choice.kind === 'enum') return readEnum(attribute, choice, text);
  const number = /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(text) ? Number(text) : Number.NaN;
  const range = Number.isFinite(number) ? choice.ranges.find(({ below }) => below === undefined || number < below) : undefined;
  const id = range && idOf(attribute, range.caption);
  return id === undefined ? { read: REJECT } : { read: { verdict: 'value', value: id }, caption: range!.caption };
}
