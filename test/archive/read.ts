/** Reading a file in a test: its parts gathered, its sources watched. */
import { Readable } from 'node:stream';
import type { OversizeLine } from '../../src/archive/block.js';
import { BlockBuffer } from '../../src/archive/block-buffer.js';
import { type FilePart, type FileSummary, type ReadBlocksOptions, readBlocks } from '../../src/archive/inflate.js';

export interface ReadResult {
  /** the bytes of all blocks, one after the other */
  text: Buffer;
  blocks: number;
  oversize: OversizeLine[];
  summary: FileSummary;
  /** every stream that was opened */
  sources: Readable[];
}

/** A stream of the bytes in chunks, as a store gives one. */
export function sourceOf(bytes: Uint8Array, chunkSize = 65_536): Readable {
  return Readable.from(
    (function* () {
      for (let at = 0; at < bytes.length; at += chunkSize) yield Buffer.from(bytes.subarray(at, at + chunkSize));
    })(),
  );
}

/** Reads to the end and overwrites each block as soon as its text is taken. */
export async function read(open: Uint8Array | (() => Readable), options: ReadBlocksOptions = {}): Promise<ReadResult> {
  const buffer = options.buffer ?? new BlockBuffer(1 << 16);
  const sources: Readable[] = [];
  const openWatched = async () => {
    const source = typeof open === 'function' ? open() : sourceOf(open);
    sources.push(source);
    return source;
  };
  const parts: FilePart[] = [];
  const texts: Buffer[] = [];
  for await (const part of readBlocks(openWatched, { ...options, buffer })) {
    parts.push(part);
    if (part.kind !== 'lines') continue;
    texts.push(Buffer.from(part.block.bytes.slice(0, part.block.length)));
    part.block.bytes.fill(0xee);
  }
  const last = parts.at(-1);
  if (last?.kind !== 'end' || parts.filter((part) => part.kind === 'end').length !== 1)
    throw new Error('no one summary at the end');
  return {
    text: Buffer.concat(texts),
    blocks: texts.length,
    oversize: parts.flatMap((part) => (part.kind === 'oversize' ? [part.line] : [])),
    summary: last.summary,
    sources,
  };
}

/** Lines of hexadecimal digits that deflate to about half: the same for the same seed. */
export function randomLines(bytes: number, seed: number): Buffer {
  let state = seed;
  const next = () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0);
  let text = '';
  for (let line = 1; text.length < bytes; line++) {
    text += `{"line":"${line}","event_simpleName":"DnsRequest","id":"`;
    for (let word = 5 + (next() >>> 28); word > 0; word--) text += (next() >>> 1).toString(16);
    text += '"}\n';
  }
  return Buffer.from(text);
}
