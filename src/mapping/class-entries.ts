/** The entries of one class: is everything there that OCSF requires? */
import type { OcsfVersion } from '../ocsf/schema.js';
import { missingInClass, missingInObjects, pathTree } from './complete.js';
import type { PlacedEntry } from './expand.js';
import { fitEntries } from './fit.js';
import type { Entry, Where } from './model.js';
import { Problems } from './problem.js';
import type { Site } from './site.js';

/** A rule's entries carried over to a fallback's class: those that it has and that fit, under the fallback's own. */
export function carryOver(rule: readonly PlacedEntry[], own: readonly PlacedEntry[], site: Site): PlacedEntry[] {
  const replaced = new Set(own.map(({ path }) => path));
  const carried = rule.filter(({ path }) => !replaced.has(path) && site.at(path).found.length > 0);
  return [...fitEntries(carried, site, new Problems()), ...own];
}

/** What the class requires and the entries never fill, by version; an empty list where all is there. */
export type MissingByVersion = ReadonlyMap<OcsfVersion, readonly string[]>;

/**
 * Tells the objects that lack something in every event, with the versions where they do.
 *
 * @param rule where to tell what no entry's line is to blame for
 * @returns what the class itself lacks: the rule may have a fallback for that
 */
export function checkComplete(entries: readonly PlacedEntry[], site: Site, rule: Where, problems: Problems): MissingByVersion {
  const signature = signatureOf(entries);
  const known = complete.get(site) ?? complete.set(site, new Map()).get(site)!;
  const before = known.get(signature);
  if (before) return before;

  const inClass = new Map<OcsfVersion, string[]>();
  const inObjects = new Map<string, { where: Where; message: string; versions: OcsfVersion[] }>();
  for (const owner of site.owners) {
    const { version } = owner.schema;
    const tree = pathTree(site, owner, entries);
    inClass.set(version, missingInClass(owner, tree));
    for (const { where = rule, message } of missingInObjects(site, owner, tree)) {
      const key = `${where.file}:${where.line}:${message}`;
      const told = inObjects.get(key);
      if (told) told.versions.push(version);
      else inObjects.set(key, { where, message, versions: [version] });
    }
  }
  for (const { where, message, versions } of inObjects.values()) problems.add(where, message + inVersions(versions, site));
  if (inObjects.size === 0) known.set(signature, inClass);
  return inClass;
}

/** Most rules of a file fill the same attributes: what was found complete once need not be examined again. */
const complete = new WeakMap<Site, Map<string, MissingByVersion>>();

/** All that completeness depends on: which paths are filled, and whether by more than a constant. */
function signatureOf(entries: readonly Entry[]): string {
  let signature = '';
  for (const { path, value } of entries) {
    signature += path;
    if (value.kind === 'constant') signature += '=';
    if (value.kind === 'items') signature += value.of.map((item) => `[${signatureOf(item.entries)}]`).join('');
    signature += ' ';
  }
  return signature;
}

/** ` (OCSF 1.2.0, 1.1.0)`, or nothing where it is so in all of them. */
export function inVersions(found: readonly OcsfVersion[], site: Site): string {
  return found.length === site.owners.length ? '' : ` (OCSF ${found.join(', ')})`;
}
