/** Constants of leaves: written where the struct around them exists, at the top everywhere. */
import type { ConstantOp } from '../mapping/plan.js';
import type { Column } from './column.js';
import type { ConstantTexts } from './constants.js';

export interface LoadedConstant {
  column: Column;
  caption: Column | undefined;
  value: string | number | boolean;
  view: number;
  captionView: number;
  ifEmpty: boolean;
  /** the struct around the leaf; undefined at the top, and directly in a list's item */
  parent: Column | undefined;
}

export function loadConstant(
  op: ConstantOp,
  nodes: readonly Column[],
  parent: Column | undefined,
  constants: ConstantTexts,
): LoadedConstant {
  return {
    column: nodes[op.node]!,
    caption: captionColumn(op.caption, nodes),
    value: op.value,
    view: typeof op.value === 'string' ? constants.view(op.value) : -1,
    captionView: constants.view(op.captionText),
    ifEmpty: op.ifEmpty,
    parent,
  };
}

export function writeConstant(constant: LoadedConstant, row: number, views: Int32Array): void {
  const { column, caption, value, view, captionView, ifEmpty, parent } = constant;
  if (parent !== undefined && !parent.isSet(row)) return;
  if (ifEmpty && column.isSet(row)) return;
  if (typeof value === 'string') column.setView(row, views, view);
  else if (typeof value === 'boolean') column.setBoolean(row, value);
  else if (column.type === 'integer') column.setInteger(row, value);
  else if (column.type === 'float') column.setFloat(row, value);
  else column.setLong(row, value);
  caption?.setView(row, views, captionView);
}

/** The caption's column, where it is a text: OCSF 1.1.0 has an integer there once (incident_finding.priority). */
export function captionColumn(node: number, nodes: readonly Column[]): Column | undefined {
  const column = node < 0 ? undefined : nodes[node];
  return column?.type === 'string' ? column : undefined;
}
