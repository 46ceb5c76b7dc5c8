/**
 * Decides what becomes of a scanned line: its event type, time, class and group, and appends it to the row table.
 *
 * A line that cannot be decided from flat cells is asked for again as exact cells, which leave the line's own bytes untouched:
 * so what ends in quarantine is always the raw line.
 */

import { knownFields } from '../mapping/compile.js';
import { type CompiledMapping, ENVELOPE, feedEventType, isFeedType, type Route, SLOT, TYPE_FIELDS } from '../mapping/plan.js';
import type { LineCells } from '../scan/cells.js';
import { FieldDictionary, hashBytes } from '../scan/dictionary.js';
import { unescapeInPlace } from '../scan/json-text.js';
import { LATER_MARK } from './facts.js';
import { type Group, Groups } from './groups.js';
import { LineSlots } from './line-slots.js';
import { Placeholders } from './placeholders.js';
import { type LoadedRequirement, loadRequirement, RequirementCheck } from './requirement.js';
import { fieldCode, type RowTable } from './row-table.js';
import { TextIndex } from './text-index.js';
import { readTime } from './time.js';

/** The endpoint's time is taken from this long before the cloud's time … */
const BEFORE_CLOUD = 7 * 86_400_000;
/** … to this long after it. */
const AFTER_CLOUD = 3_600_000;
export const DAY = 86_400_000;

/** The endpoint's time where it is near the cloud's, else the cloud's; either may be NaN, then it is the other. */
export function chosenTime(endpoint: number, cloud: number): number {
  if (Number.isNaN(endpoint)) return cloud;
  if (Number.isNaN(cloud)) return endpoint;
  return endpoint >= cloud - BEFORE_CLOUD && endpoint <= cloud + AFTER_CLOUD ? endpoint : cloud;
}

export type { Group };

export type Routed =
  | 'written'
  | 'duplicate'
  /** outside `--from`/`--to` */
  | 'out-of-range'
  | 'no-event-type'
  | 'no-time'
  /** ask again with exact cells; `id` if the line has none, so that its hash takes the place */
  | 'needs-exact';

export interface RouterOptions {
  /** epoch ms, inclusive */
  from?: number;
  /** epoch ms, exclusive */
  to?: number;
  dedupe: boolean;
}

interface LoadedRoute {
  route: Route;
  /** known field → slot or -1 */
  slotOf: Int16Array;
  slots: number;
  guardField: number;
  guardIs: TextIndex | undefined;
  requirements: (LoadedRequirement | undefined)[];
}

/** A type beyond those that the dictionary holds. */
const OTHER_TYPE = 0xffff;

const T = TYPE_FIELDS.length;
const ENV = { timestamp: T, contextTime: T + 1, utcTime: T + 2, id: T + 3, cid: T + 4, aid: T + 5 };
const ENVELOPE_SIZE = T + ENVELOPE.length;

/** No rule takes the event type. */
const UNKNOWN: number[] = [];

export class Router {
  readonly fields: FieldDictionary;
  readonly eventTypes: FieldDictionary;
  readonly routes: LoadedRoute[] = [];
  private readonly grouping: Groups;
  /** how many event types mappings name: ids below it are theirs, others were learned */
  readonly known: number;
  private readonly routesOfType: number[][];
  /** event types that a mapping names by how they begin: `cspm_policy_*` */
  private readonly families: readonly { prefix: string; id: number }[];
  private readonly unknownRoute: number;
  /** event type → whether only rows of a secondary feed have it */
  private readonly isFeed: boolean[];
  /** the event type of all lines until {@link setFeed} says otherwise, or -1: each line names its own */
  private feedType = -1;
  readonly placeholders: Placeholders;
  private readonly at = new Int32Array(ENVELOPE_SIZE);
  private seen = new Set<string>();
  private readonly check = new RequirementCheck();
  private readonly line: LineSlots;
  /** of each cell of the line, see {@link fieldCode} */
  private codes = new Int32Array(0);
  /** bytes of the line's values, and of keys that go with them */
  private textBytes = 0;
  private readonly knownFieldCount: number;

  constructor(
    mapping: CompiledMapping,
    private readonly rows: RowTable,
    private readonly options: RouterOptions,
  ) {
    const fields = [...knownFields(mapping), LATER_MARK];
    this.knownFieldCount = fields.length;
    this.fields = new FieldDictionary(fields);
    const types = Object.keys(mapping.routes);
    this.known = types.length;
    this.eventTypes = new FieldDictionary(types, 60_000);
    const fieldId = new Map(fields.map((name, id) => [name, id]));
    // event types of one rule share their route
    const loaded = new Map<Route, number>();
    const load = (route: Route): number => {
      const known = loaded.get(route) ?? this.routes.push(loadRoute(route, fieldId, this.knownFieldCount)) - 1;
      loaded.set(route, known);
      return known;
    };
    this.routesOfType = types.map((type) => mapping.routes[type]!.map(load));
    this.families = types.flatMap((type, id) => (type.endsWith('*') ? [{ prefix: type.slice(0, -1), id }] : []));
    this.isFeed = types.map(isFeedType);
    this.unknownRoute = load(mapping.unknown);
    this.placeholders = new Placeholders(mapping.placeholders);
    this.line = new LineSlots(this.mostSlots);
    this.grouping = new Groups(this.placeholders);
  }

