/**
 * Whether a row can fill what its class requires: asked before rows are sorted into classes, with the readers that the kernels use,
 * so that a class is never chosen for a value that its attribute then refuses.
 */
import type { ItemOp, LeafOp, Requirement, StructRule, TextPart } from '../mapping/plan.js';
import { applyParts, type Cursor, eachPart, MadeText } from './made-text.js';
import { accepts, type Reader, readerOf } from './reader.js';
import type { RowTable } from './row-table.js';
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

  constructor(private readonly rows: RowTable) {}

  /** @param base where the row's cells start; they point into `bytes` */
  holds(requirement: LoadedRequirement, bytes: Uint8Array, base: number): boolean {
    switch (requirement.kind) {
      case 'all':
        for (const one of requirement.of) if (!this.holds(one, bytes, base)) return false;
        return true;
      case 'any':
        for (const one of requirement.of) if (this.holds(one, bytes, base)) return true;
        return false;
      case 'value':
        return this.slotHolds(requirement.slot, requirement.reader, bytes, base);
      case 'list':
        return requirement.items.some((item) => this.itemHolds(item, bytes, base));
    }
  }

  private slotHolds(slot: number, reader: Reader, bytes: Uint8Array, base: number): boolean {
    const at = base + slot * 2;
    const length = this.rows.cells[at + 1]!;
    if (length < 0) return false;
    const offset = this.rows.cells[at]!;
    const parts = partsOf(reader);
    if (parts.length === 0) return accepts(reader, bytes, offset, length) === ACCEPT;
    this.made.reset();
    return this.partHolds(reader, parts, this.point(bytes, offset, length));
  }

  private partHolds(reader: Reader, parts: readonly TextPart[], cursor: Cursor): boolean {
    return applyParts(parts, cursor, this.made, 0) && accepts(reader, cursor.bytes, cursor.offset, cursor.length) === ACCEPT;
  }

  /** Whether the op gives at least one item. */
  private itemHolds(item: LoadedItem, bytes: Uint8Array, base: number): boolean {
    const { each, constants } = item.op;
    if (constants !== undefined && constants.length > 0) return true;
    if (each === undefined) return this.objectHolds(item, undefined, bytes, base);
    const at = base + each.slot * 2;
    const length = this.rows.cells[at + 1]!;
    if (length < 0) return false;
    const cursor = this.point(bytes, this.rows.cells[at]!, length);
    this.made.reset();
    if (!applyParts(each.parts, cursor, this.made, 0)) return false;
    // cut apart first: reading the item's other fields moves the cursor
    const parts: Cursor[] = [];
    eachPart(cursor, each.separator, this.scratch, this.made, 0, (part) => parts.push({ ...part }));
    return parts.some((part) =>
      item.scalar === undefined
        ? this.objectHolds(item, part, bytes, base)
        : this.partHolds(item.scalar, partsOf(item.scalar), part),
    );
  }

  /** Whether an item exists, by its structs' rules; `part` is the list's part. */
  private objectHolds(item: LoadedItem, part: Cursor | undefined, bytes: Uint8Array, base: number): boolean {
    const filled: number[] = [];
    for (const { op, reader } of item.leaves) {
      const holds =
        op.slot >= 0
          ? this.slotHolds(op.slot, reader, bytes, base)
          : part !== undefined && this.partHolds(reader, partsOf(reader), { ...part });
      if (holds) filled.push(op.node);
    }
    return existingNodes(item.op.structs, filled).has(item.op.structs.at(-1)?.node ?? -1);
  }

  private point(bytes: Uint8Array, offset: number, length: number): Cursor {
    this.cursor.bytes = bytes;
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
