/** An archive, a work area and a lake on the test's own S3 server, for a conversion in this process or another. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { S3Server, type S3ServerOptions } from '../support/s3-server.js';

export const REGION = 'eu-central-1';
export const CREDENTIALS = { accessKeyId: 'AKIACONVERT', secretAccessKey: 'secret-of-the-converting-role' };

/** What the AWS SDK reads its credentials from. */
export const S3_ENV = {
  AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
  AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
  AWS_EC2_METADATA_DISABLED: 'true',
  AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
};

export async function startS3(options: S3ServerOptions = {}): Promise<S3Server> {
  const server = await S3Server.start({ region: REGION, principals: [CREDENTIALS], ...options });
  for (const bucket of ['archive', 'work', 'lake']) server.createBucket(bucket);
  return server;
}

/** The options of a conversion from bucket to bucket. */
export const s3Options = (server: S3Server) => ({
  archive: 's3://archive/fdr',
  work: 's3://work/falconry',
  lake: 's3://lake/root',
  region: REGION,
  endpointUrl: server.endpointUrl,
});

/** Puts the files of a folder under a prefix, without requests. */
export async function upload(server: S3Server, folder: string, prefix = 'fdr/'): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const names = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
  for (const name of names) server.put('archive', `${prefix}${name}`, await readFile(join(folder, name)));
  return names;
}
