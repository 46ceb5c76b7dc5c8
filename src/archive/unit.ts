/** Units: the fixed groups of files in which an archive is converted, and their names. */
import { hash } from 'node:crypto';
import { compareKeys } from '../store/key.js';
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

export const DEFAULT_UNIT_LIMITS: UnitLimits = { bytes: 64 * 1024 * 1024, files: 256 };

/**
 * Groups files into units: within a feed, runs of neighbours in byte order of their canonical keys, each run as long as the
 * limits allow. The order in which the files come does not matter.
 */
export function planUnits<File extends UnitFile>(files: Iterable<File>, limits: UnitLimits = DEFAULT_UNIT_LIMITS): Unit<File>[] {
  const grouper = new UnitGrouper<File>(limits);
  const units: Unit<File>[] = [];
  for (const file of [...files].sort((a, b) => compareKeys(a.canonicalKey, b.canonicalKey))) {
    const full = grouper.add(file);
    if (full) units.push(full);
  }
  return [...units, ...grouper.rest()];
}

/**
 * {@link planUnits} of files that come in byte order already, as a listing has them: a unit is yielded as soon as it is full.
 * Holds one open unit a feed. Files that come in another order (several archives in one listing) are grouped as they come.
 */
export async function* streamUnits<File extends UnitFile>(
  files: Iterable<File> | AsyncIterable<File>,
  limits: UnitLimits = DEFAULT_UNIT_LIMITS,
): AsyncGenerator<Unit<File>, void, void> {
  const grouper = new UnitGrouper<File>(limits);
  for await (const file of files) {
    const full = grouper.add(file);
    if (full) yield full;
  }
  yield* grouper.rest();
}

/** Groups files that come one after the other, see {@link streamUnits}. */
export class UnitGrouper<File extends UnitFile> {
  readonly #open = new Map<FileFeed, Unit<File>>();

  constructor(private readonly limits: UnitLimits) {}

  /** Adds a file, and returns the unit that it no longer fits. */
  add(file: File): Unit<File> | undefined {
    const open = this.#open.get(file.feed);
    if (open && open.files.length < this.limits.files && open.bytes + file.size <= this.limits.bytes) {
      open.files.push(file);
      open.bytes += file.size;
      return undefined;
    }
    this.#open.set(file.feed, { feed: file.feed, files: [file], bytes: file.size });
    return open;
  }

  /** The units that are not full, at the end. */
  rest(): Unit<File>[] {
    return [...this.#open.values()];
  }
}

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
