/** Which rule takes an event type in a version: a user's before the built-in ones, and none after the one without `when`. */
import type { OcsfVersion } from '../ocsf/schema.js';
import type { Origin, Rule } from './model.js';
import { type Problems, quoted } from './problem.js';

export interface OrderedRule {
  rule: Rule;
  origin: Origin;
  /** the versions that it is for and that have its class */
  versions: readonly OcsfVersion[];
}

/**
 * The rules in the order in which they are tried. A rule that could never take an event of a type, since one without `when`
 * stands before it, is a problem; but a built-in rule steps back silently before a user's, type by type and version by version.
 *
 * @param rules in the order of their files and lines
 */
export function orderRules(rules: readonly OrderedRule[], problems: Problems): Rule[] {
  /** event type and version → the rule without `when` that takes what is left */
  const takers = new Map<string, OrderedRule>();
  const ordered: Rule[] = [];
  for (const one of [
    ...rules.filter(({ origin }) => origin === 'user'),
    ...rules.filter(({ origin }) => origin === 'built-in'),
  ]) {
    const left = new Map<string, OcsfVersion[]>();
    for (const eventType of one.rule.eventTypes) {
      const versions = one.versions.filter((version) => {
        const taker = takers.get(`${version} ${eventType}`);
        if (taker?.origin === one.origin) problems.add(one.rule.where, neverReached(eventType, taker));
        return taker === undefined;
      });
      if (one.rule.when === undefined) for (const version of versions) takers.set(`${version} ${eventType}`, one);
      if (versions.length > 0) left.set(eventType, versions);
    }
    ordered.push(...split(one, left));
  }
  return ordered;
}

/** The rule, in as many parts as its event types have different versions left. */
function split({ rule, versions }: OrderedRule, left: ReadonlyMap<string, readonly OcsfVersion[]>): Rule[] {
  const parts = new Map<string, Rule>();
  for (const [eventType, leftVersions] of left) {
    const whole = leftVersions.length === versions.length;
    const key = whole ? '' : leftVersions.join();
    const part = parts.get(key);
    if (part) part.eventTypes.push(eventType);
    else parts.set(key, { ...rule, eventTypes: [eventType], ...(!whole && { versions: [...leftVersions] }) });
  }
  return [...parts.values()];
}

function neverReached(eventType: string, { rule }: OrderedRule): string {
  const { file, line } = rule.where;
  return `event type ${quoted(eventType)} never comes here: the rule at ${file}:${line} takes all of it; give that one a "when" or put it last`;
}
