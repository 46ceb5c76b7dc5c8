/** Our validator beside the outside referee, where that lies next to the repository: same events, same rules broken. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ocsfSchema } from '../../src/ocsf/load.js';
import { type Attribute, OCSF_VERSIONS, type OcsfVersion } from '../../src/ocsf/schema.js';
import { Validator } from '../../src/ocsf/validate.js';
import { HAS_REFEREE, REFEREE } from '../support/referee.js';
import { MUTATION_NAMES, mutate } from './mutation.js';
import { type Item, pick, randomEvent, randomNumbers } from './random-event.js';

const SEED = 20_240_501;
const VALID = 120;
const MUTANTS_PER_KIND = 8;

/** The referee's rule → ours, where the names differ; `null` for what only one of the two looks at. */
const OURS: Record<string, string | null> = {
  regex: null,
  class_uid_missing: 'class_unknown',
  class_uid_unknown: 'class_unknown',
  class_deprecated: 'deprecated',
  attribute_deprecated: 'deprecated',
  object_deprecated: 'deprecated',
  profile_not_declared: 'profile_undeclared',
  profile_not_in_class: 'profile_unusable',
  not_array: 'list_expected',
  array_not_allowed: 'list_unexpected',
  int_range: 'out_of_range',
  range: 'out_of_range',
  max_len: 'too_long',
  timestamp_implausible: 'time_implausible',
  bytestring_invalid: 'base64_invalid',
  datetime_no_zone: 'datetime_zone_missing',
  sibling_array: 'sibling_list_mismatch',
  sibling_suspicious_other: 'other_unnamed',
  constraint_at_least_one: 'at_least_one',
  constraint_just_one: 'just_one',
  observable_name_unresolved: 'observable_unresolved',
  observable_value_absent: 'observable_absent',
  observable_value_on_object: 'observable_value_of_object',
  observable_not_defined: 'observable_undefined',
  dt_mismatch: 'datetime_mismatch',
  placeholder_string: 'placeholder',
};

interface Case {
  what: string;
  event: Item;
}

function cases(version: OcsfVersion, seed: number): Case[] {
  const schema = ocsfSchema(version);
  const random = randomNumbers(seed);
  const classes = [...schema.classes.values()];
  const valid = Array.from({ length: VALID }, (_, index): Case => {
    const eventClass = classes[index % classes.length]!;
    return { what: `${eventClass.name}, valid`, event: randomEvent(schema, eventClass, random) };
  });
  const mutants = MUTATION_NAMES.flatMap((mutation) => {
    const made: Case[] = [];
    for (let tries = 0; tries < 400 && made.length < MUTANTS_PER_KIND; tries++) {
      const eventClass = pick(random, classes);
      const event = randomEvent(schema, eventClass, random);
      if (mutate(schema, eventClass, event, mutation, random)) made.push({ what: `${eventClass.name}, ${mutation}`, event });
    }
    expect(made.length, `no event can take "${mutation}"`).toBeGreaterThan(0);
    return made;
  });
  return [...valid, ...mutants];
}

interface Verdict {
  errors: number;
  findings: { rule: string; level: string; path: string }[];
}

function askReferee(version: OcsfVersion, events: readonly Item[]): Verdict[] {
  const lines = events.map((event) => JSON.stringify(event)).join('\n');
  const script = [`${REFEREE}/validate_ocsf.py`, '--json', '--schema', `${REFEREE}/schema-${version}.json`, '-'];
  const run = spawnSync('python3', script, { input: lines, encoding: 'utf8', maxBuffer: 2 ** 28 });
  if (run.status === null || run.status > 1) throw new Error(`the referee failed: ${run.error?.message ?? run.stderr}`);
  return run.stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Verdict);
}

/** The parts of the compiled schemas, which lie beside the referee, that our tables hold too. */
interface Compiled {
  classes: Record<string, CompiledItem & { uid: number; category_uid: number; profiles: string[]; observables?: object }>;
  objects: Record<string, CompiledItem>;
  types: Record<string, { type?: string; max_len?: number; range?: [number, number]; observable?: number }>;
}
interface CompiledItem {
  caption: string;
  attributes: Record<string, CompiledAttribute>;
  constraints?: object;
  observable?: number;
  deprecated?: string;
}
interface CompiledAttribute extends Pick<Attribute, 'type' | 'requirement' | 'profile' | 'enum' | 'sibling' | 'observable'> {
  is_array: boolean;
  object_type?: string;
  deprecated?: string;
}

