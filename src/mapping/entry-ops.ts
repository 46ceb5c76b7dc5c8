/** Turns entries (attribute and value) into ops. */
import type { Attribute } from '../ocsf/schema.js';
import type { Item, Value } from './model.js';
import { Ops } from './ops.js';
import type { ItemOp, LeafOp, ListOp, Reading, StructRule } from './plan.js';
import {
  captionId,
  enumReading,
  fieldReading,
  hashReading,
  rangesReading,
  readingKeeps,
  tableReading,
  textParts,
} from './reading.js';
import { addRequiredEnums, structRules } from './struct-rules.js';

/**
 * Adds the ops of one entry; what the class or version lacks is left out.
 *
 * @param ifEmpty only where an earlier entry of the same attribute gave nothing
 */
export function addEntry(ops: Ops, path: string, value: Value, ifEmpty: boolean): void {
  const attribute = ops.attribute(path);
  const node = ops.node(path);
  if (attribute === undefined || node === undefined) return;
  const { schema, slotOf } = ops.context;
  switch (value.kind) {
    case 'first':
      for (const [index, one] of value.of.entries()) addEntry(ops, path, one, ifEmpty || index > 0);
      return;
    case 'constant': {
      const constant = ops.constant(path, attribute, value.value, ifEmpty);
      if (constant !== undefined) ops.constants.push(constant);
      return;
    }
    case 'hashes':
      ops.lists.push(hashes(ops, node, path, value));
      return;
    case 'list': {
      const each = { slot: slotOf(value.field), ...splitOf(value.kernels) };
      const scalar = fieldReading(schema, attribute, []);
      ops.lists.push({ node, items: [{ each, scalar, leaves: [], constantLeaves: [], structs: [] }] });
      return;
    }
    case 'items': {
      const items = value.of.map((item) => itemOp(ops, path, attribute, item)).filter((item) => item !== undefined);
      if (items.length > 0) ops.lists.push({ node, items });
      return;
    }
    default:
      ops.leaves.push(leafOp(ops, node, path, attribute, value, ifEmpty));
  }
}

type LeafValue = Exclude<Value, { kind: 'first' | 'constant' | 'hashes' | 'list' | 'items' }>;

function leafOp(ops: Ops, node: number, path: string, attribute: Attribute, value: LeafValue, ifEmpty: boolean): LeafOp {
  const reading = leafReading(ops, attribute, value);
  const slot = value.kind === 'item' ? -1 : ops.context.slotOf(value.field);
  return { node, caption: ops.captionNode(path, attribute), slot, reading, keeps: readingKeeps(reading), ifEmpty };
}

function leafReading(ops: Ops, attribute: Attribute, value: LeafValue): Reading {
  switch (value.kind) {
    case 'enum':
      return enumReading(attribute, value);
    case 'ranges':
      return rangesReading(attribute, value);
    case 'table':
      return tableReading(attribute, value);
    default:
      return fieldReading(ops.context.schema, attribute, value.kernels);
  }
}

function hashes(ops: Ops, node: number, path: string, value: Extract<Value, { kind: 'hashes' }>): ListOp {
  const algorithm = ops.attribute(`${path}.algorithm_id`)!;
  const idNode = ops.node(`${path}.algorithm_id`)!;
  const caption = ops.captionNode(`${path}.algorithm_id`, algorithm);
  const valueNode = ops.node(`${path}.value`)!;
  const items = value.of.flatMap(({ algorithm: name, field }): ItemOp[] => {
    const id = captionId(algorithm, name);
    if (id === undefined) return [];
    const reading = hashReading(ops.context.schema, id);
    return [
      {
        leaves: [{ node: valueNode, caption: -1, slot: ops.context.slotOf(field), reading, keeps: true, ifEmpty: false }],
        constantLeaves: [{ node: idNode, caption, value: id, captionText: name, ifEmpty: false }],
        structs: [{ node, data: [valueNode], required: [valueNode], anyOf: [], justOne: [] }],
      },
    ];
  });
  return { node, items };
}

/** Undefined where the version lacks something that the item's object cannot be without. */
function itemOp(ops: Ops, path: string, attribute: Attribute, item: Item): ItemOp | undefined {
  const object = ops.context.schema.objects.get(attribute.object ?? '');
  if (object === undefined) return undefined;
  const inner = new Ops(ops.context);
  for (const entry of item.entries) addEntry(inner, `${path}.${entry.path}`, entry.value, false);
  if (inner.lists.length > 0) return undefined;
  addRequiredEnums(inner, object.attributes, `${path}.`, []);
  const structs: StructRule[] = [];
  const rule = structRules(inner, path, object, [], structs, []);
  if (rule === undefined) return undefined;
  structs.push(rule);
  const op: ItemOp = { leaves: inner.leaves, constantLeaves: inner.constants, structs };
  if (item.each !== undefined) op.each = { slot: ops.context.slotOf(item.each.field), ...splitOf(item.each.kernels) };
  return op;
}

/** The last kernel splits; those before it take a part of the value. */
function splitOf(kernels: Parameters<typeof textParts>[0]) {
  return { parts: textParts(kernels.slice(0, -1)), separator: kernels.at(-1)?.args[0] ?? '' };
}
