/** The process of one point of the grid: fills one window with the whole archive and writes it. */
import { loadCompiled } from '../src/convert/definitions.js';
import { Normalizer } from '../src/normalize/normalizer.js';
import { inflated } from './archive.js';
import { copyWindow } from './copy-window.js';
import type { GridPoint } from './grid.js';
import type { SubjectInput } from './measurement.js';

const { input, point } = JSON.parse(process.argv[2]!) as { input: SubjectInput; point: GridPoint };
const normalizer = new Normalizer(loadCompiled('1.2.0').mapping, { dedupe: false });
const outcomes = { read: 0, written: 0, quarantined: 0, duplicate: 0, filtered: 0 };
normalizer.startUnit();
for (const bytes of inflated(input.archive))
  normalizer.add({ bytes, length: bytes.length, offset: 0, firstLine: 1 }, outcomes, () => {});
const options = `ROW_GROUP_SIZE ${point.rowGroupRows}, COMPRESSION_LEVEL ${point.compressionLevel}, PARQUET_VERSION ${point.version}`;
const cpu = process.cpuUsage();
const { rows, bytes } = await copyWindow(normalizer, input.output, options);
const { user, system } = process.cpuUsage(cpu);
process.stdout.write(
  `${JSON.stringify({ bytes, cpuMicroseconds: (user + system) / rows, peakRssBytes: process.resourceUsage().maxRSS * 1024 })}\n`,
);
