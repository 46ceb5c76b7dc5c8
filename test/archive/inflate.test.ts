import { getEventListeners } from 'node:events';
import { PassThrough, Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { BlockBuffer } from '../../src/archive/block-buffer.js';
import { Gunzip } from '../../src/archive/gunzip.js';
import { readBlocks } from '../../src/archive/inflate.js';
import { randomLines, read, sourceOf } from './read.js';

const lines = randomLines(300_000, 5);

describe('readBlocks', () => {
  it('inflates a file into blocks and says how large it is', async () => {
    const gz = gzipSync(lines);
    const { text, blocks, summary, sources } = await read(gz);
    expect(text.equals(lines)).toBe(true);
    expect(blocks).toBeGreaterThan(4);
    expect(summary).toEqual({
      compressedBytes: gz.length,
      inflatedBytes: lines.length,
      lines: lines.toString().split('\n').length - 1,
      partialLine: 0,
    });
    expect(sources.map((source) => source.destroyed)).toEqual([true]);
  });

  it('frees what zlib inflated as soon as the next chunk is asked for', async () => {
    const gunzip = new Gunzip({ maxRatio: 2000, bombFloor: 1 << 30, maxInflated: 1 << 30 });
    const text = Buffer.concat(Array.from({ length: 8 }, () => lines));
    const chunks: Uint8Array[] = [];
    let inflated = 0;
    for await (const chunk of gunzip.write(gzipSync(text))) {
      expect(Buffer.compare(chunk, text.subarray(inflated, inflated + chunk.length))).toBe(0);
      inflated += chunk.length;
      chunks.push(chunk);
    }
    gunzip.destroy();
    expect(inflated).toBe(text.length);
    // the last one is not full: zlib would go on in it
    expect(chunks.filter(({ length }) => length > 0).length).toBe(1);
    expect(chunks.length).toBeGreaterThan(3);
  });

  it('reads any split into members, any padding, any chunks', async () => {
    const text = lines.subarray(0, 20_000);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(text.length), { maxLength: 6 }),
        fc.nat(600),
        fc.constantFrom(1, 7, 100, 5000, 65_536),
        fc.integer({ min: 300, max: 3000 }),
        async (cuts, padding, chunkSize, capacity) => {
          const bounds = [0, ...cuts.sort((a, b) => a - b), text.length];
          const members = bounds.slice(1).map((end, index) => gzipSync(text.subarray(bounds[index], end), { level: index % 10 }));
          const gz = Buffer.concat([...members, Buffer.alloc(padding)]);
          const { text: got, summary } = await read(() => sourceOf(gz, chunkSize), { buffer: new BlockBuffer(capacity) });
          const whole = text.at(-1) === 10 ? text : Buffer.concat([text, Buffer.from('\n')]);
          expect(got.equals(whole)).toBe(true);
          expect(summary).toMatchObject({ compressedBytes: gz.length, inflatedBytes: text.length, partialLine: 0 });
          expect(summary.damage).toBeUndefined();
        },
      ),
      { seed: 23, numRuns: 60 },
    );
  });

  it('ends a member exactly where a 64 KiB piece ends, with more after it or padding', async () => {
    // Stored members: 65,536 compressed bytes = header 10 + blocks + trailer 8.
    for (let size = 65_450; size < 65_536; size++) {
      const first = gzipSync(Buffer.alloc(size, 'a\n'), { level: 0 });
      if (first.length !== 65_536) continue;
      for (const [after, extra] of [
        [gzipSync('more\n'), 5],
        [Buffer.alloc(70_000), 0],
      ] as const) {
        const { summary } = await read(Buffer.concat([first, after]));
        expect(summary).toMatchObject({ inflatedBytes: size + extra, compressedBytes: 65_536 + after.length });
        expect(summary.damage).toBeUndefined();
      }
      return;
    }
    throw new Error('no member of 65,536 bytes');
  });

  it('takes members of no bytes, and thousands of small ones', async () => {
    const members = Array.from({ length: 3000 }, (_, index) => gzipSync(index % 3 === 0 ? '' : `{"n":${index}}\n`));
    const { text, summary } = await read(Buffer.concat(members));
    expect(summary.lines).toBe(2000);
    expect(text.toString().endsWith('{"n":2999}\n')).toBe(true);
    expect((await read(gzipSync(''))).summary).toEqual({ compressedBytes: 20, inflatedBytes: 0, lines: 0, partialLine: 0 });
  });

  it('adds the newline that the last line lacks, and leaves CR alone', async () => {
    const { text, summary } = await read(gzipSync('{"a":1}\r\n\n{"b":2}'));
    expect(text.toString()).toBe('{"a":1}\r\n\n{"b":2}\n');
    expect(summary).toMatchObject({ inflatedBytes: 17, lines: 3 });
  });

  it.each(['{"a":1}\n{"b":2}', ' {"a":1}\n', '\n\n{"a":1}\n', '\t{}', '\r\n{}\n'])('takes %j as text', async (plain) => {
    const { text, summary } = await read(() => sourceOf(Buffer.from(plain), 3));
    expect(text.toString()).toBe(plain.endsWith('\n') ? plain : `${plain}\n`);
    expect(summary).toMatchObject({ compressedBytes: plain.length, inflatedBytes: plain.length });
    expect(summary.damage).toBeUndefined();
  });

  it.each([
    Buffer.from('PAR1....'),
    Buffer.from([0x1f, 0x9d, 1]),
    Buffer.from('a,b\n1,2\n'),
    Buffer.alloc(100),
    Buffer.from('['),
  ])('refuses what is neither: %s', async (bytes) => {
    const { text, summary, sources } = await read(bytes);
    expect(text).toHaveLength(0);
    expect(summary).toMatchObject({ inflatedBytes: 0, lines: 0, damage: { reason: 'not-gzip', compressedOffset: 0 } });
    expect(summary.damage!.message).toContain(bytes.subarray(0, 2).toString('hex'));
    expect(sources.every((source) => source.destroyed)).toBe(true);
  });

  it('passes over an oversize line and delivers those around it', async () => {
    const long = 'x'.repeat(3_000_000);
    const { text, oversize, summary } = await read(gzipSync(`first\n${long}\nlast\n`), { lineLimit: 1000 });
    expect(text.toString()).toBe('first\nlast\n');
    expect(oversize).toMatchObject([{ line: 2, offset: 6, length: 3_000_000 }]);
    expect(Buffer.from(oversize[0].head).toString()).toBe(long.slice(0, 65_536));
    expect(summary).toMatchObject({ lines: 3, inflatedBytes: 3_000_012 });
  });

  it('destroys the source when the reader stops early', async () => {
    const source = sourceOf(gzipSync(lines));
    for await (const _ of readBlocks(async () => source, { buffer: new BlockBuffer(10_000) })) break;
    expect(source.destroyed).toBe(true);
  });
});

