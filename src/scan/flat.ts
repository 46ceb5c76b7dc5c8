/**
 * The fast scanner: one pass over the bytes of a flat JSON object (strings, numbers, literals), no object and no string made.
 *
 * It accepts exactly the flat objects that JSON.parse accepts; all else (nesting, a key given twice, escaped keys, half
 * surrogate pairs, what is not JSON) it hands back, and the exact parser decides.
 */
import type { LineCells } from './cells.js';
import { type FieldDictionary, MAX_KEYS } from './dictionary.js';
import { escapeEnd, literalEnd, numberEnd, STRING_STOP } from './json-text.js';

export class FlatScanner {
  private line = 0;
  /** by a field: the one that came after it last; lines of a type name their fields in one order, so it mostly comes again */
  private readonly following = new Int32Array(MAX_KEYS).fill(-1);

  constructor(private readonly dictionary: FieldDictionary) {}

  /**
   * Scans the line that starts at `p`.
   *
   * @param bytes valid UTF-8 that ends in a newline: every inner loop stops at a control character, so none needs a bound
   * @returns the offset after the line's newline, or -1 if the line is not flat; then `cells` means nothing
   */
  scan(bytes: Uint8Array, p: number, cells: LineCells): number {
    const { dictionary } = this;
    const stop = STRING_STOP;
    const { keyOffset, keyLength, seenInLine: seen } = dictionary;
    let { keyBytes } = dictionary;
    const { following } = this;
    let before = 0;
    const line = ++this.line;
    let { field, offset, length } = cells;
    let count = 0;
    let c = 0;
    cells.escaped.length = 0;
    cells.bytes = bytes;

    while ((c = bytes[p]!) === 32 || c === 9) p++;
    if (c !== 123) return -1;
    p++;
    while ((c = bytes[p]!) === 32 || c === 9) p++;
    if (c === 125) p++;
    else {
      for (;;) {
        if (c !== 34) return -1;
        const keyStart = ++p;
        let id = following[before]!;
        // no key that was found here holds a control character: the comparison stops at the line's end
        if (id >= 0) for (let k = keyOffset[id]!, end = k + keyLength[id]!; k < end && keyBytes[k] === bytes[p]; k++) p++;
        if (id < 0 || p - keyStart !== keyLength[id] || bytes[p] !== 34) {
          p = keyStart;
          let hash = 0;
          while (stop[(c = bytes[p]!)] === 0) {
            hash = (Math.imul(hash, 31) + c) | 0;
            p++;
          }
          if (c !== 34) return -1;
          id = dictionary.idOf(hash, bytes, keyStart, p - keyStart);
          if (id < 0) return -1;
          following[before] = id;
          keyBytes = dictionary.keyBytes;
        }
        if (seen[id] === line) return -1;
        seen[id] = line;
        before = id;
        p++;
        while ((c = bytes[p]!) === 32 || c === 9) p++;
        if (c !== 58) return -1;
        p++;
        while ((c = bytes[p]!) === 32 || c === 9) p++;

        if (count === field.length) {
          cells.grow();
          ({ field, offset, length } = cells);
        }
        field[count] = id;
        if (c === 34) {
          const start = ++p;
          while (stop[(c = bytes[p]!)] === 0) p++;
          if (c === 92) {
            cells.escaped.push(count);
            while (c !== 34) {
              if (c !== 92) return -1;
              p = escapeEnd(bytes, p);
              if (p < 0) return -1;
              while (stop[(c = bytes[p]!)] === 0) p++;
            }
          } else if (c !== 34) return -1;
          offset[count] = start;
          length[count] = p - start;
          p++;
        } else {
          const start = p;
          p = c === 45 || (c >= 48 && c <= 57) ? numberEnd(bytes, p) : literalEnd(bytes, p);
          if (p < 0) return -1;
          offset[count] = start;
          length[count] = c === 110 ? -1 : p - start;
        }
        count++;

        while ((c = bytes[p]!) === 32 || c === 9) p++;
        if (c === 44) {
          p++;
          while ((c = bytes[p]!) === 32 || c === 9) p++;
          continue;
        }
        if (c !== 125) return -1;
        p++;
        break;
      }
    }
    while ((c = bytes[p]!) === 32 || c === 9 || c === 13) p++;
    if (c !== 10) return -1;
    cells.count = count;
    return p + 1;
  }
}
