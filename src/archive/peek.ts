/** The feed of a file whose path does not tell. */

import { BlockBuffer } from './block-buffer.js';
import { type FileFeed, feedOfRecord } from './feed.js';
import { type OpenFile, readOrThrow } from './inflate.js';

/** The longest lines seen in FDR are below 768 KiB. */
const PEEK_BYTES = 1024 * 1024;

/**
 * Reads the beginning of a file (at most 1 MiB inflated) and names the feed of its first record; `unknown` if there is no JSON
 * object in it.
 *
 * @throws what the store throws; the signal's reason when it aborts
 */
export async function peekFeed(open: OpenFile, signal?: AbortSignal): Promise<FileFeed> {
  const options = { buffer: new BlockBuffer(PEEK_BYTES), lineLimit: PEEK_BYTES, ...(signal && { signal }) };
  for await (const part of readOrThrow(open, options)) {
    if (part.kind === 'lines') return feedOfLines(new TextDecoder().decode(part.block.bytes.subarray(0, part.block.length)));
  }
  return 'unknown';
}

function feedOfLines(text: string): FileFeed {
  for (const line of text.split('\n')) {
    const record = parseObject(line);
    if (record) return feedOfRecord({ has: (name) => Object.hasOwn(record, name) });
  }
  return 'unknown';
}

function parseObject(line: string): object | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
