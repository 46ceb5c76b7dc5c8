import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BlockBuffer } from '../../src/archive/block-buffer.js';
import { LineCutter, type LinePart } from '../../src/archive/lines.js';

const RUNS = { seed: 97, numRuns: 1000 };
const HEAD = 64 * 1024;

/** Everything the cutter yields, each block copied as it comes and overwritten, as a consumer may. */
function cut(text: Buffer, chunkSizes: number[], capacity: number, limit: number, damaged = false) {
  const buffer = new BlockBuffer(capacity);
  const cutter = new LineCutter(buffer, limit);
  const parts: LinePart[] = [];
  const take = (yielded: Iterable<LinePart>) => {
    for (const part of yielded) {
      if (part.kind === 'lines') {
        const { block } = part;
        parts.push({ kind: 'lines', block: { ...block, bytes: block.bytes.slice(0, block.length) } });
        block.bytes.fill(0xee);
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
  return { parts, cutter, buffer };
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
        (lengths, newlineAtEnd, chunkSizes, capacity, limit, damaged) => {
          const body = lengths.map((length, index) => String.fromCharCode(97 + (index % 26)).repeat(length)).join('\n');
          const text = Buffer.from(newlineAtEnd ? `${body}\n` : body);
          const { lines, last } = expectedLines(text, damaged);
          const { parts, cutter, buffer } = cut(text, chunkSizes, capacity, limit, damaged);

          expect(yieldedLines(parts)).toEqual(
            lines.map(({ line, offset, bytes }) =>
              bytes.length + 1 > limit ? { line, offset, length: bytes.length, head: bytes } : { line, offset, bytes },
            ),
          );
          expect(cutter.lines).toBe(lines.length);
          if (damaged) expect(cutter.partialLine).toBe(last.length);
          // An added newline is in its block but counts nowhere.
          expect(cutter.inflatedBytes).toBe(text.length);
          expect(buffer.bytes.length).toBeLessThanOrEqual(Math.max(capacity, limit));
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

  it('keeps 64 KiB of an oversize line, however long it is', () => {
    const length = 5_000_000;
    const text = Buffer.concat([Buffer.from('first\n'), Buffer.alloc(length, 'abcdefg'), Buffer.from('\nlast')]);
    const { parts, buffer } = cut(text, [10_000], 1000, 100_000);
    expect(parts.map((part) => part.kind)).toEqual(['lines', 'oversize', 'lines']);
    expect(parts[1]).toMatchObject({ line: { line: 2, offset: 6, length } });
    const { head } = (parts[1] as LinePart & { kind: 'oversize' }).line;
    expect(Buffer.from(head).equals(text.subarray(6, 6 + HEAD))).toBe(true);
    expect(buffer.bytes.length).toBeLessThanOrEqual(100_000);
  });

  it('ends blocks where the file alone says, not the chunks it came in, nor lines of the file before', () => {
    const buffer = new BlockBuffer(100);
    const text = Buffer.from(Array.from({ length: 200 }, (_, i) => 'x'.repeat((i * 37) % 90)).join('\n'));
    const long = Buffer.alloc(5000, 'y');
    const blocks = (bytes: Buffer, step: number) => {
      const cutter = new LineCutter(buffer, 10_000);
      const ends: number[] = [];
      const take = (parts: Iterable<LinePart>) => {
        for (const part of parts) if (part.kind === 'lines') ends.push(part.block.offset + part.block.length);
      };
      for (let at = 0; at < bytes.length; at += step) take(cutter.write(bytes.subarray(at, at + step)));
      take(cutter.end());
      return ends;
    };
    const expected = blocks(text, 1000);
    expect(expected.length).toBeGreaterThan(80);
    for (const step of [1, 7, 64, 100_000]) {
      expect(blocks(long, step)).toEqual([5001]);
      expect(buffer.bytes.length).toBeGreaterThan(5000);
      expect(blocks(text, step)).toEqual(expected);
    }
  });
});
