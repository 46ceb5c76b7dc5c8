/** Units: the fixed groups of files in which an archive is converted, and their names. */
import { hash } from 'node:crypto';
import type { FileFeed } from './feed.js';

/** What planning asks of a file. */
export interface UnitFile {
  canonicalKey: string;
  /** compressed bytes */
  size: number;
  feed: FileFeed;
}

export interface Unit<File extends UnitFile = UnitFile> {
  feed: FileFeed;
  files: File[];
  /** compressed bytes of the files */
  bytes: number;
}

export interface UnitLimits {
  /** compressed bytes; a single larger file makes a unit of its own */
  bytes: number;
  files: number;
}

/**
 * Groups files into units: see {@link UnitGrouper}. A unit is yielded as soon as another full one has followed it.
 */
export async function* streamUnits<File extends UnitFile>(
  files: Iterable<File> | AsyncIterable<File>,
  limits: UnitLimits,
): AsyncGenerator<Unit<File>, void, void> {
  const grouper = new UnitGrouper<File>(limits);
  for await (const file of files) {
    const full = grouper.add(file);
    if (full) yield full;
  }
  yield* grouper.rest();
}

/** Of a unit's bytes, the least that a feed's end is shared out in: every unit costs an object a partition. */
const LEAST_SHARE = 1 / 4;

/**
 * Groups files that come one after the other into units: within a feed, runs of neighbours in the order they come, which is the byte order
 * of their canonical keys where one archive is listed. Units are full, but for a feed's end: of what is left there, less than two full
 * ones, one takes a half, the next a half of the rest and so on, so that several workers end at about the same time, and a small archive
 * keeps them busy too. Holds two units a feed.
 */
export class UnitGrouper<File extends UnitFile> {
  readonly #full = new Map<FileFeed, Unit<File>>();
  readonly #open = new Map<FileFeed, Unit<File>>();

  constructor(private readonly limits: UnitLimits) {}

  /** Adds a file; returns a full unit that another full one has followed. */
  add(file: File): Unit<File> | undefined {
    const { feed, size } = file;
    const open = this.#open.get(feed);
    if (open && open.files.length < this.limits.files && open.bytes + size <= this.limits.bytes) {
      open.files.push(file);
      open.bytes += size;
      return undefined;
    }
    this.#open.set(feed, { feed, files: [file], bytes: size });
    if (!open) return undefined;
    const before = this.#full.get(feed);
    this.#full.set(feed, open);
    return before;
  }

  /** The units of each feed's end. */
  *rest(): Generator<Unit<File>, void, void> {
    for (const [feed, open] of this.#open) {
      const full = this.#full.get(feed);
      yield* this.#shared(feed, [...(full?.files ?? []), ...open.files], (full?.bytes ?? 0) + open.bytes);
    }
  }

  /** Each unit has a half of what is left; all of it where a half would be too small. */
  *#shared(feed: FileFeed, files: readonly File[], bytes: number): Generator<Unit<File>, void, void> {
    const { limits } = this;
    let left = bytes;
    let unit: Unit<File> = { feed, files: [], bytes: 0 };
    let aim = shareOf(left, limits);
    for (const file of files) {
      const isOver =
        unit.bytes + file.size / 2 > aim || unit.bytes + file.size > limits.bytes || unit.files.length === limits.files;
      if (isOver && unit.files.length > 0) {
        yield unit;
        left -= unit.bytes;
        unit = { feed, files: [], bytes: 0 };
        aim = shareOf(left, limits);
      }
      unit.files.push(file);
      unit.bytes += file.size;
    }
    yield unit;
  }
}

const shareOf = (left: number, { bytes }: UnitLimits) => (left / 2 < bytes * LEAST_SHARE ? left : Math.min(left / 2, bytes));

/** A file of which the bytes are known. */
export interface IdentifiedFile {
  canonicalKey: string;
  size: number;
  etag: string;
}

/**
 * A unit's name: 32 hex digits that change with its files and with whatever else decides its rows, in no matter which order
 * both are given.
 *
 * @param identity versions and options that change rows, by name
 */
export function unitId(unit: { files: readonly IdentifiedFile[] }, identity: Readonly<Record<string, string>>): string {
  return new UnitNames(identity).of(unit.files, filesJson(unit.files));
}

/** Files as a unit's name knows them, in JSON: an array of `[canonical key, size, ETag]`. */
export function filesJson(files: readonly IdentifiedFile[]): string {
  return JSON.stringify(files.map(({ canonicalKey, size, etag }) => [canonicalKey, size, etag]));
}

/** {@link unitId} of many units of one identity. */
export class UnitNames {
  readonly #identity: string;

  constructor(identity: Readonly<Record<string, string>>) {
    const options = Object.entries(identity).map((entry) => JSON.stringify(entry));
    this.#identity = options.sort().join(',');
  }

  /** @param json the {@link filesJson} of these files */
  of(files: readonly IdentifiedFile[], json: string): string {
    const canonical = `{"files":${isSorted(files, json) ? json : sortedJson(files)},"identity":[${this.#identity}]}`;
    return hash('sha256', canonical, 'hex').slice(0, 32);
  }
}

/** The order of a unit's name is that of its files' texts. A listing's files mostly come in it, and then need not be made into texts. */
function isSorted(files: readonly IdentifiedFile[], json: string): boolean {
  if (json.includes('\\')) return false;
  for (let i = 1; i < files.length; i++) {
    const [before, { canonicalKey }] = [files[i - 1]!.canonicalKey, files[i]!];
    // of a key that goes on where another ends, the text does not go on like this
    if (before >= canonicalKey || canonicalKey.startsWith(before)) return false;
  }
  return true;
}

const sortedJson = (files: readonly IdentifiedFile[]): string =>
  `[${files.map((file) => filesJson([file]).slice(1, -1)).sort()}]`;
