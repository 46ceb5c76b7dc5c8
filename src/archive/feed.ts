/** Which feed a file or a record belongs to. */

export const SECONDARY_FEEDS = ['aidmaster', 'managedassets', 'notmanaged', 'userinfo', 'appinfo'] as const;

export type Feed = 'events' | (typeof SECONDARY_FEEDS)[number];

/** `unknown`: the path does not tell, the content must (see {@link feedOfRecord}). */
export type FileFeed = Feed | 'unknown';

/** Why an object is no archive file: a folder's placeholder, a name that writers hide, another suffix than `.gz`. */
export type ForeignReason = 'folder' | 'hidden' | 'not-gz';

export type KeyClass =
  | { kind: 'data'; feed: FileFeed; canonicalKey: string }
  /** written when a batch is complete; holds nothing */
  | { kind: 'marker' }
  | { kind: 'foreign'; reason: ForeignReason };

/**
 * Tells from its key what an object of an archive is.
 *
 * The canonical key begins at the last folder that marks a feed (`data/`, `fdrv2/`, `batch=…/`), so a file keeps it when the
 * archive moves, or when the folder above or below is converted instead. Without such a folder it is the key.
 *
 * @param key relative to the archive's root
 * @param root the path of that root, `/` between folders. A folder in it marks a feed only if what follows looks like FDR
 *   (`data/<batch id>`, `fdrv2/<feed>`, `batch=`): `/data` is a common mount point.
 */
export function classifyKey(key: string, root = ''): KeyClass {
  return new KeyClassifier(root).classify(key);
}

/** {@link classifyKey} for many keys of one root; of neighbours in a folder, what the folder tells is found out once. */
export class KeyClassifier {
  readonly #above: readonly string[];
  #folder: Folder | undefined;

  constructor(root = '') {
    this.#above = root.split('/').filter((name) => name !== '');
  }

  classify(key: string): KeyClass {
    const end = key.lastIndexOf('/') + 1;
    const first = key.charAt(end);
    if (first === '') return { kind: 'foreign', reason: 'folder' };
    if (first === '_' && key.slice(end) === '_SUCCESS') return { kind: 'marker' };
    if (first === '_' || first === '.') return { kind: 'foreign', reason: 'hidden' };
    if (this.#folder?.path.length !== end || !key.startsWith(this.#folder.path)) this.#folder = this.#look(key.slice(0, end));
    const { temporary, feed, cut, above } = this.#folder;
    if (temporary) return { kind: 'foreign', reason: 'hidden' };
    if (!key.endsWith('.gz') && !/\.gz$/i.test(key)) return { kind: 'foreign', reason: 'not-gz' };
    return { kind: 'data', feed, canonicalKey: cut === 0 && above === '' ? key : above + key.slice(cut) };
  }

  #look(path: string): Folder {
    const above = this.#above;
    const names = path.split('/').slice(0, -1);
    const temporary = names.includes('_temporary');
    const marker = lastMarker([...above, ...names], above.length);
    if (!marker) return { path, temporary, feed: 'unknown', cut: 0, above: '' };
    const inKey = marker.at - above.length;
    if (inKey < 0) return { path, temporary, feed: marker.feed, cut: 0, above: `${above.slice(marker.at).join('/')}/` };
    const cut = names.slice(0, inKey).reduce((length, name) => length + name.length + 1, 0);
    return { path, temporary, feed: marker.feed, cut, above: '' };
  }
}

interface Folder {
  /** ends in `/`, or is empty */
  path: string;
  /** where writers keep what is not finished */
  temporary: boolean;
  feed: FileFeed;
  /** the canonical key: `above`, then the key without its first `cut` units */
  cut: number;
  above: string;
}

interface Marker {
  /** index of the folder in the path */
  at: number;
  feed: FileFeed;
}

function lastMarker(folders: readonly string[], rootDepth: number): Marker | undefined {
  let marker: Marker | undefined;
  for (const [at, name] of folders.entries()) {
    const inRoot = at < rootDepth;
    const next = folders[at + 1] ?? '';
    if (name === 'data' && (!inRoot || BATCH_ID.test(next))) marker = { at, feed: 'events' };
    else if (name === 'fdrv2' && (!inRoot || isSecondary(next))) marker = { at, feed: isSecondary(next) ? next : 'unknown' };
    else if (name.startsWith('batch=') && !(marker && isSecondary(marker.feed))) marker = { at, feed: 'events' };
  }
  return marker;
}

const BATCH_ID = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/** The feed where it is a secondary one; undefined for events, and for what nothing tells: its lines are taken for events. */
export function secondaryFeed(feed: FileFeed): (typeof SECONDARY_FEEDS)[number] | undefined {
  return isSecondary(feed) ? feed : undefined;
}

const isSecondary = (name: string): name is (typeof SECONDARY_FEEDS)[number] =>
  (SECONDARY_FEEDS as readonly string[]).includes(name);

/** Names the feed of a record by its keys; `unknown` if they fit none. */
export function feedOfRecord(record: { has(name: string): boolean }): FileFeed {
  const any = (...names: string[]) => names.some((name) => record.has(name));
  if (any('event_simpleName', 'ExternalApiType', 'event_type', 'event-type')) return 'events';
  if (any('AgentLoadFlags') && any('Time')) return 'aidmaster';
  if (any('discovererCount', 'FirstDiscoveredDate', 'NeighborName')) return 'notmanaged';
  if (any('UserSid_readable', 'LogonInfo', 'LocalAdminAccess')) return 'userinfo';
  if (any('GatewayIP', 'GatewayMAC') && any('_time')) return 'managedassets';
  if (any('CompanyName', 'detectionCount', 'detectioncount') && any('_time')) return 'appinfo';
  return 'unknown';
}
