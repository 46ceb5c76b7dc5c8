/** Does a value fit a scalar attribute: its type, its range, its captions? */
import type { Attribute, OcsfSchema, Primitive } from '../ocsf/schema.js';
import { chainResult, type KernelResult, RESULT_WORDS } from './kernel-signature.js';
import type {
  ConstantValue,
  EnumValue,
  FieldValue,
  HashesValue,
  ItemsValue,
  KernelCall,
  RangesValue,
  TableValue,
  Value,
} from './model.js';
import { quoted, unknown } from './problem.js';

/** What all versions together know of an enum. */
export interface EnumSite {
  captions: ReadonlySet<string>;
  /** id → caption, of the first version that has the id */
  ids: Readonly<Record<string, string>>;
  /** it has 99 and a sibling for the source's own word */
  takesSource: boolean;
}

type ScalarValue = Exclude<Value, HashesValue | ItemsValue>;

/** The value, its constant in the attribute's own type, or what is wrong with it. */
export function fitScalar(
  value: ScalarValue,
  attribute: Attribute,
  schema: OcsfSchema,
  slot: { readonly enumSite: EnumSite },
): Value | string {
  if (attribute.enum && value.kind !== 'first' && baseOf(attribute, schema) === 'string')
    return fitTextEnum(value, attribute, slot.enumSite);
  switch (value.kind) {
    case 'field':
      if (attribute.enum) return fitIds(value, slot.enumSite);
      return fitKernels(value.kernels, attribute, schema) ?? value;
    case 'item':
      if (attribute.enum) return 'is an enum and takes no part of a list; expected a caption or { field, enum }';
      return fitKernels(value.kernels, attribute, schema) ?? value;
    case 'list':
      return 'takes one value, not a list';
    case 'constant':
      return attribute.enum
        ? (captionProblem(String(value.value), attribute.name, slot.enumSite) ?? { ...value, value: String(value.value) })
        : fitConstant(value, attribute, schema);
    case 'enum':
    case 'ranges':
      return fitCaptions(value, attribute, slot);
    case 'table':
      if (attribute.enum) return 'is an enum and takes no table; write { field, enum: { raw: Caption } }';
      return fitTable(value, attribute, schema);
    case 'first': {
      const of = value.of.map((part) => fitScalar(part, attribute, schema, slot));
      const problem = of.find((part) => typeof part === 'string');
      return problem ?? { kind: 'first', of: of as typeof value.of };
    }
  }
}

function captionProblem(caption: string, attribute: string, { captions }: EnumSite): string | undefined {
  return captions.has(caption) ? undefined : unknown(`caption of ${attribute}`, caption, captions);
}

/** A field alone gives the enum's ids themselves. */
function fitIds({ field, kernels }: FieldValue, { ids }: EnumSite): Value | string {
  if (kernels.length > 0) return 'is an enum and takes no kernels; expected a field that holds its ids, or { field, enum }';
  return { kind: 'enum', field, table: { ...ids }, else: { kind: 'absent' } };
}

/** Some enums are texts themselves, like `http_method`, with no id beside them: they come as tables and plain constants. */
function fitTextEnum(value: ScalarValue, attribute: Attribute, site: EnumSite): Value | string {
  const texts = new Map(Object.entries(site.ids).map(([text, caption]) => [caption, text]));
  if (value.kind === 'field' && value.kernels.length === 0) {
    return { kind: 'table', field: value.field, table: Object.fromEntries(Object.keys(site.ids).map((text) => [text, text])) };
  }
  if (value.kind === 'constant') {
    const caption = String(value.value);
    return captionProblem(caption, attribute.name, site) ?? { kind: 'constant', value: texts.get(caption)! };
  }
  if (value.kind !== 'enum') return 'is an enum of texts; expected a field that holds them, a caption, or { field, enum }';
  if (value.else.kind !== 'absent') return 'is an enum of texts, which has no "else"';
  const table: Record<string, string> = {};
  for (const [raw, caption] of Object.entries(value.table)) {
    const problem = captionProblem(caption, attribute.name, site);
    if (problem !== undefined) return problem;
    table[raw] = texts.get(caption)!;
  }
  return { kind: 'table', field: value.field, table };
}

