/** The process of one point of the grid: fills one window with the whole archive, writes it a few times, and looks at its pages. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { loadCompiled } from '../src/convert/definitions.js';
import { DuckDBReader } from '../src/lake/duckdb-reader.js';
import { readFooter } from '../src/lake/parquet-file.js';
import { type PageSizes, pageSizes } from '../src/lake/parquet-pages.js';
import { copyOptions } from '../src/lake/parquet-writer.js';
import { SECURITY_LAKE_LIMITS } from '../src/lake/verify-object.js';
import { Normalizer } from '../src/normalize/normalizer.js';
import { inflated } from './archive.js';
import { copyWindow } from './copy-window.js';
import type { GridPoint, GridRow } from './grid.js';
import type { SubjectInput } from './measurement.js';
import { spreadOf } from './statistics.js';

const { input, point, runs } = JSON.parse(process.argv[2]!) as { input: SubjectInput; point: GridPoint; runs: number };
const normalizer = new Normalizer(loadCompiled('1.2.0').mapping, { dedupe: false });
const outcomes = { read: 0, written: 0, quarantined: 0, duplicate: 0, filtered: 0 };
normalizer.startUnit();
for (const bytes of inflated(input.archive))
  normalizer.add({ bytes, length: bytes.length, offset: 0, firstLine: 1 }, outcomes, () => {});
const options = (rows: number) =>
  `${copyOptions(rows, point.rowGroupRows, point.compressionLevel)}, PARQUET_VERSION ${point.version}`;
const times: number[] = [];
let lake = 0;
for (let run = 0; run < runs; run++) {
  const cpu = process.cpuUsage();
  const { rows, bytes } = await copyWindow(normalizer, input.output, options);
  const { user, system } = process.cpuUsage(cpu);
  times.push((user + system) / rows);
  lake = bytes;
}
const peakRssBytes = process.resourceUsage().maxRSS * 1024;
const pages = await largestPages(input.output);
const row: Omit<GridRow, keyof GridPoint> = {
  bytes: lake,
  largestPageBytes: pages.largest,
  pagesAbove: pages.above,
  cpuMicroseconds: spreadOf(times),
  peakRssBytes,
};
process.stdout.write(`${JSON.stringify(row)}\n`);

async function largestPages(folder: string): Promise<PageSizes> {
  const all: PageSizes = { largest: 0, above: 0 };
  const reader = await DuckDBReader.open();
  for (const name of readdirSync(folder).filter((each) => each.endsWith('.parquet'))) {
    const path = join(folder, name);
    const { chunks } = await readFooter(reader, path);
    const { largest, above } = await pageSizes(path, chunks, SECURITY_LAKE_LIMITS.pageBytes);
    all.largest = Math.max(all.largest, largest);
    all.above += above;
  }
  await reader.close();
  return all;
}
