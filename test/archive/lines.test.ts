import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LineCutter, type LinePart } from '../../src/archive/lines.js';
import { BlockPool } from '../../src/archive/pool.js';

const RUNS = { seed: 97, numRuns: 1000 };
const HEAD = 64 * 1024;

/** Everything the cutter yields, each block copied as it comes and its buffer overwritten and given back, as a consumer may. */
function cut(text: Buffer, chunkSizes: number[], capacity: number, limit: number, damaged = false) {
  const pool = new BlockPool(capacity);
  const cutter = new LineCutter(pool, limit);
  const parts: LinePart[] = [];
  const take = (yielded: Iterable<LinePart>) => {
    for (const part of yielded) {
      if (part.kind === 'lines') {
        const { block } = part;
        parts.push({ kind: 'lines', block: { ...block, bytes: block.bytes.slice(0, block.length) } });
        block.bytes.fill(0xee);
        pool.give(block.bytes);
      } else parts.push(part);
    }
  };
  for (let at = 0, turn = 0; at < text.length; turn++) {
    const size = chunkSizes[turn % chunkSizes.length];
    const chunk = Buffer.from(text.subarray(at, at + size));
    take(cutter.write(chunk));
    chunk.fill(0xdd);
    at += size;
  }
  take(damaged ? cutter.flush() : cutter.end());
  cutter.release();
  return { parts, cutter, pool };
}

/** The lines by splitting the text, for comparison: number, offset, bytes without newline. */
function expectedLines(text: Buffer, damaged: boolean) {
  const lines: { line: number; offset: number; bytes: string }[] = [];
  const pieces = text.toString('latin1').split('\n');
  const last = pieces.pop()!;
  if (last !== '' && !damaged) pieces.push(last);
  let offset = 0;
  for (const [index, bytes] of pieces.entries()) {
    lines.push({ line: index + 1, offset, bytes });
    offset += bytes.length + 1;
  }
  return { lines, last };
}

/** The lines of what was yielded, oversize ones with their head only. */
function yieldedLines(parts: LinePart[]) {
  return parts.flatMap((part): object[] => {
    if (part.kind === 'oversize') {
      const { line, offset, length, head } = part.line;
      return [{ line, offset, length, head: Buffer.from(head).toString('latin1') }];
    }
    const { bytes, length, firstLine } = part.block;
    let offset = part.block.offset;
    const text = Buffer.from(bytes.subarray(0, length)).toString('latin1');
    expect(text.endsWith('\n')).toBe(true);
    return text
      .slice(0, -1)
      .split('\n')
      .map((bytes, index) => {
        const line = { line: firstLine + index, offset, bytes };
        offset += bytes.length + 1;
        return line;
      });
  });
}

describe('LineCutter', () => {
  const line = fc.oneof(
    { weight: 6, arbitrary: fc.nat(12) },
    { weight: 2, arbitrary: fc.nat(40) },
    { weight: 1, arbitrary: fc.nat(120) },
  );

  it('cuts any text at any chunks into whole lines, none lost, none twice', () => {
    fc.assert(
      fc.property(
        fc.array(line, { maxLength: 30 }),
        fc.boolean(),
        fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 2, max: 64 }),
        fc.integer({ min: 1, max: 64 }),
        fc.boolean(),
        (lengths, newlineAtEnd, chunkSizes, capacity, wantedLimit, damaged) => {
          const limit = Math.min(wantedLimit, capacity);
          const body = lengths.map((length, index) => String.fromCharCode(97 + (index % 26)).repeat(length)).join('\n');
          const text = Buffer.from(newlineAtEnd ? `${body}\n` : body);
          const { lines, last } = expectedLines(text, damaged);
          const { parts, cutter, pool } = cut(text, chunkSizes, capacity, limit, damaged);

          expect(yieldedLines(parts)).toEqual(
            lines.map(({ line, offset, bytes }) =>
              bytes.length + 1 > limit ? { line, offset, length: bytes.length, head: bytes } : { line, offset, bytes },
            ),
          );
          expect(cutter.lines).toBe(lines.length);
          if (damaged) expect(cutter.partialLine).toBe(last.length);
          // An added newline is in its block but counts nowhere.
          expect(cutter.inflatedBytes).toBe(text.length);
          for (const part of parts) if (part.kind === 'lines') expect(part.block.length).toBeLessThanOrEqual(capacity);
          // Its own buffer and one more while the rest of a block moves.
          expect(pool.idle).toBeLessThanOrEqual(2);
        },
      ),
      RUNS,
    );
  });

  it('fills blocks as far as whole lines go', () => {
    const { parts } = cut(Buffer.from('aaa\nbbb\nccc\nddd\n'), [5], 9, 9);
    expect(parts.map((part) => part.kind === 'lines' && [part.block.length, part.block.firstLine, part.block.offset])).toEqual([
      [8, 1, 0],
      [8, 3, 8],
    ]);
  });

  it('takes a line of exactly the limit and passes over one byte more, with or without a last newline', () => {
    for (const end of ['\n', '']) {
      expect(cut(Buffer.from(`aaa${end}`), [2], 4, 4).parts.map((part) => part.kind)).toEqual(['lines']);
      expect(cut(Buffer.from(`aaaa${end}`), [2], 4, 4).parts.map((part) => part.kind)).toEqual(['oversize']);
    }
  });

  it('keeps 64 KiB of an oversize line, however long it is, and two buffers at most', () => {
    const length = 5_000_000;
    const text = Buffer.concat([Buffer.from('first\n'), Buffer.alloc(length, 'abcdefg'), Buffer.from('\nlast')]);
    const { parts, pool } = cut(text, [10_000], 100_000, 100_000);
    expect(parts.map((part) => part.kind)).toEqual(['lines', 'oversize', 'lines']);
    expect(parts[1]).toMatchObject({ line: { line: 2, offset: 6, length } });
    const { head } = (parts[1] as LinePart & { kind: 'oversize' }).line;
    expect(Buffer.from(head).equals(text.subarray(6, 6 + HEAD))).toBe(true);
    // the block before it, and the buffer in which it outgrew the limit
    expect(pool.idle).toBe(2);
  });

  it('lets the blocks of small files share a buffer', () => {
    const pool = new BlockPool(1000);
    const blocks = ['one\ntwo\n', 'three', 'four\n'].flatMap((text) => {
      const cutter = new LineCutter(pool, 1000);
      const parts = [...cutter.write(Buffer.from(text)), ...cutter.end()];
      cutter.release();
      return parts.map((part) => (part as LinePart & { kind: 'lines' }).block);
    });
    const texts = blocks.map(({ bytes, length }) => Buffer.from(bytes.subarray(0, length)).toString());
    expect(texts).toEqual(['one\ntwo\n', 'three\n', 'four\n']);
    expect(new Set(blocks.map(({ bytes }) => bytes.buffer)).size).toBe(1);
    for (const { bytes } of blocks) pool.give(bytes);
    expect(pool.idle).toBe(1);
  });
});
