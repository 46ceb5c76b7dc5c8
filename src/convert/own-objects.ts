/** Tells an archive's objects from Falconry's own, where a lake or a work area lies inside the archive. */
import { resolve } from 'node:path';
import { isS3Uri } from '../store/open.js';
import type { ObjectStore } from '../store/store.js';

const WORK_FOLDERS = ['backfill', 'compaction', 'ledger', 'lock', 'partitions', 'quarantine', 'snapshot', 'staging'];

/** The archive without the lake's objects and the work area's: quarantined lines, above all, must not be read as new events. */
export function withoutOwn(archive: ObjectStore, lakeUri: string, workUri: string): Pick<ObjectStore, 'uri' | 'list'> {
  const prefixes = ownPrefixes(archive.uri, lakeUri, workUri);
  if (prefixes.length === 0) return archive;
  return {
    uri: archive.uri,
    async *list(prefix, options) {
      for await (const object of archive.list(prefix, options)) {
        if (!prefixes.some((ownPrefix) => object.key.startsWith(ownPrefix))) yield object;
      }
    },
  };
}

/** What begins the keys of Falconry's own objects in an archive; nothing where lake and work area lie elsewhere. */
export function ownPrefixes(archiveUri: string, lakeUri: string, workUri: string): string[] {
  const own = [`${place(lakeUri)}ext/`, ...WORK_FOLDERS.map((name) => `${place(workUri)}${name}/`)];
  const root = place(archiveUri);
  return own.filter((path) => path.startsWith(root)).map((path) => path.slice(root.length));
}

/** A URI in one form, ending in `/`. */
function place(uri: string): string {
  const path = isS3Uri(uri) ? uri.replace(/\/+$/, '') : resolve(uri).replaceAll('\\', '/');
  return path.endsWith('/') ? path : `${path}/`;
}
