/** How a field's text is read for an attribute: the attribute's type and the mapping's kernels, as a {@link Reading}. */
import type { Attribute, OcsfSchema } from '../ocsf/schema.js';
import type { EnumValue, KernelCall, RangesValue, TableValue } from './model.js';
import type { Reading, TextPart, TextTest } from './plan.js';

/** OCSF's id for "something else": its caption should be the source's own word. */
export const OTHER = 99;

const INT32 = { min: -2147483648, max: 2147483647 };

/** Hex digits of a fingerprint by `algorithm_id` (OCSF: 1 MD5, 2 SHA-1, 3 SHA-256, 4 SHA-512). */
export const HASH_HEX_DIGITS: Readonly<Record<number, number>> = { 1: 32, 2: 40, 3: 64, 4: 128 };

const TEXT_TESTS: Readonly<Record<string, TextTest>> = {
  ip_t: 'ip',
  mac_t: 'mac',
  uuid_t: 'uuid',
  bytestring_t: 'bytestring',
  subnet_t: 'subnet',
};

/** Text kernels as parts; kernels that say a type or a unit are not among them. */
export function textParts(kernels: readonly KernelCall[]): TextPart[] {
  return kernels.flatMap((kernel): TextPart[] => {
    switch (kernel.name) {
      case 'basename':
      case 'dirname':
        return [{ part: kernel.name }];
      case 'first':
      case 'after':
      case 'before':
        return [{ part: kernel.name, separator: kernel.args[0] ?? '' }];
      case 'pair':
      case 'members':
        return [{ part: kernel.name, key: kernel.args[0] ?? '' }];
      default:
        return [];
    }
  });
}

/** The reading of a field for an attribute. */
export function fieldReading(schema: OcsfSchema, attribute: Attribute, kernels: readonly KernelCall[]): Reading {
  const parts = textParts(kernels);
  const named = new Set(kernels.map((kernel) => kernel.name));
  const radix = named.has('hex') ? 16 : 10;
  if (attribute.type === 'timestamp_t') {
    const unit = named.has('epoch_s') ? 's' : named.has('epoch_ms') ? 'ms' : named.has('filetime') ? 'filetime' : 'auto';
    return { kind: 'time', unit, parts };
  }
  const type = schema.types.get(attribute.type);
  if (type === undefined) throw new Error(`no OCSF type ${attribute.type}`);
  switch (type.base) {
    case 'integer': {
      if (named.has('seconds')) return { kind: 'seconds', parts };
      const [min, max] = type.range ?? [INT32.min, INT32.max];
      return { kind: 'integer', min, max, radix, parts };
    }
    case 'long':
      if (named.has('seconds')) return { kind: 'seconds', parts };
      return { kind: 'long', radix, parts };
    case 'float':
      return { kind: 'float', parts };
    case 'boolean':
      return { kind: 'boolean', parts };
    default: {
      const test = TEXT_TESTS[attribute.type] ?? 'string';
      return { kind: 'text', parts, test, maxLength: type.maxLength ?? schema.types.get('string_t')?.maxLength ?? 0x7fffffff };
    }
  }
}

/** A fingerprint's value: hex of the algorithm's length, within what the version can hold. */
export function hashReading(schema: OcsfSchema, algorithmId: number): Reading {
  const maxLength = schema.types.get('file_hash_t')?.maxLength ?? 0x7fffffff;
  return { kind: 'text', parts: [], test: 'hash', maxLength, hexDigits: HASH_HEX_DIGITS[algorithmId] ?? 0 };
}

/** The id of an enum's caption in this version. */
export function captionId(attribute: Attribute, caption: string): number | undefined {
  for (const [id, text] of Object.entries(attribute.enum ?? {})) if (text === caption) return Number(id);
  return undefined;
}

/** An enum by its captions; raw values whose caption this version lacks are left out (they stay in `unmapped`). */
export function enumReading(attribute: Attribute, value: EnumValue): Extract<Reading, { kind: 'enum' }> {
  const reading: Extract<Reading, { kind: 'enum' }> = { kind: 'enum', raw: [], ids: [], captions: [] };
  for (const [raw, caption] of Object.entries(value.table)) {
    const id = captionId(attribute, caption);
    if (id === undefined) continue;
    reading.raw.push(raw);
    reading.ids.push(id);
    reading.captions.push(id === OTHER ? '' : caption);
  }
  if (value.else.kind === 'source') reading.other = { id: OTHER, caption: null };
  else if (value.else.kind === 'caption') {
    const id = captionId(attribute, value.else.caption);
    if (id !== undefined) reading.other = { id, caption: id === OTHER ? null : value.else.caption };
  }
  return reading;
}

export function rangesReading(attribute: Attribute, value: RangesValue): Extract<Reading, { kind: 'ranges' }> {
  const reading: Extract<Reading, { kind: 'ranges' }> = { kind: 'ranges', below: [], ids: [], captions: [] };
  for (const range of value.ranges) {
    const id = captionId(attribute, range.caption);
    if (id === undefined) continue;
    reading.below.push(range.below ?? Number.MAX_VALUE); // not infinity: plans are also kept as JSON
    reading.ids.push(id);
    reading.captions.push(range.caption);
  }
  return reading;
}

export function tableReading(attribute: Attribute, value: TableValue): Reading {
  if (attribute.type === 'boolean_t') {
    return { kind: 'flags', raw: Object.keys(value.table), values: Object.values(value.table).map((text) => text === 'true') };
  }
  return { kind: 'table', raw: Object.keys(value.table), texts: Object.values(value.table) };
}

/** Whether a success of this reading leaves nothing of the field's text behind. */
export function readingKeeps(reading: Reading): boolean {
  if (reading.kind === 'ranges') return false;
  if (reading.kind === 'enum' || reading.kind === 'table' || reading.kind === 'flags') return true; // value by value: see the kernel
  return reading.parts.length === 0;
}
