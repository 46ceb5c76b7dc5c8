/** Texts made on the way (a part of a JSON array, a number as text): a batch's buffer of their own. */
import type { TextPart } from '../mapping/plan.js';
import { partLength, partOffset, separatorBytes, splitText, takePart } from './text-part.js';

/** A piece of text in some buffer of the batch; moved by parts. */
export interface Cursor {
  bytes: Uint8Array;
  offset: number;
  length: number;
  /** the batch's buffer that `bytes` is */
  buffer: number;
}

const HALF_PAIR = /\p{Surrogate}/u;

export class MadeText {
  bytes: Uint8Array = new Uint8Array(1 << 12);
  length = 0;

  reset(): void {
    this.length = 0;
  }

  /** Adds a text and points `cursor` at it. */
  put(text: string, cursor: Cursor, buffer: number): void {
    const need = this.length + text.length * 3;
    if (need > this.bytes.length) {
      const next = new Uint8Array(Math.max(need, this.bytes.length * 2));
      next.set(this.bytes.subarray(0, this.length));
      this.bytes = next;
    }
    const written = Buffer.from(this.bytes.buffer).write(text, this.length, 'utf8');
    cursor.bytes = this.bytes;
    cursor.offset = this.length;
    cursor.length = written;
    cursor.buffer = buffer;
    this.length += written;
  }
}

/** Applies parts to a cursor; false where one finds nothing. */
export function applyParts(parts: readonly TextPart[], cursor: Cursor, made: MadeText, madeBuffer: number): boolean {
  for (const part of parts) {
    if (part.part === 'pair' || part.part === 'members') {
      const text = part.part === 'pair' ? pairValue(cursor, part.key) : memberValues(cursor, part.key);
      if (text === undefined || text === '') return false;
      made.put(text, cursor, madeBuffer);
    } else {
      if (!takePart(part, cursor.bytes, cursor.offset, cursor.length)) return false;
      cursor.offset = partOffset;
      cursor.length = partLength;
    }
  }
  return true;
}

function jsonOf(cursor: Cursor): unknown {
  try {
    return JSON.parse(Buffer.from(cursor.bytes.buffer, cursor.bytes.byteOffset + cursor.offset, cursor.length).toString('utf8'));
  } catch {
    return undefined;
  }
}

/** The value of `key` in `[{"Key": …, "ValueString": …}]`. */
function pairValue(cursor: Cursor, key: string): string | undefined {
  const list = jsonOf(cursor);
  if (!Array.isArray(list)) return undefined;
  const found = list.find((pair) => pair !== null && typeof pair === 'object' && pair.Key === key);
  return typeof found?.ValueString === 'string' && !HALF_PAIR.test(found.ValueString) ? found.ValueString : undefined;
}

/** The texts at `key` in `[{ … }, { … }]`, joined by commas. */
function memberValues(cursor: Cursor, key: string): string | undefined {
  const list = jsonOf(cursor);
  if (!Array.isArray(list)) return undefined;
  const texts = list.flatMap((item) => {
    const text = item !== null && typeof item === 'object' && Object.hasOwn(item, key) ? item[key] : undefined;
    return typeof text === 'string' && text !== '' && !HALF_PAIR.test(text) ? [text] : [];
  });
  return texts.length === 0 ? undefined : texts.join(',');
}

/**
 * Splits the text at a cursor, or takes the scalar elements of a JSON array, and calls `each` with the cursor at every part.
 *
 * @returns false if some element of a JSON array is no scalar: then the field is not fully taken
 */
export function eachPart(
  cursor: Cursor,
  separator: string,
  scratch: number[],
  made: MadeText,
  madeBuffer: number,
  each: (cursor: Cursor) => void,
): boolean {
  if (cursor.bytes[cursor.offset] === 91) {
    const list = jsonOf(cursor);
    if (Array.isArray(list)) {
      let whole = true;
      for (const element of list) {
        // numbers beyond 2^53 and half surrogate pairs would not come out as they were: they count as not taken
        const exact =
          typeof element === 'string'
            ? !HALF_PAIR.test(element)
            : typeof element === 'number'
              ? Number.isSafeInteger(element)
              : typeof element === 'boolean';
        if (!exact) whole = false;
        else if (element !== '') {
          made.put(String(element), cursor, madeBuffer);
          each(cursor);
        }
      }
      return whole;
    }
  }
  const { bytes, buffer } = cursor;
  const count = splitText(bytes, cursor.offset, cursor.length, separator, scratch);
  for (let i = 0; i < count; i++) {
    cursor.bytes = bytes;
    cursor.buffer = buffer;
    cursor.offset = scratch[i * 2]!;
    cursor.length = scratch[i * 2 + 1]!;
    each(cursor);
  }
  return separatorBytes(separator).length > 0;
}
