/** Reads `_shared.yaml`: blocks, objects, placeholders, observables and the mapping of unknown event types. */
import type { OcsfSchema } from '../ocsf/schema.js';
import { checkComplete } from './class-entries.js';
import { includedBlocks, mapLayer, overlay, type Shared, type SharedObject } from './expand.js';
import { factPlace } from './facts.js';
import { fitChoice, fitEntries, plainEntry } from './fit.js';
import type { Choice, MappingSet, Where } from './model.js';
import { FACT_KINDS } from './plan.js';
import { unknown } from './problem.js';
import { checkShape, SHAPES, type SharedFile } from './shape.js';
import type { Sites } from './site.js';
import { type ReadContext, readChoice, readMap, type WrittenEntry } from './written.js';

/** An event whose severity nothing tells. */
export const DEFAULT_SEVERITY: Choice = { kind: 'constant', value: 'Informational' };

/** The blocks and objects of a file over those of the files before it. */
export function readShared(raw: SharedFile, before: Shared, context: ReadContext): Shared {
  const { locations, problems } = context;
  const objects = new Map(before.objects);
  for (const [name, value] of Object.entries(raw.objects ?? {})) {
    const where = locations.of(raw.objects!, name);
    const object = checkShape(SHAPES.object, value, where, locations, problems);
    const params = new Set(object?.params);
    const map: WrittenEntry[] = object ? readMap(object.map, { ...context, parameters: params }) : [];
    objects.set(name, { params, map, where } satisfies SharedObject);
  }
  const blocks = new Map(before.blocks);
  for (const [name, value] of Object.entries(raw.blocks ?? {})) {
    const block = checkShape(SHAPES.block, value, locations.of(raw.blocks!, name), locations, problems);
    blocks.set(name, mapLayer(block ? readMap(block.map, context) : [], { blocks, objects }, problems));
  }
  return { blocks, objects };
}

/** `observables`: captions → ids. */
export function readObservables(raw: SharedFile, schemas: readonly OcsfSchema[], { locations, problems }: ReadContext): number[] {
  const known = new Map<string, number>();
  for (const schema of schemas)
    for (const [id, caption] of schema.observableTypes) if (!known.has(caption)) known.set(caption, id);
  return (raw.observables ?? []).flatMap((caption, index) => {
    const id = known.get(caption);
    if (id === undefined) problems.add(locations.of(raw.observables!, index), unknown('observable type', caption, known.keys()));
    return id ?? [];
  });
}

/** A class that has every place of facts. */
const FACT_CLASS = 'process_activity';

/** `facts`: what is filled from outside events where they leave it empty. Entries stand in the kind's own object alone. */
export function readFacts(
  raw: NonNullable<SharedFile['facts']>,
  shared: Shared,
  sites: Sites,
  context: ReadContext,
): Partial<MappingSet['facts']> {
  const { locations, problems } = context;
  const site = sites.of(FACT_CLASS);
  const facts: Partial<MappingSet['facts']> = {};
  for (const kind of FACT_KINDS) {
    const { include = [], map } = raw[kind] ?? {};
    const layers = [
      ...includedBlocks(include, (index) => locations.of(include, index), shared, problems),
      ...(map ? [mapLayer(readMap(map, context), shared, problems)] : []),
    ];
    const entries = overlay(layers);
    for (const { path, usedAt } of entries) {
      if (!path.startsWith(`${factPlace(kind)}.`))
        problems.add(usedAt, `facts of a ${kind} fill ${factPlace(kind)} alone, not ${path}`);
    }
    if (raw[kind]) facts[kind] = fitEntries(entries, site, problems).map(plainEntry);
  }
  return facts;
}

/** `unknown`: how an event becomes a `base_event` that no rule takes. */
export function readUnknown(
  raw: NonNullable<SharedFile['unknown']>,
  shared: Shared,
  sites: Sites,
  context: ReadContext,
): MappingSet['unknown'] {
  const { locations, problems } = context;
  const where: Where = locations.of(raw);
  const site = sites.of('base_event');
  const severity =
    raw.severity === undefined ? DEFAULT_SEVERITY : readChoice(raw.severity, locations.of(raw, 'severity'), context);
  if (severity) fitChoice(severity, locations.of(raw, 'severity'), 'severity_id', site, problems);
  const layers = [
    ...includedBlocks(raw.include ?? [], (index) => locations.of(raw.include!, index), shared, problems),
    ...(raw.map ? [mapLayer(readMap(raw.map, context), shared, problems)] : []),
  ];
  const entries = fitEntries(overlay(layers), site, problems);
  checkComplete(entries, site, where, problems);
  return { severity: severity ?? DEFAULT_SEVERITY, entries: entries.map(plainEntry), where };
}