describe('readBlocks against bombs', () => {
  const bomb = gzipSync(Buffer.alloc(8_000_000, '{"a":"b"}\n'), { level: 9 });

  it('stops at the ratio once the floor is passed', async () => {
    const { summary, sources } = await read(bomb, { bombFloor: 1_000_000, maxRatio: 200 });
    expect(summary.damage).toMatchObject({ reason: 'gzip-bomb' });
    expect(summary.inflatedBytes).toBeLessThanOrEqual(bomb.length * 200);
    expect(summary.lines * 10).toBe(summary.damage!.inflatedOffset);
    expect(summary.inflatedBytes).toBe(summary.damage!.inflatedOffset + summary.partialLine);
    expect(sources.map((source) => source.destroyed)).toEqual([true]);
  });

  it('lets a file below the floor, or within the ratio, pass', async () => {
    for (const limits of [{ bombFloor: 8_000_000, maxRatio: 2 }, { bombFloor: 0, maxRatio: 1100 }, {}]) {
      const { summary } = await read(bomb, limits);
      expect(summary.damage).toBeUndefined();
      expect(summary.lines).toBe(800_000);
    }
  });

  it('stops at the most bytes a file may have', async () => {
    const { summary } = await read(gzipSync(lines), { maxInflated: 100_000 });
    expect(summary.damage).toMatchObject({ reason: 'gzip-bomb', message: expect.stringContaining('100000 bytes') });
    expect((await read(gzipSync(lines), { maxInflated: lines.length })).summary.damage).toBeUndefined();
  });
});

