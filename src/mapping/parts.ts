/**
 * Compiled mappings as a list of their parts, each once. Routes repeat what is the same in all: of the 133,000 objects of the built-in
 * mappings 10,000 are different. Shared, they are read in a quarter of the time (decision 006), and a garbage collector has less to go through.
 */

/** Plain data: what JSON holds, without cycles. */
type Plain = null | string | number | boolean | readonly Plain[] | { readonly [name: string]: Plain | undefined };

/** An object or array whose own objects and arrays are `[index of an earlier part]`. */
export type Part = unknown[] | Record<string, unknown>;

/** The parts of an object or array; each comes before those that hold it, the whole is the last. Properties that are undefined are left out. */
export function toParts(whole: object): Part[] {
  const parts: Part[] = [];
  const known = new Map<string, number>();
  const add = (value: readonly Plain[] | { readonly [name: string]: Plain | undefined }): number => {
    const part: Part = Array.isArray(value)
      ? value.map(reference)
      : Object.fromEntries(Object.entries(value).map(([name, of]) => [name, reference(of)]));
    const json = JSON.stringify(part);
    const index = known.get(json);
    if (index !== undefined) return index;
    known.set(json, parts.length);
    return parts.push(JSON.parse(json) as Part) - 1;
  };
  const reference = (value: Plain | undefined): unknown => (typeof value === 'object' && value !== null ? [add(value)] : value);
  add(whole as { readonly [name: string]: Plain });
  return parts;
}

/** What {@link toParts} took apart. It shares its parts, and so must not be changed. The parts given are used up. */
export function fromParts(parts: Part[]): unknown {
  for (const part of parts as Record<string, unknown>[]) {
    for (const name of Object.keys(part)) {
      const value = part[name];
      if (typeof value !== 'object' || value === null) continue;
      const of = parts[(value as [number])[0]];
      // a name like any other in JSON, and in what is assigned to the prototype
      if (name === '__proto__') Object.defineProperty(part, name, { value: of, enumerable: true });
      else part[name] = of;
    }
  }
  return parts.at(-1);
}

/** The same data, equal parts of it as one object. */
export function shareParts<Whole extends object>(whole: Whole): Whole {
  return fromParts(toParts(whole)) as Whole;
}
