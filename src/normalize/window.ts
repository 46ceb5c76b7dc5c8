/**
 * The blocks whose rows are in memory together: those that were given, and side blocks for text that stands in no line as it is.
 */
import type { LineCells } from '../scan/cells.js';
import type { TextBuffer } from '../scan/exact-text.js';

const SIDE_BLOCK = 1 << 20;
/** {@link RowTable.block} holds 16 bits. */
const MAX_BLOCKS = 65_536;

export class Window {
  /** by {@link RowTable.block} */
  readonly blocks: Uint8Array[] = [];
  /** bytes in use in each block */
  private readonly lengths: number[] = [];
  private side = -1;

  reset(): void {
    this.blocks.length = 0;
    this.lengths.length = 0;
    this.side = -1;
  }

  /** The block's index. */
  add(bytes: Uint8Array, length: number): number {
    if (this.blocks.length === MAX_BLOCKS) throw new Error(`a window holds at most ${MAX_BLOCKS} blocks`);
    this.lengths.push(length);
    return this.blocks.push(bytes) - 1;
  }

  /** Copies one line's text, of the exact parser or of facts, into a side block, and moves the cells there. Returns the block's index. */
  place(text: TextBuffer, cells: LineCells): number {
    const block = (this.side = this.roomFor(text.length));
    const shift = this.lengths[block]!;
    this.blocks[block]!.set(text.bytes.subarray(0, text.length), shift);
    this.lengths[block] = shift + text.length;
    for (let i = 0; i < cells.count; i++) cells.offset[i]! += shift;
    cells.bytes = this.blocks[block]!;
    cells.start = shift;
    cells.end = shift + text.length;
    return block;
  }

  private roomFor(length: number): number {
    const block = this.side;
    if (block >= 0 && this.lengths[block]! + length <= this.blocks[block]!.length) return block;
    return this.add(new Uint8Array(Math.max(SIDE_BLOCK, length)), 0);
  }
}
