/** A file of FDR's batch message in scratch, proven to be the bytes that the message promises. */
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { scratchError } from '../convert/errors.js';
import type { ObjectStore } from '../store/store.js';
import { inputDiffers } from './errors.js';
import type { RealtimeInput } from './input.js';
import type { InputSource } from './object-converter.js';

/** What the message promises, and where it lies. */
export interface CheckedInput {
  /** in the store */
  key: string;
  etag: string;
  size: number;
  /** hex */
  md5: string;
  bucket: string;
  bucketKey: string;
}

/**
 * Copies an input to a temporary folder as it streams, whatever its size, and calls `use` with the file; nothing is left afterwards.
 *
 * @throws NOTICE_INPUT_DIFFERS where size or MD5 are not the message's; STORE_CHANGED; what the store and `use` throw
 */
export async function withCheckedCopy<T>(
  store: ObjectStore,
  input: CheckedInput,
  signal: AbortSignal,
  use: (path: string) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'falconry-input-')).catch((error) => {
    throw scratchError(error, tmpdir());
  });
  try {
    const path = join(folder, 'input.gz');
    await download(store, input, path, signal);
    return await use(path);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function download(
  store: ObjectStore,
  { key, etag, size, md5, bucket, bucketKey }: CheckedInput,
  path: string,
  signal: AbortSignal,
): Promise<void> {
  const hash = createHash('md5');
  let length = 0;
  const count = async function* (chunks: AsyncIterable<Buffer>) {
    for await (const chunk of chunks) {
      hash.update(chunk);
      length += chunk.length;
      yield chunk;
    }
  };
  const body = await store.read(key, { ifMatch: etag });
  try {
    await pipeline(body, count, createWriteStream(path), { signal });
  } catch (error) {
    throw scratchError(error, path);
  }
  const where = `s3://${bucket}/${bucketKey}`;
  if (length !== size) throw inputDiffers(where, 'size', `${length}`, `${size}`);
  const found = hash.digest('hex');
  if (found !== md5) throw inputDiffers(where, 'MD5', found, md5);
}

/** The input's bytes for a conversion: a checked copy where the notice tells their MD5, else as they stream from the archive. */
export function sourceOf(store: ObjectStore, input: RealtimeInput, signal: AbortSignal): InputSource {
  const { md5 } = input;
  if (md5 === undefined) return (use) => use(store);
  return (use) =>
    withCheckedCopy(store, { ...input, md5 }, signal, (path) =>
      use({ read: async () => createReadStream(path, { highWaterMark: 512 * 1024 }) }),
    );
}
