/** From the pages of a listing to the units that are planned. One step a page: an archive has millions of objects. */
import type { ArchiveFile, FileFinder } from '../archive/find.js';
import { UnitGrouper, type UnitLimits, type UnitNames } from '../archive/unit.js';
import type { FilePlanner } from '../convert/plan-files.js';
import type { PlannedFile } from '../convert/unit-converter.js';
import type { ObjectStore } from '../store/store.js';
import type { Listing } from './list-archive.js';
import { type PackedUnit, packUnit } from './slice-file.js';

/**
 * A listing's files; the finder counts what else it meets.
 *
 * @throws ARCHIVE_NOT_FOUND, ARCHIVE_EMPTY at the end of a listing that held no file; what the listing throws
 */
export async function* filesOf(listing: Listing, finder: FileFinder): AsyncGenerator<ArchiveFile[]> {
  for await (const page of listing.pages()) {
    const files: ArchiveFile[] = [];
    for (const object of page) {
      const file = finder.take(object);
      if (file) files.push(file);
    }
    yield files;
  }
  finder.finish();
}

/** Says which files are to be converted: see {@link FilePlanner}. */
export type Planner = Pick<FilePlanner, 'take'>;

/**
 * The units of the files that are to be converted. Holds a page, and two units a feed.
 *
 * @param onPage told of the files that a page has added to units, and of their bytes
 * @throws RANGE_OVERLAPS, and what the pages throw
 */
export async function* unitsOf(
  archive: ObjectStore,
  pages: AsyncIterable<ArchiveFile[]>,
  planner: Planner,
  limits: UnitLimits,
  names: UnitNames,
  onPage: (files: number, bytes: number) => void,
): AsyncGenerator<PackedUnit> {
  const grouper = new UnitGrouper<PlannedFile>(limits);
  for await (const page of pages) {
    let files = 0;
    let bytes = 0;
    for (const found of page) {
      const file = planner.take(found, found.etag ?? (await archive.etag(found)));
      if (!file) continue;
      files++;
      bytes += file.size;
      const full = grouper.add(file);
      if (full) yield packUnit(full, names);
    }
    onPage(files, bytes);
  }
  for (const unit of grouper.rest()) yield packUnit(unit, names);
}
