/** Stops work in time: nothing is begun that would not be done, and what takes longer than thought is given up. */

/** Of the time there is, kept for publishing what is done and for the answer: a tenth, from 2 s to 30 s. */
const RESERVE_SHARE = 0.1;
const LEAST_RESERVE_MS = 2000;
const MOST_RESERVE_MS = 30_000;

/** Compressed bytes a second before anything was measured: slower than a Lambda of 1,769 MB. */
const FIRST_RATE = 1024 * 1024;

/** What was measured in this process so far; it outlives an invocation. */
export class Pace {
  #bytes = 0;
  #ms = 0;

  add(bytes: number, ms: number): void {
    this.#bytes += bytes;
    this.#ms += ms;
  }

  /** Milliseconds that so many compressed bytes will take. */
  estimate(bytes: number): number {
    const rate = this.#ms < 1000 ? FIRST_RATE : (this.#bytes / this.#ms) * 1000;
    return (bytes / rate) * 1000;
  }
}

export class Deadline {
  readonly #stopAt: number;
  readonly #abort = new AbortController();
  readonly #timer: NodeJS.Timeout;

  /** @param at epoch ms after which the process may be ended */
  constructor(at: number, now = Date.now()) {
    const reserve = Math.min(MOST_RESERVE_MS, Math.max(LEAST_RESERVE_MS, (at - now) * RESERVE_SHARE));
    this.#stopAt = at - reserve;
    // a longer wait than Node's timers take means none
    this.#timer = setTimeout(
      () => this.#abort.abort(new Error('time is up')),
      Math.min(2 ** 31 - 1, Math.max(0, this.#stopAt - now)),
    );
  }

  /** Aborts when time is up. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  hasTimeFor(ms: number): boolean {
    return !this.signal.aborted && Date.now() + ms < this.#stopAt;
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}
