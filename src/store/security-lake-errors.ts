/** The errors of Security Lake. Messages hold nothing of a request but the source's name. */
import { FalconryError } from '../error.js';
import { sdkFault, translated } from './sdk-error.js';

const failed = (code: string, doing: string, region: string, why: string, cause: unknown) =>
  new FalconryError(`SECURITY_LAKE_${code}`, `Security Lake in ${region} cannot ${doing}: ${why}.`, { cause });

export const stillConflicts = (name: string, region: string, cause: unknown) =>
  failed(
    'CONFLICT',
    `register ${name}`,
    region,
    'it has other changes under way; run the same command again in some minutes',
    cause,
  );

/**
 * Any error of a request; what it does not know (a bug) comes back as it is.
 *
 * @param hidden what the message must not repeat
 */
export function securityLakeError(error: unknown, doing: string, region: string, hidden?: string): Error {
  return translated(error, (sdk) => {
    const { name, message, $metadata } = sdk;
    const status = $metadata?.httpStatusCode;
    const fail = (short: string, why: string) => failed(short, doing, region, why, error);
    if (/CredentialsProviderError|TokenProviderError|ExpiredToken|UnrecognizedClient|InvalidSignature/.test(name))
      return fail('NO_CREDENTIALS', 'no valid AWS credentials are found; set a profile, the environment or a role');
    if (/AccessDenied/.test(name) || status === 403)
      return fail('DENIED', "access is denied; use an administrator of the lake's account, who may pass the crawler role too");
    if (name === 'ResourceNotFoundException' || status === 404)
      return fail('OFF', 'Security Lake is not on in this account and region; switch it on first');
    if (name === 'BadRequestException' || status === 400)
      return fail('REFUSED', `it says: ${(hidden === undefined ? message : message.replaceAll(hidden, '…')).replace(/\.$/, '')}`);
    const fault = sdkFault(sdk);
    if (fault === undefined) return undefined;
    if (fault.kind === 'connection')
      return fail('UNAVAILABLE', `the connection fails (${fault.why}); check the region and the network`);
    return fail('UNAVAILABLE', `it answers ${fault.status} ${name}; try again later`);
  });
}
