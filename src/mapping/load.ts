/** Mapping files → a {@link MappingSet}, checked against OCSF. Pure: the caller reads the files. */
import type { OcsfSchema } from '../ocsf/schema.js';
import { type ClassFileContext, readClassFile } from './class-file.js';
import { mappingInvalid } from './errors.js';
import type { Shared } from './expand.js';
import { inOrder, type MappingFile, type ParsedFile, parseFile, SHARED_NAME } from './mapping-file.js';
import { mappingVersion } from './mapping-version.js';
import type { MappingSet, Origin, Where } from './model.js';
import { type Problem, Problems } from './problem.js';
import { type OrderedRule, orderRules } from './rule-order.js';
import { DEFAULT_SEVERITY, readFacts, readObservables, readShared, readUnknown } from './shared-file.js';
import { Sites } from './site.js';
import { type ClassFileHead, sourceNames } from './source-name.js';
import type { ReadContext } from './written.js';
import { Locations } from './yaml-tree.js';

export type { MappingFile };

export interface MappingCheck {
  /** by file and line; empty where all is well */
  problems: Problem[];
  /** only where there is no problem */
  set?: MappingSet;
}

/**
 * The mapping that the files say.
 *
 * @param files class files and at most one `_shared.yaml` of each origin, in any order
 * @param schemas every OCSF version that is supported, the default first: an attribute is unknown if none of them has it
 * @throws FalconryError `MAPPING_INVALID` with all problems
 */
export function parseMappings(files: readonly MappingFile[], schemas: readonly OcsfSchema[]): MappingSet {
  const { set, problems } = checkMappings(files, schemas);
  if (!set) throw mappingInvalid(problems);
  return set;
}

/** {@link parseMappings} without the throw. Where a file is no YAML or has a wrong shape, meanings are not checked yet. */
export function checkMappings(files: readonly MappingFile[], schemas: readonly OcsfSchema[]): MappingCheck {
  const problems = new Problems();
  const context: ReadContext = { locations: new Locations(), problems };
  const parsed = [...files].sort(inOrder).map((file) => parseFile(file, context));
  if (problems.count > 0) return { problems: problems.sorted() };

  const sites = new Sites(schemas);
  const shared = { blocks: new Map(), objects: new Map() } as Shared;
  const set: MappingSet = {
    version: mappingVersion(files.map(({ name, text, origin }) => ({ name: origin === 'user' ? `user/${name}` : name, text }))),
    sources: [],
    placeholders: [],
    observableTypes: [],
    unknown: { severity: DEFAULT_SEVERITY, entries: [], where: { file: SHARED_NAME, line: 1 } },
    facts: { host: [], user: [], process: [] },
    rules: [],
  };
  const sharedBy: Record<Origin, Shared> = { 'built-in': shared, user: shared };
  for (const { origin, sharedFile } of parsed) {
    if (!sharedFile) continue;
    // The built-in file comes first: a user's file sees its blocks and objects, and not the other way round.
    const own = readShared(sharedFile, sharedBy[origin], context);
    if (origin === 'built-in') sharedBy['built-in'] = own;
    sharedBy.user = own;
    if (sharedFile.placeholders) set.placeholders = sharedFile.placeholders.map(String);
    if (sharedFile.observables) set.observableTypes = readObservables(sharedFile, schemas, context);
    if (sharedFile.facts) set.facts = { ...set.facts, ...readFacts(sharedFile.facts, own, sites, context) };
    if (sharedFile.unknown) set.unknown = { ...readUnknown(sharedFile.unknown, own, sites, context), origin };
  }

  const rules: OrderedRule[] = [];
  for (const { origin, classFile } of parsed) {
    const forFile: ClassFileContext = { ...context, sites, origin, shared: sharedBy[origin] };
    if (classFile) rules.push(...readClassFile(classFile, forFile));
  }
  set.rules = orderRules(rules, problems);
  set.sources = sourceNames(classHeads(parsed, context), writtenClasses(parsed, rules, sites, context), problems);
  return problems.count > 0 ? { problems: problems.sorted() } : { problems: [], set };
}

function classHeads(parsed: readonly ParsedFile[], { locations }: ReadContext): ClassFileHead[] {
  return parsed.flatMap(({ classFile }) => {
    if (!classFile) return [];
    const { class: name, source } = classFile;
    const where = locations.of(classFile, source === undefined ? 'class' : 'source');
    return [{ class: name, where, ...(source !== undefined && { source }) }];
  });
}

/** Every class that events can become, with the line that says so first. */
function writtenClasses(
  parsed: readonly ParsedFile[],
  rules: readonly OrderedRule[],
  sites: Sites,
  { locations }: ReadContext,
): Map<string, Where> {
  const classes = new Map<string, Where>();
  const add = (name: string, where: Where) => {
    if (!classes.has(name) && sites.of(name).owners.length > 0) classes.set(name, where);
  };
  for (const { classFile } of parsed) if (classFile) add(classFile.class, locations.of(classFile, 'class'));
  for (const { rule } of rules) for (const fallback of rule.fallbacks) add(fallback.class, rule.where);
  add('base_event', { file: SHARED_NAME, line: 1 });
  return classes;
}
