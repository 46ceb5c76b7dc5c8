/** Row-group sizes, zstd levels and Parquet versions: the lake's size and its pages' against the time to write it. */
import type { BenchArchive } from './archive.js';
import { runScript } from './launch.js';
import type { BenchOptions } from './options.js';
import type { Spread } from './statistics.js';
import { inputOf } from './throughput.js';

const ROW_GROUPS = [2_048, 10_240, 20_480, 40_960, 122_880];
const LEVELS = [1, 3, 6];
const VERSIONS = ['V1', 'V2'] as const;

export interface GridPoint {
  rowGroupRows: number;
  compressionLevel: number;
  version: (typeof VERSIONS)[number];
}

export interface GridRow extends GridPoint {
  bytes: number;
  /** uncompressed, of all objects */
  largestPageBytes: number;
  /** data pages above 1 MiB uncompressed, of all objects */
  pagesAbove: number;
  /** CPU time of the COPYs an event: filling and handing over (the same in all points) and DuckDB's encoding */
  cpuMicroseconds: Spread;
  /** of the process that wrote this point alone */
  peakRssBytes: number;
}

export async function measureGrid(
  archive: BenchArchive,
  folder: string,
  options: BenchOptions,
  tell: (line: string) => void,
): Promise<GridRow[]> {
  const all = ROW_GROUPS.flatMap((rowGroupRows) =>
    LEVELS.flatMap((compressionLevel) => VERSIONS.map((version): GridPoint => ({ rowGroupRows, compressionLevel, version }))),
  );
  const named = (point: GridPoint) => `${point.rowGroupRows}/${point.compressionLevel}/${point.version}`;
  const unknown = options.points.filter((name) => !all.some((point) => named(point) === name));
  if (unknown.length > 0) throw new Error(`--point ${unknown.join()}: there is ${all.map(named).join(', ')}`);
  const points = options.points.length === 0 ? all : all.filter((point) => options.points.includes(named(point)));
  const rows: GridRow[] = [];
  for (const point of points) {
    const input = inputOf(archive, folder, 'grid', options);
    const measured = await runScript<Omit<GridRow, keyof GridPoint>>('./grid-child.js', { input, point, runs: options.runs });
    rows.push({ ...point, ...measured });
    tell(
      `${point.rowGroupRows} rows, zstd ${point.compressionLevel}, ${point.version}: ${(measured.bytes / 1e6).toFixed(1)} MB, pages up to ${(measured.largestPageBytes / 2 ** 20).toFixed(2)} MiB, ${measured.cpuMicroseconds.median.toFixed(1)} µs`,
    );
  }
  return rows;
}
