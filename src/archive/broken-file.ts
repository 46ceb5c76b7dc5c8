/** Why reading a file stopped, thrown inside this room only: callers of `readBlocks` see it as {@link Damage}. */
import type { DamageReason } from './block.js';

export class BrokenFile extends Error {
  constructor(
    readonly reason: DamageReason,
    /** compressed bytes that were sound */
    readonly compressedOffset: number,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}
