/** The entries of one class: is everything there that OCSF requires? */
import type { OcsfVersion } from '../ocsf/schema.js';
import { missingInClass, missingInObjects, pathTree } from './complete.js';
import type { PlacedEntry } from './expand.js';
import { fitEntries } from './fit.js';
import type { Where } from './model.js';
import { Problems } from './problem.js';
import type { Site } from './site.js';

/** A rule's entries carried over to a fallback's class: those that it has and that fit, under the fallback's own. */
export function carryOver(rule: readonly PlacedEntry[], own: readonly PlacedEntry[], site: Site): PlacedEntry[] {
  const replaced = new Set(own.map(({ path }) => path));
  const carried = rule.filter(({ path }) => !replaced.has(path) && site.at(path).found.length > 0);
  return [...fitEntries(carried, site, new Problems()), ...own];
}

/** Objects that lack something in every event, told with the versions where they do. */
export function checkObjects(entries: readonly PlacedEntry[], site: Site, rule: Where, problems: Problems): void {
  const versions = new Map<string, { where: Where; message: string; in: OcsfVersion[] }>();
  for (const owner of site.owners) {
    for (const { where = rule, message } of missingInObjects(site, owner, pathTree(site, owner, entries))) {
      const key = `${where.file}:${where.line}:${message}`;
      const known = versions.get(key);
      if (known) known.in.push(owner.schema.version);
      else versions.set(key, { where, message, in: [owner.schema.version] });
    }
  }
  for (const { where, message, in: found } of versions.values()) problems.add(where, message + inVersions(found, site));
}

/** What the class requires and the entries never fill, by version; an empty list where all is there. */
export function missingByVersion(entries: readonly PlacedEntry[], site: Site): Map<OcsfVersion, string[]> {
  return new Map(site.owners.map((owner) => [owner.schema.version, missingInClass(owner, pathTree(site, owner, entries))]));
}

/** ` (OCSF 1.2.0, 1.1.0)`, or nothing where it is so in all of them. */
export function inVersions(found: readonly OcsfVersion[], site: Site): string {
  return found.length === site.owners.length ? '' : ` (OCSF ${found.join(', ')})`;
}
