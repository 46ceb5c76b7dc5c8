import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { peekFeed } from '../../src/archive/peek.js';

const peek = (bytes: Buffer) => peekFeed(async () => Readable.from([bytes]));
const aidmaster = '{"AgentLoadFlags":"1","Time":"1619196080.0","ComputerName":"h1"}\n';

describe('peekFeed', () => {
  it('names the feed of the first record', async () => {
    expect(await peek(gzipSync(aidmaster + '{"event_simpleName":"DnsRequest"}\n'.repeat(9)))).toBe('aidmaster');
    expect(await peek(Buffer.from(aidmaster))).toBe('aidmaster');
  });

  it('passes over lines that are no JSON objects', async () => {
    expect(await peek(gzipSync(`\nnot json\n[1]\nnull\n${aidmaster}`))).toBe('aidmaster');
  });

  it('does not read a large file to its end', async () => {
    let chunks = 0;
    const gz = gzipSync('{"event_simpleName":"DnsRequest"}\n'.repeat(500_000), { level: 0 });
    const source = async () =>
      Readable.from(
        (function* () {
          for (let at = 0; at < gz.length; at += 65_536, chunks++) yield gz.subarray(at, at + 65_536);
        })(),
        { highWaterMark: 1 },
      );
    expect(await peekFeed(source)).toBe('events');
    expect(chunks).toBeLessThan(40);
  });

  it('is unknown where there is no record', async () => {
    for (const bytes of [gzipSync(''), gzipSync('a,b\n1,2\n'), Buffer.from('PK\x03\x04'), gzipSync(aidmaster).subarray(0, 20)])
      expect(await peek(bytes)).toBe('unknown');
  });

  it('throws what the store throws', async () => {
    const cause = new Error('denied');
    await expect(peekFeed(() => Promise.reject(cause))).rejects.toBe(cause);
  });
});
