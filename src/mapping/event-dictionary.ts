/**
 * A tenant's own dictionary of event types, as the FDR schema API tells it: one entry a type, platform and version. Pure: the caller
 * reads the file.
 */
import { z } from 'zod';
import { dictionaryInvalid } from './errors.js';

/** An event type, its entries for all platforms and versions taken together. */
export interface DictionaryType {
  eventType: string;
  platforms: string[];
  /** of its newest version; '' where there is none */
  description: string;
  /** every field that some entry names, sorted */
  fields: string[];
}

export interface EventDictionary {
  entries: number;
  /** by name */
  types: DictionaryType[];
}

/** Longer names are no names of FDR; control characters and half surrogate pairs stand in none. */
const LONGEST_NAME = 256;
const name = z
  .string()
  .min(1)
  .max(LONGEST_NAME)
  .regex(/^[^\p{Cc}\p{Cs}\u2028\u2029]+$/u);
const text = z.string().nullish();

const ENTRY = z.object({
  name,
  platform: text,
  description: text,
  version: z.union([z.string(), z.number()]).nullish(),
  fields: z.array(z.object({ name })).nullish(),
});
type Entry = z.infer<typeof ENTRY>;

/**
 * Reads what the API gave: a list of entries, its answer (`resources`) or several answers in a list, the same inside a client's
 * `body`, or any of these one a line.
 *
 * @param file names it in messages
 * @throws FalconryError `DICTIONARY_INVALID`
 */
export function parseDictionary(json: string, file: string): EventDictionary {
  const entries = documentsOf(json, file).flatMap((document) => entriesOf(document, file));
  if (entries.length === 0) throw dictionaryInvalid(file, 'it holds no event type');
  const types = new Map<string, { type: DictionaryType; version: number; fields: Set<string>; platforms: Set<string> }>();
  entries.forEach((value, index) => {
    const entry = checked(value, index, file);
    const version = Number(entry.version ?? 0) || 0;
    const description = entry.description ?? '';
    let known = types.get(entry.name);
    if (known === undefined) {
      const type = { eventType: entry.name, platforms: [], description, fields: [] };
      types.set(entry.name, (known = { type, version, fields: new Set(), platforms: new Set() }));
    }
    if (description !== '' && (version > known.version || known.type.description === '')) {
      known.type.description = description;
      known.version = version;
    }
    if (entry.platform) known.platforms.add(entry.platform);
    for (const field of entry.fields ?? []) known.fields.add(field.name);
  });
  const sorted = [...types.values()].map(({ type, fields, platforms }) => ({
    ...type,
    fields: [...fields].sort(),
    platforms: [...platforms].sort(),
  }));
  return { entries: entries.length, types: sorted.sort((a, b) => (a.eventType < b.eventType ? -1 : 1)) };
}

/** The one JSON document, or one a line. */
function documentsOf(json: string, file: string): unknown[] {
  try {
    return [JSON.parse(json)];
  } catch (whole) {
    const lines = json.split('\n').filter((line) => line.trim() !== '');
    if (lines.length === 0) throw dictionaryInvalid(file, 'it is empty');
    return lines.map((line) => {
      try {
        return JSON.parse(line);
      } catch {
        throw dictionaryInvalid(file, `it is no JSON (${(whole as Error).message.replace(/[\p{Cc}]/gu, ' ')})`);
      }
    });
  }
}

function entriesOf(document: unknown, file: string): unknown[] {
  if (Array.isArray(document)) return document.flatMap((one) => entriesOf(one, file));
  if (typeof document === 'string') throw dictionaryInvalid(file, 'it holds ids alone, not what they stand for');
  if (typeof document !== 'object' || document === null) throw dictionaryInvalid(file, 'it holds no entries of event types');
  if ('body' in document) return entriesOf(document.body, file);
  if ('resources' in document) return entriesOf(document.resources ?? [], file);
  if ('name' in document && 'fields' in document) return [document];
  throw dictionaryInvalid(file, 'it holds something else than entries of event types');
}

function checked(value: unknown, index: number, file: string): Entry {
  const result = ENTRY.safeParse(value);
  if (result.success) return result.data;
  const path = result.error.issues[0]!.path.join('.');
  throw dictionaryInvalid(file, `entry ${index + 1} has a "${path}" that cannot be`);
}
