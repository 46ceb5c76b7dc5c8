/**
 * Field names as small integers. Known fields (those that mappings name) come first; others are learned as lines bring
 * them, up to a bound, so that a hostile archive cannot fill memory with keys.
 */

/** A key longer than this is never learned. */
const LONGEST_LEARNED_KEY = 256;
/** Room for keys in the dictionary, known and learned. */
export const MAX_KEYS = 65_536;
const SLOTS = MAX_KEYS * 4;
/** A key that collides with more than this many others is not learned: keys made to collide must not make lookups long. */
const MAX_PROBES = 32;

/** The hash the scanner computes while it looks for a key's end: h = h * 31 + byte, 32 bits. */
export function hashBytes(bytes: Uint8Array, start: number, length: number): number {
  let hash = 0;
  for (let i = start; i < start + length; i++) hash = (Math.imul(hash, 31) + bytes[i]!) | 0;
  return hash;
}

export class FieldDictionary {
  /** all keys' bytes, one after the other */
  keyBytes = new Uint8Array(1 << 16);
  keyBytesUsed = 0;
  readonly keyOffset = new Int32Array(MAX_KEYS);
  readonly keyLength = new Int32Array(MAX_KEYS);
  /** the number of the last line that had this field: finds keys given twice */
  readonly seenInLine = new Float64Array(MAX_KEYS);
  private readonly hashes = new Int32Array(MAX_KEYS);
  private readonly table = new Int32Array(SLOTS).fill(-1);
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
    const { table, hashes, keyLength, keyOffset, keyBytes } = this;
    // the low bits of h*31 sums are weak for keys that differ in their first bytes only: fold the high ones in
    let slot = (hash ^ (hash >>> 15)) & (SLOTS - 1);
    for (let probes = 0; ; probes++) {
      const id = table[slot]!;
      if (id < 0) {
        if (this.count >= this.maxKeys || length > this.longestKey) return -1;
        return this.add(slot, hash, bytes, start, length);
      }
      if (hashes[id] === hash && keyLength[id] === length) {
        let k = keyOffset[id]!;
        let i = start;
        const end = start + length;
        while (i < end && keyBytes[k] === bytes[i]) {
          i++;
          k++;
        }
        if (i === end) return id;
      }
      if (probes === this.maxProbes) return -1;
      slot = (slot + 1) & (SLOTS - 1);
    }
  }

  private add(slot: number, hash: number, bytes: Uint8Array, start: number, length: number): number {
    while (this.keyBytesUsed + length > this.keyBytes.length) {
      const next = new Uint8Array(this.keyBytes.length * 2);
      next.set(this.keyBytes);
      this.keyBytes = next;
    }
    const id = this.count++;
    this.keyBytes.set(bytes.subarray(start, start + length), this.keyBytesUsed);
    this.keyOffset[id] = this.keyBytesUsed;
    this.keyLength[id] = length;
    this.hashes[id] = hash;
    this.keyBytesUsed += length;
    this.table[slot] = id;
    return id;
  }
}
