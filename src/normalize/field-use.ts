/**
 * Which fields filled which attributes of a row that the {@link Normalizer} has made. The plan tells which ops read a field, the
 * engine's own readers which of them took it, and the row what was written: nothing is decided here a second time.
 */
import type { Alternative, ConstantOp, ItemOp, LeafOp } from '../mapping/plan.js';
import type { Column } from './column.js';
import type { FilledAttribute } from './explanation.js';
import { applyParts, type Cursor, eachPart, MadeText } from './made-text.js';
import { accepts, type Reader, rangeOf, readerOf } from './reader.js';
import { existingNodes } from './requirement.js';
import { valueAt } from './row-values.js';
import { ABSENT, ACCEPT, REJECT, type Verdict } from './verdict.js';

/** What an op that reads a field said of it. */
export type Said = { verdict: Verdict; reader: Reader } | 'filled-by-another' | 'incomplete-object';

/** Text of a field. */
export interface FieldText {
  bytes: Uint8Array;
  offset: number;
  length: number;
}

interface Leaf {
  op: LeafOp;
  reader: Reader;
}

interface Item {
  op: ItemOp;
  scalar: Reader | undefined;
  leaves: Leaf[];
}

interface LoadedUse {
  leaves: Leaf[];
  /** list node → what fills it, in order */
  lists: Map<number, Item[]>;
  activity: Reader | undefined;
}

const loaded = new WeakMap<Alternative, LoadedUse>();

export class FieldUse {
  /** slot → attributes */
  readonly filled = new Map<number, FilledAttribute[]>();
  readonly said = new Map<number, Said[]>();
  /** attributes that no field filled but the mapping */
  readonly constants: FilledAttribute[] = [];
  private readonly made = new MadeText();
  private readonly winners = new Map<number, Leaf>();

  /**
   * @param nodes columns by node, the row is their first
   * @param textOf the field of a slot; undefined where it is absent or a placeholder
   */
  constructor(
    private readonly alternative: Alternative,
    private readonly paths: readonly string[],
    private readonly nodes: readonly Column[],
    private readonly buffers: readonly Uint8Array[],
    private readonly textOf: (slot: number) => FieldText | undefined,
  ) {
    const use = loaded.get(alternative) ?? load(alternative);
    loaded.set(alternative, use);
    this.addActivity(use.activity);
    this.addLeaves(use.leaves);
    for (const [node, items] of use.lists) this.addList(node, items);
    this.addConstants();
  }

  private addLeaves(leaves: readonly Leaf[]): void {
    const { winners } = this;
    for (const leaf of leaves) {
      const { slot, node, ifEmpty } = leaf.op;
      const text = this.textOf(slot);
      if (text === undefined) continue;
      if (ifEmpty && winners.has(node)) this.say(slot, 'filled-by-another');
      else if (this.takes(leaf.reader, slot, text)) winners.set(node, leaf);
    }
    for (const [node, { op }] of winners) {
      if (this.nodes[node]!.isSet(0)) push(this.filled, op.slot, this.attribute(node, op.caption, 0));
      else this.say(op.slot, 'incomplete-object');
    }
  }

  private addActivity(reader: Reader | undefined): void {
    const { slot, entries } = this.alternative.activity;
    const id = this.paths.indexOf('activity_id');
    const attribute = this.attribute(id, this.paths.indexOf('activity_name'), 0);
    const text = reader && this.textOf(slot);
    if (reader && text && this.takes(reader, slot, text)) {
      const { reading } = reader;
      let entry = reading.kind === 'ranges' ? rangeOf(reading, text.bytes, text.offset, text.length) : -1;
      if (reading.kind === 'enum') entry = reader.index!.find(text.bytes, text.offset, text.length);
      // the last entry is for what the enum does not list
      const told = entry < 0 ? entries.at(-1)! : entries[entry + 1]!;
      if (told.id === attribute.value) {
        push(this.filled, slot, attribute);
        return;
      }
      this.say(slot, { verdict: REJECT, reader });
    }
    this.constants.push(attribute);
  }

