/** The custom source of each class: the part of its name after `fdr12_`. */
import type { SourceName, Where } from './model.js';
import { type Problems, quoted } from './problem.js';

/** Security Lake source names hold 20 characters; `fdr12_` takes six. */
const LONGEST = 14;
const SUFFIX = /^[a-z0-9_]+$/;

/** What a file says of its class. */
export interface ClassFileHead {
  class: string;
  source?: string;
  /** of the `source`, or of the file's `class` without one */
  where: Where;
}

/**
 * One source a class, no name twice. Files of one class may leave the source to one of them; `base_event` is written even if
 * no file is about it.
 *
 * @param needed classes that rules or fallbacks write, with the line that says so
 */
export function sourceNames(
  files: readonly ClassFileHead[],
  needed: ReadonlyMap<string, Where>,
  problems: Problems,
): SourceName[] {
  const byClass = new Map<string, { suffix: string; where: Where }>();
  const bySuffix = new Map<string, { class: string; where: Where }>();
  for (const { class: name, source, where } of files) {
    if (source === undefined) continue;
    if (source.length > LONGEST || !SUFFIX.test(source)) {
      problems.add(where, `source ${quoted(source)} has ${source.length} characters; expected 1 to ${LONGEST} of a-z, 0-9 and _`);
    }
    const ofClass = byClass.get(name);
    if (ofClass && ofClass.suffix !== source) {
      problems.add(
        where,
        `class ${name} has the source ${quoted(ofClass.suffix)} already (${place(ofClass.where)}); a class has one source, not ${quoted(source)} too`,
      );
      continue;
    }
    const taken = bySuffix.get(source);
    if (taken && taken.class !== name) {
      problems.add(
        where,
        `source ${quoted(source)} is the one of class ${taken.class} already (${place(taken.where)}); a source holds one class`,
      );
      continue;
    }
    byClass.set(name, { suffix: source, where });
    bySuffix.set(source, { class: name, where });
  }
  const named = new Set(files.filter(({ source }) => source !== undefined).map((file) => file.class));
  for (const [name, where] of needed) {
    if (named.has(name)) continue;
    if (name === 'base_event' && !bySuffix.has(name)) byClass.set(name, { suffix: name, where });
    else problems.add(where, `class ${name} has no source; expected "source" in a file of this class`);
  }
  return [...byClass].map(([name, { suffix }]) => ({ class: name, suffix })).sort((a, b) => (a.class < b.class ? -1 : 1));
}

function place({ file, line }: Where): string {
  return `${file}:${line}`;
}
