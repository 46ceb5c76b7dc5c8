/** A source stream in pieces of one size. */
import type { Readable } from 'node:stream';
import { freeNow } from '../store/spent-buffer.js';
import { BrokenFile } from './broken-file.js';

/**
 * Yields the bytes of a stream in pieces of exactly `size` bytes, the last one shorter, however the source was cut: what is
 * read from a damaged file then does not depend on the store. A piece is valid until the next one is asked for.
 *
 * The source is destroyed at the end, whichever end it is. What came before a failure of the source is still yielded. Its chunks are given
 * up: their memory is freed once they are read, since V8 marks the whole heap for every 8 MB of it that it finds unfreed (decision 009).
 *
 * @throws BrokenFile `read-error` when opening or reading the source fails
 * @throws the signal's reason when it aborts
 */
export async function* readPieces(
  open: () => Promise<Readable>,
  size: number,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array, void, void> {
  signal?.throwIfAborted();
  let total = 0;
  let failure: BrokenFile | undefined;
  const failed = (cause: unknown) => {
    // An abort shows up as an error of the source that it destroyed.
    signal?.throwIfAborted();
    return new BrokenFile('read-error', total, `the file cannot be read on after ${total} bytes: ${messageOf(cause)}`, { cause });
  };
  let source: Readable;
  try {
    source = await open();
  } catch (cause) {
    throw failed(cause);
  }
  const stop = () => source.destroy();
  const partial = Buffer.allocUnsafe(size);
  let held = 0;
  // A destroyed stream may still emit errors; nobody else listens.
  source.on('error', () => {});
  signal?.addEventListener('abort', stop, { once: true });
  try {
    signal?.throwIfAborted();
    const chunks = source[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
    for (;;) {
      let next: IteratorResult<Uint8Array>;
      try {
        next = await chunks.next();
      } catch (cause) {
        failure = failed(cause);
        break;
      }
      signal?.throwIfAborted();
      if (next.done) break;
      const chunk = next.value;
      total += chunk.length;
      let at = 0;
      if (held === 0) for (; chunk.length - at >= size; at += size) yield chunk.subarray(at, at + size);
      while (at < chunk.length) {
        const count = Math.min(size - held, chunk.length - at);
        partial.set(chunk.subarray(at, at + count), held);
        at += count;
        held += count;
        if (held < size) continue;
        yield partial;
        held = 0;
      }
      if (chunk.buffer.byteLength === chunk.length) freeNow(chunk.buffer as ArrayBuffer);
    }
    if (held > 0) yield partial.subarray(0, held);
    if (failure) throw failure;
  } finally {
    signal?.removeEventListener('abort', stop);
    source.destroy();
  }
}

const messageOf = (cause: unknown) => (cause instanceof Error ? cause.message : String(cause));
