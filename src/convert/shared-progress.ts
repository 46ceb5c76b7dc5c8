/** Numbers that worker threads and the main thread share: how far the work is, and whether to stop. */

export type SharedProgress = BigInt64Array<SharedArrayBuffer>;

/** Places in the shared array. */
export const PROGRESS = { events: 0, compressedBytes: 1, inflatedBytes: 2, stop: 3 } as const;
export const STOP = 1n;

export function newProgress(): SharedProgress {
  return new BigInt64Array(new SharedArrayBuffer(4 * 8));
}
