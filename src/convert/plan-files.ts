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

/** Tells second copies of files, which are the same wherever they lie. */
export interface Copies {
  /** Whether the same file came before; notes it. */
  isCopy(file: PlannedFile): boolean;
}

/** Remembers every file. */
export class RememberedFiles implements Copies {
  constructor(private readonly seen: SeenFiles = new Set<string>()) {}

  isCopy(file: PlannedFile): boolean {
    const identity = fileIdentity(file);
    if (this.seen.has(identity)) return true;
    this.seen.add(identity);
    return false;
  }
}

/** files of a unit at most */
export const UNIT_FILES = 512;

export const rangeOf = ({ from, to }: FilledOptions): TimeRange => ({
  from: from ?? Number.NEGATIVE_INFINITY,
  to: to ?? Number.POSITIVE_INFINITY,
});

/** Tells which files are to be converted: those that no ledger holds for the range asked; a second copy of a file counts as known. */
export class FilePlanner {
  constructor(
    private readonly known: KnownFiles,
    private readonly asked: TimeRange,
    private readonly onKnown: (size: number) => void,
    private readonly copies: Copies = new RememberedFiles(),
  ) {}

  /**
   * The file, if it is to be converted.
   *
   * @throws RANGE_OVERLAPS where a ledger holds a part of the range
   */
  take({ key, canonicalKey, size, feed }: ArchiveFile, etag: string): PlannedFile | undefined {
    const file: PlannedFile = { key, canonicalKey, size, feed, etag };
    const { known, asked } = this;
    const done = known.size === 0 ? undefined : known.get(fileIdentity(file));
    const covered = done === undefined ? 'none' : coverage(done, asked);
    if (covered === 'part') throw rangeOverlaps(key, done!.map(rangeText).join(' and '), rangeText(asked));
    if (covered === 'none' && !this.copies.isCopy(file)) return file;
    this.onKnown(size);
    return undefined;
  }
}

/** What {@link FilePlanner} takes of an archive's files, with their ETags, in the order they come. */
export async function* planFiles(
  archive: ObjectStore,
  files: AsyncIterable<ArchiveFile>,
  known: KnownFiles,
  asked: TimeRange,
  onKnown: (size: number) => void,
): AsyncGenerator<PlannedFile> {
  const planner = new FilePlanner(known, asked, onKnown);
  for await (const file of files) {
    const planned = planner.take(file, await archive.etag(file));
    if (planned) yield planned;
  }
}
