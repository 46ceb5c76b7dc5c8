/** How a broken body is taken up again, with bodies made by hand. */
import { PassThrough, Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, expect, it } from 'vitest';
import { ResumedRead } from '../../src/store/s3-read.js';

const text = Buffer.from('0123456789');

interface Fixture {
  read: ResumedRead;
  /** offsets that were asked for */
  reopened: number[];
  /** bodies handed out, in order */
  bodies: Readable[];
}

/** @param bodies the first one, and what each reopening gives */
function resumed(bodies: Readable[], maxAttempts = 3): Fixture {
  const reopened: number[] = [];
  const rest = bodies.slice(1);
  const read = new ResumedRead(
    { stream: bodies[0]!, length: text.length },
    {
      where: 's3://b/k',
      retry: { maxAttempts, baseDelay: 0 },
      stallTimeout: 60_000,
      reopen: async (offset) => {
        reopened.push(offset);
        const stream = rest.shift();
        if (!stream) throw Object.assign(new Error('gone'), { code: 'ECONNREFUSED' });
        return { stream, length: text.length - offset };
      },
    },
  );
  return { read, reopened, bodies };
}

/** A body that gives bytes `from` to `to`, then ends: by an end, an error, or a close without either. */
function body(from: number, to: number, ending: 'end' | 'error' | 'close' = 'end'): Readable {
  const chunks = Array.from(text.subarray(from, to), (byte) => Buffer.of(byte));
  return new Readable({
    read() {
      const chunk = chunks.shift();
      if (chunk) this.push(chunk);
      else if (ending === 'end') this.push(null);
      else this.destroy(ending === 'error' ? Object.assign(new Error('aborted'), { code: 'ECONNRESET' }) : undefined);
    },
  });
}

describe('ResumedRead', () => {
  it('passes a whole body on', async () => {
    const { read, reopened } = resumed([body(0, 10)]);
    expect(await buffer(read)).toEqual(text);
    expect(reopened).toEqual([]);
  });

  it('reads on after an error, an early end and a bare close', async () => {
    const { read, reopened } = resumed([body(0, 2, 'error'), body(2, 5, 'end'), body(5, 6, 'close'), body(6, 10)], 4);
    expect(await buffer(read)).toEqual(text);
    expect(reopened).toEqual([2, 5, 6]);
  });

  it('fails when the attempts are used up, whatever came through', async () => {
    const { read, reopened } = resumed([body(0, 2, 'error'), body(2, 5, 'error'), body(5, 9, 'error'), body(9, 10)]);
    await expect(buffer(read)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    expect(reopened).toEqual([2, 5]);
  });

  it('fails when it cannot be opened again', async () => {
    const { read } = resumed([body(0, 2, 'error')]);
    await expect(buffer(read)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
  });

  it('ends when the connection breaks after the last byte', async () => {
    const { read, reopened } = resumed([body(0, 10, 'error')]);
    expect(await buffer(read)).toEqual(text);
    expect(reopened).toEqual([]);
  });

  it('neither counts nor repairs what breaks while nobody reads', async () => {
    const idle = () => new PassThrough();
    const { read, reopened, bodies } = resumed([idle(), body(0, 10)], 1);
    bodies[0]!.destroy(new Error('closed for idleness'));
    await new Promise((resolve) => bodies[0]!.once('close', resolve));
    expect(reopened).toEqual([]);
    expect(await buffer(read)).toEqual(text);
    expect(reopened).toEqual([0]);
  });

  it('reads no faster than it is read', async () => {
    const source = new Readable({
      read() {
        this.push(Buffer.alloc(64 * 1024));
      },
    });
    let taken = 0;
    source.on('data', (chunk: Buffer) => {
      taken += chunk.length;
    });
    const read = new ResumedRead(
      { stream: source, length: 1e12 },
      { where: '', retry: { maxAttempts: 1, baseDelay: 0 }, stallTimeout: 60_000, reopen: () => Promise.reject(new Error()) },
    );
    await new Promise((resolve) => read.once('readable', resolve));
    for (let turn = 0; turn < 100; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(taken).toBeLessThan(2 * 1024 * 1024);
    read.destroy();
    expect(source.destroyed).toBe(true);
  });

  it('closes a body that arrives after the reader has gone', async () => {
    let give = (_: { stream: Readable; length: number }) => {};
    const late = body(2, 10);
    const opening = new Promise<void>((asked) => {
      const read = new ResumedRead(
        { stream: body(0, 2, 'error'), length: text.length },
        {
          where: '',
          retry: { maxAttempts: 3, baseDelay: 0 },
          stallTimeout: 60_000,
          reopen: () =>
            new Promise((resolve) => {
              give = resolve;
              read.destroy();
              asked();
            }),
        },
      );
      read.resume();
    });
    await opening;
    give({ stream: late, length: 8 });
    await new Promise((resolve) => late.once('close', resolve));
    expect(late.destroyed).toBe(true);
  });
});
