/** docs/scaling.md's tables. */
import { table } from '../tables.js';
import { type Figures, scaleOf } from './model.js';
import { expectedSeconds, simulateSpot } from './spot.js';

const TB = 1e12;
const SIZES = [TB, 50 * TB, 1000 * TB];
const SEED = 20_261_127;

export function scalingTables(figures: Figures): string {
  const scales = SIZES.map((size) => scaleOf(size, figures));
  const head = [
    '',
    ...scales.map(({ rawBytes }) => (rawBytes < 1000 * TB ? `${rawBytes / TB} TB` : `${rawBytes / TB / 1000} PB`)),
  ];
  const row = (what: string, show: (scale: (typeof scales)[number]) => string) => [what, ...scales.map(show)];
  const amounts = table(head, [
    row('events, millions', ({ events }) => count(events / 1e6)),
    row('archive compressed, GB', ({ compressedBytes }) => count(compressedBytes / 1e9)),
    row('files', ({ files }) => count(files)),
    row('slices', ({ slices }) => count(slices)),
    row('lake, GB', ({ parquetBytes }) => count(parquetBytes / 1e9)),
    row('objects converted', ({ objects }) => count(objects.converted)),
    row('objects after compaction', ({ objects }) => count(objects.compacted)),
    row('vCPU hours, conversion', ({ vcpuHours }) => count(vcpuHours.conversion)),
    row('vCPU hours, compaction', ({ vcpuHours }) => count(vcpuHours.compaction)),
    row('GET requests', ({ requests }) => count(requests.gets)),
    row('PUT requests', ({ requests }) => count(requests.puts)),
    row('dollars, compute', ({ dollars }) => money(dollars.compute)),
    row('dollars, requests', ({ dollars }) => money(dollars.requests)),
    row('dollars, together', ({ dollars }) => money(dollars.compute + dollars.requests)),
    row('dollars a month, storing the lake', ({ dollars }) => money(dollars.storageMonth)),
    row(`hours, ${figures.jobsAtOnce} jobs at a time`, ({ seconds }) => (seconds / 3600).toFixed(1)),
  ]);
  const attempt = (seconds: number) => seconds + figures.rates.startSeconds;
  const middle = scales[1]!;
  const spot = table(
    ['reclaims an hour', 'attempts a slice', 'most', 'work lost', 'by formula', 'hours'],
    [0, 1, 4, 20]
      .map((times) => times * figures.reclaimsPerHour)
      .map((reclaims) => {
        const seconds = attempt(middle.sliceSeconds);
        const run = simulateSpot(middle.slices, seconds, figures.jobsAtOnce, reclaims, SEED);
        const lost = run.lostSeconds / (middle.slices * seconds);
        return [
          String(reclaims),
          (run.attempts / middle.slices).toFixed(3),
          run.mostAttempts,
          percent(lost),
          percent(expectedSeconds(seconds, reclaims) / seconds - 1),
          (run.seconds / 3600).toFixed(1),
        ];
      }),
  );
  return `${amounts}\n${spot}`;
}

const count = (value: number) => Math.round(value).toLocaleString('en-US');
const money = (value: number) => value.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
