/**
 * Field names as small integers. Known fields (those that mappings name) come first; others are learned as lines bring
 * them, up to a bound, so that a hostile archive cannot fill memory with keys.
 */

/** A key longer than this is never learned. */
const LONGEST_LEARNED_KEY = 256;
/** Room for keys in the dictionary, known and learned. */
const MAX_KEYS = 65_536;
const SLOTS = MAX_KEYS * 2;
/** A key that collides with more than this many others is not learned: keys made to collide must not make lookups long. */
const MAX_PROBES = 32;

/** Takes a word of a text into its hash. */
export function mixWord(hash: number, word: number): number {
  const mixed = Math.imul(hash ^ word, 0x9e3779b1);
  return mixed ^ (mixed >>> 15);
}

/**
 * The hash that the scanner computes while it looks for a key's end: four bytes at a time, little-endian; a rest of one to three
 * bytes is a word whose upper bytes are zero.
 */
export function hashBytes(bytes: Uint8Array, start: number, length: number): number {
  let hash = 0;
  const end = start + length;
  let at = start;
  for (; at + 4 <= end; at += 4) {
    hash = mixWord(hash, bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24));
  }
  if (at === end) return hash;
  let word = 0;
  for (let shift = 0; at < end; shift += 8) word |= bytes[at++]! << shift;
  return mixWord(hash, word);
}

/** What a slot of {@link FieldDictionary.slots} holds, in this order; slots of a hash follow each other. */
export const KEY_SLOT = { hash: 0, idPlusOne: 1, firstWord: 2, length: 3 } as const;
export const SLOT_SIZE = 4;
export const SLOT_MASK = SLOTS - 1;

export class FieldDictionary {
  /** all keys' bytes, one after the other, each from a whole word on and padded with zeros; see {@link keyBytes} */
  words = new Int32Array(1 << 14);
  /** the same as bytes */
  keyBytes = new Uint8Array(this.words.buffer);
  keyBytesUsed = 0;
  readonly keyOffset = new Int32Array(MAX_KEYS);
  readonly keyLength = new Int32Array(MAX_KEYS);
  /** the number of the last line that had this field: finds keys given twice */
  readonly seenInLine = new Float64Array(MAX_KEYS);
  readonly slots = new Int32Array(SLOTS * SLOT_SIZE);
  private count = 0;
  private longestKey = Number.MAX_SAFE_INTEGER;
  private maxProbes = SLOTS;

  constructor(
    knownFields: readonly string[],
    private readonly maxKeys = MAX_KEYS,
  ) {
    for (const name of knownFields) {
      const bytes = Buffer.from(name);
      this.idOf(hashBytes(bytes, 0, bytes.length), bytes, 0, bytes.length);
    }
    this.maxProbes = MAX_PROBES;
    this.longestKey = LONGEST_LEARNED_KEY;
  }

  get size(): number {
    return this.count;
  }

  name(id: number): string {
    const start = this.keyOffset[id]!;
    return Buffer.from(this.keyBytes.buffer, start, this.keyLength[id]).toString('utf8');
  }

  /** The id of a key, learning it if there is room; -1 if not. `hash` is {@link hashBytes} of the same bytes. */
  idOf(hash: number, bytes: Uint8Array, start: number, length: number): number {
    const { slots } = this;
    let slot = hash & SLOT_MASK;
    for (let probes = 0; ; probes++) {
      const at = slot * SLOT_SIZE;
      const idPlusOne = slots[at + KEY_SLOT.idPlusOne]!;
      if (idPlusOne === 0) {
        if (this.count >= this.maxKeys || length > this.longestKey) return -1;
        return this.add(at, hash, bytes, start, length);
      }
      if (
        slots[at + KEY_SLOT.hash] === hash &&
        slots[at + KEY_SLOT.length] === length &&
        this.isKey(idPlusOne - 1, bytes, start)
      ) {
        return idPlusOne - 1;
      }
      if (probes === this.maxProbes) return -1;
      slot = (slot + 1) & SLOT_MASK;
    }
  }

  private isKey(id: number, bytes: Uint8Array, start: number): boolean {
    const { keyBytes } = this;
    const offset = this.keyOffset[id]!;
    for (let i = 0, length = this.keyLength[id]!; i < length; i++) if (keyBytes[offset + i] !== bytes[start + i]) return false;
    return true;
  }

  private add(at: number, hash: number, bytes: Uint8Array, start: number, length: number): number {
    const id = this.count++;
    const offset = this.keyBytesUsed;
    this.keyBytesUsed += (length + 3) & ~3;
    while (this.keyBytesUsed > this.keyBytes.length) {
      const next = new Int32Array(this.words.length * 2);
      next.set(this.words);
      this.words = next;
      this.keyBytes = new Uint8Array(next.buffer);
    }
    this.keyBytes.set(bytes.subarray(start, start + length), offset);
    this.keyOffset[id] = offset;
    this.keyLength[id] = length;
    this.slots[at + KEY_SLOT.hash] = hash;
    this.slots[at + KEY_SLOT.idPlusOne] = id + 1;
    this.slots[at + KEY_SLOT.firstWord] = offset >> 2;
    this.slots[at + KEY_SLOT.length] = length;
    return id;
  }
}
