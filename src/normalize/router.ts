/**
 * Decides what becomes of a scanned line: its event type, time, class and group, and appends it to the row table.
 *
 * A line that cannot be decided from flat cells is asked for again as exact cells, which leave the line's own bytes untouched:
 * so what ends in quarantine is always the raw line.
 */
import { type CompiledMapping, ENVELOPE, type Requirement, type Route, type TextPart, TYPE_FIELDS } from '../mapping/plan.js';
import { knownFields } from '../mapping/compile.js';
import type { LineCells } from '../scan/cells.js';
import { FieldDictionary, hashBytes } from '../scan/dictionary.js';
import { unescapeInPlace } from '../scan/json-text.js';
import { applyParts, type Cursor, eachPart, MadeText } from './made-text.js';
import { accepts, type Reader, readerOf } from './reader.js';
import type { RowTable } from './row-table.js';
import { TextIndex } from './text-index.js';
import { readTime } from './time.js';
import { ACCEPT } from './verdict.js';

/** The endpoint's time is taken from this long before the cloud's time … */
const BEFORE_CLOUD = 7 * 86_400_000;
/** … to this long after it. */
const AFTER_CLOUD = 3_600_000;
export const DAY = 86_400_000;

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

/** Rows of one class, tenant and UTC day: one object's worth. */
export interface Group {
  class: number;
  /** the customer id as it stands in the event; '' where there is none */
  tenant: string;
  /** days since 1970 */
  day: number;
}

interface LoadedItem {
  slot: number;
  /** what is taken of the value before it is split */
  parts: readonly TextPart[];
  /** of the list inside the string; undefined where the value is the item */
  separator: string | undefined;
  reader: Reader | undefined;
}

interface LoadedRequirement {
  all?: LoadedRequirement[];
  any?: LoadedRequirement[];
  slot?: number;
  reader?: Reader;
  list?: LoadedItem[];
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

const T = TYPE_FIELDS.length;
const ENV = { timestamp: T, contextTime: T + 1, utcTime: T + 2, id: T + 3, cid: T + 4, aid: T + 5 };
const ENVELOPE_SIZE = T + ENVELOPE.length;

export class Router {
  readonly fields: FieldDictionary;
  readonly eventTypes: FieldDictionary;
  readonly routes: LoadedRoute[] = [];
  readonly groups: Group[] = [];
  /** event type → the event types that had no route */
  readonly known: number;
  private readonly routesOfType: number[][];
  private readonly unknownRoute: number;
  private readonly placeholders: TextIndex;
  private readonly placeholderFirst = new Uint8Array(256);
  private readonly longestPlaceholder: number;
  private readonly at = new Int32Array(ENVELOPE_SIZE);
  private readonly tenants = new FieldDictionary([''], 65_000);
  private readonly groupOf = new Map<number, number>();
  private seen = new Set<string>();
  private readonly made = new MadeText();
  private readonly cursor: Cursor = { bytes: new Uint8Array(0), offset: 0, length: 0, buffer: 0 };
  private readonly scratch: number[] = [];
  private readonly knownFieldCount: number;

  constructor(
    mapping: CompiledMapping,
    private readonly rows: RowTable,
    private readonly options: RouterOptions,
  ) {
    const fields = knownFields(mapping);
    this.knownFieldCount = fields.length;
    this.fields = new FieldDictionary(fields);
    const types = Object.keys(mapping.routes);
    this.known = types.length;
    this.eventTypes = new FieldDictionary(types, 60_000);
    const fieldId = new Map(fields.map((name, id) => [name, id]));
    const load = (route: Route): number => this.routes.push(loadRoute(route, fieldId, this.knownFieldCount)) - 1;
    this.routesOfType = types.map((type) => mapping.routes[type]!.map(load));
    this.unknownRoute = load(mapping.unknown);
    this.placeholders = new TextIndex(mapping.placeholders);
    this.longestPlaceholder = Math.max(0, ...mapping.placeholders.map((text) => Buffer.byteLength(text)));
    for (const text of mapping.placeholders) this.placeholderFirst[Buffer.from(text)[0] ?? 0] = 1;
  }

