/** A compiled {@link Reading}: says of a value whether its attribute can hold it. Kernels and routing share it, so that a class is
 * never chosen for a value that the kernel then refuses. */
import type { Reading } from '../mapping/plan.js';
import { readFloat, readHex, readInteger, readLong, readTime } from './number.js';
import { ABSENT, ACCEPT, REJECT, testText, type Verdict } from './text.js';
import { TextIndex } from './text-index.js';

/** `distinct` tells an enum or table entry that alone gives its caption: only then does the caption keep the raw value. */
export interface Reader {
  reading: Reading;
  /** enum and table */
  index?: TextIndex;
  /** enum and table: entry → no other raw value gives the same */
  distinct?: boolean[];
}

export function readerOf(reading: Reading): Reader {
  if (reading.kind === 'enum') {
    const distinct = reading.ids.map((id, i) => {
      const caption = reading.captions[i];
      const same = (other: number, j: number) => other === id && reading.captions[j] === caption;
      return reading.other?.id !== id && reading.ids.filter(same).length === 1;
    });
    return { reading, index: new TextIndex(reading.raw), distinct };
  }
  if (reading.kind === 'table') {
    return {
      reading,
      index: new TextIndex(reading.raw),
      distinct: reading.texts.map((text) => reading.texts.filter((other) => other === text).length === 1),
    };
  }
  if (reading.kind === 'flags') {
    const distinct = reading.values.map((value) => reading.values.filter((other) => other === value).length === 1);
    return { reading, index: new TextIndex(reading.raw), distinct };
  }
  return { reading };
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
    case 'flags':
      return reader.index!.find(bytes, offset, length) >= 0 ? ACCEPT : REJECT;
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

/** A duration in seconds as whole milliseconds within int32; NaN where it has a finer fraction or is none. */
export function readSeconds(bytes: Uint8Array, offset: number, length: number): number {
  const ms = readFloat(bytes, offset, length) * 1000;
  const rounded = Math.round(ms);
  return Math.abs(ms - rounded) < 1e-6 && Math.abs(rounded) <= 2147483647 ? rounded : Number.NaN;
}

/** The first range whose bound is above the value; -1 for other text. */
export function rangeOf(reading: Extract<Reading, { kind: 'ranges' }>, bytes: Uint8Array, offset: number, length: number): number {
  const value = readFloat(bytes, offset, length);
  return Number.isNaN(value) ? -1 : reading.below.findIndex((bound) => value < bound);
}