  /** Slots of the route that has the most. */
  get mostSlots(): number {
    return Math.max(...this.routes.map(({ slots }) => slots));
  }

  /** The window's groups, by {@link RowTable.group}. */
  get groups(): readonly Group[] {
    return this.grouping.groups;
  }

  /** Forgets groups and what `dedupe` has seen: a new unit begins. */
  startUnit(): void {
    this.seen = new Set();
    this.grouping.startUnit();
  }

  /** Forgets the groups: rows are about to be taken away. */
  startWindow(): void {
    this.grouping.startWindow();
  }

  /** Lines from now on are a secondary feed's rows: they name no event type, the feed is theirs. Without a feed: events. */
  setFeed(feed: string | undefined): void {
    this.feedType = feed === undefined ? -1 : this.typeOf(Buffer.from(feedEventType(feed)));
  }

  private typeOf(bytes: Uint8Array, offset = 0, length = bytes.length): number {
    const learned = this.eventTypes.idOf(hashBytes(bytes, offset, length), bytes, offset, length);
    return learned < 0 ? OTHER_TYPE : learned;
  }

  /** The event type's name, by the id in {@link RowTable.eventType}. */
  typeName(id: number): string {
    return id < this.eventTypes.size ? this.eventTypes.name(id) : '(other)';
  }

  /**
   * @param exact the cells come from the exact parser: nothing more can be asked for
   */
  route(cells: LineCells, exact: boolean): Routed {
    const { at } = this;
    const { field, offset, length, bytes, count } = cells;
    at.fill(-1);
    for (let i = 0; i < count; i++) {
      const f = field[i]!;
      if (f >= 0 && f < ENVELOPE_SIZE && length[i]! > 0) at[f] = i;
    }
    let typeCell = -1;
    for (let k = 0; k < T && typeCell < 0; k++) {
      const i = at[k]!;
      if (i >= 0 && !this.placeholders.has(bytes, offset[i]!, length[i]!)) typeCell = i;
    }
    const idCell = at[ENV.id]!;
    if (!exact && (idCell < 0 || this.placeholders.has(bytes, offset[idCell]!, length[idCell]!))) return 'needs-exact';
    if (cells.escaped.length > 0) {
      // the line is changed only when it is sure to be neither quarantined nor asked for again
      if (typeCell < 0 || at[ENV.timestamp]! < 0 || Number.isNaN(this.timeAt(cells, ENV.timestamp))) return 'needs-exact';
      for (const i of cells.escaped) if (field[i]! < ENVELOPE_SIZE) return 'needs-exact';
      for (const i of cells.escaped) length[i] = unescapeInPlace(bytes, offset[i]!, length[i]!);
      cells.escaped.length = 0;
    }
    let type = this.feedType;
    if (type < 0) {
      if (typeCell < 0) return 'no-event-type';
      type = this.typeOf(bytes, offset[typeCell]!, length[typeCell]!);
      if (this.isFeed[type] === true) type = OTHER_TYPE;
    }
    const routeIndex = this.chooseRoute(type, cells);
    const route = this.routes[routeIndex]!;

    this.sortBySlot(route, cells);
    const time = this.timeOf(route.route, cells);
    if (Number.isNaN(time)) return 'no-time';
    const { from, to } = this.options;
    if ((from !== undefined && time < from) || (to !== undefined && time >= to)) return 'out-of-range';
    if (this.options.dedupe && this.isDuplicate(cells)) return 'duplicate';

    const { rows } = this;
    const alternative = this.chooseAlternative(route);
    const row = rows.append(cells, this.codes, this.textBytes, idCell);
    rows.route[row] = routeIndex;
    rows.alternative[row] = alternative;
    rows.eventType[row] = type;
    rows.time[row] = time;
    rows.group[row] = this.grouping.of(route.route.alternatives[alternative]!.class, cells, at[ENV.cid]!, Math.floor(time / DAY));
    return 'written';
  }

  private chooseRoute(type: number, cells: LineCells): number {
    const candidates = this.routesOfType[type] ?? this.routesOfFamily(type);
    if (candidates === undefined) return this.unknownRoute;
    for (const index of candidates) {
      const { route, guardField, guardIs } = this.routes[index]!;
      if (route.guard === undefined) return index;
      let holds = false;
      for (let i = 0; i < cells.count; i++) {
        if (cells.field[i] !== guardField) continue;
        const there = cells.length[i]! >= 0 && !this.placeholders.has(cells.bytes, cells.offset[i]!, cells.length[i]!);
        // a value that is asked for by name may itself be a placeholder ("" or "none")
        holds =
          guardIs === undefined
            ? there
            : cells.length[i]! >= 0 && guardIs.find(cells.bytes, cells.offset[i]!, cells.length[i]!) >= 0;
        break;
      }
      if (holds !== route.guard.not) return index;
    }
    return this.unknownRoute;
  }

