/** The process of one point of the grid: fills one window with the whole archive, writes it twice, and tells of the second time. */
import { loadCompiled } from '../src/convert/definitions.js';
import { Normalizer } from '../src/normalize/normalizer.js';
import { inflated } from './archive.js';
import type { GridPoint } from './grid.js';
import type { SubjectInput } from './subject.js';
import { timedCopy } from './timed-copy.js';

const { input, point } = JSON.parse(process.argv[2]!) as { input: SubjectInput; point: GridPoint };
const normalizer = new Normalizer(loadCompiled('1.2.0').mapping, { dedupe: false });
const outcomes = { read: 0, written: 0, quarantined: 0, duplicate: 0, filtered: 0 };
normalizer.startUnit();
for (const bytes of inflated(input.archive)) normalizer.add({ bytes, length: bytes.length, offset: 0, firstLine: 1 }, outcomes, () => {});
const options = `ROW_GROUP_SIZE ${point.rowGroupRows}, COMPRESSION_LEVEL ${point.compressionLevel}, PARQUET_VERSION ${point.version}`;
await timedCopy(normalizer, input.output, options);
const { rows, bytes, seconds, fillSeconds, handOverSeconds } = await timedCopy(normalizer, input.output, options);
const encodeMicroseconds = ((seconds - fillSeconds - handOverSeconds) * 1e6) / rows;
process.stdout.write(`${JSON.stringify({ bytes, encodeMicroseconds, peakRssBytes: process.resourceUsage().maxRSS * 1024 })}\n`);
