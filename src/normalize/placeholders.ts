/** Values that mean "absent" whatever the field, by the mapping's list; the empty text always is one. */
import { TextIndex } from './text-index.js';

export class Placeholders {
  private readonly index: TextIndex;
  private readonly firstBytes = new Uint8Array(256);
  private readonly longest: number;

  constructor(texts: readonly string[]) {
    this.index = new TextIndex(texts);
    this.longest = Math.max(0, ...texts.map((text) => Buffer.byteLength(text)));
    for (const text of texts) if (text !== '') this.firstBytes[Buffer.from(text)[0]!] = 1;
  }

  has(bytes: Uint8Array, offset: number, length: number): boolean {
    if (length === 0) return true;
    return length <= this.longest && this.firstBytes[bytes[offset]!] === 1 && this.index.find(bytes, offset, length) >= 0;
  }
}
