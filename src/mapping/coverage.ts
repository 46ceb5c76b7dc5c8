/** What the mappings cover: by event type its classes, activities and the fields they take. */
import type { Catalogue } from './catalogue.js';
import type { Choice, MappingSet } from './model.js';
import type { CompiledMapping } from './plan.js';

export interface EventCoverage {
  eventType: string;
  /** of the catalogue; empty where the type is not in it or its platforms are not known */
  platforms: string[];
  /** of its rules, in the order they are tried; fallbacks not counted */
  classes: string[];
  activities: string[];
  /** FDR fields that some rule puts into an attribute */
  fields: string[];
  /** how many fields the catalogue knows of the type, and how many of those are in `fields` */
  known: number;
  mapped: number;
  /** why it is in base_event, where it is */
  reason?: string;
}

/** How much of the catalogue has a mapping. */
export interface CatalogueCoverage {
  sensor: { covered: number; of: number };
  external: { covered: number; of: number };
  /** types of the catalogue without a rule in this OCSF version */
  missing: string[];
}

const NO_CATALOGUE: Pick<Catalogue, 'events' | 'external'> = { events: {}, external: {} };

export function coverageOf(
  mapping: CompiledMapping,
  set: MappingSet,
  catalogue: Pick<Catalogue, 'events' | 'external'> = NO_CATALOGUE,
): EventCoverage[] {
  const classes = new Set(mapping.classes.map(({ name }) => name));
  const inVersion = set.rules.filter((rule) => classes.has(rule.class) && (rule.versions?.includes(mapping.version) ?? true));
  return Object.entries(mapping.routes)
    .map(([eventType, routes]): EventCoverage => {
      const rules = inVersion.filter((rule) => rule.eventTypes.includes(eventType));
      const fields = new Set<string>();
      for (const route of routes) {
        route.alternatives[0]?.keepers.forEach((keepers, slot) => {
          if (keepers > 0) fields.add(route.slots[slot]!);
        });
      }
      const reason = rules.find((rule) => rule.reason !== undefined)?.reason;
      const event = [catalogue.events, catalogue.external].find((some) => Object.hasOwn(some, eventType))?.[eventType];
      const taken = new Set([...fields].map((field) => field.split('.')[0]!));
      return {
        eventType,
        platforms: event?.platforms ?? [],
        classes: [...new Set(rules.map((rule) => rule.class))],
        activities: [...new Set(rules.flatMap((rule) => captionsOf(rule.activity)))],
        fields: [...fields].sort(),
        known: event?.fields.length ?? 0,
        mapped: event?.fields.filter((field) => taken.has(field)).length ?? 0,
        ...(reason === undefined ? {} : { reason }),
      };
    })
    .sort((a, b) => (a.eventType < b.eventType ? -1 : 1));
}

export function catalogueCoverage({ routes }: CompiledMapping, { events, external }: Catalogue): CatalogueCoverage {
  const count = (names: readonly string[]) => ({
    covered: names.filter((name) => Object.hasOwn(routes, name)).length,
    of: names.length,
  });
  const names = [...Object.keys(events), ...Object.keys(external)];
  return {
    sensor: count(Object.keys(events)),
    external: count(Object.keys(external)),
    missing: names.filter((name) => !Object.hasOwn(routes, name)),
  };
}

function captionsOf(choice: Choice): string[] {
  if (choice.kind === 'constant') return [String(choice.value)];
  if (choice.kind === 'ranges') return choice.ranges.map((range) => range.caption);
  return [...new Set(Object.values(choice.table))];
}
