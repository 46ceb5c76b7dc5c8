/**
 * The shape of mapping files: which keys stand where and what kind of value each has. What values mean (expressions, paths,
 * captions) is checked after this.
 */
import { z } from 'zod';
import { OCSF_VERSIONS } from '../ocsf/schema.js';
import type { Where } from './model.js';
import { oneOf, type Problems, unknown } from './problem.js';
import type { Locations, Tree } from './yaml-tree.js';

/** A map with exactly these keys; `what` names it in messages. */
function map<Shape extends z.core.$ZodLooseShape>(what: string, shape: Shape) {
  const keys = Object.keys(shape);
  return z.strictObject(shape, {
    error: ({ code, keys: found }) =>
      code === 'unrecognized_keys'
        ? (found as string[]).map((key) => unknown(`key of ${what}`, key, keys)).join('\n')
        : `expected ${what}: a map with ${keys.join(', ')}`,
  });
}

const text = (what: string) => z.string({ error: `expected ${what}` });
const scalar = (what: string) => z.union([z.string(), z.number(), z.boolean()], { error: `expected ${what}` });
const list = <Item extends z.ZodType>(what: string, item: Item) => z.array(item, { error: `expected a list of ${what}` });
/** A map with free keys; not `z.record`, whose issues would name the key a second time. */
const free = (what: string) =>
  z.custom<Record<string, Tree>>((value) => typeof value === 'object' && value !== null && !Array.isArray(value), {
    error: `expected ${what}`,
  });

const attributes = free('a map from attribute paths to values');
const names = (what: string) =>
  list(what, text(`a name, in a list of ${what}`)).min(1, { error: `expected at least one of the ${what}` });
const blocks = list('blocks of _shared.yaml', text('the name of a block'));
/** a caption, or a map with `field` and `enum` or `ranges` */
const choice = z.custom<string | Record<string, Tree>>(
  (value) => typeof value === 'string' || (typeof value === 'object' && value !== null && !Array.isArray(value)),
  { error: 'expected a caption, or a map with "field" and "enum" or "ranges"' },
);

const GUARD = map('a guard', {
  field: text('a field name'),
  is: list('values', scalar('a value')).min(1, { error: 'expected at least one value' }).optional(),
  not: z.boolean({ error: 'expected true or false' }).optional(),
});

const FALLBACK = map('a fallback', { class: text('a class'), activity: choice.optional(), map: attributes.optional() });

const RULE = map('a rule', {
  events: names('event types'),
  activity: choice.optional(),
  severity: choice.optional(),
  time: text('a field name').optional(),
  when: GUARD.optional(),
  versions: list('OCSF versions', z.enum(OCSF_VERSIONS, { error: `expected ${oneOf(OCSF_VERSIONS)}` }))
    .min(1, { error: 'expected at least one version' })
    .optional(),
  include: blocks.optional(),
  map: attributes.optional(),
  fallback: list('fallbacks', FALLBACK).optional(),
  reason: text('one line of text').optional(),
});

const CLASS_FILE = map('a mapping file', {
  class: text('a class'),
  source: text('the part of the source name after fdr12_').optional(),
  include: blocks.optional(),
  severity: choice.optional(),
  map: attributes.optional(),
  rules: list('rules', RULE),
});

const facts = map('the facts of a kind', { include: blocks.optional(), map: attributes.optional() });

const SHARED_FILE = map('_shared.yaml', {
  placeholders: list('values', scalar('a value')).optional(),
  observables: names('observable types').optional(),
  blocks: free('a map from block names to { map: … }').optional(),
  objects: free('a map from object names to { params, map }').optional(),
  facts: map('facts', { host: facts.optional(), user: facts.optional(), process: facts.optional() }).optional(),
  unknown: map('unknown', { severity: choice.optional(), include: blocks.optional(), map: attributes.optional() }).optional(),
});

/** The schemas of everything that is checked by itself. */
export const SHAPES = {
  classFile: CLASS_FILE,
  sharedFile: SHARED_FILE,
  block: map('a block', { map: attributes }),
  object: map('a shared object', { params: names('parameters').optional(), map: attributes }),
  constant: map('a constant', { value: scalar('a text, a number, true or false') }),
  enum: map('an enum', {
    field: text('a field name'),
    enum: free('a map from raw values to captions'),
    else: text('a caption, or "source"').optional(),
  }),
  table: map('a table', { field: text('a field name'), table: free('a map from raw values to texts') }),
  ranges: map('a ranges value', {
    field: text('a field name'),
    ranges: list(
      '{ below, is } steps',
      map('a range', { below: z.number({ error: 'expected a number' }).optional(), is: text('a caption') }),
    ).min(1, {
      error: 'expected at least one range',
    }),
  }),
  hashes: map('a hashes value', { hashes: free('a map from algorithms to fields') }),
  item: map('an item', { each: text('a field with split: "Field | split(;)"').optional(), map: attributes }),
};

export type RawRule = z.infer<typeof RULE>;
export type RawFallback = z.infer<typeof FALLBACK>;
export type ClassFile = z.infer<typeof CLASS_FILE>;
export type SharedFile = z.infer<typeof SHARED_FILE>;

/**
 * The value itself, typed, where it has the shape; it is not copied, so its places stay known.
 *
 * @param where of the value, for one that is no map or list
 * @returns undefined where it has not; `problems` then says why
 */
export function checkShape<Schema extends z.ZodType>(
  schema: Schema,
  value: Tree,
  where: Where,
  locations: Locations,
  problems: Problems,
): z.infer<Schema> | undefined {
  const result = schema.safeParse(value);
  if (result.success) return value as z.infer<Schema>;
  for (const issue of result.error.issues) {
    const path = issue.path as (string | number)[];
    if (issue.code === 'unrecognized_keys') {
      const owner = valueAt(value, path) as object;
      const messages = issue.message.split('\n');
      for (const [index, key] of issue.keys.entries()) problems.add(locations.of(owner, key), messages[index]!);
    } else {
      const owner = path.length === 0 ? undefined : valueAt(value, path.slice(0, -1));
      const key = path.at(-1);
      const at =
        typeof owner === 'object' && owner !== null
          ? locations.of(owner, key)
          : typeof value === 'object' && value
            ? locations.of(value)
            : where;
      const missing = typeof key === 'string' && typeof owner === 'object' && owner !== null && !Object.hasOwn(owner, key);
      const name = typeof key === 'string' ? `"${key}"${missing ? ' is missing' : ''}: ` : '';
      problems.add(at, `${name}${issue.message}`);
    }
  }
  return undefined;
}

function valueAt(value: Tree, path: readonly (string | number)[]): Tree | undefined {
  let found: Tree | undefined = value;
  for (const key of path) found = (found as { [key: string]: Tree } | undefined)?.[key as string];
  return found;
}
