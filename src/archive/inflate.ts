/** One archive file to blocks of whole lines. */
import type { Readable } from 'node:stream';
import type { Damage } from './block.js';
import { BlockBuffer } from './block-buffer.js';
import { BrokenFile } from './broken-file.js';
import { Gunzip, type InflateLimits, PieceFailed } from './gunzip.js';
import { LineCutter, type LinePart } from './lines.js';
import { readPieces } from './pieces.js';

const KiB = 1024;
const MiB = 1024 * KiB;
/** What the source is read in, so that what is delivered of a damaged file does not depend on the store's chunks. */
const PIECE_BYTES = 64 * KiB;
/** What zlib is fed at a time, in the first pass and in those that close in on an error. */
const STEPS = [PIECE_BYTES, 256, 1];
const DEFAULT_LINE_LIMIT = 16 * MiB;
const DEFAULT_LIMITS: InflateLimits = { maxRatio: 200, bombFloor: 256 * MiB, maxInflated: MiB * MiB };

/** Opens a file at its first byte; called again it gives the same bytes. */
export type OpenFile = () => Promise<Readable>;

export interface ReadBlocksOptions extends Partial<InflateLimits> {
  /** what blocks are built in; whoever reads many files passes the same one */
  buffer?: BlockBuffer;
  /** bytes of the longest line that goes into a block, its newline counted: 16 MiB unless told */
  lineLimit?: number;
  signal?: AbortSignal;
}

/** What became of a file. The bytes of its blocks and oversize lines, and `partialLine`, add up to `inflatedBytes`. */
export interface FileSummary {
  /** of a damaged file those before the damage */
  compressedBytes: number;
  /** a newline added to the last line is not counted */
  inflatedBytes: number;
  /** lines delivered, in blocks or as oversize lines */
  lines: number;
  /** bytes of the line that damage cut off: it is not delivered; 0 in a sound file */
  partialLine: number;
  damage?: Damage;
  /** with `damage`: what the store or zlib threw */
  cause?: unknown;
}

/** The parts of a file in the order of its bytes; the summary is the last, and always there. */
export type FilePart = LinePart | { kind: 'end'; summary: FileSummary };

/**
 * Reads a gzip file (or plain NDJSON text) as blocks of whole lines. Damage is not thrown: the whole lines before it are
 * delivered, and the summary tells. In a corrupt file these are the lines whose bytes all come from before the first bad
 * compressed byte; to get at the last of them the file is opened again, at most twice.
 *
 * Memory: the buffer, at most as large as the longest line, and what 64 KiB of the file inflate to (commonly 0.5 MiB, at most 66 MiB).
 * The source is destroyed however reading ends.
 *
 * @throws the signal's reason when it aborts
 */
export async function* readBlocks(open: OpenFile, options: ReadBlocksOptions = {}): AsyncGenerator<FilePart, void, void> {
  const file: Source = { open, limits: { ...DEFAULT_LIMITS, ...options }, signal: options.signal, compressedBytes: 0 };
  const cutter = new LineCutter(options.buffer ?? new BlockBuffer(), options.lineLimit ?? DEFAULT_LINE_LIMIT);
  let broken: BrokenFile | undefined;
  try {
    for await (const chunk of inflate(file)) {
      for (const part of cutter.write(chunk)) {
        yield part;
        file.signal?.throwIfAborted();
      }
    }
  } catch (error) {
    if (!(error instanceof BrokenFile)) throw error;
    broken = error;
  }
  yield* broken ? cutter.flush() : cutter.end();
  const { lines, partialLine, inflatedBytes } = cutter;
  const summary: FileSummary = { compressedBytes: file.compressedBytes, inflatedBytes, lines, partialLine };
  if (broken) {
    const { reason, compressedOffset, message, cause } = broken;
    summary.compressedBytes = compressedOffset;
    summary.damage = { reason, compressedOffset, inflatedOffset: inflatedBytes - partialLine, message };
    if (cause !== undefined) summary.cause = cause;
  }
  yield { kind: 'end', summary };
}

/**
 * As {@link readBlocks}, where a store that fails is no damage of the file: whoever reads is to fail, and to be tried again.
 *
 * @throws what the store throws
 */
export async function* readOrThrow(open: OpenFile, options: ReadBlocksOptions = {}): AsyncGenerator<FilePart, void, void> {
  for await (const part of readBlocks(open, options)) {
    if (part.kind === 'end' && part.summary.damage?.reason === 'read-error') throw part.summary.cause;
    yield part;
  }
}

/** A file being read. */
interface Source {
  open: OpenFile;
  limits: InflateLimits;
  signal: AbortSignal | undefined;
  /** once it is read to its end */
  compressedBytes: number;
}

/**
 * The file's inflated bytes. zlib throws away what it inflated of the bytes in which it finds an error: the file is then
 * opened again and fed in smaller steps from there on, in the end byte by byte up to the bad one.
 */
async function* inflate(file: Source): AsyncGenerator<Uint8Array, void, void> {
  let delivered = 0;
  let failedAt = 0;
  for (const step of STEPS) {
    let position = 0;
    try {
      for await (const chunk of decode(file, failedAt, step)) {
        const known = Math.min(chunk.length, delivered - position);
        position += chunk.length;
        if (known === chunk.length) continue;
        delivered = position;
        yield chunk.subarray(known);
      }
      return;
    } catch (error) {
      if (!(error instanceof PieceFailed)) throw error;
      failedAt = error.offset;
    }
  }
}

/** One pass over the file: text as it is, gzip inflated; from the compressed offset `from` on in steps of `step` bytes. */
async function* decode(file: Source, from: number, step: number): AsyncGenerator<Uint8Array, void, void> {
  const gunzip = new Gunzip(file.limits);
  let isText = false;
  let offset = 0;
  try {
    for await (const piece of readPieces(file.open, PIECE_BYTES, file.signal)) {
      if (offset === 0) isText = looksLikeText(piece);
      if (isText) yield piece;
      else for (const part of parts(piece, from - offset, step)) yield* gunzip.write(part);
      offset += piece.length;
    }
    if (!isText) gunzip.finish();
    file.compressedBytes = offset;
  } finally {
    gunzip.destroy();
  }
}

/** The piece up to `from` whole, then in steps. */
function* parts(piece: Uint8Array, from: number, step: number): Generator<Uint8Array, void, void> {
  for (let at = 0, end: number; at < piece.length; at = end) {
    end = Math.min(piece.length, at < from ? from : at + step);
    yield piece.subarray(at, end);
  }
}

/**
 * Tells NDJSON text from gzip by the first bytes.
 *
 * @throws BrokenFile `not-gzip` when it is neither
 */
function looksLikeText(start: Uint8Array): boolean {
  if (start[0] === 0x1f && (start.length === 1 || start[1] === 0x8b)) return false;
  if ('{ \t\r\n'.includes(String.fromCharCode(start[0]))) return true;
  const shown = Buffer.from(start.subarray(0, 2)).toString('hex');
  throw new BrokenFile('not-gzip', 0, `the file begins with ${shown} in hex: it is neither gzip (1f8b) nor lines of JSON`);
}
