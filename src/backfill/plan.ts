/** `backfill plan`: finds the files, groups them into convert's own units and these into slices, and writes the plan. */
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { constants, gzip } from 'node:zlib';
import { type ArchiveFile, FileFinder, type FoundCounts } from '../archive/find.js';
import { UnitNames } from '../archive/unit.js';
import { loadCompiled, PRODUCT_VERSION } from '../convert/definitions.js';
import { knownFiles } from '../convert/earlier-runs.js';
import { fileIdentity, ledgerPrefix, readLedgers, readUnitStates } from '../convert/ledger.js';
import { type ConvertOptions, rowIdentity } from '../convert/options.js';
import { ownPrefixes } from '../convert/own-objects.js';
import { archiveOptions, closePlaces, openPlaces, type Places } from '../convert/places.js';
import { type Copies, FilePlanner, RememberedFiles, rangeOf, UNIT_FILES } from '../convert/plan-files.js';
import type { ObjectStore } from '../store/store.js';
import { cloudWindow, templateFolders } from './cloud-window.js';
import { crossRegion, emptyPlan } from './errors.js';
import { type Estimate, estimateBackfill, workSeconds } from './estimate.js';
import { inOrder } from './in-order.js';
import { listInventory } from './inventory.js';
import { type Listing, listFolders, listInRanges, without } from './list-archive.js';
import { CopiesPossible, OneFolder } from './one-folder.js';
import { PLAN_FORMAT, type Plan, PlanPlace, PlanSchema, planPrefix } from './plan-file.js';
import { type BackfillOptions, type FilledBackfill, fillBackfill } from './plan-options.js';
import { filesOf, type Planner, unitsOf } from './planned-units.js';
import { Replacement } from './replaced-units.js';
import { SeenFiles } from './seen-files.js';
import { noSelectCounts, type SelectCounts, selectByLastModified, selectByProbe } from './select.js';
import { type PackedUnit, SlicePacker, SliceParts } from './slice-file.js';
import { type SliceDraft, streamSlices } from './slices.js';
import { ReplacedObjects } from './write-claims.js';

export interface PlanReport {
  /** what `submit` and the others are given */
  plan: string;
  id: string;
  /** false: the same plan was there already */
  new: boolean;
  slices: number;
  units: number;
  files: number;
  /** compressed */
  bytes: number;
  estimate: Estimate;
  vcpus: number;
  /** found.files = files + known + selected.outOfRange */
  found: FoundCounts;
  selected: SelectCounts;
  /** files that ledgers hold already, or that lie there twice */
  known: number;
  /** how files outside the range were left out */
  selection: 'none' | 'template' | 'probe' | 'last-modified';
  /** with `replace`: what is retired in the end; `left`: units of the range from other files, which stay */
  replace?: { units: number; objects: number; rows: number; bytes: number; left: number };
}

export type PlanHooks = { onProgress?: (progress: { files: number; bytes: number }) => void };

/**
 * Plans a backfill. Nothing is converted; the same archive and options give the same plan, in the same place.
 *
 * @throws FalconryError: OPTION_INVALID, BACKFILL_…, ARCHIVE_…, RANGE_OVERLAPS, and what stores throw
 */
export async function planBackfill(given: ConvertOptions, options: BackfillOptions, hooks: PlanHooks = {}): Promise<PlanReport> {
  const filled = fillBackfill(given, options);
  const places = await openPlaces(filled.convert);
  const planWith = async (copies: Copies): Promise<PlanReport> => {
    const scratch = await mkdtemp(join(tmpdir(), 'falconry-plan-'));
    try {
      return await new Planning(filled, places, scratch, hooks, copies).run();
    } finally {
      await rm(scratch, { recursive: true, force: true });
    }
  };
  try {
    return await planWith(new OneFolder()).catch((error) => {
      // seldom, and then the whole archive is looked at again
      if (error instanceof CopiesPossible) return planWith(new RememberedFiles(new SeenFiles()));
      throw error;
    });
  } catch (error) {
    throw regionError(error, filled);
  } finally {
    await closePlaces(places);
  }
}

function regionError(error: unknown, { convert }: FilledBackfill): unknown {
  const { code, message } = error as { code?: string; message?: string };
  if (code !== 'STORE_WRONG_REGION' || !message?.startsWith(convert.archive)) return error;
  const region = /region ([a-z0-9-]+)/.exec(message)?.[1];
  return region === undefined ? error : crossRegion(convert.archive, region, convert.region);
}

/** Slices that are compressed while the next are planned. */
const PACKED_AT_ONCE = 4;

