/** One line that tells how far long work is: rewritten in place on a terminal, a plain line now and then in a pipe. */

const PIPE_INTERVAL_MS = 10_000;
const TERMINAL_INTERVAL_MS = 100;

export class ProgressLine {
  private last = 0;
  private shown = false;
  private readonly terminal = process.stderr.isTTY === true;

  constructor(private readonly enabled = true) {}

  /** Shows the line if it is time to. */
  show(text: () => string): void {
    if (!this.enabled) return;
    const now = performance.now();
    if (this.last !== 0 && now - this.last < (this.terminal ? TERMINAL_INTERVAL_MS : PIPE_INTERVAL_MS)) return;
    // a pipe gets no line for work that is over within seconds
    const first = this.last === 0;
    this.last = now;
    if (this.terminal) {
      const width = Math.max(20, (process.stderr.columns ?? 80) - 1);
      process.stderr.write(`\r\u001b[2K${text().slice(0, width)}`);
      this.shown = true;
    } else if (!first) process.stderr.write(`${text()}\n`);
  }

  /** Removes the line. */
  clear(): void {
    if (this.shown) process.stderr.write('\r\u001b[2K');
    this.shown = false;
  }
}
