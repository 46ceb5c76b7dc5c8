/**
 * Roles taken on through STS. All clients of a thread share a role's credentials: STS is asked once a role, and again a little before
 * they expire, however long the work takes. The only way here is by a dynamic import, which loads the SDK when a role is named.
 */

import type { S3ClientConfig } from '@aws-sdk/client-s3';
import { fromTemporaryCredentials } from '@aws-sdk/credential-providers';
import { roleError } from './role-errors.js';

export interface Role {
  arn: string;
  /** what its trust policy asks for */
  externalId?: string;
}

type Provider = Extract<NonNullable<S3ClientConfig['credentials']>, (...args: never[]) => unknown>;
type Credentials = Awaited<ReturnType<Provider>>;

/** The longest that AWS gives to who holds a role already, as jobs do. */
const SESSION_SECONDS = 3600;

/** Before the end of a session; the SDK's clients ask for new credentials five minutes before. */
const RENEW_MS = 6 * 60_000;

/** Many jobs begin at once; the SDK waits and tries again when told to slow down. */
const ATTEMPTS = 8;

const sessions = new Map<string, Promise<Credentials>>();

/**
 * The credentials of a role, as an SDK's client takes them.
 *
 * @param region of STS; default: the one of the client
 * @throws from the provider: STORE_ROLE_…, STORE_NO_CREDENTIALS
 */
export function roleCredentials(role: Role, region: string | undefined): Provider {
  const assume = fromTemporaryCredentials({
    params: {
      RoleArn: role.arn,
      RoleSessionName: 'falconry',
      DurationSeconds: SESSION_SECONDS,
      ...(role.externalId === undefined ? {} : { ExternalId: role.externalId }),
    },
    clientConfig: { maxAttempts: ATTEMPTS, ...(region === undefined ? {} : { region }) },
  });
  const id = JSON.stringify([role.arn, role.externalId, region]);
  const renew = (properties: Parameters<typeof assume>[0]): Promise<Credentials> => {
    const session = assume(properties).catch((error: unknown) => {
      if (sessions.get(id) === session) sessions.delete(id);
      throw roleError(error, role.arn);
    });
    sessions.set(id, session);
    return session;
  };
  return async (properties) => {
    const session = sessions.get(id);
    if (session === undefined) return renew(properties);
    const credentials = await session;
    if ((credentials.expiration?.getTime() ?? Number.POSITIVE_INFINITY) - Date.now() > RENEW_MS) return credentials;
    // of several that find it old one renews it
    return sessions.get(id) === session ? renew(properties) : (sessions.get(id) ?? renew(properties));
  };
}
