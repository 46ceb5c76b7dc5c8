/**
 * Values of a batch that an op did not take: which row, which slot, which op. A field stays in `unmapped` where all the ops that
 * could have kept it failed; so an op's failure must never count twice.
 */
export class Failures {
  count = 0;
  private slots = new Int32Array(256);
  /** the op, or -1 for one that keeps nothing */
  private keepers = new Int32Array(256);
  private invalid = new Uint8Array(256);
  /** the next failure of the same row */
  private next = new Int32Array(256);
  /** the row's first failure, or -1 */
  readonly head: Int32Array;
  private rows = 0;

  /** @param onInvalid is told once of every value that an attribute cannot hold */
  constructor(
    batchRows: number,
    private readonly onInvalid: (position: number, slot: number) => void,
  ) {
    this.head = new Int32Array(batchRows).fill(-1);
  }

  reset(rows: number): void {
    if (this.count > 0) this.head.fill(-1, 0, this.rows);
    this.count = 0;
    this.rows = rows;
  }

  /** @param keeper the op that did not take the value, -1 if it would not have kept it; see {@link KeeperIds} */
  add(position: number, slot: number, keeper: number, invalid: boolean): void {
    let told = !invalid;
    let known = -1;
    for (let at = this.head[position]!; at >= 0; at = this.next[at]!) {
      if (this.slots[at] !== slot) continue;
      told ||= this.invalid[at] === 1;
      if (this.keepers[at] === keeper) known = at;
    }
    if (known < 0) known = this.push(position, slot, keeper);
    if (told) return;
    this.invalid[known] = 1;
    this.onInvalid(position, slot);
  }

  /** How many ops that could have kept the field at this slot did not. */
  of(position: number, slot: number): number {
    let n = 0;
    for (let at = this.head[position]!; at >= 0; at = this.next[at]!) if (this.slots[at] === slot && this.keepers[at]! >= 0) n++;
    return n;
  }

  private push(position: number, slot: number, keeper: number): number {
    if (this.count === this.slots.length) {
      this.slots = doubled(this.slots, new Int32Array(this.count * 2));
      this.keepers = doubled(this.keepers, new Int32Array(this.count * 2));
      this.next = doubled(this.next, new Int32Array(this.count * 2));
      this.invalid = doubled(this.invalid, new Uint8Array(this.count * 2));
    }
    const at = this.count++;
    this.slots[at] = slot;
    this.keepers[at] = keeper;
    this.invalid[at] = 0;
    this.next[at] = this.head[position]!;
    this.head[position] = at;
    return at;
  }
}

function doubled<T extends Int32Array | Uint8Array>(from: T, to: T): T {
  to.set(from);
  return to;
}

/** Numbers the ops of an alternative that can keep a field. */
export class KeeperIds {
  private count = 0;

  /** The next number, or -1 for an op that keeps nothing. */
  next(keeps: boolean): number {
    return keeps ? this.count++ : -1;
  }
}
