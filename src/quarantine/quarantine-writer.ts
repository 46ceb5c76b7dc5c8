/** Writes quarantined lines to a gzip NDJSON file; the same lines give the same bytes. */
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { createGzip, type Gzip } from 'node:zlib';
import { type QuarantineEntry, recordOf } from './record.js';

export class QuarantineWriter {
  /** lines so far */
  lines = 0;
  private gzip: Gzip | undefined;
  private done: Promise<void> | undefined;
  private full = false;

  /** The file comes into being with the first line. */
  constructor(readonly path: string) {}

  /** Takes a copy of the line; await {@link drained} between blocks. */
  add(entry: QuarantineEntry): void {
    this.lines++;
    if (this.gzip === undefined) {
      this.gzip = createGzip();
      const file = createWriteStream(this.path);
      this.done = finished(this.gzip.pipe(file));
      // the stream's own error arrives through `done`; a failing file must not leave gzip waiting
      file.on('error', (error) => this.gzip?.destroy(error));
      this.done.catch(() => {});
    }
    this.full = !this.gzip.write(`${JSON.stringify(recordOf(entry))}\n`);
  }

  /** Waits until the file has caught up: memory stays bounded however many lines are bad. */
  async drained(): Promise<void> {
    const { gzip } = this;
    if (!this.full || gzip === undefined) return;
    await Promise.race([new Promise<void>((resolve) => gzip.once('drain', resolve)), this.done]);
    this.full = false;
  }

  /** Ends the file; rejects with the file system's error where it could not be written. */
  async close(): Promise<void> {
    this.gzip?.end();
    await this.done;
  }
}
