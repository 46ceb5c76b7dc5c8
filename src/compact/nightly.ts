/** Which days a nightly compaction takes, and which of its children takes a partition. Pure. */
import { createHash } from 'node:crypto';
import { type Partition, partitionPrefix } from '../lake/partition.js';

const DAY = 86_400_000;

/**
 * The newest closed days, oldest first: a late object that came since yesterday reopens one of them.
 *
 * @param now epoch ms
 * @param settle days after its end at which a day closes
 */
export function closedDays(now: number, settle: number, days: number): string[] {
  const newest = Math.floor(now / DAY) - settle - 1;
  return Array.from({ length: days }, (_, i) =>
    new Date((newest - days + 1 + i) * DAY).toISOString().slice(0, 10).replaceAll('-', ''),
  );
}

/**
 * The child, 0 to children - 1, that takes a partition. It depends on the partition's name alone: children that start at different
 * times and list different lakes never take the same one, and together take all.
 */
export function childOf(partition: Partition, children: number): number {
  return createHash('sha256').update(partitionPrefix(partition)).digest().readUInt32BE(0) % children;
}
