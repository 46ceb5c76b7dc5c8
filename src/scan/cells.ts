/** The fields of one line as the scanner found them: a growing set of parallel arrays, reused for every line. */
export class LineCells {
  count = 0;
  /** field id in the dictionary; -1 where the dictionary is full: then the key's own bytes count */
  field = new Int32Array(256);
  /** where the value's text starts in {@link bytes}; strings without their quotes, escapes not undone yet */
  offset = new Int32Array(256);
  /** bytes of text; -1 for a JSON null */
  length = new Int32Array(256);
  /** the key in {@link bytes}, for cells whose field is -1 */
  keyOffset = new Int32Array(256);
  keyLength = new Int32Array(256);
  /** indexes of the cells whose text still holds escapes */
  escaped: number[] = [];
  /** the bytes that the offsets point into */
  bytes: Uint8Array = new Uint8Array(0);

  grow(): void {
    const double = (array: Int32Array) => {
      const next = new Int32Array(array.length * 2);
      next.set(array);
      return next;
    };
    this.field = double(this.field);
    this.offset = double(this.offset);
    this.length = double(this.length);
    this.keyOffset = double(this.keyOffset);
    this.keyLength = double(this.keyLength);
  }
}
