/**
 * The fast scanner: one pass over the bytes of a flat JSON object (strings, numbers, literals), no object and no string made.
 *
 * It accepts exactly the flat objects that JSON.parse accepts; all else (nesting, a key given twice, escaped keys, half
 * surrogate pairs, what is not JSON) it hands back, and the exact parser decides.
 *
 * Keys and texts are read four bytes at a time: FDR's lines name their fields in any order, so nothing can be expected of the next one.
 */
import type { LineCells } from './cells.js';
import { type FieldDictionary, hashBytes, KEY_SLOT, mixWord, SLOT_MASK, SLOT_SIZE } from './dictionary.js';
import { escapeEnd, literalEnd, numberEnd, STRING_STOP } from './json-text.js';

/** By how many bytes of a word count: those bytes. */
const FIRST_BYTES = Int32Array.of(0, 0xff, 0xffff, 0xffffff);

/**
 * The bytes of a word (little-endian) that end the plain run of a JSON string: the quote, the backslash, control characters. The high
 * bit of the first of them is the lowest one set; bits above it may be set wrongly.
 */
function stopsIn(word: number): number {
  const quote = word ^ 0x22222222;
  const backslash = word ^ 0x5c5c5c5c;
  const control = (word - 0x20202020) & ~word;
  return (control | ((quote - 0x01010101) & ~quote) | ((backslash - 0x01010101) & ~backslash)) & 0x80808080;
}

/** How many bytes come before the first one that {@link stopsIn} tells of. */
function bytesBefore(stops: number): number {
  return (31 - Math.clz32(stops & -stops)) >> 3;
}

export class FlatScanner {
  private line = 0;
  /** the block that is being scanned, for reading words */
  private bytes: Uint8Array | undefined;
  private view: DataView = new DataView(new ArrayBuffer(0));

  constructor(private readonly dictionary: FieldDictionary) {}

  /**
   * Scans the line that starts at `p`.
   *
   * @param bytes valid UTF-8 that ends in a newline: every loop over single bytes stops at a control character, so none needs a bound
   * @returns the offset after the line's newline, or -1 if the line is not flat; then `cells` means nothing
   */
  scan(bytes: Uint8Array, p: number, cells: LineCells): number {
    if (bytes !== this.bytes) this.begin(bytes);
    const { dictionary, view } = this;
    const stop = STRING_STOP;
    const lastWord = bytes.length - 4;
    const { seenInLine: seen } = dictionary;
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
        let hash = 0;
        while (p <= lastWord) {
          const word = view.getInt32(p, true);
          const stops = stopsIn(word);
          if (stops !== 0) {
            const rest = bytesBefore(stops);
            if (rest > 0) hash = mixWord(hash, word & FIRST_BYTES[rest]!);
            p += rest;
            break;
          }
          hash = mixWord(hash, word);
          p += 4;
        }
        let id = -1;
        if (p <= lastWord) {
          if (bytes[p] !== 34) return -1;
          id = this.find(hash, keyStart, p - keyStart);
        } else {
          while (stop[(c = bytes[p]!)] === 0) p++;
          if (c !== 34) return -1;
          hash = hashBytes(bytes, keyStart, p - keyStart);
        }
        if (id < 0) id = dictionary.idOf(hash, bytes, keyStart, p - keyStart);
        if (id < 0 || seen[id] === line) return -1;
        seen[id] = line;

        if (bytes[++p] === 58 && bytes[p + 1] === 34) {
          p++;
          c = 34;
        } else {
          while ((c = bytes[p]!) === 32 || c === 9) p++;
          if (c !== 58) return -1;
          p++;
          while ((c = bytes[p]!) === 32 || c === 9) p++;
        }

        if (count === field.length) {
          cells.grow();
          ({ field, offset, length } = cells);
        }
        field[count] = id;
        if (c === 34) {
          const start = ++p;
          while (p <= lastWord) {
            const stops = stopsIn(view.getInt32(p, true));
            if (stops !== 0) {
              p += bytesBefore(stops);
              break;
            }
            p += 4;
          }
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

  /** The key's id where the first slot of its hash has it, else -1. Three bytes behind the key can be read. */
  private find(hash: number, start: number, length: number): number {
    const { dictionary, view } = this;
    const { slots, words } = dictionary;
    const at = (hash & SLOT_MASK) * SLOT_SIZE;
    if (slots[at + KEY_SLOT.hash] !== hash || slots[at + KEY_SLOT.length] !== length) return -1;
    let word = slots[at + KEY_SLOT.firstWord]!;
    let p = start;
    for (const end = start + length - 4; p <= end; p += 4) if (view.getInt32(p, true) !== words[word++]) return -1;
    const rest = length & 3;
    if (rest > 0 && (view.getInt32(p, true) & FIRST_BYTES[rest]!) !== words[word]) return -1;
    return slots[at + KEY_SLOT.idPlusOne]! - 1;
  }

  private begin(bytes: Uint8Array): void {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }
}
