/** What is wrong with a mapping, collected so that one run tells all of it. */
import { nearestNames } from '../ocsf/nearest-name.js';
import type { Where } from './model.js';

export interface Problem extends Where {
  /** one sentence without a full stop: what was wrong, what was expected */
  message: string;
}

/** Collects problems; the same one said twice (a block that two rules include) is kept once. */
export class Problems {
  private readonly seen = new Map<string, Problem>();

  add(where: Where, message: string): void {
    const key = `${where.file}:${where.line}:${message}`;
    if (!this.seen.has(key)) this.seen.set(key, { file: where.file, line: where.line, message });
  }

  get count(): number {
    return this.seen.size;
  }

  /** By file name, then line, then as found. */
  sorted(): Problem[] {
    return [...this.seen.values()].sort((a, b) => (a.file === b.file ? a.line - b.line : a.file < b.file ? -1 : 1));
  }
}

/** `unknown kernel "basenme"; did you mean "basename"`, or with the whole list where nothing is near and it is short. */
export function unknown(what: string, name: string, known: Iterable<string>): string {
  const names = [...known];
  const nearest = nearestNames(name, names);
  if (nearest.length > 0) return `unknown ${what} ${quoted(name)}; did you mean ${nearest.map(quoted).join(' or ')}`;
  if (names.length === 0) return `unknown ${what} ${quoted(name)}; there is none`;
  return `unknown ${what} ${quoted(name)}; expected ${oneOf(names)}`;
}

/** `one of a, b, c`, cut after twelve names. */
export function oneOf(names: readonly string[]): string {
  if (names.length === 1) return names[0]!;
  const shown = names.slice(0, 12).join(', ');
  return `one of ${shown}${names.length > 12 ? ` and ${names.length - 12} more` : ''}`;
}

export function quoted(text: string): string {
  return `"${text}"`;
}