  /** The routes of an event type that no mapping names in full, learned at its first event. */
  private routesOfFamily(type: number): readonly number[] | undefined {
    if (this.families.length === 0 || type >= this.eventTypes.size) return undefined;
    const name = this.eventTypes.name(type);
    const family = this.families.find(({ prefix }) => name.startsWith(prefix));
    this.routesOfType[type] = family === undefined ? UNKNOWN : this.routesOfType[family.id]!;
    return this.routesOfType[type];
  }

  /** Whether a mapping takes the event type, by its id in {@link RowTable.eventType}. */
  isKnown(type: number): boolean {
    return type < this.known || (this.routesOfType[type]?.length ?? 0) > 0;
  }

  /** Finds the route's slot of every cell, and what a row would take of the line. */
  private sortBySlot(route: LoadedRoute, cells: LineCells): void {
    const { line, knownFieldCount, placeholders } = this;
    const { slotOf, slots } = route;
    const { field, offset, length, keyLength, bytes, count } = cells;
    if (this.codes.length < field.length) this.codes = new Int32Array(field.length);
    const { codes } = this;
    line.bytes = bytes;
    line.length.fill(-1, 0, slots);
    let textBytes = 0;
    for (let i = 0; i < count; i++) {
      const f = field[i]!;
      const n = length[i]!;
      if (n < 0) {
        codes[i] = fieldCode.none;
        continue;
      }
      textBytes += n;
      const slot = f >= 0 && f < knownFieldCount ? slotOf[f]! : -1;
      if (slot >= 0) {
        const isPlaceholder = placeholders.has(bytes, offset[i]!, n);
        line.offset[slot] = offset[i]!;
        line.length[slot] = isPlaceholder ? -2 - n : n;
        codes[i] = fieldCode.slot(slot, isPlaceholder);
      } else if (f >= 0) codes[i] = fieldCode.further(f);
      else {
        codes[i] = fieldCode.key(keyLength[i]!);
        textBytes += keyLength[i]!;
      }
    }
    this.textBytes = textBytes;
  }

  private timeAt(cells: LineCells, envelope: number): number {
    const i = this.at[envelope]!;
    return i < 0 ? Number.NaN : readTime(cells.bytes, cells.offset[i]!, cells.length[i]!, 'auto');
  }

  /** The event's time by DESIGN's rule: the endpoint's clock where it is near the cloud's, else the cloud's. */
  private timeOf(route: Route, cells: LineCells): number {
    const external = this.timeAt(cells, ENV.utcTime);
    if (!Number.isNaN(external)) return external;
    const cloud = this.timeAt(cells, ENV.timestamp);
    let endpoint = this.timeAt(cells, ENV.contextTime);
    const { offset, length } = this.line;
    if (length[SLOT.contextTime]! < 0 && route.timeSlot >= 0) {
      const n = length[route.timeSlot]!;
      if (n > 0) endpoint = readTime(cells.bytes, offset[route.timeSlot]!, n, 'auto');
    }
    return chosenTime(endpoint, cloud);
  }

  private isDuplicate(cells: LineCells): boolean {
    let key = '';
    for (const envelope of [ENV.cid, ENV.aid, ENV.id]) {
      const i = this.at[envelope]!;
      const text =
        i < 0
          ? ''
          : Buffer.from(cells.bytes.buffer, cells.bytes.byteOffset + cells.offset[i]!, cells.length[i]!).toString('latin1');
      key += `${text.length}:${text}`;
    }
    if (this.seen.has(key)) return true;
    this.seen.add(key);
    return false;
  }

  private chooseAlternative(route: LoadedRoute): number {
    const { requirements } = route;
    for (let i = 0; i < requirements.length; i++) {
      const requirement = requirements[i];
      if (requirement === undefined || this.check.holds(requirement, this.line)) return i;
    }
    throw new Error(`no class for an event of route ${route.route.slots.join()}`);
  }
}

function loadRoute(route: Route, fieldId: ReadonlyMap<string, number>, fields: number): LoadedRoute {
  const slotOf = new Int16Array(fields).fill(-1);
  route.slots.forEach((name, slot) => {
    slotOf[fieldId.get(name)!] = slot;
  });
  const guard = route.guard;
  return {
    route,
    slotOf,
    slots: route.slots.length,
    guardField: guard === undefined ? -1 : fieldId.get(route.slots[guard.slot]!)!,
    guardIs: guard?.is === undefined ? undefined : new TextIndex(guard.is),
    requirements: route.alternatives.map(({ requirement }) => requirement && loadRequirement(requirement)),
  };
}