describe('readBlocks on failing sources', () => {
  const gz = gzipSync(lines);
  const cause = Object.assign(new Error('connection reset'), { code: 'ECONNRESET' });

  it('delivers what came before the source failed, and keeps the cause', async () => {
    const failing = () =>
      Readable.from(
        (async function* () {
          yield gz.subarray(0, 90_000);
          throw cause;
        })(),
      );
    const { text, summary, sources } = await read(failing);
    const truncated = await read(gz.subarray(0, 90_000));
    expect(text.equals(truncated.text)).toBe(true);
    expect(text.length).toBeGreaterThan(100_000);
    expect(summary).toMatchObject({
      damage: { reason: 'read-error', compressedOffset: 90_000, inflatedOffset: text.length },
      cause,
    });
    expect(sources.map((source) => source.destroyed)).toEqual([true]);
  });

  it('tells when the file cannot be opened', async () => {
    const parts = [];
    for await (const part of readBlocks(() => Promise.reject(cause))) parts.push(part);
    expect(parts).toMatchObject([{ kind: 'end', summary: { lines: 0, damage: { reason: 'read-error' }, cause } }]);
  });

  it('tells when a corrupt file cannot be opened again', async () => {
    const corrupt = Buffer.from(gz);
    corrupt[corrupt.length - 5] ^= 1;
    let opened = 0;
    const { summary } = await read(() => {
      if (opened++ > 0) throw cause;
      return sourceOf(corrupt);
    });
    expect(opened).toBe(2);
    expect(summary).toMatchObject({ damage: { reason: 'read-error' }, cause });
  });

  it('takes a source that is destroyed without an error for a failed one', async () => {
    const source = sourceOf(gz, 1000);
    const reading = read(() => source);
    source.destroy();
    expect((await reading).summary.damage).toMatchObject({ reason: 'read-error' });
  });
});

describe('readBlocks when aborted', () => {
  const gz = gzipSync(lines);
  const reason = new Error('stop now');

  it('stops waiting for a source that hangs', async () => {
    const controller = new AbortController();
    const source = new PassThrough();
    source.write(gz.subarray(0, 70_000));
    const reading = (async () => {
      const buffer = new BlockBuffer(10_000);
      for await (const part of readBlocks(async () => source, { buffer, signal: controller.signal })) {
        if (part.kind !== 'lines') continue;
        // The source gives no more: the reading hangs until this.
        setImmediate(() => controller.abort(reason));
      }
    })();
    await expect(reading).rejects.toBe(reason);
    expect(source.destroyed).toBe(true);
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
  });

  it('does not open a file when aborted before', async () => {
    const open = vi.fn(() => sourceOf(gz));
    await expect(read(open, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(open).not.toHaveBeenCalled();
  });

  it('destroys the source when aborted while it is opened', async () => {
    const controller = new AbortController();
    const source = sourceOf(gz);
    const opening = readBlocks(
      async () => {
        controller.abort(reason);
        return source;
      },
      { signal: controller.signal },
    );
    await expect(opening.next()).rejects.toBe(reason);
    expect(source.destroyed).toBe(true);
  });

  it('stops between two blocks of bytes that are inflated already', async () => {
    const controller = new AbortController();
    const source = sourceOf(gzipSync(lines.subarray(0, 50_000)));
    let blocks = 0;
    const reading = (async () => {
      for await (const _ of readBlocks(async () => source, { buffer: new BlockBuffer(5000), signal: controller.signal }))
        if (blocks++ === 0) controller.abort(reason);
    })();
    await expect(reading).rejects.toBe(reason);
    expect(source.destroyed).toBe(true);
    expect(blocks).toBe(1);
  });
});
