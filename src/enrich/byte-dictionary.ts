/**
 * Byte strings as numbers from 0, in the order in which they came: a hash table over one heap, in arrays that can be written to a
 * file as they are and looked up there.
 */
import { snapshotTooLarge } from './errors.js';

/** What a lookup needs. */
export interface DictionaryArrays {
  /** all strings, one after the other */
  heap: Uint8Array;
  /** where each string ends in the heap */
  ends: Uint32Array;
  /** number + 1 by hash, 0 where nobody is; a power of two long, at most half full */
  slots: Uint32Array;
}

const MOST_BYTES = 0xffffffff;

/** FNV-1a, its bits mixed: neighbours by one digit must not be neighbours in the table. */
export function hashOf(bytes: Uint8Array, offset: number, length: number): number {
  let hash = 0x811c9dc5;
  for (let i = offset, end = offset + length; i < end; i++) hash = Math.imul(hash ^ bytes[i]!, 0x01000193);
  hash ^= hash >>> 16;
  hash = Math.imul(hash, 0x85ebca6b);
  hash ^= hash >>> 13;
  return hash >>> 0;
}

/** The number of a string, or -1. */
export function numberOf({ heap, ends, slots }: DictionaryArrays, bytes: Uint8Array, offset: number, length: number): number {
  const mask = slots.length - 1;
  for (let at = hashOf(bytes, offset, length) & mask; ; at = (at + 1) & mask) {
    const number = slots[at]! - 1;
    if (number < 0) return -1;
    const start = number === 0 ? 0 : ends[number - 1]!;
    if (ends[number]! - start === length && isSame(heap, start, bytes, offset, length)) return number;
  }
}

function isSame(a: Uint8Array, from: number, b: Uint8Array, offset: number, length: number): boolean {
  for (let i = 0; i < length; i++) if (a[from + i] !== b[offset + i]) return false;
  return true;
}

export class ByteDictionary {
  count = 0;
  /** like {@link DictionaryArrays}, but longer than what is filled */
  heap: Uint8Array = new Uint8Array(1 << 12);
  private used = 0;
  ends = new Uint32Array(1 << 8);
  slots = new Uint32Array(1 << 9);

  /** The number of the string, or -1. */
  number(bytes: Uint8Array, offset: number, length: number): number {
    return numberOf(this, bytes, offset, length);
  }

  /** The number of the string, a new one where it has none. */
  add(bytes: Uint8Array, offset = 0, length = bytes.length): number {
    const known = numberOf(this, bytes, offset, length);
    if (known >= 0) return known;
    this.reserve(length);
    this.heap.set(bytes.subarray(offset, offset + length), this.used);
    this.used += length;
    this.ends[this.count] = this.used;
    this.put(this.slots, this.count, hashOf(bytes, offset, length));
    return this.count++;
  }

  /** The arrays as far as they are filled; they are not copied. */
  arrays(): DictionaryArrays {
    return { heap: this.heap.subarray(0, this.used), ends: this.ends.subarray(0, this.count), slots: this.slots };
  }

  private put(slots: Uint32Array, number: number, hash: number): void {
    const mask = slots.length - 1;
    let at = hash & mask;
    while (slots[at] !== 0) at = (at + 1) & mask;
    slots[at] = number + 1;
  }

  private reserve(length: number): void {
    if (this.used + length > MOST_BYTES) throw snapshotTooLarge();
    if (this.used + length > this.heap.length) {
      const size = Math.min(MOST_BYTES, Math.max(this.heap.length * 2, this.used + length));
      this.heap = copied(this.heap, new Uint8Array(size));
    }
    if (this.count < this.ends.length) return;
    this.ends = copied(this.ends, new Uint32Array(this.ends.length * 2));
    const slots = new Uint32Array(this.slots.length * 2);
    for (let number = 0, start = 0; number < this.count; number++) {
      const end = this.ends[number]!;
      this.put(slots, number, hashOf(this.heap, start, end - start));
      start = end;
    }
    this.slots = slots;
  }
}

function copied<T extends Uint8Array | Uint32Array>(from: T, to: T): T {
  to.set(from as never);
  return to;
}
