import { getEventListeners } from 'node:events';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readPieces } from '../../src/archive/pieces.js';

async function collect(pieces: AsyncIterable<Uint8Array>): Promise<Buffer[]> {
  const all: Buffer[] = [];
  for await (const piece of pieces) all.push(Buffer.from(piece));
  return all;
}

describe('readPieces', () => {
  it('cuts the same pieces whatever chunks the source gives', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 200 }),
        fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1 }),
        fc.integer({ min: 1, max: 40 }),
        async (bytes, sizes, size) => {
          const chunks: Buffer[] = [];
          for (let at = 0; at < bytes.length; ) {
            const length = sizes[chunks.length % sizes.length];
            chunks.push(Buffer.from(bytes.slice(at, at + length)));
            at += length;
          }
          const pieces = await collect(readPieces(async () => Readable.from(chunks), size));
          expect(Buffer.concat(pieces)).toEqual(Buffer.from(bytes));
          expect(pieces.slice(0, -1).every((piece) => piece.length === size)).toBe(true);
          if (pieces.length > 0) expect(pieces.at(-1)!.length).toBeGreaterThan(0);
        },
      ),
      { seed: 11, numRuns: 200 },
    );
  });

  it('yields what came before the source failed, then the failure', async () => {
    const cause = new Error('reset by peer');
    const source = Readable.from(
      (async function* () {
        yield Buffer.from('abcde');
        throw cause;
      })(),
    );
    const seen: string[] = [];
    const reading = (async () => {
      for await (const piece of readPieces(async () => source, 2)) seen.push(Buffer.from(piece).toString());
    })();
    await expect(reading).rejects.toMatchObject({ reason: 'read-error', compressedOffset: 5, cause });
    expect(seen).toEqual(['ab', 'cd', 'e']);
    expect(source.destroyed).toBe(true);
  });

  it('destroys the source when the reader stops early', async () => {
    const source = Readable.from([Buffer.from('abcdef'), Buffer.from('ghi')]);
    for await (const piece of readPieces(async () => source, 2)) {
      expect(Buffer.from(piece).toString()).toBe('ab');
      break;
    }
    expect(source.destroyed).toBe(true);
  });

  it('leaves no listener on the signal', async () => {
    const { signal } = new AbortController();
    await collect(readPieces(async () => Readable.from([Buffer.from('abc')]), 2, signal));
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });
});
