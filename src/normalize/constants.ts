/** Texts that never change (captions, names, versions), in one buffer that batches refer to as their buffer 0. */
import { INLINE } from './column.js';

/** A batch's buffers: constants, the dictionary's keys, texts made on the way, the text of its rows and of facts about them. */
export const BUFFER = { constants: 0, keys: 1, made: 2, text: 3, facts: 4 } as const;
/** Buffers from this one on are new in every batch; those before only grow. */
export const FIRST_OF_BATCH = BUFFER.made;

export class ConstantTexts {
  bytes = new Uint8Array(1 << 14);
  private used = 0;
  private readonly known = new Map<string, number>();
  /** 4 int32 a text */
  views = new Int32Array(1 << 12);

  /** The bytes in use. */
  get length(): number {
    return this.used;
  }

  /** The index of a text's view in {@link views}. */
  view(text: string): number {
    const seen = this.known.get(text);
    if (seen !== undefined) return seen;
    const encoded = new TextEncoder().encode(text);
    while (this.used + encoded.length > this.bytes.length) this.bytes = copyOf(this.bytes, new Uint8Array(this.bytes.length * 2));
    const index = this.known.size;
    if ((index + 1) * 4 > this.views.length) this.views = copyOf(this.views, new Int32Array(this.views.length * 2));
    this.bytes.set(encoded, this.used);
    writeView(this.views, index, encoded, 0, encoded.length, BUFFER.constants, this.used);
    this.used += encoded.length;
    this.known.set(text, index);
    return index;
  }
}

/** An Arrow string view at `index`; the text lies at `offset` of `source`, and at `placed` of buffer `buffer`. */
export function writeView(
  views: Int32Array,
  index: number,
  source: Uint8Array,
  offset: number,
  length: number,
  buffer: number,
  placed: number,
): void {
  const at = index * 4;
  views[at] = length;
  views.fill(0, at + 1, at + 4);
  const bytes = new Uint8Array(views.buffer, views.byteOffset + at * 4 + 4, 12);
  bytes.set(source.subarray(offset, offset + Math.min(length, length <= INLINE ? INLINE : 4)));
  if (length > INLINE) {
    views[at + 2] = buffer;
    views[at + 3] = placed;
  }
}

function copyOf<T extends Uint8Array | Int32Array>(from: T, to: T): T {
  to.set(from as never);
  return to;
}
