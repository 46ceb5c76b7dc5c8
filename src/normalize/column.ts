/**
 * One column of a batch while it is filled: Arrow's buffers, reused from batch to batch.
 *
 * A text is an Arrow string view (16 bytes: length, then 12 bytes inline, or 4 bytes of prefix, a buffer's index and an offset);
 * a list has int32 offsets; validity is one bit a row, low bit first. `long` and
 * `timestamp` (microseconds, UTC) are int64 as two int32 halves.
 */
import type { LayoutNode } from '../ocsf/layout.js';

export type ColumnType = LayoutNode['type'];

/** Longest text that a view holds inline. */
export const INLINE = 12;

export class Column {
  readonly type: ColumnType;
  readonly children: Column[] = [];
  /** rows there is room for */
  capacity: number;
  /** validity, a bit a row */
  validity!: Uint8Array;
  /** the same bits, 32 rows a word */
  words!: Int32Array;
  /** text: 4 a row; long and timestamp: 2 a row; integer: 1 a row */
  ints!: Int32Array;
  /** the same bytes, for inline text */
  bytes!: Uint8Array;
  floats!: Float64Array;
  /** boolean: a byte a row */
  flags!: Uint8Array;
  /** list and map: where a row's items begin; one more than rows */
  offsets!: Int32Array;
  /** list and map: items so far */
  items = 0;

  constructor(
    readonly node: LayoutNode,
    readonly path: string,
    capacity: number,
  ) {
    this.type = node.type;
    this.capacity = 0;
    this.ints = new Int32Array(0);
    this.bytes = new Uint8Array(0);
    this.floats = new Float64Array(0);
    this.flags = new Uint8Array(0);
    this.offsets = new Int32Array(0);
    this.ensure(capacity);
  }

  /** Room for `rows` rows; what is there stays. */
  ensure(rows: number): void {
    if (rows <= this.capacity) return;
    let capacity = Math.max(64, this.capacity);
    while (capacity < rows) capacity *= 2;
    this.capacity = capacity;
    const validity = new Uint8Array(capacity >> 3);
    if (this.validity !== undefined) validity.set(this.validity);
    this.validity = validity;
    this.words = new Int32Array(validity.buffer);
    const width =
      this.type === 'string' ? 4 : this.type === 'long' || this.type === 'timestamp' ? 2 : this.type === 'integer' ? 1 : 0;
    if (width > 0) {
      const ints = new Int32Array(capacity * width);
      ints.set(this.ints);
      this.ints = ints;
      this.bytes = new Uint8Array(ints.buffer);
    } else if (this.type === 'float') {
      const floats = new Float64Array(capacity);
      floats.set(this.floats);
      this.floats = floats;
    } else if (this.type === 'boolean') {
      const flags = new Uint8Array(capacity);
      flags.set(this.flags);
      this.flags = flags;
    } else if (this.type === 'list' || this.type === 'map') {
      const offsets = new Int32Array(capacity + 1);
      offsets.set(this.offsets);
      this.offsets = offsets;
    }
  }

  /** Forgets the values of all rows; the data's bytes stay as they are. */
  reset(): void {
    this.validity.fill(0);
    this.items = 0;
  }

  isSet(row: number): boolean {
    return (this.validity[row >> 3]! & (1 << (row & 7))) !== 0;
  }

  set(row: number): void {
    this.validity[row >> 3]! |= 1 << (row & 7);
  }

  clear(row: number): void {
    this.validity[row >> 3]! &= ~(1 << (row & 7));
  }

  /** A text of `source` as a view into buffer `buffer`. */
  setText(row: number, source: Uint8Array, offset: number, length: number, buffer: number): void {
    const at = row << 2;
    const { ints, bytes } = this;
    ints[at] = length;
    if (length <= INLINE) {
      ints[at + 1] = 0;
      ints[at + 2] = 0;
      ints[at + 3] = 0;
      const to = (row << 4) | 4;
      for (let i = 0; i < length; i++) bytes[to + i] = source[offset + i]!;
    } else {
      ints[at + 1] = source[offset]! | (source[offset + 1]! << 8) | (source[offset + 2]! << 16) | (source[offset + 3]! << 24);
      ints[at + 2] = buffer;
      ints[at + 3] = offset;
    }
    this.validity[row >> 3]! |= 1 << (row & 7);
  }

  /** The view at `index` of `views` (4 int32 a view). */
  setView(row: number, views: Int32Array, index: number): void {
    const at = row << 2;
    const from = index << 2;
    const { ints } = this;
    ints[at] = views[from]!;
    ints[at + 1] = views[from + 1]!;
    ints[at + 2] = views[from + 2]!;
    ints[at + 3] = views[from + 3]!;
    this.validity[row >> 3]! |= 1 << (row & 7);
  }

  setInteger(row: number, value: number): void {
    this.ints[row] = value;
    this.validity[row >> 3]! |= 1 << (row & 7);
  }

  /** An integer within 2^53 as int64. */
  setLong(row: number, value: number): void {
    const high = Math.floor(value / 4294967296);
    this.ints[row << 1] = value - high * 4294967296;
    this.ints[(row << 1) + 1] = high;
    this.validity[row >> 3]! |= 1 << (row & 7);
  }

  setBigInt(row: number, value: bigint): void {
    this.ints[row << 1] = Number(BigInt.asIntN(32, value));
    this.ints[(row << 1) + 1] = Number(BigInt.asIntN(32, value >> 32n));
    this.validity[row >> 3]! |= 1 << (row & 7);
  }

  setFloat(row: number, value: number): void {
    this.floats[row] = value;
    this.validity[row >> 3]! |= 1 << (row & 7);
  }

  setBoolean(row: number, value: boolean): void {
    this.flags[row] = value ? 1 : 0;
    this.validity[row >> 3]! |= 1 << (row & 7);
  }
}

/** The columns of a layout as trees, and flat in the order of the class plan's nodes. */
export function columnsOf(layout: readonly LayoutNode[], capacity: number): { top: Column[]; nodes: Column[] } {
  const nodes: Column[] = [];
  const build = (node: LayoutNode, path: string, rows: number): Column => {
    const column = new Column(node, path, rows);
    nodes.push(column);
    if (node.type === 'map') {
      column.children.push(
        new Column({ name: 'key', type: 'string' }, `${path}.key`, rows),
        new Column({ name: 'value', type: 'string' }, `${path}.value`, rows),
      );
    } else if (node.element?.type === 'struct') {
      const element = new Column(node.element, path, rows);
      column.children.push(element);
      for (const child of node.element.children ?? []) element.children.push(build(child, `${path}.${child.name}`, rows));
    } else if (node.element !== undefined) column.children.push(new Column(node.element, path, rows));
    else for (const child of node.children ?? []) column.children.push(build(child, `${path}.${child.name}`, rows));
    return column;
  };
  const top = layout.map((node) => build(node, node.name, capacity));
  return { top, nodes };
}