function fitCaptions(
  value: EnumValue | RangesValue,
  attribute: Attribute,
  slot: { readonly enumSite: EnumSite },
): Value | string {
  if (!attribute.enum) {
    return `is no enum but of type ${attribute.type}; ${value.kind === 'enum' ? 'text for text is { field, table }' : 'ranges give captions of an enum'}`;
  }
  const captions = value.kind === 'enum' ? Object.values(value.table) : value.ranges.map((range) => range.caption);
  if (value.kind === 'enum') {
    if (value.else.kind === 'caption') captions.push(value.else.caption);
    if (value.else.kind === 'source' && !slot.enumSite.takesSource)
      return 'cannot take "else: source"; OCSF gives it no id 99 with a caption of its own';
  }
  for (const caption of captions) {
    const problem = captionProblem(caption, attribute.name, slot.enumSite);
    if (problem !== undefined) return problem;
  }
  return value;
}

/** A table gives text, or `true` and `false`. */
function fitTable(value: TableValue, attribute: Attribute, schema: OcsfSchema): Value | string {
  const base = baseOf(attribute, schema);
  if (base !== 'string' && base !== 'boolean')
    return `is of type ${attribute.type} and takes no table, which gives text or true and false`;
  for (const [raw, text] of Object.entries(value.table)) {
    const typed = base === 'boolean' && (text === 'true' || text === 'false') ? text === 'true' : text;
    const problem = fitConstant({ kind: 'constant', value: typed }, attribute, schema);
    if (typeof problem === 'string') return `${problem} (for ${quoted(raw)})`;
  }
  return value;
}

/** What each primitive takes; `text` is converted, and checked event by event. */
const TAKES: Readonly<Record<Primitive, readonly KernelResult[]>> = {
  string: ['text', 'name'],
  integer: ['text', 'integer'],
  long: ['text', 'integer'],
  float: ['text', 'integer'],
  boolean: ['text'],
  json: ['text', 'name'],
  object: [],
};

function fitKernels(kernels: readonly KernelCall[], attribute: Attribute, schema: OcsfSchema): string | undefined {
  const result = chainResult(kernels);
  if ('problem' in result) return result.problem;
  const takes = attribute.type === 'timestamp_t' ? ['text', 'timestamp'] : TAKES[baseOf(attribute, schema)];
  if (takes.includes(result.gives)) return undefined;
  const last = kernels.at(-1)!.name;
  if (result.gives === 'list') return `takes one value, but ${last} gives a list; first(x) gives its first part`;
  return `is of type ${attribute.type}, but kernel ${last} gives ${RESULT_WORDS[result.gives]}`;
}

function fitConstant({ value }: ConstantValue, attribute: Attribute, schema: OcsfSchema): Value | string {
  const { type } = attribute;
  const base = baseOf(attribute, schema);
  if (base === 'string' || base === 'json') {
    const text = String(value);
    const longest = schema.types.get(type)?.maxLength;
    const tooLong = longest !== undefined && [...text].length > longest;
    return tooLong
      ? `is of type ${type} of at most ${longest} characters; the constant has ${[...text].length}`
      : { kind: 'constant', value: text };
  }
  const shown = typeof value === 'string' ? quoted(value) : String(value);
  if (base === 'boolean')
    return typeof value === 'boolean' ? { kind: 'constant', value } : `is of type ${type}; expected true or false, not ${shown}`;
  const whole = base === 'float' || Number.isSafeInteger(value);
  if (typeof value !== 'number' || !whole)
    return `is of type ${type}; expected ${base === 'float' ? 'a number' : 'an integer'}, not ${shown}`;
  const [low, high] = schema.types.get(type)?.range ?? (base === 'integer' ? [-(2 ** 31), 2 ** 31 - 1] : [-Infinity, Infinity]);
  return value < low || value > high
    ? `is of type ${type} from ${low} to ${high}; ${shown} is outside`
    : { kind: 'constant', value };
}

function baseOf(attribute: Attribute, schema: OcsfSchema): Primitive {
  return schema.types.get(attribute.type)?.base ?? 'string';
}
