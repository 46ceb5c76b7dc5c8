/** A set of file identities for tens of millions of files: 16 bytes each and free room, where a Set of the texts takes two hundred. */

const LEAST_SLOTS = 1 << 12;
const MOST_LOAD = 0.7;

/**
 * Holds 127 bits of hash of each text, so two different texts are taken for one with a probability of about n² / 2^128: below 10^-22 for
 * a hundred million files.
 */
export class SeenFiles {
  #slots = new Uint32Array(LEAST_SLOTS * 4);
  #count = 0;
  readonly #hash = new Uint32Array(4);

  get size(): number {
    return this.#count;
  }

  has(text: string): boolean {
    this.#hashOf(text);
    return this.#slots[this.#find(this.#slots, this.#hash, 0) + 3] !== 0;
  }

  add(text: string): this {
    this.#hashOf(text);
    const at = this.#find(this.#slots, this.#hash, 0);
    if (this.#slots[at + 3] !== 0) return this;
    this.#slots.set(this.#hash, at);
    if (++this.#count > (this.#slots.length / 4) * MOST_LOAD) this.#grow();
    return this;
  }

  #grow(): void {
    const old = this.#slots;
    const next = new Uint32Array(old.length * 2);
    for (let at = 0; at < old.length; at += 4) {
      if (old[at + 3] !== 0) next.set(old.subarray(at, at + 4), this.#find(next, old, at));
    }
    this.#slots = next;
  }

  /** Where the hash at `from` of `hashes` stands in `slots`, or the free slot where it would. */
  #find(slots: Uint32Array, hashes: Uint32Array, from: number): number {
    const mask = slots.length / 4 - 1;
    const a = hashes[from]!;
    const b = hashes[from + 1];
    const c = hashes[from + 2];
    const d = hashes[from + 3];
    for (let slot = a & mask; ; slot = (slot + 1) & mask) {
      const at = slot * 4;
      if (slots[at + 3] === 0) return at;
      if (slots[at] === a && slots[at + 1] === b && slots[at + 2] === c && slots[at + 3] === d) return at;
    }
  }

  /** MurmurHash3's 128 bits, a code unit in place of two bytes; the last word is never 0. */
  #hashOf(text: string): void {
    const hash = this.#hash.fill(text.length);
    mixText(hash, text);
    const [a, b, c, d] = [mix(hash[0]!), mix(hash[1]!), mix(hash[2]!), mix(hash[3]!)];
    const sum = (a + b + c + d) | 0;
    hash[0] = a + sum;
    hash[1] = b + sum;
    hash[2] = c + sum;
    hash[3] = (d + sum) | 1;
  }
}

/** Eight code units a round, two a lane. */
function mixText(hash: Uint32Array, text: string): void {
  let [a, b, c, d] = [hash[0]! | 0, hash[1]! | 0, hash[2]! | 0, hash[3]! | 0];
  for (let i = 0; i < text.length; i += 8) {
    a ^= scramble(pair(text, i), 0x239b961b, 0xab0e9789, 15);
    a = (Math.imul(rotate(a, 19) + b, 5) + 0x561ccd1b) | 0;
    b ^= scramble(pair(text, i + 2), 0xab0e9789, 0x38b34ae5, 16);
    b = (Math.imul(rotate(b, 17) + c, 5) + 0x0bcaa747) | 0;
    c ^= scramble(pair(text, i + 4), 0x38b34ae5, 0xa1e38b93, 17);
    c = (Math.imul(rotate(c, 15) + d, 5) + 0x96cd1c35) | 0;
    d ^= scramble(pair(text, i + 6), 0xa1e38b93, 0x239b961b, 18);
    d = (Math.imul(rotate(d, 13) + a, 5) + 0x32ac3b17) | 0;
  }
  hash[0] = a;
  hash[1] = b;
  hash[2] = c;
  hash[3] = d;
}

/** Two code units as 32 bits; zeros behind the text's end. */
function pair(text: string, at: number): number {
  if (at + 1 < text.length) return text.charCodeAt(at) | (text.charCodeAt(at + 1) << 16);
  return at < text.length ? text.charCodeAt(at) : 0;
}

const rotate = (word: number, by: number): number => (word << by) | (word >>> (32 - by));
const scramble = (word: number, first: number, second: number, by: number): number =>
  Math.imul(rotate(Math.imul(word, first), by), second);

function mix(hash: number): number {
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