function sameAttributes(
  attributes: ReadonlyMap<string, Attribute>,
  compiled: Record<string, CompiledAttribute>,
  owner: string,
): void {
  expect([...attributes.keys()], owner).toEqual(Object.keys(compiled).sort());
  for (const [name, ours] of attributes) {
    const {
      type,
      is_array,
      requirement,
      object_type,
      profile,
      enum: captions,
      sibling,
      observable,
      deprecated,
    } = compiled[name]!;
    const all = { name, type, isArray: is_array, requirement, object: object_type, profile, enum: captions, sibling, observable };
    expect(ours, `${owner}.${name}`).toEqual({ ...all, deprecated: deprecated ? true : undefined });
  }
}

describe.skipIf(!HAS_REFEREE)(`against the referee, seed ${SEED}`, () => {
  it.each(OCSF_VERSIONS)('has the facts of the compiled schema, %s', (version) => {
    const compiled = JSON.parse(readFileSync(`${REFEREE}/schema-${version}.json`, 'utf8')) as Compiled;
    const schema = ocsfSchema(version);
    const names = Object.keys(compiled.classes);
    expect([...schema.classes.keys()].sort()).toEqual(names.sort());
    for (const ours of schema.classes.values()) {
      const theirs = compiled.classes[ours.name]!;
      const { uid, caption, category_uid: categoryUid, profiles, constraints = {}, observables = {} } = theirs;
      expect(ours).toMatchObject({ uid, caption, categoryUid, profiles, constraints, observables });
      expect(ours.deprecated ?? false).toBe(theirs.deprecated !== undefined);
      sameAttributes(ours.attributes, theirs.attributes, ours.name);
    }
    for (const ours of schema.objects.values()) {
      const theirs = compiled.objects[ours.name]!;
      expect(ours).toMatchObject({ caption: theirs.caption, constraints: theirs.constraints ?? {} });
      expect([ours.observable, ours.deprecated ?? false]).toEqual([theirs.observable, theirs.deprecated !== undefined]);
      sameAttributes(ours.attributes, theirs.attributes, ours.name);
    }
    for (const [name, theirs] of Object.entries(compiled.types)) {
      const inherited = theirs.type === undefined ? undefined : compiled.types[theirs.type];
      const { maxLength, range, observable } = schema.types.get(name)!;
      expect([maxLength, range, observable], name).toEqual([
        theirs.max_len ?? inherited?.max_len,
        theirs.range,
        theirs.observable,
      ]);
    }
  });

  it.each(OCSF_VERSIONS)('judges the same events alike, %s', (version) => {
    const made = cases(version, SEED);
    const verdicts = askReferee(
      version,
      made.map(({ event }) => event),
    );
    expect(verdicts).toHaveLength(made.length);
    const validator = new Validator(ocsfSchema(version));
    const differences: unknown[] = [];
    let invalid = 0;
    made.forEach(({ what, event }, index) => {
      const verdict = verdicts[index]!;
      const ours = validator.validate(event);
      const rules = new Set(ours.map(({ rule, path }) => `${rule} ${path}`));
      const theirs = new Set<string>();
      for (const { rule, path } of verdict.findings) {
        const name = OURS[rule] === undefined ? rule : OURS[rule];
        if (name !== null) theirs.add(`${name} ${path.replace('(event)', '')}`);
      }
      if (verdict.errors > 0) invalid++;
      const onlyOurs = [...rules].filter((rule) => !theirs.has(rule));
      const onlyTheirs = [...theirs].filter((rule) => !rules.has(rule));
      const sameVerdict = ours.some(({ level }) => level === 'error') === verdict.errors > 0;
      if (!sameVerdict || onlyOurs.length + onlyTheirs.length > 0) differences.push({ what, sameVerdict, onlyOurs, onlyTheirs });
    });
    expect(differences).toEqual([]);
    const { length: validOnes } = made.filter(({ what }, index) => what.endsWith(', valid') && verdicts[index]!.errors === 0);
    expect(validOnes, 'every event made to be valid is valid').toBe(VALID);
    expect(invalid).toBeGreaterThan(MUTATION_NAMES.length * 4);
  });
});
