/** A compiled {@link Reading}: says of a value whether its attribute can hold it. Kernels and routing share it, so that a class is
 * never chosen for a value that the kernel then refuses. */
import type { Reading } from '../mapping/plan.js';
import { readFloat, readHex, readInteger, readLong, readSeconds } from './number.js';
import { isHollow, testText } from './text.js';
import { TextIndex } from './text-index.js';
import { readTime } from './time.js';
import { ABSENT, ACCEPT, REJECT, type Verdict } from './verdict.js';

/** What became of a value: {@link Verdict}, or written in part: the field must stay in `unmapped` as well. */
export const IN_PART = 3;
export type Outcome = Verdict | typeof IN_PART;

export interface Reader {
  reading: Reading;
  /** enum, table and flags: raw text → entry */
  index?: TextIndex;
  /** of those, by entry: in part where other raw values give the same, so that what is written does not tell the raw value */
  outcomes?: Outcome[];
}

export function readerOf(reading: Reading): Reader {
  switch (reading.kind) {
    case 'enum': {
      const same = (i: number, j: number) => reading.ids[i] === reading.ids[j] && reading.captions[i] === reading.captions[j];
      const outcomes = reading.ids.map((id, i) =>
        reading.other?.id === id ? IN_PART : aloneOrInPart(reading.ids, (j) => same(i, j)),
      );
      return { reading, index: new TextIndex(reading.raw), outcomes };
    }
    case 'table': {
      const { texts } = reading;
      const outcomes = texts.map((text) => {
        const bytes = Buffer.from(text);
        return isHollow(bytes, 0, bytes.length) ? REJECT : aloneOrInPart(texts, (j) => texts[j] === text);
      });
      return { reading, index: new TextIndex(reading.raw), outcomes };
    }
    case 'flags': {
      const { values } = reading;
      return {
        reading,
        index: new TextIndex(reading.raw),
        outcomes: values.map((value) => aloneOrInPart(values, (j) => values[j] === value)),
      };
    }
    default:
      return { reading };
  }
}

function aloneOrInPart(entries: readonly unknown[], isSame: (index: number) => boolean): Outcome {
  return entries.filter((_, index) => isSame(index)).length === 1 ? ACCEPT : IN_PART;
}

/** Whether a value (after its parts) can stand in the attribute. */
export function accepts(reader: Reader, bytes: Uint8Array, offset: number, length: number): Verdict {
  if (length === 0) return ABSENT;
  const { reading } = reader;
  switch (reading.kind) {
    case 'text':
      return testText(reading.test, bytes, offset, length, reading.maxLength, reading.hexDigits);
    case 'integer': {
      const value = reading.radix === 16 ? readHex(bytes, offset, length) : readInteger(bytes, offset, length);
      return value >= reading.min && value <= reading.max ? ACCEPT : REJECT;
    }
    case 'long':
      if (reading.radix === 10 && !Number.isNaN(readInteger(bytes, offset, length))) return ACCEPT;
      return readLong(bytes, offset, length, reading.radix) === undefined ? REJECT : ACCEPT;
    case 'float':
      return Number.isNaN(readFloat(bytes, offset, length)) ? REJECT : ACCEPT;
    case 'boolean':
      return readBoolean(bytes, offset, length) === undefined ? REJECT : ACCEPT;
    case 'time':
      return Number.isNaN(readTime(bytes, offset, length, reading.unit)) ? REJECT : ACCEPT;
    case 'seconds':
      return Number.isNaN(readSeconds(bytes, offset, length)) ? REJECT : ACCEPT;
    case 'enum':
      return reading.other !== undefined || reader.index!.find(bytes, offset, length) >= 0 ? ACCEPT : REJECT;
    case 'table':
    case 'flags': {
      const found = reader.index!.find(bytes, offset, length);
      return found < 0 || reader.outcomes![found] === REJECT ? REJECT : ACCEPT;
    }
    case 'ranges':
      return rangeOf(reading, bytes, offset, length) >= 0 ? ACCEPT : REJECT;
  }
}

/** `true`, `false`, `1`, `0`, in any case; undefined for other text. */
export function readBoolean(bytes: Uint8Array, offset: number, length: number): boolean | undefined {
  if (length === 1) return bytes[offset] === 49 ? true : bytes[offset] === 48 ? false : undefined;
  if (length !== 4 && length !== 5) return undefined;
  const text = String.fromCharCode(...bytes.subarray(offset, offset + length)).toLowerCase();
  return text === 'true' ? true : text === 'false' ? false : undefined;
}

/** The first range whose bound is above the value; -1 for other text. */
export function rangeOf(
  reading: Extract<Reading, { kind: 'ranges' }>,
  bytes: Uint8Array,
  offset: number,
  length: number,
): number {
  const value = readFloat(bytes, offset, length);
  return Number.isNaN(value) ? -1 : reading.below.findIndex((bound) => value < bound);
}
