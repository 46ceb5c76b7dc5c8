/** A local file as an S3 object: one request if it is small, parts if it is large. */
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { AbortMultipartUploadCommand, PutObjectCommand, type PutObjectCommandInput, type S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';

/** Above this size a file goes up in parts; also the least size of a part. */
const PART_BYTES = 16 * 1024 * 1024;
const MAX_PARTS = 10_000;
const PARTS_AT_ONCE = 4;

/** An upload whose last answer was lost is gone when asked again; the bytes are the same, so it is done anew. */
const UPLOADS = 2;

/** Who uploads, and who may take parts back: Security Lake denies that to the role that writes. */
export interface UploadClients {
  put: S3Client;
  abort: S3Client;
}

/** Uploads `size` bytes of a file. Memory: the file up to 16 MiB, else four parts of 16 MiB (more above 160 GB). */
export async function uploadFile(
  clients: UploadClients,
  target: PutObjectCommandInput,
  path: string,
  size: number,
): Promise<void> {
  if (size <= PART_BYTES) {
    await clients.put.send(new PutObjectCommand({ ...target, Body: await readFile(path) }));
    return;
  }
  for (let upload = 1; ; upload++) {
    try {
      return await uploadParts(clients, target, path, size);
    } catch (error) {
      if ((error as Error).name !== 'NoSuchUpload' || upload === UPLOADS) throw error;
    }
  }
}

async function uploadParts(
  { put, abort }: UploadClients,
  target: PutObjectCommandInput,
  path: string,
  size: number,
): Promise<void> {
  const partSize = Math.max(PART_BYTES, Math.ceil(size / MAX_PARTS));
  const body = createReadStream(path, { end: size - 1, highWaterMark: 1024 * 1024 });
  // The library's own clean-up hides the error that stopped it if aborting is denied, and skips a failed completion.
  const upload = new Upload({
    client: put,
    params: { ...target, Body: body },
    partSize,
    queueSize: PARTS_AT_ONCE,
    leavePartsOnError: true,
  });
  try {
    await upload.done();
  } catch (error) {
    if (upload.uploadId !== undefined) await abandon(abort, target, upload.uploadId);
    throw error;
  } finally {
    body.destroy();
  }
}

/** At best: a role that may not abort leaves the parts to the bucket's lifecycle rule. */
async function abandon(client: S3Client, { Bucket, Key }: PutObjectCommandInput, uploadId: string): Promise<void> {
  try {
    await client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId: uploadId }));
  } catch {}
}
