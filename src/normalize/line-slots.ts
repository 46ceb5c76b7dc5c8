/** The fields of one line by the slots of its route: what is asked before the line becomes a row. */
export class LineSlots {
  bytes: Uint8Array = new Uint8Array(0);
  offset: Int32Array;
  /** -1: no such field; -2 - n: a placeholder of n bytes */
  length: Int32Array;

  /** @param slots of the route that has the most */
  constructor(slots: number) {
    this.offset = new Int32Array(slots);
    this.length = new Int32Array(slots);
  }
}
