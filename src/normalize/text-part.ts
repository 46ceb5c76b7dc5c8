/** Parts of a text, as ranges of the same bytes: base names, what stands before or after a separator, the pieces of a list. */
import type { TextPart } from '../mapping/plan.js';

/** Where the part of the last {@link takePart} lies. */
export let partOffset = 0;
export let partLength = 0;

/**
 * Narrows a value to one of its parts, in {@link partOffset} and {@link partLength}.
 *
 * @returns false where the value has no such part (those that `pair` and `members` make are none)
 */
export function takePart(part: TextPart, bytes: Uint8Array, offset: number, length: number): boolean {
  const end = offset + length;
  partOffset = offset;
  partLength = length;
  switch (part.part) {
    case 'whole':
      return true;
    case 'basename':
    case 'dirname': {
      let p = end;
      while (p > offset && bytes[p - 1] !== 92 && bytes[p - 1] !== 47) p--;
      if (part.part === 'basename') partOffset = p;
      partLength = part.part === 'basename' ? end - p : Math.max(0, p - 1 - offset);
      return partLength > 0;
    }
    case 'pair':
    case 'members':
      return false; // made, not found: applyParts
    default: {
      const at = indexOfText(bytes, offset, end, separatorBytes(part.separator));
      if (part.part === 'first') partLength = at < 0 ? length : at - offset;
      else if (at < 0) return false;
      else if (part.part === 'before') partLength = at - offset;
      else {
        partOffset = at + separatorBytes(part.separator).length;
        partLength = end - partOffset;
      }
      trim(bytes);
      return partLength > 0;
    }
  }
}

function trim(bytes: Uint8Array): void {
  while (partLength > 0 && bytes[partOffset] === 32) {
    partOffset++;
    partLength--;
  }
  while (partLength > 0 && bytes[partOffset + partLength - 1] === 32) partLength--;
}

const separators = new Map<string, Uint8Array>();

export function separatorBytes(separator: string): Uint8Array {
  let bytes = separators.get(separator);
  if (bytes === undefined) separators.set(separator, (bytes = Buffer.from(separator)));
  return bytes;
}

/** The offset of `what` in `bytes[from, end)`, or -1. */
export function indexOfText(bytes: Uint8Array, from: number, end: number, what: Uint8Array): number {
  const first = what[0]!;
  for (let p = from; p + what.length <= end; p++) {
    if (bytes[p] !== first) continue;
    let i = 1;
    while (i < what.length && bytes[p + i] === what[i]) i++;
    if (i === what.length) return p;
  }
  return -1;
}

/**
 * The parts of a list inside a string, as (offset, length) pairs: trimmed of spaces, empty ones left out.
 *
 * @returns the number of parts; `into` grows as needed
 */
export function splitText(bytes: Uint8Array, offset: number, length: number, separator: string, into: number[]): number {
  const what = separatorBytes(separator);
  const end = offset + length;
  let count = 0;
  let p = offset;
  while (p <= end) {
    let at = indexOfText(bytes, p, end, what);
    if (at < 0) at = end;
    partOffset = p;
    partLength = at - p;
    trim(bytes);
    if (partLength > 0) {
      into[count * 2] = partOffset;
      into[count * 2 + 1] = partLength;
      count++;
    }
    p = at + what.length;
    if (what.length === 0) break;
  }
  return count;
}
