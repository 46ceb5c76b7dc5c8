/** Byte ranges of a read, the same for every store. */
import { badRange } from './errors.js';
import type { ReadOptions } from './store.js';

/** First and last byte, both inclusive; an empty object has `end` -1. */
export interface ByteRange {
  start: number;
  end: number;
}

/**
 * The range a read asks for, cut to the object's size.
 *
 * @throws STORE_BAD_RANGE if it begins past the end or ends before it begins
 */
export function byteRange(options: ReadOptions, size: number, where: string): ByteRange {
  const { start = 0, end = size - 1 } = options;
  if (asksRange(options) && (start < 0 || start >= size || end < start)) throw badRange(where, start, options.end, size);
  return { start, end: Math.min(end, size - 1) };
}

export function asksRange(options: ReadOptions): boolean {
  return options.start !== undefined || options.end !== undefined;
}
