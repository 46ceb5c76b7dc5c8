/** Compiles one way to write an event (a class and the entries that fill it) to an {@link Alternative}. */
import type { EventClass } from '../ocsf/schema.js';
import { attributeChain } from './class-plan.js';
import { unknownActorPath } from './derive-layout.js';
import { addEntry } from './entry-ops.js';
import type { Choice, Entry, Value } from './model.js';
import { type CompileContext, Ops } from './ops.js';
import type { ActivityPlan, Alternative, AlternativeSource, StructRule } from './plan.js';
import { captionId, enumReading, OTHER, rangesReading } from './reading.js';
import { requirementOf } from './requirement.js';
import { addRequiredEnums, structRules } from './struct-rules.js';

/** @param word the source's own word for an activity that is Other; absent: the event type */
export function compileAlternative(
  context: CompileContext,
  entries: readonly Entry[],
  activity: Choice,
  severity: Choice,
  source: AlternativeSource,
  word?: string,
): Alternative {
  const ops = new Ops(context);
  addEngineEntries(ops);
  const usable = entries.filter((entry) => profileIsFilled(ops.cls, entry, entries));
  for (const entry of usable) addEntry(ops, entry.path, entry.value, false);
  addSeverity(ops, severity);
  const profiles = profilesOf(ops, usable);
  const profileItem = { constants: profiles, leaves: [], constantLeaves: [], structs: [] };
  ops.lists.push({ node: ops.node('metadata.profiles')!, items: [profileItem] });
  addRequiredEnums(ops, ops.cls.attributes, '', profiles);

  const structs: StructRule[] = [];
  const fixed: number[] = [];
  const top = structRules(ops, '', ops.cls, profiles, structs, fixed);
  const unknownActor = unknownActorOf(ops, structs);
  const requirement = requirementOf(ops, structs, top, unknownActor, profiles);
  const activityPlan = activityOf(ops.cls, activity, context.slotOf, word);
  return {
    class: context.classIndex,
    source,
    activity: activityPlan,
    leaves: ops.leaves,
    lists: ops.lists,
    structs,
    constants: ops.constants,
    fixedStructs: [...new Set(fixed)].sort((a, b) => a - b),
    keepers: keepersOf(ops, activityPlan),
    factSlots: [],
    ...(requirement === undefined ? {} : { requirement }),
    ...(unknownActor === undefined ? {} : { unknownActor }),
  };
}

/** What the engine maps for every event: the cloud's time, the endpoint's time as text, the version. */
function addEngineEntries(ops: Ops): void {
  const field = (name: string): Value => ({ kind: 'field', field: name, kernels: [] });
  addEntry(ops, 'metadata.logged_time', field('timestamp'), false);
  addEntry(ops, 'metadata.original_time', field('ContextTimeStamp'), false);
  addEntry(ops, 'metadata.original_time', field('UTCTimestamp'), true);
  const { timeField, schema } = ops.context;
  if (timeField !== undefined) addEntry(ops, 'metadata.original_time', field(timeField), true);
  addEntry(ops, 'metadata.version', { kind: 'constant', value: schema.version }, false);
}

/** Severity always has a value: Unknown where its field gives none. */
function addSeverity(ops: Ops, severity: Choice): void {
  const path = 'severity_id';
  addEntry(ops, path, severity, false);
  if (severity.kind !== 'constant') ops.constants.push(ops.constant(path, ops.attribute(path)!, 'Unknown', true)!);
}

function activityOf(cls: EventClass, choice: Choice, slotOf: (field: string) => number, word: string | undefined): ActivityPlan {
  const attribute = cls.attributes.get('activity_id')!;
  // 99 wants the source's own word for a caption: null stands for it
  const entry = (id: number, caption: string | null) => ({
    id,
    caption: id === OTHER ? null : caption,
    typeUid: cls.uid * 100 + id,
    typeName: `${cls.caption}: ${attribute.enum?.[id] ?? caption ?? ''}`,
  });
  const unknown = entry(0, attribute.enum?.[0] ?? 'Unknown');
  if (choice.kind === 'constant') {
    const id = captionId(attribute, String(choice.value)) ?? 0;
    const constant = id === OTHER && word !== undefined ? ownWord(cls, word) : entry(id, attribute.enum?.[id] ?? null);
    return { slot: -1, reading: null, keeps: false, entries: [id === 0 ? unknown : constant] };
  }
  const slot = slotOf(choice.field);
  const reading = choice.kind === 'ranges' ? rangesReading(attribute, choice) : enumReading(attribute, choice);
  const entries = [unknown, ...reading.ids.map((id, i) => entry(id, reading.captions[i]!))];
  if (reading.kind === 'enum' && reading.other !== undefined) entries.push(entry(reading.other.id, reading.other.caption));
  return { slot, reading, keeps: reading.kind === 'enum', entries };
}

const ownWord = (cls: EventClass, word: string): ActivityPlan['entries'][number] => ({
  id: OTHER,
  caption: word,
  typeUid: cls.uid * 100 + OTHER,
  typeName: `${cls.caption}: ${word}`,
});

/** Whether what the entry's profile requires beside it is mapped too: without a `cloud`, `api` under the profile cloud is left out. */
function profileIsFilled(cls: EventClass, entry: Entry, entries: readonly Entry[]): boolean {
  const profile = cls.attributes.get(entry.path.split('.')[0]!)?.profile;
  if (profile === undefined) return true;
  return [...cls.attributes.values()].every((attribute) => {
    if (attribute.profile !== profile || attribute.requirement !== 'required' || attribute.enum !== undefined) return true;
    return entries.some(({ path }) => path === attribute.name || path.startsWith(`${attribute.name}.`));
  });
}

/** `datetime` for time_dt, and the profile of every gated attribute that an entry fills. */
function profilesOf(ops: Ops, entries: readonly Entry[]): string[] {
  const used = new Set(['datetime']);
  for (const entry of entries) {
    if (ops.node(entry.path) === undefined) continue;
    for (const { profile } of attributeChain(ops.context.schema, ops.cls, entry.path) ?? []) {
      if (profile !== undefined && ops.cls.profiles.includes(profile)) used.add(profile);
    }
  }
  return [...used].sort();
}

/** OCSF's unknown actor, for classes that require one; its struct has a rule even if nothing of it is mapped. */
function unknownActorOf(ops: Ops, structs: StructRule[]): Alternative['unknownActor'] {
  if (ops.cls.attributes.get('actor')?.requirement !== 'required') return undefined;
  const struct = ops.node('actor')!;
  const leaf = ops.node(unknownActorPath(ops.context.schema))!;
  if (!structs.some((rule) => rule.node === struct)) {
    structs.push({ node: struct, data: [], required: [], anyOf: [], justOne: [] });
  }
  return { struct, leaf, text: 'Unknown' };
}

/** Slot → how many ops can keep its field. */
function keepersOf(ops: Ops, activity: ActivityPlan): number[] {
  const keepers: number[] = [];
  const add = (slot: number) => {
    keepers[slot] = (keepers[slot] ?? 0) + 1;
  };
  for (const op of ops.leaves) if (op.keeps) add(op.slot);
  for (const list of ops.lists) {
    for (const item of list.items) {
      if (item.each !== undefined && item.each.parts.length === 0) add(item.each.slot);
      for (const op of item.leaves) if (op.keeps && op.slot >= 0) add(op.slot);
    }
  }
  if (activity.keeps) add(activity.slot);
  return Array.from(keepers, (count) => count ?? 0);
}
