/** What STS says of a role that is to be taken on, as ours. Messages hold the role, never the external id; the cause keeps STS's text. */
import { FalconryError } from '../error.js';
import { sdkFault, translated } from './sdk-error.js';

const SENTENCES: [code: string, names: RegExp, sentence: string][] = [
  [
    'STORE_ROLE_DENIED',
    /AccessDenied/,
    'cannot be taken on: STS denies it; check that the role is there, that its trust policy names who asks, and that the external id is the one it was made with',
  ],
  [
    'STORE_ROLE_REFUSED',
    /ValidationError|MalformedPolicy/,
    'cannot be taken on: STS does not take its ARN or the external id; check both',
  ],
  [
    'STORE_ROLE_REFUSED',
    /RegionDisabled/,
    "cannot be taken on: STS is not active in this region; activate it in the account's settings",
  ],
  [
    'STORE_NO_CREDENTIALS',
    /CredentialsProviderError|TokenProviderError|ExpiredToken|InvalidClientTokenId|SignatureDoesNotMatch|UnrecognizedClient/,
    'cannot be taken on: the AWS credentials to ask with are missing, expired or not accepted; renew them',
  ],
];

/** Any error of taking on a role; what it does not know (a bug) comes back as it is. */
export function roleError(error: unknown, role: string): Error {
  return translated(error, (sdk) => {
    const { name } = sdk;
    const cause = { cause: error };
    for (const [ours, names, sentence] of SENTENCES)
      if (names.test(name)) return new FalconryError(ours, `The role ${role} ${sentence}.`, cause);
    const fault = sdkFault(sdk);
    if (fault === undefined) return undefined;
    const answer = fault.kind === 'answer' ? `STS answers ${fault.status} ${name}` : `the connection to STS fails (${fault.why})`;
    return new FalconryError(
      'STORE_ROLE_UNAVAILABLE',
      `The role ${role} cannot be taken on now: ${answer}; try again later.`,
      cause,
    );
  });
}
