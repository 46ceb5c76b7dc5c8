/** How much lies in a folder while others write there. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Looks twenty times a second. */
export class ScratchWatch {
  peakBytes = 0;
  readonly #timer: NodeJS.Timeout;

  constructor(private readonly folder: string) {
    this.#timer = setInterval(() => this.#look(), 50);
  }

  end(): void {
    clearInterval(this.#timer);
  }

  #look(): void {
    let bytes = 0;
    for (const name of readdirSync(this.folder, { recursive: true }) as string[]) {
      // files come and go meanwhile
      const stats = statSync(join(this.folder, name), { throwIfNoEntry: false });
      if (stats?.isFile()) bytes += stats.size;
    }
    this.peakBytes = Math.max(this.peakBytes, bytes);
  }
}
