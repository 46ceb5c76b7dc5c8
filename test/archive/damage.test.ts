import { createGunzip, gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { BlockBuffer } from '../../src/archive/block-buffer.js';
import { randomLines, read, sourceOf } from './read.js';

/** What zlib inflates when each byte is fed alone: nothing is lost but what the bad byte itself would give. */
function inflateBytewise(gz: Uint8Array, from = 0): Promise<{ lengths: number[]; output: Buffer; code: string | undefined }> {
  return new Promise((resolve) => {
    const zlib = createGunzip();
    const chunks: Buffer[] = [];
    let length = 0;
    /** bytes inflated of the first n bytes */
    const lengths = new Array(from).fill(0);
    const done = (code?: string) => resolve({ lengths, output: Buffer.concat(chunks), code });
    zlib.on('data', (chunk: Buffer) => {
      length += chunk.length;
      chunks.push(chunk);
    });
    zlib.on('error', (error: NodeJS.ErrnoException) => done(error.code));
    zlib.on('end', () => done());
    let at = from;
    const next = (error?: Error | null) => {
      if (error) return;
      lengths.push(length);
      if (at === gz.length) zlib.end();
      else zlib.write(gz.subarray(at, ++at), next);
    };
    if (from > 0) zlib.write(gz.subarray(0, from), next);
    else next();
  });
}

const wholeLines = (text: Buffer) => text.subarray(0, text.lastIndexOf(10) + 1);

/** The laws that hold for every damaged file. */
function expectConsistent({ text, summary }: Awaited<ReturnType<typeof read>>, fileSize: number) {
  const damage = summary.damage!;
  expect(summary.inflatedBytes).toBe(text.length + summary.partialLine);
  expect(damage.inflatedOffset).toBe(text.length);
  expect(damage.compressedOffset).toBe(summary.compressedBytes);
  expect(damage.compressedOffset).toBeLessThanOrEqual(fileSize);
  expect(summary.lines).toBe(text.toString('latin1').split('\n').length - 1);
}

describe('a truncated file', () => {
  it('gives every whole line before the cut, wherever the cut is', async () => {
    const members = [randomLines(1500, 1), randomLines(800, 2), Buffer.from('{"no":"newline"}')];
    const gz = Buffer.concat(members.map((member) => gzipSync(member)));
    const { lengths, output, code } = await inflateBytewise(gz);
    expect(code).toBeUndefined();
    const memberEnds = new Set([gzipSync(members[0]).length, gzipSync(members[0]).length + gzipSync(members[1]).length]);
    for (let cut = 0; cut < gz.length; cut++) {
      const result = await read(gz.subarray(0, cut), { buffer: new BlockBuffer(2048) });
      if (memberEnds.has(cut)) {
        expect(result.summary.damage).toBeUndefined();
        continue;
      }
      const inflated = output.subarray(0, lengths[cut]);
      expect(result.text.equals(wholeLines(inflated)), `cut at ${cut}`).toBe(true);
      expect(result.summary.partialLine).toBe(inflated.length - result.text.length);
      expect(result.summary.damage).toMatchObject({ reason: 'gzip-truncated', compressedOffset: cut });
      expectConsistent(result, cut);
      expect(result.sources).toHaveLength(1);
    }
  });

  it('is read once, however large', async () => {
    const text = randomLines(700_000, 3);
    const gz = gzipSync(text);
    for (const cut of [65_535, 65_536, 65_537, 131_072, gz.length - 8, gz.length - 1]) {
      const result = await read(gz.subarray(0, cut));
      expect(result.text.equals(text.subarray(0, result.text.length))).toBe(true);
      expect(result.text.length).toBeGreaterThan(cut);
      expect(result.summary.damage).toMatchObject({ reason: 'gzip-truncated', compressedOffset: cut });
      expectConsistent(result, cut);
      expect(result.sources).toHaveLength(1);
    }
  });
});

describe('a corrupt file', () => {
  it('gives every whole line before the first bad byte, wherever the corruption is', async () => {
    const gz = Buffer.concat([gzipSync(randomLines(900, 4)), gzipSync(randomLines(500, 5))]);
    let corrupt = 0;
    for (let at = 2; at < gz.length; at += 7) {
      const bytes = Buffer.from(gz);
      bytes[at] ^= 1 << (at % 8);
      const expected = await inflateBytewise(bytes);
      const result = await read(bytes);
      if (expected.code === undefined) {
        // A byte of the header that nobody checks.
        expect(result.summary.damage, `byte ${at}`).toBeUndefined();
        expect(result.text.equals(expected.output)).toBe(true);
        continue;
      }
      expect(result.text.equals(wholeLines(expected.output)), `byte ${at}`).toBe(true);
      expect(result.summary.partialLine).toBe(expected.output.length - result.text.length);
      const reason = expected.code === 'Z_BUF_ERROR' ? 'gzip-truncated' : 'gzip-corrupt';
      expect(result.summary.damage).toMatchObject({ reason, compressedOffset: expected.lengths.length - 1 });
      expectConsistent(result, gz.length);
      if (reason === 'gzip-corrupt') corrupt++;
    }
    expect(corrupt).toBeGreaterThan(50);
  });

  it('loses nothing in a large file with corruption at and around the pieces of 64 KiB', async () => {
    // Small members, each with its checksum: the corruption is met soon, whatever the engine's deflate makes of the text.
    const text = randomLines(400_000, 6);
    const gz = Buffer.concat(
      Array.from({ length: 200 }, (_, index) => gzipSync(text.subarray(index * 2000, (index + 1) * 2000))),
    );
    for (const at of [65_500, 65_536, 65_540, 131_060, 131_072]) {
      const bytes = Buffer.from(gz);
      for (let index = at; index < at + 40; index++) bytes[index] = bytes[index] * 167 + 13;
      const expected = await inflateBytewise(bytes, at - 20);
      expect(expected.code).toBe('Z_DATA_ERROR');
      const chunks = at % 2 === 0 ? 65_536 : 10_007;
      const result = await read(() => sourceOf(bytes, chunks));
      expect(result.text.equals(wholeLines(expected.output)), `byte ${at}`).toBe(true);
      // All that lies before the corruption is true.
      const sound = (await read(gz.subarray(0, at))).text;
      expect(result.text.subarray(0, sound.length).equals(sound)).toBe(true);
      expect(sound.length).toBeGreaterThan(at);
      expect(result.summary.damage).toMatchObject({ reason: 'gzip-corrupt', compressedOffset: expected.lengths.length - 1 });
      expect(result.summary.compressedBytes).toBeLessThan(gz.length - 10_000);
      expectConsistent(result, gz.length);
      expect(result.sources.map((source) => source.destroyed)).toEqual([true, true, true]);
    }
  });

  it.each([
    ['checksum', 8],
    ['length', 4],
  ])('gives all lines when the %s at its end is wrong', async (_, fromEnd) => {
    const text = randomLines(100_000, 7);
    const gz = gzipSync(text);
    gz[gz.length - fromEnd] ^= 0x10;
    const result = await read(gz);
    expect(result.text.equals(text)).toBe(true);
    expect(result.summary.damage).toMatchObject({ reason: 'gzip-corrupt', compressedOffset: gz.length - fromEnd + 3 });
    expect(result.summary.damage?.message).toMatch(/some of its lines may hold wrong values$/);
    expectConsistent(result, gz.length);
  });

  it('delivers no byte twice when zlib gave a part of the bad piece before it failed', async () => {
    // 5 MB from less than a piece: zlib hands over several chunks before it meets the checksum.
    const text = Buffer.alloc(5_000_000, randomLines(1000, 10));
    const gz = gzipSync(text);
    expect(gz.length).toBeLessThan(65_536);
    gz[gz.length - 8] ^= 1;
    const result = await read(gz);
    expect(result.text.equals(wholeLines(text))).toBe(true);
    expectConsistent(result, gz.length);
  });

  it('gives all lines when garbage follows the last member, behind padding or not', async () => {
    const text = randomLines(100_000, 8);
    const gz = gzipSync(text);
    for (const [padding, garbage] of [
      [0, Buffer.from('garbage')],
      [0, Buffer.from([0x1f, 0x00, 0x00])],
      [1, Buffer.from('garbage')],
      [100_000, Buffer.from([1])],
      [10, gzipSync('lost\n')],
    ] as const) {
      const bytes = Buffer.concat([gz, Buffer.alloc(padding), garbage, Buffer.alloc(70_000)]);
      const result = await read(bytes);
      expect(result.text.equals(text)).toBe(true);
      const { reason, compressedOffset } = result.summary.damage!;
      expect(reason).toBe('gzip-corrupt');
      expect(compressedOffset).toBeGreaterThanOrEqual(gz.length + padding);
      expect(compressedOffset).toBeLessThanOrEqual(gz.length + padding + 1);
      expectConsistent(result, bytes.length);
    }
  });

  it('counts an oversize line that the damage cuts off as partial, not as a line', async () => {
    const gz = gzipSync(Buffer.from(`first\n${randomLines(60_000, 9).toString().replaceAll('\n', ' ')}\nlast\n`));
    const result = await read(gz.subarray(0, gz.length - 2000), { lineLimit: 1000 });
    expect(result.text.toString()).toBe('first\n');
    expect(result.oversize).toEqual([]);
    expect(result.summary.partialLine).toBeGreaterThan(10_000);
    expectConsistent(result, gz.length);
  });
});
