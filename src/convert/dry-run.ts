/** What a conversion would do. */
import { type FoundCounts, findFiles } from '../archive/find.js';
import { streamUnits } from '../archive/unit.js';
import { knownFiles } from './earlier-runs.js';
import { openCompiled } from './open-compiled.js';
import { type ConvertOptions, type FilledOptions, fillOptions } from './options.js';
import { withoutOwn } from './own-objects.js';
import { closePlaces, openPlaces, type Places } from './places.js';
import { planFiles, rangeOf, UNIT_FILES } from './plan-files.js';
import { snapshotFor } from './snapshot.js';

/** What a run would read, without reading it. */
export interface DryRun {
  files: number;
  bytes: number;
  known: number;
  feeds: Partial<Record<string, number>>;
  units: number;
  found: FoundCounts;
  /** the custom sources that events can go to */
  sources: { source: string; class: string }[];
  lake: string;
  work: string;
}

export async function dryRun(options: ConvertOptions): Promise<DryRun> {
  const filled = fillOptions(options);
  const places = await openPlaces(filled);
  try {
    // a run would end here if there is none
    await snapshotFor(filled, places);
    return await planOnly(filled, places);
  } finally {
    await closePlaces(places);
  }
}

async function planOnly(filled: FilledOptions, places: Places): Promise<DryRun> {
  const { mapping } = await openCompiled(filled.ocsf, filled.mappings);
  const known = await knownFiles(places);
  const finding = findFiles(withoutOwn(places.archive, filled.lake, places.workUri));
  const result: DryRun = {
    files: 0,
    bytes: 0,
    known: 0,
    feeds: {},
    units: 0,
    found: finding.counts,
    sources: mapping.classes.map((cls) => ({ source: cls.source, class: cls.name })),
    lake: filled.lake,
    work: places.workUri,
  };
  const planned = planFiles(places.archive, finding, known, rangeOf(filled), () => result.known++);
  for await (const unit of streamUnits(planned, { bytes: filled.unitBytes, files: UNIT_FILES })) {
    result.units++;
    result.files += unit.files.length;
    result.bytes += unit.bytes;
    result.feeds[unit.feed] = (result.feeds[unit.feed] ?? 0) + unit.files.length;
  }
  return result;
}
