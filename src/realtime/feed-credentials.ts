/** The vendor's key pair of a feed: from the environment or a file, never from arguments, and in no message. */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { feedCredentialsMissing, feedCredentialsUnreadable } from './errors.js';
import type { Environment } from './settings.js';

export interface FeedCredentials {
  accessKeyId: string;
  secretAccessKey: string;
}

const text = z.string().min(1);

/** As a secret in Secrets Manager commonly holds a key pair. */
const FileSchema = z.union([
  z.object({ accessKeyId: text, secretAccessKey: text }),
  z
    .object({ AWS_ACCESS_KEY_ID: text, AWS_SECRET_ACCESS_KEY: text })
    .transform((pair) => ({ accessKeyId: pair.AWS_ACCESS_KEY_ID, secretAccessKey: pair.AWS_SECRET_ACCESS_KEY })),
]);

/**
 * `FALCONRY_FDR_ACCESS_KEY_ID` and `FALCONRY_FDR_SECRET_ACCESS_KEY`; else the file, which `FALCONRY_FDR_CREDENTIALS_FILE` may name.
 *
 * @throws FEED_NO_CREDENTIALS
 */
export function feedCredentials(env: Environment, file?: string): FeedCredentials {
  const path = file ?? env.FALCONRY_FDR_CREDENTIALS_FILE;
  if (file === undefined) {
    const { FALCONRY_FDR_ACCESS_KEY_ID: accessKeyId, FALCONRY_FDR_SECRET_ACCESS_KEY: secretAccessKey } = env;
    if (accessKeyId && secretAccessKey) return { accessKeyId, secretAccessKey };
    if (!path) throw feedCredentialsMissing();
  }
  return fromFile(path!);
}

function fromFile(path: string): FeedCredentials {
  let content: string;
  try {
    content = readFileSync(path, 'utf8');
  } catch (error) {
    throw feedCredentialsUnreadable(path, `cannot be read (${(error as NodeJS.ErrnoException).code})`);
  }
  // no cause: parsers' own words repeat what they read
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch {
    throw feedCredentialsUnreadable(path, 'is no JSON');
  }
  const parsed = FileSchema.safeParse(value);
  if (!parsed.success) throw feedCredentialsUnreadable(path, 'lacks a key id or its secret');
  return parsed.data;
}
