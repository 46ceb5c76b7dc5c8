/**
 * Whether a row can fill what its class requires: asked before rows are sorted into classes, with the readers that the kernels use,
 * so that a class is never chosen for a value that its attribute then refuses.
 */
import type { ItemOp, LeafOp, Requirement, StructRule, TextPart } from '../mapping/plan.js';
import { LineSlots } from './line-slots.js';
import { applyParts, type Cursor, eachPart, MadeText } from './made-text.js';
import { accepts, type Reader, readerOf } from './reader.js';
import { ACCEPT } from './verdict.js';

interface LoadedItem {
  op: ItemOp;
  scalar: Reader | undefined;
  leaves: { op: LeafOp; reader: Reader }[];
}

export type LoadedRequirement =
  | { kind: 'all' | 'any'; of: LoadedRequirement[] }
  | { kind: 'value'; slot: number; reader: Reader }
  | { kind: 'list'; items: LoadedItem[] };

export function loadRequirement(requirement: Requirement): LoadedRequirement {
  if ('all' in requirement) return { kind: 'all', of: requirement.all.map(loadRequirement) };
  if ('any' in requirement) return { kind: 'any', of: requirement.any.map(loadRequirement) };
  if ('slot' in requirement) return { kind: 'value', slot: requirement.slot, reader: readerOf(requirement.reading) };
  const items = requirement.list.items.map((op) => ({
    op,
    scalar: op.scalar && readerOf(op.scalar),
    leaves: op.leaves.map((leaf) => ({ op: leaf, reader: readerOf(leaf.reading) })),
  }));
  return { kind: 'list', items };
}

export class RequirementCheck {
  private readonly made = new MadeText();
  private readonly cursor: Cursor = { bytes: new Uint8Array(0), offset: 0, length: 0, buffer: 0 };
  private readonly scratch: number[] = [];
  private line = new LineSlots(0);

  holds(requirement: LoadedRequirement, line: LineSlots): boolean {
    this.line = line;
    return this.isMet(requirement);
  }

  private isMet(requirement: LoadedRequirement): boolean {
    switch (requirement.kind) {
      case 'all':
        for (const one of requirement.of) if (!this.isMet(one)) return false;
        return true;
      case 'any':
        for (const one of requirement.of) if (this.isMet(one)) return true;
        return false;
      case 'value':
        return this.slotHolds(requirement.slot, requirement.reader);
      case 'list':
        return requirement.items.some((item) => this.itemHolds(item));
    }
  }

  private slotHolds(slot: number, reader: Reader): boolean {
    const length = this.line.length[slot]!;
    if (length < 0) return false;
    const offset = this.line.offset[slot]!;
    const parts = partsOf(reader);
    if (parts.length === 0) return accepts(reader, this.line.bytes, offset, length) === ACCEPT;
    this.made.reset();
    return this.partHolds(reader, parts, this.point(offset, length));
  }

  private partHolds(reader: Reader, parts: readonly TextPart[], cursor: Cursor): boolean {
    return applyParts(parts, cursor, this.made, 0) && accepts(reader, cursor.bytes, cursor.offset, cursor.length) === ACCEPT;
  }

  /** Whether the op gives at least one item. */
  private itemHolds(item: LoadedItem): boolean {
    const { each, constants } = item.op;
    if (constants !== undefined && constants.length > 0) return true;
    if (each === undefined) return this.objectHolds(item, undefined);
    const length = this.line.length[each.slot]!;
    if (length < 0) return false;
    const cursor = this.point(this.line.offset[each.slot]!, length);
    this.made.reset();
    if (!applyParts(each.parts, cursor, this.made, 0)) return false;
    // cut apart first: reading the item's other fields moves the cursor
    const parts: Cursor[] = [];
    eachPart(cursor, each.separator, this.scratch, this.made, 0, (part) => parts.push({ ...part }));
    return parts.some((part) =>
      item.scalar === undefined ? this.objectHolds(item, part) : this.partHolds(item.scalar, partsOf(item.scalar), part),
    );
  }

  /** Whether an item exists, by its structs' rules; `part` is the list's part. */
  private objectHolds(item: LoadedItem, part: Cursor | undefined): boolean {
    const filled: number[] = [];
    for (const { op, reader } of item.leaves) {
      const holds =
        op.slot >= 0
          ? this.slotHolds(op.slot, reader)
          : part !== undefined && this.partHolds(reader, partsOf(reader), { ...part });
      if (holds) filled.push(op.node);
    }
    return existingNodes(item.op.structs, filled).has(item.op.structs.at(-1)?.node ?? -1);
  }

  private point(offset: number, length: number): Cursor {
    this.cursor.bytes = this.line.bytes;
    this.cursor.offset = offset;
    this.cursor.length = length;
    return this.cursor;
  }
}

function partsOf({ reading }: Reader): readonly TextPart[] {
  return 'parts' in reading ? reading.parts : [];
}

/** Of an item's filled leaves, and the structs around them, those that exist by the structs' rules. */
export function existingNodes(structs: readonly StructRule[], filled: Iterable<number>): Set<number> {
  const nodes = new Set(filled);
  for (const { node, data, required, anyOf, justOne } of structs) {
    const has = (child: number) => nodes.has(child);
    const exists =
      data.some(has) &&
      required.every(has) &&
      anyOf.every((group) => group.some(has)) &&
      justOne.every((group) => group.filter(has).length === 1);
    if (exists) nodes.add(node);
    else for (const child of data) nodes.delete(child);
  }
  return nodes;
}