  /** Forgets groups and what `dedupe` has seen: a new unit begins. */
  startUnit(): void {
    this.seen = new Set();
    this.startWindow();
  }

  /** Forgets the groups: rows are about to be taken away. */
  startWindow(): void {
    this.groups.length = 0;
    this.groupOf.clear();
  }

  /** The event type's name, by the id in {@link RowTable.eventType}. */
  typeName(id: number): string {
    return id < this.eventTypes.size ? this.eventTypes.name(id) : '(other)';
  }

  /**
   * @param block index of the block that `cells` point into
   * @param exact the cells come from the exact parser: nothing more can be asked for
   */
  route(cells: LineCells, block: number, exact: boolean): Routed {
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
      if (i >= 0 && !this.isPlaceholder(bytes, offset[i]!, length[i]!)) typeCell = i;
    }
    if (!exact && (at[ENV.id]! < 0 || this.isPlaceholder(bytes, offset[at[ENV.id]!]!, length[at[ENV.id]!]!))) return 'needs-exact';
    if (cells.escaped.length > 0) {
      if (typeCell < 0 || at[ENV.timestamp]! < 0 || Number.isNaN(this.timeAt(cells, ENV.timestamp))) return 'needs-exact';
      for (const i of cells.escaped) {
        if (field[i]! < ENVELOPE_SIZE) return 'needs-exact';
        length[i] = unescapeInPlace(bytes, offset[i]!, length[i]!);
      }
      cells.escaped.length = 0;
    }
    if (typeCell < 0) return 'no-event-type';
    const typeOffset = offset[typeCell]!;
    const typeLength = length[typeCell]!;
    const learned = this.eventTypes.idOf(hashBytes(bytes, typeOffset, typeLength), bytes, typeOffset, typeLength);
    const type = learned < 0 ? 0xffff : learned;
    const routeIndex = this.chooseRoute(type, cells);
    const route = this.routes[routeIndex]!;

    const base = this.append(route, cells);
    const time = this.timeOf(route.route, cells, base);
    if (Number.isNaN(time)) return 'no-time';
    const { from, to } = this.options;
    if ((from !== undefined && time < from) || (to !== undefined && time >= to)) return 'out-of-range';
    if (this.options.dedupe && this.isDuplicate(cells)) return 'duplicate';

    const { rows } = this;
    const alternative = this.chooseAlternative(route, bytes, base);
    const row = rows.count++;
    rows.route[row] = routeIndex;
    rows.alternative[row] = alternative;
    rows.eventType[row] = type;
    rows.block[row] = block;
    rows.base[row] = base;
    rows.time[row] = time;
    rows.group[row] = this.group(route.route.alternatives[alternative]!.class, cells, Math.floor(time / DAY));
    rows.cellsUsed = base + route.slots * 2 + 1 + rows.cells[base + route.slots * 2]! * 3;
    return 'written';
  }

  private isPlaceholder(bytes: Uint8Array, offset: number, length: number): boolean {
    if (length === 0) return true;
    return (
      length <= this.longestPlaceholder &&
      this.placeholderFirst[bytes[offset]!] === 1 &&
      this.placeholders.find(bytes, offset, length) >= 0
    );
  }

  private chooseRoute(type: number, cells: LineCells): number {
    const candidates = this.routesOfType[type];
    if (candidates === undefined) return this.unknownRoute;
    for (const index of candidates) {
      const { route, guardField, guardIs } = this.routes[index]!;
      if (route.guard === undefined) return index;
      let holds = false;
      for (let i = 0; i < cells.count; i++) {
        if (cells.field[i] !== guardField) continue;
        const there = cells.length[i]! >= 0 && !this.isPlaceholder(cells.bytes, cells.offset[i]!, cells.length[i]!);
        // a value that is asked for by name may itself be a placeholder ("" or "none")
        holds = guardIs === undefined ? there : cells.length[i]! >= 0 && guardIs.find(cells.bytes, cells.offset[i]!, cells.length[i]!) >= 0;
        break;
      }
      if (holds !== route.guard.not) return index;
    }
    return this.unknownRoute;
  }

