/**
 * The blocks whose rows are in memory together: those that were given, and side blocks for the text that the exact parser writes.
 */
import type { LineCells } from '../scan/cells.js';
import type { TextBuffer } from '../scan/exact-text.js';

const SIDE_BLOCK = 1 << 20;
const FACT_BLOCK = 1 << 17;
/** {@link RowTable.block} holds 16 bits. */
const MAX_BLOCKS = 65_536;

export class Window {
  /** by {@link RowTable.block} */
  readonly blocks: Uint8Array[] = [];
  /** bytes in use in each block */
  readonly lengths: number[] = [];
  /** another object after every {@link reset}: who has copied blocks knows by it whether they still stand */
  token: object = {};
  /** grows with whatever changes {@link blocks} or {@link lengths} */
  changes = 0;
  private side = -1;
  private factSide = -1;

  reset(): void {
    this.blocks.length = 0;
    this.lengths.length = 0;
    this.side = -1;
    this.factSide = -1;
    this.token = {};
    this.changes++;
  }

  /** The block's index. */
  add(bytes: Uint8Array, length: number): number {
    if (this.blocks.length === MAX_BLOCKS) throw new Error(`a window holds at most ${MAX_BLOCKS} blocks`);
    this.lengths.push(length);
    this.changes++;
    return this.blocks.push(bytes) - 1;
  }

  /** Copies the exact parser's text into a side block, and moves the cells there. Returns the block's index. */
  place(text: TextBuffer, cells: LineCells): number {
    return this.move(text, cells, (this.side = this.roomFor(text.length, this.side, SIDE_BLOCK)));
  }

  /** The same for facts, which come while batches are handed over: into small blocks, since a block that has grown is handed over anew. */
  placeFacts(text: TextBuffer, cells: LineCells): number {
    return this.move(text, cells, (this.factSide = this.roomFor(text.length, this.factSide, FACT_BLOCK)));
  }

  private roomFor(length: number, block: number, size: number): number {
    if (block >= 0 && this.lengths[block]! + length <= this.blocks[block]!.length) return block;
    return this.add(new Uint8Array(Math.max(size, length)), 0);
  }

  private move(text: TextBuffer, cells: LineCells, block: number): number {
    const shift = this.lengths[block]!;
    this.blocks[block]!.set(text.bytes.subarray(0, text.length), shift);
    this.lengths[block] = shift + text.length;
    this.changes++;
    for (let i = 0; i < cells.count; i++) cells.offset[i]! += shift;
    cells.bytes = this.blocks[block]!;
    return block;
  }
}
