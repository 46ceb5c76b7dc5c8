/** What differs between two rows, attribute by attribute. */
import type { Row } from '../normalize/rows.js';

export interface Difference {
  /** dotted, with indexes: `actor.process.file.hashes[0].value` */
  path: string;
  plain: unknown;
  enriched: unknown;
}

export function differences(plain: unknown, enriched: unknown, path = ''): Difference[] {
  if (Object.is(plain, enriched)) return [];
  const isObject = (value: unknown): value is Row => typeof value === 'object' && value !== null;
  if ((plain !== undefined && !isObject(plain)) || (enriched !== undefined && !isObject(enriched))) {
    return [{ path, plain, enriched }];
  }
  const from = (plain ?? {}) as Row;
  const to = (enriched ?? {}) as Row;
  const isList = Array.isArray(plain ?? enriched);
  return [...new Set([...Object.keys(from), ...Object.keys(to)])].flatMap((key) => {
    const name = isList ? `${path}[${key}]` : path === '' ? key : `${path}.${key}`;
    return differences(from[key], to[key], name);
  });
}
