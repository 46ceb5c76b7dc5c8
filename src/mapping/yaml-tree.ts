/** Mapping text → plain values that remember their lines. */
import { isAlias, isMap, isNode, isScalar, isSeq, LineCounter, parseDocument, Scalar } from 'yaml';
import type { Where } from './model.js';
import { type Problems, quoted } from './problem.js';

export type Tree = string | number | boolean | null | Tree[] | { [key: string]: Tree };

interface Place extends Where {
  /** line of each key or element */
  children: Map<string | number, number>;
}

/** Where the maps and lists of all files stand; asked by identity, so only for what {@link readTree} made. */
export class Locations {
  private readonly places = new WeakMap<object, Place>();

  set(container: object, place: Place): void {
    this.places.set(container, place);
  }

  /** The line of a key or an element of a map or list; of the container itself without one, or where it lacks it. */
  of(container: object, key?: string | number): Where {
    const place = this.places.get(container);
    if (!place) throw new Error('a value that was not read from a mapping file was asked for its line');
    return { file: place.file, line: (key === undefined ? undefined : place.children.get(key)) ?? place.line };
  }
}

/**
 * The content of a YAML file. Keys are text as written; a plain scalar is a number or a boolean only where that form gives
 * the very text back (`1.10`, `007` and `0x1F` stay text), so a raw value is what its author wrote.
 *
 * @returns undefined where the text is not YAML; `problems` then says why
 */
export function readTree(file: string, text: string, locations: Locations, problems: Problems): Tree | undefined {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, schema: 'failsafe', uniqueKeys: false, prettyErrors: false });
  const whereAt = (offset: number | undefined): Where => ({ file, line: Math.max(1, lines.linePos(offset ?? 0).line) });
  // After the first error the rest of what the parser says is mostly its consequence.
  const [error] = document.errors;
  for (const one of error ? [error] : document.warnings) {
    const second = one.code === 'MULTIPLE_DOCS';
    problems.add(
      whereAt(one.pos[0]),
      second ? 'a second YAML document; a file holds one' : `not YAML: ${lowerFirst(one.message)}`,
    );
  }
  if (error) return undefined;

  const convert = (node: unknown): Tree => {
    if (isScalar(node)) return scalar(node);
    if (isSeq(node)) {
      const { line } = whereAt(node.range?.[0]);
      const children = new Map<string | number, number>();
      const list = node.items.map((item, index) => {
        children.set(index, whereAt(startOf(item) ?? node.range?.[0]).line);
        return convert(item);
      });
      locations.set(list, { file, line, children });
      return list;
    }
    if (isMap(node)) {
      const { line } = whereAt(node.range?.[0]);
      const children = new Map<string | number, number>();
      const map: { [key: string]: Tree } = {};
      for (const { key, value } of node.items) {
        const at = whereAt(startOf(key) ?? node.range?.[0]);
        const name = isScalar(key) ? String(key.value ?? '') : undefined;
        if (name === undefined || name === '__proto__') {
          const what = name === undefined ? 'a list or a map' : quoted(name);
          problems.add(at, `${what} cannot be a key; expected a text`);
          continue;
        }
        const first = children.get(name);
        if (first !== undefined) problems.add(at, `key ${quoted(name)} stands twice in this map; first on line ${first}`);
        children.set(name, at.line);
        map[name] = convert(value);
      }
      locations.set(map, { file, line, children });
      return map;
    }
    if (isAlias(node)) {
      const instead = 'use blocks and objects of _shared.yaml';
      problems.add(whereAt(node.range?.[0]), `aliases (*name) are not part of the mapping language; ${instead}`);
    }
    return null;
  };
  return convert(document.contents);
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}

const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?$/;

function scalar(node: Scalar): Tree {
  const text = String(node.value ?? '');
  if (node.type !== Scalar.PLAIN) return text;
  if (text === '' || text === '~' || text === 'null') return null;
  if (text === 'true' || text === 'false') return text === 'true';
  return NUMBER.test(text) && String(Number(text)) === text ? Number(text) : text;
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
