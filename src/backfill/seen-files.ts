/** A set of file identities for tens of millions of files: 16 bytes each, where a Set of the texts takes two hundred. */

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

  /** Four lanes of multiply and rotate, mixed at the end (the scheme of MurmurHash3's 128-bit form); the last word is never 0. */
  #hashOf(text: string): void {
    let a = 0x9e3779b9;
    let b = 0x85ebca6b;
    let c = 0xc2b2ae35;
    let d = 0x27d4eb2f;
    for (let i = 0; i < text.length; i++) {
      const unit = text.charCodeAt(i);
      a = Math.imul(a ^ unit, 0x239b961b);
      a = ((a << 15) | (a >>> 17)) + b;
      b = Math.imul(b ^ unit, 0xab0e9789);
      b = ((b << 16) | (b >>> 16)) + c;
      c = Math.imul(c ^ unit, 0x38b34ae5);
      c = ((c << 17) | (c >>> 15)) + d;
      d = Math.imul(d ^ unit, 0xa1e38b93);
      d = ((d << 18) | (d >>> 14)) + a;
    }
    a = mix(a ^ text.length);
    b = mix(b);
    c = mix(c);
    d = mix(d);
    const sum = (a + b + c + d) | 0;
    this.#hash[0] = a + sum;
    this.#hash[1] = b + sum;
    this.#hash[2] = c + sum;
    this.#hash[3] = (d + sum) | 1;
  }
}

function mix(hash: number): number {
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
