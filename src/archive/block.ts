/** Blocks of whole lines: what inflating an archive file yields, and what the scanner reads. */

/** Whole NDJSON lines in one buffer, valid until the next part of the file is asked for. */
export interface LineBlock {
  /** the buffer the lines lie in; the scanner may change bytes inside a line (escapes are undone in place) */
  bytes: Uint8Array;
  /** bytes in use from 0; the last byte is a newline (one is added where the file ends without) */
  length: number;
  /** offset of the first byte in the inflated file */
  offset: number;
  /** number of the first line, from 1 */
  firstLine: number;
}

/** A line longer than the limit: it is not in any block. */
export interface OversizeLine {
  line: number;
  /** offset in the inflated file */
  offset: number;
  /** inflated bytes, newline not counted */
  length: number;
  /** the first bytes of the line, at most 64 KiB */
  head: Uint8Array;
}

/** Why a file could not be read to its end. */
export type DamageReason = 'gzip-truncated' | 'gzip-corrupt' | 'gzip-bomb' | 'not-gzip' | 'read-error';

export interface Damage {
  reason: DamageReason;
  /** compressed bytes that were sound, at most the true offset of the damage */
  compressedOffset: number;
  /** inflated bytes that were delivered */
  inflatedOffset: number;
  message: string;
}