  private addList(node: number, items: readonly Item[]): void {
    const column = this.nodes[node]!;
    const path = this.paths[node]!;
    const stands = column.isSet(0);
    let index = 0;
    const tell = (slot: number, attribute: () => FilledAttribute) => {
      if (!stands) this.say(slot, 'incomplete-object');
      else push(this.filled, slot, attribute());
    };
    const object = (item: Item, part: Cursor | undefined) => {
      const filled = this.itemLeaves(item, part);
      if (filled === undefined) return;
      const at = index++;
      const pathAt = (below: number) => `${path}[${at}]${this.paths[below]!.slice(path.length)}`;
      for (const [below, { op }] of filled) {
        const slot = op.slot < 0 ? item.op.each!.slot : op.slot;
        if (!this.nodes[below]!.isSet(at)) this.say(slot, 'incomplete-object');
        else tell(slot, () => this.attribute(below, op.caption, at, pathAt(below)));
      }
      if (!stands) return;
      for (const { node: below, caption } of item.op.constantLeaves) {
        if (!filled.has(below) && this.nodes[below]!.isSet(at)) {
          this.constants.push(this.attribute(below, caption, at, pathAt(below)));
        }
      }
    };
    const scalar = (at: number): FilledAttribute => ({
      path: `${path}[${at}]`,
      value: valueAt(column.children[0]!, at, this.buffers),
    });
    for (const item of items) {
      const { each, constants } = item.op;
      if (each !== undefined) {
        for (const part of this.partsOf(each)) {
          if (item.scalar === undefined) object(item, part);
          else if (this.takes(item.scalar, each.slot, part)) {
            const at = index++;
            tell(each.slot, () => scalar(at));
          }
        }
      } else if (constants !== undefined && constants.length > 0) {
        for (let i = 0; i < constants.length; i++) this.constants.push(scalar(index++));
      } else object(item, undefined);
    }
    if (stands && column.offsets[1]! !== index) throw new Error(`${path}: ${column.offsets[1]} items, but ${index} explained`);
  }

  /** The leaves of an item that the row's fields or the part fill; undefined where there is no such item. */
  private itemLeaves(item: Item, part: Cursor | undefined): Map<number, Leaf> | undefined {
    const filled = new Map<number, Leaf>();
    for (const leaf of item.leaves) {
      const { slot, node, ifEmpty } = leaf.op;
      const text = slot < 0 ? part : this.textOf(slot);
      if (text === undefined) continue;
      const from = slot < 0 ? item.op.each!.slot : slot;
      if (ifEmpty && filled.has(node)) this.say(from, 'filled-by-another');
      else if (this.takes(leaf.reader, from, text)) filled.set(node, leaf);
    }
    if (existingNodes(item.op.structs, filled.keys()).has(item.op.structs.at(-1)?.node ?? -1)) return filled;
    for (const { op } of filled.values()) this.say(op.slot < 0 ? item.op.each!.slot : op.slot, 'incomplete-object');
    return undefined;
  }

  private partsOf(each: NonNullable<ItemOp['each']>): Cursor[] {
    const text = this.textOf(each.slot);
    if (text === undefined) return [];
    const cursor = { ...text, buffer: 0 };
    if (!applyParts(each.parts, cursor, this.made, 0)) {
      this.say(each.slot, { verdict: ABSENT, reader: readerOf({ kind: 'table', raw: [], texts: [] }) });
      return [];
    }
    const parts: Cursor[] = [];
    eachPart(cursor, each.separator, [], this.made, 0, (part) => parts.push({ ...part }));
    return parts;
  }

  private addConstants(): void {
    const { constants, unknownActor } = this.alternative;
    const told = new Set<number>();
    const add = ({ node, caption }: Pick<ConstantOp, 'node' | 'caption'>) => {
      if (told.has(node) || this.winners.has(node) || !this.nodes[node]!.isSet(0)) return;
      told.add(node);
      this.constants.push(this.attribute(node, caption, 0));
    };
    for (const op of constants) add(op);
    if (unknownActor !== undefined) add({ node: unknownActor.leaf, caption: -1 });
  }

  /** Whether a reader takes a text; what it said is noted. */
  private takes(reader: Reader, slot: number, { bytes, offset, length }: FieldText): boolean {
    const cursor: Cursor = { bytes, offset, length, buffer: 0 };
    const parts = 'parts' in reader.reading ? reader.reading.parts : [];
    const verdict = applyParts(parts, cursor, this.made, 0)
      ? accepts(reader, cursor.bytes, cursor.offset, cursor.length)
      : ABSENT;
    this.say(slot, { verdict, reader });
    return verdict === ACCEPT;
  }

  private say(slot: number, said: Said): void {
    push(this.said, slot, said);
  }

  private attribute(node: number, caption: number, row: number, path = this.paths[node]!): FilledAttribute {
    const attribute: FilledAttribute = { path, value: valueAt(this.nodes[node]!, row, this.buffers) };
    const beside = this.nodes[caption];
    if (beside?.type === 'string' && beside.isSet(row)) attribute.caption = valueAt(beside, row, this.buffers) as string;
    return attribute;
  }
}

function load(alternative: Alternative): LoadedUse {
  const leafOf = (op: LeafOp): Leaf => ({ op, reader: readerOf(op.reading) });
  const lists = new Map<number, Item[]>();
  for (const { node, items } of alternative.lists) {
    for (const op of items) {
      push(lists, node, { op, scalar: op.scalar && readerOf(op.scalar), leaves: op.leaves.map(leafOf) });
    }
  }
  const { reading } = alternative.activity;
  return { leaves: alternative.leaves.map(leafOf), lists, activity: reading === null ? undefined : readerOf(reading) };
}

function push<Key, Value>(map: Map<Key, Value[]>, key: Key, value: Value): void {
  const values = map.get(key);
  if (values === undefined) map.set(key, [value]);
  else values.push(value);
}
