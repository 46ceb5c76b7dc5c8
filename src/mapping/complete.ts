/** What OCSF requires and entries can never fill, told without any event: no entry stands for it. */
import type { Attribute } from '../ocsf/schema.js';
import { fillsItself, type Owner, objectOwner } from './attribute.js';
import type { Entry, Value, Where } from './model.js';
import { quoted } from './problem.js';
import type { Site } from './site.js';

/** Entries by the parts of their paths. */
export interface PathNode {
  where?: Where;
  value?: Value;
  children: Map<string, PathNode>;
}

/** An object that events would lack something in, whatever they hold. */
export interface Incomplete {
  where: Where | undefined;
  message: string;
}

/** The entries whose attributes this version has; every event has `metadata`. */
export function pathTree(site: Site, owner: Owner, entries: readonly (Entry & { usedAt?: Where })[]): PathNode {
  const root: PathNode = { children: new Map() };
  if (owner.isClass && owner.attributes.has('metadata')) root.children.set('metadata', { children: new Map() });
  for (const { path, value, where, usedAt } of entries) {
    const slot = site.at(path);
    if (!slot.versions.has(owner.schema.version)) continue;
    let node = root;
    for (const name of slot.names) {
      let next = node.children.get(name);
      if (!next) node.children.set(name, (next = { children: new Map() }));
      next.where ??= usedAt ?? where;
      node = next;
    }
    node.value = value;
  }
  return root;
}

/** What the class itself requires and no entry fills: `"dst_endpoint"`, `one of "service", "dst_endpoint"`. */
export function missingInClass(owner: Owner, tree: PathNode): string[] {
  return missing(owner, tree, '');
}

/** What is missing in the objects that entries fill, at any depth. */
export function missingInObjects(site: Site, owner: Owner, tree: PathNode, prefix = ''): Incomplete[] {
  const found: Incomplete[] = [];
  const profiles = usedProfiles(owner, tree);
  for (const [name, child] of tree.children) {
    const attribute = owner.attributes.get(name)!;
    const inside = objectOwner(owner.schema, attribute);
    if (!inside) continue;
    const path = `${prefix}${name}`;
    if (attribute.isArray) {
      if (child.value?.kind !== 'items') continue;
      const items = site.at(name).objects;
      for (const { entries } of child.value.of) {
        found.push(...ofObject(items, inside, pathTree(items, inside, entries), path, entries[0]?.where));
      }
    } else if (hasData(child) || isRequired(attribute, profiles)) {
      found.push(...ofObject(site.at(name).objects, inside, child, path, child.where));
    }
  }
  return found;
}

function ofObject(site: Site, owner: Owner, tree: PathNode, path: string, where: Where | undefined): Incomplete[] {
  const lacks = path === 'actor' ? [] : missing(owner, tree, `${path}.`);
  return [...lacks.map((what) => ({ where, message: `${path}: ${what}` })), ...missingInObjects(site, owner, tree, `${path}.`)];
}

function missing(owner: Owner, tree: PathNode, prefix: string): string[] {
  const lacks: string[] = [];
  const profiles = usedProfiles(owner, tree);
  for (const attribute of requiredOf(owner)) {
    if (!isRequired(attribute, profiles) || tree.children.has(attribute.name)) continue;
    const path = prefix + attribute.name;
    if (fillsItself(path) || path === 'actor') continue;
    lacks.push(`required attribute ${quoted(path)} of ${owner.what} is never filled`);
  }
  for (const names of [owner.constraints.at_least_one, owner.constraints.just_one]) {
    if (names && !names.some((name) => stands(tree, name) || isZeroed(owner.attributes.get(name)))) {
      lacks.push(`${owner.what} needs one of ${names.map(quoted).join(', ')}, and none is ever filled`);
    }
  }
  return lacks;
}

const required = new WeakMap<ReadonlyMap<string, Attribute>, Attribute[]>();

/** The required attributes, under any profile, that are not {@link isZeroed}. */
function requiredOf({ attributes }: Owner): Attribute[] {
  let found = required.get(attributes);
  if (!found) {
    found = [...attributes.values()].filter((attribute) => attribute.requirement === 'required' && !isZeroed(attribute));
    required.set(attributes, found);
  }
  return found;
}

/** A required enum that nothing fills is 0, Unknown. */
function isZeroed(attribute: Attribute | undefined): boolean {
  return (
    attribute?.requirement === 'required' &&
    !attribute.isArray &&
    attribute.enum !== undefined &&
    Object.hasOwn(attribute.enum, '0')
  );
}

function isRequired({ requirement, profile }: Attribute, profiles: ReadonlySet<string>): boolean {
  return requirement === 'required' && (profile === undefined || profiles.has(profile));
}

/** The profiles that an event must declare for what stands in the tree. */
function usedProfiles({ attributes }: Owner, { children }: PathNode): Set<string> {
  const profiles = new Set<string>();
  for (const name of children.keys()) {
    const profile = attributes.get(name)?.profile;
    if (profile !== undefined) profiles.add(profile);
  }
  return profiles;
}

/** A constant alone makes no object. */
function hasData({ value, children }: PathNode): boolean {
  if (value !== undefined) return value.kind !== 'constant';
  for (const child of children.values()) if (hasData(child)) return true;
  return false;
}

function stands(tree: PathNode, path: string): boolean {
  let node: PathNode | undefined = tree;
  for (const name of path.split('.')) node = node?.children.get(name);
  return node !== undefined;
}
