/** The whole conversion as the command line runs it, into a fresh lake. */
import { convert } from '../../src/convert/convert.js';
import type { SubjectInput, Work } from '../measurement.js';

export async function prepare(input: SubjectInput, workers: string | undefined): Promise<Work> {
  const { archive, output, rowGroupRows, compressionLevel } = input;
  return async () => {
    const report = await convert({
      archive,
      lake: output,
      region: 'eu-central-1',
      workers: Number(workers),
      rowGroupRows,
      compressionLevel,
    });
    if (report.events.written !== report.events.read)
      throw new Error(`only ${report.events.written} of ${report.events.read} events were written`);
    return report.events.read;
  };
}
