/** The errors of the lake room. What is wrong with objects that lie in a lake is not an error but a finding: see verify.ts. */
import { FalconryError } from '../error.js';

type Cause = { cause?: unknown };

/** @param found what lies there instead, in words; absent if nothing does */
export const lakeEmpty = (uri: string, found?: string): FalconryError => {
  const instead = found === undefined ? '' : `, only ${found}`;
  return new FalconryError(
    'LAKE_EMPTY',
    `${uri} holds no objects under ext/${instead}; check the path, or convert an archive into it.`,
    {
      exitCode: 2,
    },
  );
};

export const lakeNothingMatches = (uri: string, asked: string): FalconryError =>
  new FalconryError('LAKE_NOTHING_MATCHES', `${uri} holds no objects of ${asked}; leave the filter out to see what there is.`, {
    exitCode: 2,
  });

export const lakeBadFilter = (name: string, value: string, expected: string): FalconryError =>
  new FalconryError('LAKE_BAD_FILTER', `The ${name} "${value}" cannot be in a lake; expected ${expected}.`, { exitCode: 2 });

export const lakeObjectUnreadable = (where: string, reason: string, options?: Cause): FalconryError =>
  new FalconryError(
    'LAKE_OBJECT_UNREADABLE',
    `${where} cannot be read as Parquet: ${reason}; run verify to see what else is.`,
    options,
  );

export const journalBroken = (key: string, cause: unknown): FalconryError =>
  new FalconryError(
    'JOURNAL_BROKEN',
    `The compaction journal ${key} in the work area cannot be read; restore it: it says which objects of the lake are replaced.`,
    { cause },
  );

/** @param hint one more sentence, or '' */
export const queryFailed = (reason: string, hint: string, options?: Cause): FalconryError =>
  new FalconryError('QUERY_FAILED', `The query failed: ${reason}${hint === '' ? '' : ` ${hint}`}`, { ...options, exitCode: 2 });

export const queryRefused = (reason: string): FalconryError =>
  new FalconryError('QUERY_REFUSED', `The query is refused: ${reason}.`, { exitCode: 2 });

export const queryTooLarge = (bytes: number, limit: number, objects: number): FalconryError =>
  new FalconryError(
    'QUERY_TOO_LARGE',
    `The query needs ${objects} objects of ${mebibytes(bytes)} MiB from S3, the limit is ${mebibytes(limit)} MiB; ` +
      'name a source or a day, or raise the limit.',
    { exitCode: 2 },
  );

function mebibytes(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(bytes < 2 ** 20 ? 3 : 0);
}
