/** An object's bytes from S3, whatever the connection does: a body that breaks off is taken up again where it broke. */
import { Readable } from 'node:stream';
import { storeError } from './errors.js';
import { type RetryPolicy, waitToRetry } from './s3-retry.js';

/** One answer of S3: bytes from `start` on. */
export interface Body {
  stream: Readable;
  /** bytes it must hold */
  length: number;
}

export interface ResumedReadOptions {
  where: string;
  retry: RetryPolicy;
  /** milliseconds without a byte, while one is wanted, after which a body counts as broken */
  stallTimeout: number;
  /** asks for the bytes from this offset (counted from the first body's start) to the end, of the same object */
  reopen: (offset: number) => Promise<Body>;
}

/**
 * The first body and, if it breaks, those that follow it, as one stream of exactly `first.length` bytes. It is taken up at most
 * `maxAttempts - 1` times; what breaks while nobody reads (S3 hangs up on slow readers) does not count.
 */
export class ResumedRead extends Readable {
  #body: Readable | undefined;
  #delivered = 0;
  #attempt = 1;
  #wanted = false;
  #stall: NodeJS.Timeout | undefined;
  readonly #length: number;

  constructor(
    first: Body,
    private readonly options: ResumedReadOptions,
  ) {
    super({ highWaterMark: 512 * 1024 });
    this.#length = first.length;
    this.#attach(first.stream);
  }

  override _read(): void {
    this.#wanted = true;
    if (!this.#body) this.#resume();
    else {
      this.#watch();
      this.#body.resume();
    }
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    clearTimeout(this.#stall);
    this.#detach();
    callback(error);
  }

  #attach(body: Readable): void {
    this.#body = body;
    body.on('data', (chunk: Buffer) => this.#onData(body, chunk));
    body.on('end', () => this.#onEnd(body));
    body.on('error', (error) => this.#onBreak(body, error));
    body.on('close', () => this.#onEnd(body));
    if (!this.#wanted) body.pause();
    else this.#watch();
  }

  #detach(): void {
    const body = this.#body;
    this.#body = undefined;
    body?.on('error', () => {});
    body?.destroy();
  }

  #onData(body: Readable, chunk: Buffer): void {
    if (body !== this.#body) return;
    clearTimeout(this.#stall);
    this.#delivered += chunk.length;
    this.#wanted = this.push(chunk);
    if (this.#wanted) this.#watch();
    else body.pause();
  }

  /** Also after `close`, since a body may close without an end or an error. */
  #onEnd(body: Readable): void {
    if (body !== this.#body) return;
    if (this.#delivered < this.#length) {
      this.#onBreak(body, endedEarly(this.#delivered, this.#length));
      return;
    }
    clearTimeout(this.#stall);
    this.#body = undefined;
    this.push(null);
  }

  #onBreak(body: Readable, error: Error): void {
    if (body !== this.#body) return;
    clearTimeout(this.#stall);
    this.#detach();
    if (/^Checksum mismatch/.test(error.message)) this.#fail(error);
    else if (this.#wanted && this.#attempt++ >= this.options.retry.maxAttempts) this.#fail(error);
    else if (this.#wanted) this.#resume();
  }

  #resume(): void {
    if (this.#delivered === this.#length) {
      this.push(null);
      return;
    }
    const reopened = waitToRetry(this.options.retry, this.#attempt).then(() => this.options.reopen(this.#delivered));
    reopened.then(
      ({ stream }) => (this.destroyed ? stream.destroy() : this.#attach(stream)),
      (error) => this.#fail(error),
    );
  }

  #watch(): void {
    clearTimeout(this.#stall);
    const body = this.#body;
    if (body) this.#stall = setTimeout(() => this.#onBreak(body, stalled(this.options.stallTimeout)), this.options.stallTimeout);
  }

  #fail(error: Error): void {
    this.destroy(storeError(error, { where: this.options.where, doing: 'read' }));
  }
}

const broken = (code: string, message: string) => Object.assign(new Error(message), { code });
const endedEarly = (got: number, expected: number) => broken('EPIPE', `the body ended after ${got} of ${expected} bytes`);
const stalled = (milliseconds: number) => broken('ETIMEDOUT', `no byte came for ${milliseconds} ms`);
