/** Of an archive's files those that can hold events of a range, by what is known of their cloud time. */
import { dirname } from 'node:path/posix';
import type { ArchiveFile } from '../archive/find.js';
import type { TimeRange } from '../convert/time-range.js';
import type { ObjectStore } from '../store/store.js';
import { inOrder } from './in-order.js';
import { probeFile } from './probe.js';

/** Files of the range = found − `outOfRange`; `undated` ones are among them, since nothing says that they are not. */
export interface SelectCounts {
  outOfRange: number;
  outOfRangeBytes: number;
  undated: number;
  probed: number;
}

export const noSelectCounts = (): SelectCounts => ({ outOfRange: 0, outOfRangeBytes: 0, undated: 0, probed: 0 });

/** By the time of the last change, where there is one. Only right for an archive that was never copied. */
export async function* selectByLastModified(
  pages: AsyncIterable<ArchiveFile[]>,
  window: TimeRange,
  slack: number,
  counts: SelectCounts,
): AsyncGenerator<ArchiveFile[]> {
  const isInRange = (file: ArchiveFile) => {
    const time = file.lastModified?.getTime();
    if (time === undefined) counts.undated++;
    if (time === undefined || overlaps({ from: time, to: time }, window, slack)) return true;
    leaveOut([file], counts);
    return false;
  };
  for await (const page of pages) yield page.filter(isInRange);
}

const PROBES = 16;
/** A folder of more files is probed more than once. */
const FOLDER_FILES = 1000;

/**
 * By the events at the beginning of one file a folder: FDR writes a batch of files at a time into a folder of its own.
 *
 * @param slack ms by which the other events of a folder may lie beside these
 */
export async function* selectByProbe(
  archive: ObjectStore,
  pages: AsyncIterable<ArchiveFile[]>,
  window: TimeRange,
  slack: number,
  counts: SelectCounts,
): AsyncGenerator<ArchiveFile[]> {
  const probe = async (folder: ArchiveFile[]) => {
    const file = folder[0]!;
    return { folder, times: await probeFile(archive, { ...file, etag: await archive.etag(file) }) };
  };
  for await (const { folder, times } of inOrder(byFolder(pages), PROBES, probe)) {
    counts.probed++;
    if (times === undefined) counts.undated += folder.length;
    if (times === undefined || overlaps(times, window, slack)) yield folder;
    else leaveOut(folder, counts);
  }
}

async function* byFolder(pages: AsyncIterable<ArchiveFile[]>): AsyncGenerator<ArchiveFile[]> {
  let folder: ArchiveFile[] = [];
  for await (const page of pages) {
    for (const file of page) {
      if (folder.length === FOLDER_FILES || (folder.length > 0 && dirname(folder[0]!.key) !== dirname(file.key))) {
        yield folder;
        folder = [];
      }
      folder.push(file);
    }
  }
  if (folder.length > 0) yield folder;
}

const overlaps = (times: TimeRange, { from, to }: TimeRange, slack: number): boolean =>
  times.to + slack >= from && times.from - slack < to;

function leaveOut(files: readonly ArchiveFile[], counts: SelectCounts): void {
  counts.outOfRange += files.length;
  for (const { size } of files) counts.outOfRangeBytes += size;
}