class Planning {
  private readonly selected = noSelectCounts();
  private readonly identity: Record<string, string>;
  private readonly packer = new SlicePacker();
  private readonly parts: SliceParts;
  private known = 0;

  constructor(
    private readonly filled: FilledBackfill,
    private readonly places: Places,
    private readonly scratch: string,
    private readonly hooks: PlanHooks,
    private readonly copies: Copies,
  ) {
    this.parts = new SliceParts(scratch);
    const { mapping } = loadCompiled(filled.convert.ocsf);
    this.identity = rowIdentity(filled.convert, mapping.mappingVersion, PRODUCT_VERSION);
  }

  async run(): Promise<PlanReport> {
    const { filled, places, hooks } = this;
    const replacement = filled.backfill.replace ? await this.openReplacement() : undefined;
    const known = replacement === undefined ? await knownFiles(places) : undefined;
    const ledgers = await ledgersDigest(places.work, places.lakeId, new Set());
    const listing = this.listing();
    const finder = new FileFinder(listing.uri);
    const planner =
      replacement === undefined
        ? new FilePlanner(known!, rangeOf(filled.convert), () => this.known++, this.copies)
        : this.unlessCurrent(replacement);
    const progress = { files: 0, bytes: 0 };
    // an inventory is sorted before its first file is known
    hooks.onProgress?.(progress);
    const unitLimits = { bytes: filled.convert.unitBytes, files: UNIT_FILES };
    const names = new UnitNames(this.identity);
    const pages = this.select(filesOf(listing, finder));
    const units = unitsOf(places.archive, pages, planner, unitLimits, names, (files, bytes) => {
      progress.files += files;
      progress.bytes += bytes;
      hooks.onProgress?.(progress);
    });
    const { rates, limits } = filled;
    const drafts = streamSlices(units, (amount) => workSeconds(amount, rates), limits);

    const unitNames: string[][] = [];
    const slices: Plan['slices'] = [];
    const hash = createHash('sha256');
    for await (const { draft, packed } of inOrder(numbered(drafts), PACKED_AT_ONCE, (item) => this.packSlice(item))) {
      const names = draft.units.map(({ unit }) => unit);
      const { files, bytes, seconds } = draft;
      unitNames.push(names);
      hash.update(`${names.join(' ')}\n`);
      slices.push({ units: names.length, files, bytes, seconds, at: await this.parts.append(packed) });
    }
    const sum = (name: 'units' | 'files' | 'bytes') => slices.reduce((total, slice) => total + slice[name], 0);
    const total = { units: sum('units'), files: sum('files'), bytes: sum('bytes') };
    const { units: replaced, left } = replacement?.finish() ?? { units: [], left: 0 };
    if (slices.length + replaced.length === 0) throw emptyPlan(filled.convert.archive, this.whyEmpty(finder.counts));
    if (finder.counts.files !== total.files + this.known + this.selected.outOfRange) {
      throw new Error(
        `${finder.counts.files} files found, but ${total.files} planned + ${this.known} known + ${this.selected.outOfRange} out of range`,
      );
    }

    const { workers: _, ...planOptions } = { ...filled.given, work: places.workUri };
    const head = { options: planOptions, identity: this.identity, lakeId: places.lakeId, vcpus: rates.vcpus };
    if (replaced.length > 0) hash.update(`${replaced.join(' ')}\n`);
    const id = hash
      .update(JSON.stringify({ format: PLAN_FORMAT, ...head }))
      .digest('hex')
      .slice(0, 16);
    const place = new PlanPlace(places.work, planPrefix(places.lakeId, id));
    const replace = { units: replaced.length, ...(await this.countReplaced(id, replaced)) };
    const planned: Plan = { format: PLAN_FORMAT, id, ...head, slices, ...total, ledgers };
    const isNew = await this.upload(place, replaced.length > 0 ? { ...planned, replace } : planned, unitNames, replaced);
    return {
      plan: place.uri,
      id,
      new: isNew,
      slices: slices.length,
      ...total,
      estimate: estimateBackfill(slices, total, rates, Math.max(1, Math.min(filled.backfill.jobsAtOnce, slices.length))),
      vcpus: rates.vcpus,
      found: finder.counts,
      selected: this.selected,
      known: this.known,
      selection: this.selection(),
      ...(replacement === undefined ? {} : { replace: { ...replace, left } }),
    };
  }

