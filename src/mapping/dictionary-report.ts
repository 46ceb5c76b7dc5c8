/** What the mappings lack against a tenant's own dictionary of event types. */
import { coverageOf } from './coverage.js';
import type { EventDictionary } from './event-dictionary.js';
import type { MappingSet } from './model.js';
import { type CompiledMapping, isFeedType, type Route } from './plan.js';

export interface TypeGap {
  eventType: string;
  platforms: string[];
  description: string;
  /** some rule names it; otherwise it is kept whole in base_event */
  mapped: boolean;
  classes: string[];
  activities: string[];
  /** fields that reach an attribute whole, by any of its rules */
  fieldsMapped: string[];
  /** fields that stay in `unmapped`: always, or the part that no attribute holds */
  fieldsUnmapped: string[];
}

export interface FieldGap {
  field: string;
  /** types of the dictionary that have it */
  types: number;
}

export interface DictionaryReport {
  ocsf: string;
  mapping: string;
  /** of the dictionary: one a type, platform and version */
  entries: number;
  types: { known: number; mapped: number; unmapped: number };
  /** by name */
  eventTypes: TypeGap[];
  /** fields that no mapping takes in any event type, the commonest first */
  unknownFields: FieldGap[];
  /** event types that the mappings name and the dictionary does not */
  notInDictionary: string[];
}

export function dictionaryReport(dictionary: EventDictionary, mapping: CompiledMapping, set: MappingSet): DictionaryReport {
  const coverage = new Map(coverageOf(mapping, set).map((event) => [event.eventType, event]));
  const always = new Set(keptFields(mapping.unknown));
  const takenAnywhere = new Set([...always, ...[...coverage.values()].flatMap(({ fields }) => fields)]);
  const unknown = new Map<string, number>();
  const eventTypes = dictionary.types.map(({ eventType, platforms, description, fields }): TypeGap => {
    const event = coverage.get(eventType);
    const kept = event === undefined ? always : new Set(event.fields);
    for (const field of fields) if (!takenAnywhere.has(field)) unknown.set(field, (unknown.get(field) ?? 0) + 1);
    return {
      eventType,
      platforms,
      description,
      mapped: event !== undefined,
      classes: event?.classes ?? ['base_event'],
      activities: event?.activities ?? [],
      fieldsMapped: fields.filter((field) => kept.has(field)),
      fieldsUnmapped: fields.filter((field) => !kept.has(field)),
    };
  });
  const named = new Set(dictionary.types.map(({ eventType }) => eventType));
  const mapped = eventTypes.filter((type) => type.mapped).length;
  return {
    ocsf: mapping.version,
    mapping: mapping.mappingVersion,
    entries: dictionary.entries,
    types: { known: eventTypes.length, mapped, unmapped: eventTypes.length - mapped },
    eventTypes,
    unknownFields: [...unknown]
      .map(([field, types]) => ({ field, types }))
      .sort((a, b) => b.types - a.types || (a.field < b.field ? -1 : 1)),
    notInDictionary: [...coverage.keys()].filter((eventType) => !named.has(eventType) && !isFeedType(eventType)),
  };
}

function keptFields({ alternatives, slots }: Route): string[] {
  return slots.filter((_, slot) => (alternatives[0]?.keepers[slot] ?? 0) > 0);
}