  /** Writes the line's cells behind the table's last row; they count only once the row does. */
  private append(route: LoadedRoute, cells: LineCells): number {
    const { rows, knownFieldCount } = this;
    const { slotOf, slots } = route;
    rows.reserve(slots * 2 + 1 + cells.count * 3);
    const out = rows.cells;
    const base = rows.cellsUsed;
    for (let i = base, end = base + slots * 2; i < end; i++) out[i] = -1;
    let rest = base + slots * 2 + 1;
    const { field, offset, length, bytes } = cells;
    for (let i = 0; i < cells.count; i++) {
      const f = field[i]!;
      const n = length[i]!;
      if (n < 0) continue;
      const slot = f >= 0 && f < knownFieldCount ? slotOf[f]! : -1;
      if (slot >= 0) {
        const o = offset[i]!;
        out[base + slot * 2] = o;
        out[base + slot * 2 + 1] = this.isPlaceholder(bytes, o, n) ? -2 - n : n;
      } else {
        out[rest] = f >= 0 ? f : -1 - cells.keyLength[i]!;
        out[rest + 1] = offset[i]!;
        out[rest + 2] = n;
        rest += 3;
      }
    }
    out[base + slots * 2] = (rest - base - slots * 2 - 1) / 3;
    return base;
  }

  private timeAt(cells: LineCells, envelope: number): number {
    const i = this.at[envelope]!;
    return i < 0 ? Number.NaN : readTime(cells.bytes, cells.offset[i]!, cells.length[i]!, 'auto');
  }

  /** The event's time by DESIGN's rule: the endpoint's clock where it is near the cloud's, else the cloud's. */
  private timeOf(route: Route, cells: LineCells, base: number): number {
    const external = this.timeAt(cells, ENV.utcTime);
    if (!Number.isNaN(external)) return external;
    const cloud = this.timeAt(cells, ENV.timestamp);
    let endpoint = this.timeAt(cells, ENV.contextTime);
    if (this.at[ENV.contextTime]! < 0 && route.timeSlot >= 0) {
      const length = this.rows.cells[base + route.timeSlot * 2 + 1]!;
      if (length > 0) endpoint = readTime(cells.bytes, this.rows.cells[base + route.timeSlot * 2]!, length, 'auto');
    }
    if (Number.isNaN(endpoint)) return cloud;
    if (Number.isNaN(cloud)) return endpoint;
    return endpoint >= cloud - BEFORE_CLOUD && endpoint <= cloud + AFTER_CLOUD ? endpoint : cloud;
  }

  private isDuplicate(cells: LineCells): boolean {
    let key = '';
    for (const envelope of [ENV.cid, ENV.aid, ENV.id]) {
      const i = this.at[envelope]!;
      const text = i < 0 ? '' : Buffer.from(cells.bytes.buffer, cells.bytes.byteOffset + cells.offset[i]!, cells.length[i]!).toString('latin1');
      key += `${text.length}:${text}`;
    }
    if (this.seen.has(key)) return true;
    this.seen.add(key);
    return false;
  }

  private group(cls: number, cells: LineCells, day: number): number {
    const i = this.at[ENV.cid]!;
    let tenant = 0;
    if (i >= 0 && !this.isPlaceholder(cells.bytes, cells.offset[i]!, cells.length[i]!)) {
      const o = cells.offset[i]!;
      const n = cells.length[i]!;
      // beyond 65,000 tenants in one unit (no archive has them): one group without a name
      tenant = Math.max(0, this.tenants.idOf(hashBytes(cells.bytes, o, n), cells.bytes, o, n));
    }
    const key = (tenant * 1024 + cls) * 65536 + day;
    let group = this.groupOf.get(key);
    if (group === undefined) {
      group = this.groups.push({ class: cls, tenant: this.tenants.name(tenant), day }) - 1;
      this.groupOf.set(key, group);
    }
    return group;
  }

