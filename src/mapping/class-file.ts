/** Reads the file of a class: its rules, with everything they include put in and checked against OCSF. */
import type { OcsfVersion } from '../ocsf/schema.js';
import { carryOver, checkComplete, inVersions, type MissingByVersion } from './class-entries.js';
import { includedBlocks, type Layer, mapLayer, overlay, type PlacedEntry, type Shared } from './expand.js';
import { fitChoice, fitEntries, plainEntry } from './fit.js';
import type { Choice, Fallback, Guard, Origin, Rule, Where } from './model.js';
import { isFeedType } from './plan.js';
import { quoted, unknown } from './problem.js';
import type { OrderedRule } from './rule-order.js';
import type { ClassFile, RawFallback, RawRule } from './shape.js';
import { DEFAULT_SEVERITY } from './shared-file.js';
import type { Site, Sites } from './site.js';
import { type ReadContext, readChoice, readField, readMap } from './written.js';

const UNKNOWN_ACTIVITY: Choice = { kind: 'constant', value: 'Unknown' };

export interface ClassFileContext extends ReadContext {
  shared: Shared;
  sites: Sites;
  origin: Origin;
}

/** The rules in the file's order; what is wrong is told to the context's problems, and the rule is then not to be used. */
export function readClassFile(raw: ClassFile, context: ClassFileContext): OrderedRule[] {
  const { locations, problems, sites } = context;
  const name = raw.class;
  if (sites.of(name).owners.length === 0) {
    problems.add(locations.of(raw, 'class'), unknown('class', name, sites.names()));
    return [];
  }
  const layers = layersOf(raw, context);
  const severity =
    raw.severity === undefined ? DEFAULT_SEVERITY : readChoice(raw.severity, locations.of(raw, 'severity'), context);
  return raw.rules.map((rule, index) => {
    const where = locations.of(raw.rules, index);
    const read = new RuleReader(name, rule, where, context);
    return read.rule(layers, severity ?? DEFAULT_SEVERITY, locations.of(raw, 'severity'));
  });
}

/** Included blocks, and the map over them. */
function layersOf(raw: { include?: string[] | undefined; map?: RawRule['map'] }, context: ClassFileContext): Layer[] {
  const { locations, problems, shared } = context;
  const blocks = includedBlocks(raw.include ?? [], (index) => locations.of(raw.include!, index), shared, problems);
  return raw.map ? [...blocks, mapLayer(readMap(raw.map, context), shared, problems)] : blocks;
}

class RuleReader {
  private readonly site: Site;

  constructor(
    private readonly className: string,
    private readonly raw: RawRule,
    private readonly where: Where,
    private readonly context: ClassFileContext,
  ) {
    this.site = context.sites.of(className, raw.versions);
  }

  rule(fileLayers: readonly Layer[], fileSeverity: Choice, fileSeverityAt: Where): OrderedRule {
    const { raw, context, site, className } = this;
    const { problems } = context;
    this.checkVersions();
    const severityAt = raw.severity === undefined ? fileSeverityAt : this.at('severity');
    const severity =
      (raw.severity === undefined ? fileSeverity : readChoice(raw.severity, severityAt, context)) ?? DEFAULT_SEVERITY;
    fitChoice(severity, severityAt, 'severity_id', site, problems);

    const placed = overlay([...fileLayers, ...layersOf(raw, context)]);
    const entries = fitEntries(placed, site, problems);
    const missing = checkComplete(entries, site, this.where, problems);
    const fallbacks = (raw.fallback ?? []).map((fallback, index) =>
      this.fallback(fallback, placed, this.context.locations.of(raw.fallback!, index)),
    );
    this.checkRequired(missing, fallbacks);

    const rule: Rule = {
      eventTypes: this.eventTypes(),
      class: className,
      ...(raw.versions && { versions: [...new Set(raw.versions)] }),
      ...this.guard(),
      activity: this.activity(raw.activity, className, site, this.where, this.at('activity')),
      severity,
      ...this.time(),
      entries: entries.map(plainEntry),
      fallbacks: fallbacks.map(({ fallback }) => fallback),
      ...this.reason(),
      where: this.where,
      origin: context.origin,
    };
    return { rule, origin: context.origin, versions: site.versions };
  }

  private at(key: keyof RawRule): Where {
    return this.context.locations.of(this.raw, key);
  }

  private checkVersions(): void {
    const { raw, site, className, context } = this;
    const has = new Set(site.versions);
    raw.versions?.forEach((version, index) => {
      if (has.has(version) || !context.sites.schemas.some((schema) => schema.version === version)) return;
      context.problems.add(
        context.locations.of(raw.versions!, index),
        `OCSF ${version} has no class ${className}; take it out of "versions"`,
      );
    });
  }

