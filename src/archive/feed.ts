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
  const names = key.split('/');
  const file = names[names.length - 1];
  if (file === '') return { kind: 'foreign', reason: 'folder' };
  if (file === '_SUCCESS') return { kind: 'marker' };
  if (/^[._]/.test(file) || names.includes('_temporary')) return { kind: 'foreign', reason: 'hidden' };
  if (!/\.gz$/i.test(file)) return { kind: 'foreign', reason: 'not-gz' };
  const above = root.split('/').filter((name) => name !== '');
  const path = [...above, ...names];
  const marker = lastMarker(path, above.length);
  if (!marker) return { kind: 'data', feed: 'unknown', canonicalKey: key };
  return { kind: 'data', feed: marker.feed, canonicalKey: path.slice(marker.at).join('/') };
}

interface Marker {
  /** index of the folder in the path */
  at: number;
  feed: FileFeed;
}

function lastMarker(path: string[], rootDepth: number): Marker | undefined {
  let marker: Marker | undefined;
  for (let at = 0; at < path.length - 1; at++) {
    const inRoot = at < rootDepth;
    const next = path[at + 1];
    if (path[at] === 'data' && (!inRoot || BATCH_ID.test(next))) marker = { at, feed: 'events' };
    else if (path[at] === 'fdrv2' && (!inRoot || isSecondary(next))) marker = { at, feed: isSecondary(next) ? next : 'unknown' };
    else if (path[at].startsWith('batch=') && !(marker && isSecondary(marker.feed))) marker = { at, feed: 'events' };
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
