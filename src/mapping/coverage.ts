/** What the mappings cover: by event type its classes, activities and the fields they take. */
import type { Choice, MappingSet } from './model.js';
import type { CompiledMapping } from './plan.js';

export interface EventCoverage {
  eventType: string;
  /** of its rules, in the order they are tried; fallbacks not counted */
  classes: string[];
  activities: string[];
  /** FDR fields that some rule puts into an attribute */
  fields: string[];
  /** why it is in base_event, where it is */
  reason?: string;
}

export function coverageOf(mapping: CompiledMapping, set: MappingSet): EventCoverage[] {
  return Object.entries(mapping.routes)
    .map(([eventType, routes]): EventCoverage => {
      const rules = set.rules.filter(
        (rule) => rule.eventTypes.includes(eventType) && (rule.versions?.includes(mapping.version) ?? true),
      );
      const fields = new Set<string>();
      for (const route of routes) {
        route.alternatives[0]?.keepers.forEach((keepers, slot) => {
          if (keepers > 0) fields.add(route.slots[slot]!);
        });
      }
      const reason = rules.find((rule) => rule.reason !== undefined)?.reason;
      return {
        eventType,
        classes: [...new Set(rules.map((rule) => rule.class))],
        activities: [...new Set(rules.flatMap((rule) => captionsOf(rule.activity)))],
        fields: [...fields].sort(),
        ...(reason === undefined ? {} : { reason }),
      };
    })
    .sort((a, b) => (a.eventType < b.eventType ? -1 : 1));
}

function captionsOf(choice: Choice): string[] {
  if (choice.kind === 'constant') return [String(choice.value)];
  if (choice.kind === 'ranges') return choice.ranges.map((range) => range.caption);
  return [...new Set(Object.values(choice.table))];
}
