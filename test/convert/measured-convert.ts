/** Converts in a process of its own and tells its peak memory. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { ConvertOptions } from '../../src/convert/options.js';
import type { ConvertReport } from '../../src/convert/report.js';

const PROGRAM = `
const { convert } = await import(process.argv[1]);
const report = await convert(JSON.parse(process.argv[2]));
process.stdout.write(JSON.stringify({ report, peakKiB: process.resourceUsage().maxRSS }));
`;

/** @returns peak resident memory of the whole process, threads and DuckDB included, in MiB */
export async function measuredConvert(options: ConvertOptions): Promise<{ report: ConvertReport; peakMiB: number }> {
  const module = join(import.meta.dirname, '../../dist/src/convert/convert.js');
  const args = ['--input-type=module', '-e', PROGRAM, module, JSON.stringify(options)];
  const { stdout } = await promisify(execFile)('node', args, { maxBuffer: 64 * 1024 * 1024 });
  const { report, peakKiB } = JSON.parse(stdout) as { report: ConvertReport; peakKiB: number };
  return { report, peakMiB: peakKiB / 1024 };
}
