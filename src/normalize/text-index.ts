/** Text → index without making strings: enum tables, guards, placeholders. */
import { hashBytes } from '../scan/dictionary.js';

export class TextIndex {
  private readonly slots: Int32Array;
  private readonly mask: number;
  private readonly texts: Uint8Array[];

  constructor(texts: readonly string[]) {
    const encoder = new TextEncoder();
    this.texts = texts.map((text) => encoder.encode(text));
    let size = 8;
    while (size < texts.length * 4) size *= 2;
    this.mask = size - 1;
    this.slots = new Int32Array(size).fill(-1);
    this.texts.forEach((text, index) => {
      let slot = hashBytes(text, 0, text.length) & this.mask;
      while (this.slots[slot]! >= 0) slot = (slot + 1) & this.mask;
      this.slots[slot] = index;
    });
  }

  find(bytes: Uint8Array, offset: number, length: number): number {
    let slot = hashBytes(bytes, offset, length) & this.mask;
    for (;;) {
      const index = this.slots[slot]!;
      if (index < 0) return -1;
      const text = this.texts[index]!;
      if (text.length === length) {
        let i = 0;
        while (i < length && text[i] === bytes[offset + i]) i++;
        if (i === length) return index;
      }
      slot = (slot + 1) & this.mask;
    }
  }
}
