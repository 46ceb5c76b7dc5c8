/** A mapping file: its name, its text, and the map that the text holds. */
import type { Origin } from './model.js';
import { type ClassFile, checkShape, SHAPES, type SharedFile } from './shape.js';
import type { ReadContext } from './written.js';
import { readTree } from './yaml-tree.js';

export interface MappingFile {
  /** `dns_activity.yaml`, or with folders before it; it orders the rules and stands in messages */
  name: string;
  text: string;
  /** a user's rules go before the built-in ones; `built-in` unless told */
  origin?: Origin;
}

/** A file that has the shape of one kind; neither where it has not. */
export interface ParsedFile {
  origin: Origin;
  classFile?: ClassFile;
  sharedFile?: SharedFile;
}

export const SHARED_NAME = '_shared.yaml';

/** Built-in files first, then by name. */
export function inOrder(a: MappingFile, b: MappingFile): number {
  const [originA, originB] = [a.origin ?? 'built-in', b.origin ?? 'built-in'];
  if (originA !== originB) return originA === 'built-in' ? -1 : 1;
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}

export function parseFile({ name, text, origin = 'built-in' }: MappingFile, { locations, problems }: ReadContext): ParsedFile {
  const tree = readTree(name, text, locations, problems);
  const where = { file: name, line: 1 };
  if (tree === undefined) return { origin };
  if (name === SHARED_NAME || name.endsWith(`/${SHARED_NAME}`)) {
    const sharedFile = tree === null ? {} : checkShape(SHAPES.sharedFile, tree, where, locations, problems);
    return sharedFile ? { origin, sharedFile } : { origin };
  }
  const classFile = checkShape(SHAPES.classFile, tree, where, locations, problems);
  return classFile ? { origin, classFile } : { origin };
}
