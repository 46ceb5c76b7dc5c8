/** An archive that grows batch by batch, and what must come out of it. */
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { mixedLines, writeFiles } from '../convert/made-archive.js';

/** Each batch holds some files of events and one with a single line that is no event. */
export class GrowingArchive {
  batches = 0;
  private readonly ids: string[] = [];

  constructor(
    readonly folder: string,
    private readonly size: { files: number; events: number },
  ) {}

  async grow(batches = 1): Promise<void> {
    const { files, events } = this.size;
    for (let i = 0; i < batches; i++) {
      const batch = `batch-${this.batches++}`;
      for (let file = 0; file < files; file++) {
        const name = `${batch}-${file}`;
        await writeFiles(this.folder, { [join('data', batch, `part-${file}.gz`)]: gzipSync(mixedLines(name, events)) });
        for (let event = 0; event < events; event++) this.ids.push(`${name}-${event}`);
      }
      await writeFiles(this.folder, { [join('data', batch, 'part-bad.gz')]: gzipSync(`no event ${batch}\n`) });
    }
  }

  /** `metadata.uid` of every event that is there, in order. */
  get uids(): string[] {
    return [...this.ids].sort();
  }

  /** Lines that cannot be converted. */
  get badLines(): number {
    return this.batches;
  }
}