  private chooseAlternative(route: LoadedRoute, bytes: Uint8Array, base: number): number {
    const { requirements } = route;
    for (let i = 0; i < requirements.length; i++) {
      const requirement = requirements[i];
      if (requirement === undefined || this.holds(requirement, bytes, base)) return i;
    }
    throw new Error(`no class for an event of route ${route.route.slots.join()}`);
  }

  private holds(requirement: LoadedRequirement, bytes: Uint8Array, base: number): boolean {
    const { all, any, list } = requirement;
    if (all !== undefined) {
      for (const one of all) if (!this.holds(one, bytes, base)) return false;
      return true;
    }
    if (any !== undefined) {
      for (const one of any) if (this.holds(one, bytes, base)) return true;
      return false;
    }
    if (list !== undefined) return list.some((item) => this.listHolds(item, bytes, base));
    const length = this.rows.cells[base + requirement.slot! * 2 + 1]!;
    return length >= 0 && this.valueHolds(requirement.reader!, bytes, this.rows.cells[base + requirement.slot! * 2]!, length);
  }

  private valueHolds(reader: Reader, bytes: Uint8Array, offset: number, length: number): boolean {
    const parts = 'parts' in reader.reading ? reader.reading.parts : [];
    if (parts.length === 0) return accepts(reader, bytes, offset, length) === ACCEPT;
    this.made.reset();
    const cursor = this.point(bytes, offset, length);
    return applyParts(parts, cursor, this.made, 0) && accepts(reader, cursor.bytes, cursor.offset, cursor.length) === ACCEPT;
  }

  private point(bytes: Uint8Array, offset: number, length: number): Cursor {
    this.cursor.bytes = bytes;
    this.cursor.offset = offset;
    this.cursor.length = length;
    return this.cursor;
  }

  private listHolds(item: LoadedItem, bytes: Uint8Array, base: number): boolean {
    const length = this.rows.cells[base + item.slot * 2 + 1]!;
    if (length < 0) return false;
    const offset = this.rows.cells[base + item.slot * 2]!;
    if (item.separator === undefined) return item.reader === undefined || this.valueHolds(item.reader, bytes, offset, length);
    let found = false;
    this.made.reset();
    const at = this.point(bytes, offset, length);
    if (!applyParts(item.parts, at, this.made, 0)) return false;
    eachPart(at, item.separator, this.scratch, this.made, 0, (cursor) => {
      found ||= item.reader === undefined || accepts(item.reader, cursor.bytes, cursor.offset, cursor.length) === ACCEPT;
    });
    return found;
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
    requirements: route.alternatives.map((alternative) => loadRequirement(alternative.requirement)),
  };
}

function loadRequirement(requirement: Requirement | undefined): LoadedRequirement | undefined {
  if (requirement === undefined) return undefined;
  if ('all' in requirement) return { all: requirement.all.map((one) => loadRequirement(one)!) };
  if ('any' in requirement) return { any: requirement.any.map((one) => loadRequirement(one)!) };
  if ('slot' in requirement) return { slot: requirement.slot, reader: readerOf(requirement.reading) };
  const list = requirement.list.items.flatMap((item): LoadedItem[] => {
    const leaf = item.leaves.find((op) => item.structs.at(-1)?.required.includes(op.node) ?? true) ?? item.leaves[0];
    const reading = item.scalar ?? leaf?.reading;
    const reader = reading === undefined ? undefined : readerOf(reading);
    if (item.each !== undefined) return [{ slot: item.each.slot, parts: item.each.parts, separator: item.each.separator, reader }];
    return leaf === undefined ? [] : [{ slot: leaf.slot, parts: [], separator: undefined, reader }];
  });
  return { list };
}
