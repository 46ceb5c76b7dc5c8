/** Batches made by hand over one layout that has every type and nesting, for tests of the hand-over. */
import { type Column, columnsOf, INLINE } from '../../src/normalize/column.js';
import { BUFFER, FIRST_OF_BATCH } from '../../src/normalize/constants.js';
import { grow } from '../../src/normalize/lists.js';
import type { Batch } from '../../src/normalize/normalizer.js';
import type { ClassLayout } from '../../src/ocsf/layout.js';
import { pick } from '../ocsf/random-event.js';

export const LAYOUT: ClassLayout = {
  class: 'made',
  version: '1.2.0',
  columns: [
    { name: 'n', type: 'long' },
    { name: 'text', type: 'string' },
    { name: 'same', type: 'string' },
    { name: 'never', type: 'string' },
    { name: 'integer', type: 'integer' },
    { name: 'float', type: 'float' },
    { name: 'boolean', type: 'boolean' },
    { name: 'instant', type: 'timestamp' },
    {
      name: 'outer',
      type: 'struct',
      children: [
        { name: 'text', type: 'string' },
        { name: 'inner', type: 'struct', children: [{ name: 'text', type: 'string' }] },
        { name: 'texts', type: 'list', element: { name: 'element', type: 'string' } },
      ],
    },
    {
      name: 'items',
      type: 'list',
      element: {
        name: 'element',
        type: 'struct',
        children: [
          { name: 'text', type: 'string' },
          { name: 'integer', type: 'integer' },
        ],
      },
    },
    { name: 'unmapped', type: 'map' },
  ],
};

type Random = () => number;
const UNITS = ['a', 'Z', ' ', '\u0000', "'", 'é', '用', '😀', '\n', '\u007f'];

/** Lengths in bytes near the border between inline and referred texts, and now and then a long one. */
function randomText(random: Random): string {
  let left = pick(random, [0, 1, 3, 4, 5, 11, 12, 13, 14, 15, 16, 17, 40]);
  const tail = random() < 0.05 ? 'é'.repeat(Math.floor(random() * 2000)) : '';
  let text = '';
  while (left > 0) {
    const unit = pick(random, UNITS);
    text += Buffer.byteLength(unit) <= left ? unit : 'x';
    left -= Buffer.byteLength(unit) <= left ? Buffer.byteLength(unit) : 1;
  }
  return text + tail;
}

export class BatchMaker {
  private readonly columns: Column[];
  private readonly byPath: Map<string, Column>;
  /** what texts lie in, as the pieces put there, by {@link BUFFER} */
  private readonly pieces: Buffer[][] = [[], [], [], [], []];
  private readonly sizes = [0, 0, 0, 0, 0];
  private serial = 0;

  constructor(
    private readonly random: Random,
    /** items of a list are up to this many */
    private readonly longest = 5,
  ) {
    const { top, nodes } = columnsOf(LAYOUT.columns, 64);
    this.columns = top;
    this.byPath = new Map(nodes.map((column) => [column.path, column]));
  }

  /** The next batch; the columns are the same every time, as the normalizer's are. */
  batch(rows: number): Batch {
    const { random } = this;
    for (const column of this.columns) reset(column);
    for (const column of this.columns) ensure(column, rows);
    for (let buffer: number = FIRST_OF_BATCH; buffer < this.pieces.length; buffer++) {
      this.pieces[buffer] = [];
      this.sizes[buffer] = 0;
    }
    const column = (path: string) => this.byPath.get(path)!;
    for (let row = 0; row < rows; row++) {
      column('n').setLong(row, this.serial++);
      this.maybe(() => this.text(column('text'), row));
      this.put(column('same'), row, 'the same text in every row', BUFFER.constants);
      this.maybe(() => column('integer').setInteger(row, pick(random, [0, -1, 2147483647, -2147483648])));
      this.maybe(() => column('float').setFloat(row, pick(random, [0, -0.5, 1e308, 0.1])));
      this.maybe(() => column('boolean').setBoolean(row, random() < 0.5));
      this.maybe(() => column('instant').setLong(row, pick(random, [0, 1718001381217000, 4102444799999000])));
      this.maybe(() => {
        column('outer').set(row);
        this.maybe(() => this.text(column('outer.text'), row));
        this.maybe(() => {
          column('outer.inner').set(row);
          this.maybe(() => this.text(column('outer.inner.text'), row));
        });
      });
      this.items(column('outer.texts'), row, column('outer').isSet(row), (texts, item) => this.text(texts.children[0]!, item));
      this.items(column('items'), row, true, (items, item) => {
        items.children[0]!.set(item);
        this.maybe(() => this.text(column('items.text'), item));
        this.maybe(() => column('items.integer').setInteger(item, item));
      });
      this.items(column('unmapped'), row, true, (map, item) => {
        this.put(map.children[0]!, item, `${item - map.offsets[row]!} ${randomText(random)}`, BUFFER.keys);
        this.text(map.children[1]!, item);
      });
    }
    return {
      rows,
      columns: this.columns,
      buffers: this.pieces.map((pieces) => new Uint8Array(Buffer.concat(pieces))),
    };
  }

  private maybe(fill: () => void): void {
    if (this.random() < 0.7) fill();
  }

  /** Some items for the row; where a list is null, they may be left behind, as a struct that is taken out leaves them. */
  private items(list: Column, row: number, allowed: boolean, fill: (list: Column, item: number) => void): void {
    list.offsets[row] = list.items;
    const count = this.random() < 0.6 ? Math.floor(this.random() * (this.longest + 1)) : 0;
    for (let i = 0; i < count; i++) {
      grow(list, 1);
      fill(list, list.items);
      list.items++;
    }
    list.offsets[row + 1] = list.items;
    if (count > 0 && allowed && this.random() < 0.9) list.set(row);
  }

  private text(column: Column, row: number): void {
    this.put(column, row, randomText(this.random), Math.floor(this.random() * this.pieces.length));
  }

  private put(column: Column, row: number, text: string, buffer: number): void {
    const bytes = Buffer.from(text);
    // as in blocks of lines, the bytes between the texts need not be UTF-8
    this.pieces[buffer]!.push(Buffer.from([0xff]), bytes);
    const offset = this.sizes[buffer]! + 1;
    this.sizes[buffer]! += 1 + bytes.length;
    column.setText(row, bytes, 0, bytes.length, buffer);
    if (bytes.length > INLINE) column.ints[row * 4 + 3] = offset;
  }
}

function reset(column: Column): void {
  column.reset();
  for (const child of column.children) reset(child);
}

function ensure(column: Column, rows: number): void {
  column.ensure(rows);
  if (column.type === 'struct') for (const child of column.children) ensure(child, rows);
}