  /** What the lake's ledgers hold; and the units' names become others than those of units that were retired before. */
  private async openReplacement(): Promise<Replacement> {
    const { work, lakeId } = this.places;
    const states = await readUnitStates(work, lakeId);
    if (states.retired.size > 0) {
      this.identity.retired = createHash('sha256')
        .update([...states.retired].join(' '))
        .digest('hex')
        .slice(0, 16);
    }
    const replacement = new Replacement(rangeOf(this.filled.convert), this.identity, new SeenFiles());
    for await (const { ledger, published } of readLedgers(work, lakeId, states)) replacement.add(ledger, published);
    return replacement;
  }

  private unlessCurrent(replacement: Replacement): Planner {
    return {
      take: ({ key, canonicalKey, size, feed }, etag) => {
        if (replacement.meet(fileIdentity({ canonicalKey, size, etag }), key)) return { key, canonicalKey, size, feed, etag };
        this.known++;
        return undefined;
      },
    };
  }

  private async countReplaced(plan: string, units: readonly string[]) {
    const { work, lakeId } = this.places;
    return (await ReplacedObjects.read(work, lakeId, { plan, productVersion: PRODUCT_VERSION, units })).count();
  }

  private listing(): Listing {
    const { filled, places } = this;
    const { convert } = filled;
    return without(this.everything(), ownPrefixes(places.archive.uri, convert.lake, places.workUri));
  }

  private everything(): Listing {
    const { filled, places } = this;
    const { convert, backfill } = filled;
    if (backfill.inventory !== undefined) {
      return listInventory(convert.archive.replace(/\/+$/, ''), backfill.inventory, archiveOptions(convert));
    }
    if (backfill.template === undefined) return listInRanges(places.archive);
    return listFolders(places.archive, templateFolders(backfill.template, cloudWindow(rangeOf(convert))));
  }

  private select(pages: AsyncIterable<ArchiveFile[]>): AsyncIterable<ArchiveFile[]> {
    const { filled, places, selected } = this;
    const window = cloudWindow(rangeOf(filled.convert));
    const slack = filled.backfill.slackHours * 3_600_000;
    if (filled.backfill.probe) return selectByProbe(places.archive, pages, window, slack, selected);
    if (filled.backfill.byLastModified) return selectByLastModified(pages, window, slack, selected);
    return pages;
  }

  private selection(): PlanReport['selection'] {
    const { probe, byLastModified, template } = this.filled.backfill;
    return probe ? 'probe' : byLastModified ? 'last-modified' : template === undefined ? 'none' : 'template';
  }

  private whyEmpty({ files }: FoundCounts): string {
    const { outOfRange } = this.selected;
    return `of ${files} files ${this.known} are in the lake already and ${outOfRange} hold no events of the range`;
  }

  private async packSlice({ draft, slice }: { draft: SliceDraft<PackedUnit>; slice: number }) {
    return { draft, packed: await this.packer.pack(slice, draft.units) };
  }

  private async pack(name: string, value: unknown): Promise<string> {
    const path = join(this.scratch, name);
    await writeFile(path, await promisify(gzip)(JSON.stringify(value), { level: constants.Z_BEST_SPEED }));
    return path;
  }

  /** The plan itself last, so that a plan that is there is whole. */
  private async upload(place: PlanPlace, plan: Plan, unitNames: string[][], replaced: readonly string[]): Promise<boolean> {
    const { work } = place;
    const there = await place.readIfThere('plan.json', PlanSchema);
    if (there !== undefined) {
      // something else was converted since the same plan was made, and it was not submitted: see submitPlan
      if (there.ledgers !== plan.ledgers && (await place.list('submissions/')).length === 0)
        await place.write('plan.json', { ...plan, slices: there.slices });
      return false;
    }
    await this.parts.upload(place);
    await work.writeFile(place.key('units.json.gz'), await this.pack('units.json.gz', unitNames), { consume: true });
    if (replaced.length > 0)
      await work.writeFile(place.key('replaced.json.gz'), await this.pack('replaced.json.gz', replaced), { consume: true });
    return place.write('plan.json', plan, { ifAbsent: true });
  }
}

async function* numbered<T>(items: AsyncIterable<T>): AsyncGenerator<{ draft: T; slice: number }> {
  let slice = 0;
  for await (const draft of items) yield { draft, slice: slice++ };
}

/** Of the ledgers of a lake but for some units': it changes when something else is converted into the lake. */
export async function ledgersDigest(work: ObjectStore, lakeId: string, but: ReadonlySet<string>): Promise<string> {
  const hash = createHash('sha256');
  const prefix = ledgerPrefix(lakeId);
  for await (const { key } of work.list(prefix)) {
    if (key.endsWith('.json') && !but.has(key.slice(prefix.length, -5))) hash.update(`${key}\n`);
  }
  return hash.digest('hex');
}
