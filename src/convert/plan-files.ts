/** Which of an archive's files a run converts. */
import type { ArchiveFile } from '../archive/find.js';
import type { ObjectStore } from '../store/store.js';
import type { KnownFiles } from './earlier-runs.js';
import { rangeOverlaps } from './errors.js';
import { fileIdentity } from './ledger.js';
import type { FilledOptions } from './options.js';
import { coverage, rangeText, type TimeRange } from './time-range.js';
import type { PlannedFile } from './unit-converter.js';

/** A set of {@link fileIdentity}s. */
export interface SeenFiles {
  has(identity: string): boolean;
  add(identity: string): unknown;
}

/** files of a unit at most */
export const UNIT_FILES = 512;

export const rangeOf = ({ from, to }: FilledOptions): TimeRange => ({
  from: from ?? Number.NEGATIVE_INFINITY,
  to: to ?? Number.POSITIVE_INFINITY,
});

/**
 * The archive's files that no ledger holds for the range asked, with their ETags, in byte order; a second copy of a file counts as known.
 *
 * @param planned the files met so far, by {@link fileIdentity}
 * @throws RANGE_OVERLAPS where a ledger holds a part of it
 */
export async function* planFiles(
  archive: ObjectStore,
  files: AsyncIterable<ArchiveFile>,
  known: KnownFiles,
  asked: TimeRange,
  onKnown: (size: number) => void,
  planned: SeenFiles = new Set<string>(),
): AsyncGenerator<PlannedFile> {
  for await (const file of files) {
    const { key, canonicalKey, size, feed } = file;
    const etag = await archive.etag(file);
    const identity = fileIdentity({ canonicalKey, size, etag });
    const done = known.get(identity) ?? [];
    const covered = coverage(done, asked);
    if (covered === 'part') throw rangeOverlaps(key, done.map(rangeText).join(' and '), rangeText(asked));
    if (covered === 'all' || planned.has(identity)) onKnown(size);
    else {
      planned.add(identity);
      yield { key, canonicalKey, size, feed, etag };
    }
  }
}
