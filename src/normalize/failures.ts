/** Values of a batch that an op did not take: which (row, slot), and whether because the attribute cannot hold them. */
export class Failures {
  count = 0;
  /** the slots, and the next failure of the same row */
  slots = new Int32Array(256);
  next = new Int32Array(256);
  /** the row's first failure, or -1 */
  head = new Int32Array(2048).fill(-1);
  private rows = 0;

  /** @param onInvalid is told of every value that its attribute cannot hold */
  constructor(private readonly onInvalid: (position: number, slot: number) => void) {}

  reset(rows: number): void {
    if (this.count > 0) this.head.fill(-1, 0, this.rows);
    this.count = 0;
    this.rows = rows;
  }

  add(position: number, slot: number, invalid: boolean): void {
    if (this.count === this.slots.length) {
      const grow = (from: Int32Array) => {
        const to = new Int32Array(from.length * 2);
        to.set(from);
        return to;
      };
      this.slots = grow(this.slots);
      this.next = grow(this.next);
    }
    const at = this.count++;
    this.slots[at] = slot;
    this.next[at] = this.head[position]!;
    this.head[position] = at;
    if (invalid) this.onInvalid(position, slot);
  }

  /** How often the row failed at this slot. */
  of(position: number, slot: number): number {
    let n = 0;
    for (let at = this.head[position]!; at >= 0; at = this.next[at]!) if (this.slots[at] === slot) n++;
    return n;
  }
}
