/** The errors of the Glue catalog. */
import { FalconryError } from '../error.js';
import { sdkFault, translated } from './sdk-error.js';

type Cause = { cause?: unknown };

const noTable = (table: string, options: Cause) =>
  new FalconryError(
    'CATALOG_NO_TABLE',
    `The Glue table ${table} does not exist; register the source first, or check --glue-database, --glue-table and the region.`,
    options,
  );
const denied = (table: string, options: Cause) =>
  new FalconryError(
    'CATALOG_DENIED',
    `The partitions of the Glue table ${table} cannot be registered or read: access is denied; check the maintenance role's permissions and Lake Formation's grants on the table.`,
    options,
  );
const unavailable = (table: string, answer: string, options: Cause) =>
  new FalconryError(
    'CATALOG_UNAVAILABLE',
    `The partitions of the Glue table ${table} cannot be registered or read now: ${answer}; try again later.`,
    options,
  );
const refused = (table: string, answer: string, options: Cause) =>
  new FalconryError(
    'CATALOG_REFUSED',
    `The partitions of the Glue table ${table} cannot be registered: Glue answers ${answer}.`,
    options,
  );

export const otherPartitionKeys = (table: string, keys: readonly string[]) =>
  new FalconryError(
    'CATALOG_OTHER_KEYS',
    `The Glue table ${table} is partitioned by ${keys.join(', ') || 'nothing'}, a lake by region, accountid and eventday; name another with --glue-table.`,
    { exitCode: 2 },
  );

const PASSING =
  /Throttl|TooManyRequests|LimitExceededException$|ConcurrentModification|ConcurrentRuns|InternalService|OperationTimeout|ResourceNotReady|Unavailable/;

/** What Glue says of a single partition of a batch. */
export function partitionError(table: string, code: string): FalconryError {
  if (/AccessDenied/.test(code)) return denied(table, {});
  if (PASSING.test(code) && code !== 'ResourceNumberLimitExceededException') return unavailable(table, code, {});
  return refused(table, code, {});
}

/** Any error of a request to Glue; what it does not know (a bug) comes back as it is. */
export function glueError(error: unknown, table: string): Error {
  return translated(error, (sdk) => {
    const { name, message, $metadata } = sdk;
    const cause = { cause: error };
    if (name === 'EntityNotFoundException') return noTable(table, cause);
    if (/AccessDenied|UnrecognizedClient|NotAuthorized/.test(name) || $metadata?.httpStatusCode === 403)
      return denied(table, cause);
    if (/CredentialsProviderError|ExpiredToken/.test(name))
      return new FalconryError(
        'STORE_NO_CREDENTIALS',
        `The Glue table ${table}: the AWS credentials are missing or expired; renew them.`,
        cause,
      );
    if (/^Region is missing/.test(message))
      return new FalconryError(
        'STORE_NO_REGION',
        `The Glue table ${table}: no region is known; name one or set AWS_REGION.`,
        cause,
      );
    const fault = sdkFault(sdk);
    if (fault === undefined) return undefined;
    if (fault.kind === 'connection') return unavailable(table, `the connection to Glue fails (${fault.why})`, cause);
    const { status } = fault;
    if (PASSING.test(name) || status === 429 || status >= 500) return unavailable(table, `Glue answers ${status} ${name}`, cause);
    return refused(table, `${status} ${name}`, cause);
  });
}