  private eventTypes(): string[] {
    const { raw, context } = this;
    raw.events.forEach((name, index) => {
      if (raw.events.indexOf(name) < index)
        context.problems.add(context.locations.of(raw.events, index), `event type ${quoted(name)} stands twice in this rule`);
    });
    const feeds = raw.events.filter(isFeedType);
    if (feeds.length > 0 && feeds.length < raw.events.length)
      context.problems.add(
        context.locations.of(raw, 'events'),
        `${quoted(feeds[0]!)} is a feed and needs a rule without event types`,
      );
    return [...new Set(raw.events)];
  }

  private activity(raw: RawRule['activity'], className: string, site: Site, where: Where, at: Where): Choice {
    const { context } = this;
    if (raw === undefined) {
      if (className !== 'base_event')
        context.problems.add(where, `"activity" is missing: expected a caption of ${className}'s activity_id, or an enum`);
      return UNKNOWN_ACTIVITY;
    }
    const choice = readChoice(raw, at, context);
    if (choice) fitChoice(choice, at, 'activity_id', site, context.problems);
    return choice ?? UNKNOWN_ACTIVITY;
  }

  private guard(): { when?: Guard } {
    const { when } = this.raw;
    if (!when) return {};
    const field = readField(when.field, this.context.locations.of(when, 'field'), this.context) ?? when.field;
    return { when: { field, ...(when.is && { is: when.is.map(String) }), ...(when.not !== undefined && { not: when.not }) } };
  }

  private time(): { time?: string } {
    if (this.raw.time === undefined) return {};
    const time = readField(this.raw.time, this.at('time'), this.context);
    return time === undefined ? {} : { time };
  }

  private reason(): { reason?: string } {
    const { reason } = this.raw;
    const isBase = this.className === 'base_event';
    if (reason === undefined) {
      if (isBase)
        this.context.problems.add(
          this.where,
          '"reason" is missing: expected one line that tells why no class but base_event fits',
        );
      return {};
    }
    if (reason.trim() === '' || reason.trim().includes('\n'))
      this.context.problems.add(this.at('reason'), '"reason": expected one line of text');
    return { reason: reason.trim() };
  }

  private fallback(raw: RawFallback, rule: readonly PlacedEntry[], where: Where): CheckedFallback {
    const { context } = this;
    const { problems, sites, shared, locations } = context;
    const site = sites.of(raw.class, this.raw.versions);
    if (site.owners.length === 0) {
      const known = sites.names();
      problems.add(
        locations.of(raw, 'class'),
        known.has(raw.class) ? `no version of this rule has the class ${raw.class}` : unknown('class', raw.class, known),
      );
      // It is wrong already; that the rule needs it is not said too.
      const missing: MissingByVersion = new Map(this.site.versions.map((version) => [version, []]));
      return { fallback: { class: raw.class, activity: UNKNOWN_ACTIVITY, entries: [], where }, missing };
    }
    const activity = this.activity(raw.activity, raw.class, site, where, locations.of(raw, 'activity'));
    const layers = raw.map ? [mapLayer(readMap(raw.map, context), shared, problems)] : [];
    const own = fitEntries(overlay(layers), site, problems);
    const all = carryOver(rule, own, site);
    const missing = checkComplete(all, site, where, problems);
    if ([...missing.values()].every((lacks) => lacks.length > 0)) {
      problems.add(where, `fallback ${raw.class} can never be taken: ${[...missing.values()][0]!.join('; ')}`);
    }
    return { fallback: { class: raw.class, activity, entries: own.map(plainEntry), where }, missing };
  }

  /** What the class requires must be filled by the rule, or a fallback must be able to take the event. */
  private checkRequired(missing: MissingByVersion, fallbacks: readonly CheckedFallback[]): void {
    const told = new Map<string, OcsfVersion[]>();
    for (const [version, lacks] of missing) {
      if (fallbacks.some((fallback) => fallback.missing.get(version)?.length === 0)) continue;
      for (const what of lacks) told.set(what, [...(told.get(what) ?? []), version]);
    }
    for (const [what, versions] of told) {
      this.context.problems.add(
        this.where,
        `${what}${inVersions(versions, this.site)}; map it, or give a fallback that does without`,
      );
    }
  }
}

interface CheckedFallback {
  fallback: Fallback;
  /** what it lacks, by version */
  missing: MissingByVersion;
}
