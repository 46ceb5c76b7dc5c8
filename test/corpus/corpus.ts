/**
 * Lines of every event type of the catalogue: with all its fields on each platform, with each value of each enum, with each
 * field missing in turn, and with nothing but its envelope. The same catalogue and mappings give the same lines.
 *
 * Where no field list of a type is public, its fields are those that its mapping reads.
 */
import { type Catalogue, type CatalogueEvent, catalogueEvents } from '../../src/mapping/catalogue.js';
import type { CompiledMapping, Route } from '../../src/mapping/plan.js';
import { TYPE_FIELDS } from '../../src/mapping/plan.js';
import { type FieldValue, fieldValue } from './values.js';

export interface CorpusLine {
  eventType: string;
  /** `full Win`, `without UserName`, `TokenType=2`, `envelope` */
  what: string;
  text: string;
}

const ENVELOPE = ['id', 'cid', 'aid', 'aip', 'timestamp', 'ConfigBuild', 'name', 'event_platform'];
/** What mappings read of every event, and only the one kind has. */
const EXTERNAL_ONLY = ['UTCTimestamp', 'CustomerIdString'];
const SENSOR_ONLY = ['ContextTimeStamp', 'TreeId', 'event_platform', 'aip', 'aid', 'ConfigBuild', 'name', 'id'];
/** Which of {@link TYPE_FIELDS} names the type. */
type TypeField = (typeof TYPE_FIELDS)[number];

/** Platforms of the catalogue as `event_platform` has them. */
const PLATFORM: Record<string, string> = { Android: 'And', WinLegacy: 'Win' };

/** The name that stands in an event of the type: `cspm_policy_249` for `cspm_policy_*`. */
export function exampleName(eventType: string): string {
  return eventType.endsWith('*') ? `${eventType.slice(0, -1)}249` : eventType;
}

export class Corpus {
  /** routes whose mapping was already tried field by field, for types without a field list */
  private readonly tried = new Set<Route>();
  private readonly externalNames: ReadonlySet<string>;

  constructor(
    private readonly catalogue: Catalogue,
    private readonly mapping: CompiledMapping,
  ) {
    this.externalNames = new Set(Object.keys(catalogue.external));
  }

  /** All lines, by event type. */
  *lines(): Generator<CorpusLine> {
    for (const [name, event] of catalogueEvents(this.catalogue)) yield* this.linesOf(name, event);
  }

  /** The few lines that show a type: complete, and bare. */
  *shortLines(name: string): Generator<CorpusLine> {
    const event = this.catalogue.events[name] ?? this.catalogue.external[name]!;
    const platform = this.platformsOf(event)[0]!;
    yield this.line(name, 'full', platform, this.fieldsOf(name, event));
    yield this.line(name, 'envelope', platform, []);
  }

  private *linesOf(name: string, event: CatalogueEvent): Generator<CorpusLine> {
    const fields = this.fieldsOf(name, event);
    const [first, ...others] = this.platformsOf(event);
    yield this.line(name, `full ${first}`, first!, fields);
    for (const platform of others) yield this.line(name, `full ${platform}`, platform, fields);
    yield this.line(name, 'envelope', first!, []);
    if (event.fields.length === 0 && !this.isNewRoute(name)) return;
    for (const field of fields) {
      yield this.line(
        name,
        `without ${field}`,
        first!,
        fields.filter((other) => other !== field),
      );
    }
    for (const [field, value] of this.choices(name, fields)) {
      yield this.line(name, `${field}=${value}`, first!, fields, new Map([[field, { text: value }]]));
    }
  }

  /** Values that decide something: those of enums, and those that the type's guards ask for. */
  private *choices(name: string, fields: readonly string[]): Generator<[string, string]> {
    for (const field of fields) {
      if (field === 'event_platform') continue;
      for (const value of this.catalogue.fields[field]?.values ?? []) yield [field, value];
    }
    for (const { guard, slots } of this.mapping.routes[name] ?? []) {
      for (const value of guard?.is ?? []) yield [slots[guard!.slot]!, value];
    }
  }

  private isNewRoute(name: string): boolean {
    const routes = this.mapping.routes[name] ?? [];
    const isNew = routes.some((route) => !this.tried.has(route));
    for (const route of routes) this.tried.add(route);
    return isNew;
  }

  /** The type's fields beside what names it; nested ones dotted. */
  private fieldsOf(name: string, event: CatalogueEvent): string[] {
    const read = (this.mapping.routes[name] ?? []).flatMap(({ slots }) => slots);
    const nested = read.filter((field) => field.includes('.') && event.fields.includes(field.split('.')[0]!));
    const strange = this.externalNames.has(name) ? SENSOR_ONLY : EXTERNAL_ONLY;
    const guessed = [...ENVELOPE, ...read].filter((field) => !strange.includes(field));
    const all = event.fields.length > 0 ? [...event.fields, ...nested] : guessed;
    const inside = new Set(all.filter((field) => field.includes('.')).map((field) => field.split('.')[0]!));
    return [...new Set(all)]
      .filter(
        (field) => !(TYPE_FIELDS as readonly string[]).includes(field) || (field === 'event_type' && name.startsWith('cspm')),
      )
      .filter((field) => !inside.has(field))
      .sort();
  }

  private platformsOf({ platforms }: CatalogueEvent): string[] {
    return platforms.length === 0 ? ['Win'] : [...new Set(platforms.map((platform) => PLATFORM[platform] ?? platform))];
  }

  private typeField(name: string): TypeField {
    if (name.startsWith('cspm_policy_')) return 'event-type';
    return this.externalNames.has(name) ? 'ExternalApiType' : 'event_simpleName';
  }

  private line(
    name: string,
    what: string,
    platform: string,
    fields: readonly string[],
    set: ReadonlyMap<string, FieldValue> = new Map(),
  ): CorpusLine {
    const isExternal = this.externalNames.has(name);
    const type = exampleName(name);
    const id = `${type} ${what}`;
    const wanted = fields.length === 0 ? ['id', 'timestamp', 'cid', 'aid'] : fields;
    const tree: Tree = { [this.typeField(name)]: JSON.stringify(type) };
    for (const field of wanted) {
      const value =
        set.get(field) ?? (field === 'event_platform' ? { text: platform } : fieldValue(field, this.catalogue, isExternal));
      put(tree, field.split('.'), value.bare === true ? value.text : JSON.stringify(value.text));
    }
    // an event needs a time, and each line an id of its own
    if (tree.timestamp === undefined && tree.UTCTimestamp === undefined && tree.event_created === undefined) {
      tree.timestamp = JSON.stringify(fieldValue('timestamp', this.catalogue, isExternal).text);
    }
    if (what !== 'without id') tree.id = JSON.stringify(id);
    return { eventType: name, what, text: jsonOf(tree) };
  }
}

type Tree = { [name: string]: string | Tree };

function put(tree: Tree, path: readonly string[], json: string): void {
  const [name, ...rest] = path;
  if (rest.length === 0) tree[name!] = json;
  else put((tree[name!] ??= {}) as Tree, rest, json);
}

function jsonOf(tree: Tree): string {
  return `{${Object.entries(tree)
    .map(([name, value]) => `${JSON.stringify(name)}:${typeof value === 'string' ? value : jsonOf(value)}`)
    .join(',')}}`;
}
