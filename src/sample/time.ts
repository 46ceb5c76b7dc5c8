/** The clocks of an archive: formats of time that FDR uses, and how late events arrive. All times are epoch milliseconds. */
import { HEX4, type Random } from './random.js';

const MILLISECONDS = Array.from({ length: 1000 }, (_, i) => `.${String(i).padStart(3, '0')}`);

/** Epoch seconds with three decimals, as in ContextTimeStamp. */
export function epochSeconds(ms: number): string {
  if (ms < 0) return `-${epochSeconds(-ms)}`;
  const seconds = Math.floor(ms / 1000);
  return seconds + MILLISECONDS[ms - seconds * 1000]!;
}

const FILETIME_EPOCH_MS = 11_644_473_600_000;

/** Windows FILETIME: 100 ns since 1601, as in FsVolumeUnmounted; beyond 2^53, so made as text. */
export function fileTime(ms: number): string {
  return `${ms + FILETIME_EPOCH_MS}0000`;
}

export function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}

const UUID_EPOCH_MS = 12_219_292_800_000;
const INGEST_NODES = [
  '0242ac110002',
  '0e6bd1a7c3f5',
  '02b1f6c04d9d',
  '06a3317be8a9',
  '0a58a9fe1c27',
  '12d04f77a0b3',
  '0617c2d9e4b1',
  '0acb55e0917f',
];

/**
 * The UUID v1 of an event. `sequence` is the event's number in the archive; two events share an id only if 10,000 × 8 × 16,384
 * others lie between them within one millisecond.
 */
export function eventUuid(ms: number, sequence: number): string {
  const since1582 = ms + UUID_EPOCH_MS;
  const high = Math.floor(since1582 / 4294967296);
  const low = (since1582 - high * 4294967296) * 10_000 + (sequence % 10_000);
  const carry = Math.floor(low / 4294967296);
  const timeLow = low - carry * 4294967296;
  const timeHigh = high * 10_000 + carry;
  const round = Math.floor(sequence / 10_000);
  const node = INGEST_NODES[round % INGEST_NODES.length]!;
  const clock = 0x8000 + (Math.floor(round / INGEST_NODES.length) % 0x4000);
  const version = 0x1000 + ((timeHigh >>> 16) & 0xfff);
  return `${HEX4[timeLow >>> 16]}${HEX4[timeLow & 0xffff]}-${HEX4[timeHigh & 0xffff]}-${HEX4[version]}-${HEX4[clock]}-${node}`;
}

/** Cloud time minus endpoint time at quantiles of all events, as measured on real feeds: 11.7 % negative, the last 2.5 days. */
const DELAY_QUANTILES: readonly (readonly [quantile: number, ms: number])[] = [
  [0, -30_000],
  [0.05, -4_300],
  [0.117, 0],
  [0.5, 4_000],
  [0.9, 21_600],
  [0.99, 57_600],
  [0.999, 635_000],
  [1, 215_276_000],
];

/** How long after it happened an event reaches the cloud, in milliseconds; negative where the endpoint's clock is ahead. */
export function deliveryDelay(random: Random): number {
  const q = random.fraction();
  let i = 1;
  while (q > DELAY_QUANTILES[i]![0]) i++;
  const [q0, ms0] = DELAY_QUANTILES[i - 1]!;
  const [q1, ms1] = DELAY_QUANTILES[i]!;
  return Math.round(ms0 + ((q - q0) / (q1 - q0)) * (ms1 - ms0));
}
