/** Lists an archive with many requests at a time: by ranges of keys, or by the folders that a template names. In the order of the keys. */
import { classifyKey } from '../archive/feed.js';
import { compareKeys } from '../store/key.js';
import type { ObjectInfo, ObjectStore } from '../store/store.js';
import { inOrder } from './in-order.js';

export type Listable = Pick<ObjectStore, 'uri' | 'list'>;

/** The objects of an archive, page by page: a step an object between asynchronous iterators would cost more than the object's planning. */
export interface Listing {
  uri: string;
  pages(): AsyncIterable<ObjectInfo[]>;
}

/** Listings under way; each holds its keys until it is its turn. */
const LISTINGS = 8;

/** A listing of so many keys is one page of S3's: then there is nothing to share out. */
const FIRST_KEYS = 1000;

/**
 * The whole archive. FDR names its batches by random UUIDs, so behind the first `data/` the keys are cut at `00` … `ff` into ranges that
 * together hold every key, whatever its form; without such a folder in the first page the listing is one after the other.
 */
export function listInRanges(archive: Listable, firstKeys = FIRST_KEYS): Listing {
  return { uri: archive.uri, pages: () => listRanges(archive, firstKeys) };
}

async function* listRanges(archive: Listable, firstKeys: number): AsyncGenerator<ObjectInfo[]> {
  const first: ObjectInfo[] = [];
  for await (const object of archive.list('')) {
    first.push(object);
    if (first.length === firstKeys) break;
  }
  const last = first[firstKeys - 1]?.key;
  const cuts = last === undefined ? [] : [last, ...cutsOf(first).filter((cut) => compareKeys(cut, last) > 0)];
  yield first;
  const ranges = cuts.map((after, i) => ({ after, upTo: cuts[i + 1] }));
  yield* inOrder(ranges, LISTINGS, ({ after, upTo }) => listRange(archive, after, upTo));
}

function cutsOf(objects: readonly ObjectInfo[]): string[] {
  for (const { key } of objects) {
    const found = classifyKey(key);
    if (found.kind !== 'data' || !found.canonicalKey.startsWith('data/')) continue;
    const folder = key.slice(0, key.length - found.canonicalKey.length + 'data/'.length);
    return Array.from({ length: 256 }, (_, i) => folder + i.toString(16).padStart(2, '0'));
  }
  return [];
}

async function listRange(archive: Listable, after: string, upTo: string | undefined): Promise<ObjectInfo[]> {
  const found: ObjectInfo[] = [];
  for await (const object of archive.list('', { after })) {
    if (upTo !== undefined && compareKeys(object.key, upTo) > 0) break;
    found.push(object);
  }
  return found;
}

/** Only these folders of the archive, which do not lie in one another and are in byte order. */
export function listFolders(archive: Listable, folders: readonly string[]): Listing {
  const list = async (folder: string) => {
    const found: ObjectInfo[] = [];
    for await (const object of archive.list(folder)) found.push(object);
    return found;
  };
  return { uri: archive.uri, pages: () => inOrder(folders, LISTINGS, list) };
}

/** Without the keys that begin with one of these. */
export function without({ uri, pages }: Listing, prefixes: readonly string[]): Listing {
  if (prefixes.length === 0) return { uri, pages };
  return {
    uri,
    async *pages() {
      for await (const page of pages()) yield page.filter(({ key }) => !prefixes.some((prefix) => key.startsWith(prefix)));
    },
  };
}
