/** The ops of one class (or one item of a list) while entries are compiled: what fills which node. */
import type { Attribute, EventClass, OcsfSchema } from '../ocsf/schema.js';
import { attributeChain } from './class-plan.js';
import type { ClassPlan, ConstantOp, LeafOp, ListOp } from './plan.js';
import { captionId, OTHER } from './reading.js';

/** What compiling needs to know of its surroundings. */
export interface CompileContext {
  schema: OcsfSchema;
  plan: ClassPlan;
  classIndex: number;
  /** path → index in the plan's nodes */
  nodeIndex: ReadonlyMap<string, number>;
  /** slot of a field, new ones at the end */
  slotOf: (field: string) => number;
  timeField: string | undefined;
}

export class Ops {
  readonly cls: EventClass;
  leaves: LeafOp[] = [];
  lists: ListOp[] = [];
  constants: ConstantOp[] = [];

  constructor(readonly context: CompileContext) {
    this.cls = context.schema.classes.get(context.plan.name)!;
  }

  /** The node of a path; undefined where the frozen columns lack it. */
  node(path: string): number | undefined {
    return this.context.nodeIndex.get(path);
  }

  attribute(path: string): Attribute | undefined {
    return attributeChain(this.context.schema, this.cls, path)?.at(-1);
  }

  /** The node of the caption beside an enum's id, or -1. */
  captionNode(path: string, attribute: Attribute): number {
    if (attribute.sibling === undefined) return -1;
    const cut = path.lastIndexOf('.');
    return this.node(cut < 0 ? attribute.sibling : `${path.slice(0, cut)}.${attribute.sibling}`) ?? -1;
  }

  /** A constant of the attribute, an enum's by its caption; undefined where the version lacks the caption. */
  constant(path: string, attribute: Attribute, value: string | number | boolean, ifEmpty: boolean): ConstantOp | undefined {
    const node = this.node(path)!;
    const caption = this.captionNode(path, attribute);
    const isId = attribute.enum !== undefined && this.context.schema.types.get(attribute.type)?.base === 'integer';
    if (!isId) return { node, caption: -1, value, captionText: '', ifEmpty };
    const id = captionId(attribute, String(value));
    if (id === undefined) return undefined;
    return { node, caption: id === OTHER ? -1 : caption, value: id, captionText: String(value), ifEmpty };
  }

  /** Whether something fills this very node. */
  fills(node: number): boolean {
    return this.leaves.some((op) => op.node === node) || this.lists.some((op) => op.node === node);
  }

  hasConstant(node: number): boolean {
    return this.constants.some((op) => op.node === node);
  }

  /** Whether an op fills something below a path. */
  touches(path: string): boolean {
    const below = (op: { node: number }) => this.context.plan.nodes[op.node]!.startsWith(`${path}.`);
    return this.leaves.some(below) || this.lists.some(below) || this.constants.some(below);
  }

  /** Takes all ops below a path away: their fields stay in `unmapped`. */
  remove(path: string): void {
    const keep = (op: { node: number }) => !this.context.plan.nodes[op.node]!.startsWith(`${path}.`);
    this.leaves = this.leaves.filter(keep);
    this.lists = this.lists.filter(keep);
    this.constants = this.constants.filter(keep);
  }
}
