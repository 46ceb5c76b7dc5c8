/** The values of a window's rows as text, one row after the other: what is kept of the lines. */

/** A chunk, unless a single row has more. Chunks are kept from window to window: fresh memory costs more than what is written to it. */
const CHUNK_BYTES = 4 * 1024 * 1024;
/** Longer texts are copied by the engine's own call. */
const BY_WORDS = 96;

export class RowText {
  /** index of the chunk that is written to */
  chunk = -1;
  /** bytes written to it */
  used = 0;
  private readonly chunks: Uint8Array[] = [];
  private bytes: Uint8Array = new Uint8Array(0);
  private view: DataView = new DataView(new ArrayBuffer(0));
  private source: Uint8Array = this.bytes;
  private sourceView: DataView = this.view;

  reset(): void {
    this.chunk = -1;
    this.bytes = new Uint8Array(0);
    this.used = 0;
  }

  /** The bytes of a chunk. */
  bytesOf(chunk: number): Uint8Array {
    return this.chunks[chunk]!;
  }

  /** Room for a row of so many bytes, all in one chunk: it begins at {@link used} of {@link chunk}. */
  reserve(bytes: number): void {
    if (this.chunk >= 0 && this.used + bytes <= this.bytes.length) return;
    const index = ++this.chunk;
    const ready = this.chunks[index];
    this.bytes = ready !== undefined && ready.length >= bytes ? ready : new Uint8Array(Math.max(CHUNK_BYTES, bytes));
    this.chunks[index] = this.bytes;
    this.view = new DataView(this.bytes.buffer);
    this.used = 0;
  }

  /** Takes `source[offset, offset + length)`; there must be room. */
  copy(source: Uint8Array, offset: number, length: number): void {
    let to = this.used;
    this.used = to + length;
    if (length > BY_WORDS) {
      this.bytes.set(source.subarray(offset, offset + length), to);
      return;
    }
    if (source !== this.source) {
      this.source = source;
      this.sourceView = new DataView(source.buffer, source.byteOffset, source.byteLength);
    }
    const { view, sourceView } = this;
    if (length < 4) {
      for (let i = 0; i < length; i++) view.setUint8(to + i, sourceView.getUint8(offset + i));
      return;
    }
    const last = offset + length - 4;
    for (let from = offset; from < last; from += 4, to += 4) view.setInt32(to, sourceView.getInt32(from, true), true);
    // the last word once more over what stands before it, in place of single bytes
    view.setInt32(this.used - 4, sourceView.getInt32(last, true), true);
  }
}
