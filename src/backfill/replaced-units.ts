/**
 * Which units of a lake a plan replaces: those that hold the planned files for a part of the asked range and were made by another mapping,
 * version or option than the plan's. A unit is replaced whole or not at all. Pure.
 */
import { ledgerRange } from '../convert/earlier-runs.js';
import { fileIdentity, type Ledger, quarantineName } from '../convert/ledger.js';
import type { SeenFiles } from '../convert/plan-files.js';
import { contains, overlaps, rangeText, type TimeRange } from '../convert/time-range.js';
import { replaceEnriched, replacePartial, replaceReplayed, replaceUnpublished, replaceWider } from './errors.js';

/** A unit that a ledger names, as far as replacing it asks. */
interface EarlierUnit {
  unit: string;
  range: TimeRange;
  /** made as the plan would make it, for the whole range asked: it stays */
  isCurrent: boolean;
  isEnriched: boolean;
  published: boolean;
  files: number;
  /** of its files, those that the plan has met */
  met: number;
}

interface Replay {
  unit: string;
  published: boolean;
  isEnriched: boolean;
  /** of its rows; undefined where it has none */
  times: { min: number; max: number } | undefined;
}

export interface ReplacedUnits {
  /** in order of their names */
  units: string[];
  /** units of the range with no file in this archive: they stay as they are */
  left: number;
}

/** What a unit's name depends on beside the mapping and the options: its range, and which units were retired before. */
const BESIDE = new Set(['from', 'to', 'retired']);

export class Replacement {
  private readonly byFile = new Map<string, EarlierUnit[]>();
  private readonly earlier: EarlierUnit[] = [];
  /** by the name of the quarantine file that they replay */
  private readonly replays = new Map<string, Replay[]>();

  /**
   * @param identity of the plan's units
   * @param met the files that the plan has met so far, by {@link fileIdentity}
   */
  constructor(
    private readonly asked: TimeRange,
    private readonly identity: Record<string, string>,
    private readonly met: SeenFiles,
  ) {}

  /** Takes a ledger of the lake. All before the first file. */
  add(ledger: Ledger, published: boolean): void {
    const { unit, identity, objects } = ledger;
    const replayed = ledger.files.find(({ feed }) => feed === 'quarantine');
    if (replayed !== undefined) {
      const times = objects.map(({ minTime, maxTime }) => ({ min: minTime, max: maxTime }));
      const both = times.reduce((a, b) => ({ min: Math.min(a.min, b.min), max: Math.max(a.max, b.max) }), times[0]!);
      const replays = this.replays.get(replayed.canonicalKey) ?? [];
      const isEnriched = identity.snapshot !== undefined;
      this.replays.set(replayed.canonicalKey, [...replays, { unit, published, isEnriched, times: both }]);
      return;
    }
    const range = ledgerRange(identity);
    if (!overlaps(range, this.asked)) return;
    const files = new Set(ledger.files.map(fileIdentity));
    const isCurrent = sameRows(identity, this.identity) && contains(range, this.asked);
    const isEnriched = identity.snapshot !== undefined;
    const earlier: EarlierUnit = { unit, range, isCurrent, isEnriched, published, files: files.size, met: 0 };
    this.earlier.push(earlier);
    for (const file of files) {
      const among = this.byFile.get(file);
      if (among === undefined) this.byFile.set(file, [earlier]);
      else among.push(earlier);
    }
  }

  /**
   * Meets a file of the archive.
   *
   * @returns whether it is to be converted: not where the lake holds it as the plan would make it, nor a second time
   * @throws BACKFILL_REPLACE_WIDER, BACKFILL_REPLACE_ENRICHED, BACKFILL_REPLACE_UNPUBLISHED
   */
  meet(file: string, key: string): boolean {
    if (this.met.has(file)) return false;
    this.met.add(file);
    const holders = this.byFile.get(file) ?? [];
    for (const holder of holders) {
      if (!holder.published) throw replaceUnpublished(holder.unit);
      if (holder.isCurrent) continue;
      if (!contains(this.asked, holder.range)) throw replaceWider(key, rangeText(holder.range), rangeText(this.asked));
      if (holder.isEnriched) throw replaceEnriched(key);
      holder.met++;
    }
    return !holders.some(({ isCurrent }) => isCurrent);
  }

  /**
   * What is replaced, once all files are met: units of which the plan has all files, and what was replayed of their quarantine.
   *
   * @throws BACKFILL_REPLACE_PARTIAL, BACKFILL_REPLACE_UNPUBLISHED, BACKFILL_REPLACE_ENRICHED, BACKFILL_REPLACE_REPLAYED
   */
  finish(): ReplacedUnits {
    const units: string[] = [];
    let left = 0;
    for (const earlier of this.earlier) {
      if (earlier.isCurrent) continue;
      if (earlier.met === 0) left++;
      else if (earlier.met < earlier.files) throw replacePartial(earlier.unit, this.fileNotMet(earlier));
      else units.push(earlier.unit);
    }
    // a replay may leave a quarantine of its own, which is replayed in turn
    for (const unit of units) {
      for (const { unit: replay, published, isEnriched, times } of this.replays.get(quarantineName(unit)) ?? []) {
        if (!published) throw replaceUnpublished(replay);
        if (isEnriched) throw replaceEnriched(quarantineName(unit));
        const { from, to } = this.asked;
        if (times !== undefined && (times.min < from || times.max >= to))
          throw replaceReplayed(replay, unit, rangeText(this.asked));
        units.push(replay);
      }
    }
    return { units: units.sort(), left };
  }

  private fileNotMet(earlier: EarlierUnit): string {
    for (const [file, holders] of this.byFile) {
      if (holders.includes(earlier) && !this.met.has(file)) return file.split('\n')[0]!;
    }
    throw new Error(`all files of ${earlier.unit} are met`);
  }
}

function sameRows(a: Record<string, string>, b: Record<string, string>): boolean {
  const names = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...names].every((name) => BESIDE.has(name) || a[name] === b[name]);
}
