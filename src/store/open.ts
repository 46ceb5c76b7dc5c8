/** From what the user named to the store. */
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Role } from './assume-role.js';
import { badUri } from './errors.js';
import { LocalStore } from './local.js';
import type { S3StoreOptions } from './s3.js';
import type { ObjectStore } from './store.js';

export interface StoreOptions extends Omit<S3StoreOptions, 'writer'> {
  /** taken on for all requests, in place of the credentials */
  role?: Role;
  /** taken on to write a key, in place of `role` */
  writeRole?: (key: string) => Role;
}

/** What commands and jobs are told of S3, as stores take it: what is not told is left out. */
export function storeOptionsOf({
  region,
  endpointUrl,
}: {
  region?: string | undefined;
  endpointUrl?: string | undefined;
}): StoreOptions {
  return { ...(region === undefined ? {} : { region }), ...(endpointUrl === undefined ? {} : { endpointUrl }) };
}

/** S3's own rule for bucket names, access point aliases included. */
const BUCKET = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

export function isS3Uri(uri: string): boolean {
  return uri.startsWith('s3://');
}

/** The folder that a path names, absolute; undefined for S3. */
export function folderOf(uri: string): string | undefined {
  return isS3Uri(uri) ? undefined : resolve(uri);
}

/**
 * Opens a path, `file://` URL or `s3://bucket/prefix`. Nothing is read yet. What is under the prefix is taken as under a
 * folder: `s3://b/data` holds `data/x`, not `data2/x`. Options are S3's; the SDK is loaded for S3 alone.
 *
 * @throws STORE_BAD_URI
 */
export async function openStore(uri: string, options: StoreOptions = {}): Promise<ObjectStore> {
  if (isS3Uri(uri)) return openS3(uri, options);
  if (uri.startsWith('file://')) return new LocalStore(fileUrlPath(uri));
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(uri)) throw badUri(uri, 'its kind is not known');
  if (uri === '' || uri.includes('\0')) throw badUri(uri, 'it is no path');
  return new LocalStore(uri);
}

async function openS3(uri: string, options: StoreOptions): Promise<ObjectStore> {
  const rest = uri.slice('s3://'.length);
  const slash = rest.indexOf('/');
  const bucket = slash < 0 ? rest : rest.slice(0, slash);
  if (!BUCKET.test(bucket)) throw badUri(uri, `"${bucket}" is no bucket name`);
  if (options.endpointUrl !== undefined && !URL.canParse(options.endpointUrl)) throw badUri(uri, 'its endpoint is no URL');
  const { S3Store } = await import('./s3.js');
  return new S3Store(bucket, slash < 0 ? '' : rest.slice(slash + 1).replace(/\/+$/, ''), await withCredentials(options));
}

/** Roles as the credentials that they give. */
async function withCredentials({ role, writeRole, ...options }: StoreOptions): Promise<S3StoreOptions> {
  if (role === undefined && writeRole === undefined) return options;
  const { roleCredentials } = await import('./assume-role.js');
  const { region } = options;
  return {
    ...options,
    ...(role && { credentials: roleCredentials(role, region) }),
    ...(writeRole && {
      writer: (key) => {
        const writer = writeRole(key);
        return { name: writer.arn, credentials: roleCredentials(writer, region) };
      },
    }),
  };
}

function fileUrlPath(uri: string): string {
  try {
    return fileURLToPath(uri);
  } catch {
    throw badUri(uri, 'it is no file URL of this machine');
  }
}
