/**
 * Room for a window of 256 MiB of lines that are a kilobyte long: pages that are never written to cost no memory, and growing costs a
 * copy and fresh memory each time.
 */
const ROWS = 1 << 18;
const CELLS = 1 << 24;

/** Rows of a window: for each event its route, time and group, and where its fields' values lie. */
export class RowTable {
  count = 0;
  route = new Uint16Array(ROWS);
  alternative = new Uint8Array(ROWS);
  eventType = new Uint16Array(ROWS);
  /** index of the block that holds the row's text */
  block = new Uint16Array(ROWS);
  /** where the row's text begins in its block */
  textStart = new Int32Array(ROWS);
  textLength = new Int32Array(ROWS);
  /** start of the row in {@link cells} */
  base = new Int32Array(ROWS);
  /** epoch milliseconds */
  time = new Float64Array(ROWS);
  group = new Int32Array(ROWS);
  /**
   * A row: (offset, length) a slot, then the number of further fields, then (field, offset, length) each. Offsets count from the
   * beginning of the row's text.
   *
   * Length -1: the row has no such field. Length -2 - n: a placeholder of n bytes. Field -1 - n: a key that the dictionary does
   * not hold; its n bytes follow the value.
   */
  cells = new Int32Array(CELLS);
  cellsUsed = 0;

  reset(): void {
    this.count = 0;
    this.cellsUsed = 0;
  }

  /** Room for one more row of at most `cells` cells. */
  reserve(cells: number): void {
    if (this.count === this.route.length) {
      const rows = this.count * 2;
      this.route = grown(this.route, new Uint16Array(rows));
      this.alternative = grown(this.alternative, new Uint8Array(rows));
      this.eventType = grown(this.eventType, new Uint16Array(rows));
      this.block = grown(this.block, new Uint16Array(rows));
      this.textStart = grown(this.textStart, new Int32Array(rows));
      this.textLength = grown(this.textLength, new Int32Array(rows));
      this.base = grown(this.base, new Int32Array(rows));
      this.time = grown(this.time, new Float64Array(rows));
      this.group = grown(this.group, new Int32Array(rows));
    }
    if (this.cellsUsed + cells > this.cells.length) {
      this.cells = grown(this.cells, new Int32Array(Math.max(this.cells.length * 2, this.cellsUsed + cells)));
    }
  }
}

/** A typed array's content in a larger one. */
export function grown<T extends Uint8Array | Uint16Array | Int32Array | Float64Array>(from: T, to: T): T {
  to.set(from as never);
  return to;
}
