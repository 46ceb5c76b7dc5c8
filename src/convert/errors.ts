/** The errors of a conversion. */
import { FalconryError } from '../error.js';
import { storeError } from '../store/errors.js';

export const mappingsUnreadable = (folder: string, cause: unknown) =>
  new FalconryError('MAPPINGS_UNREADABLE', `The mappings in ${folder} cannot be read; check the folder given with --mappings.`, {
    cause,
    exitCode: 2,
  });

export const optionInvalid = (problems: string) => new FalconryError('OPTION_INVALID', problems, { exitCode: 2 });

export const workNeeded = (lake: string) =>
  new FalconryError(
    'WORK_NEEDED',
    `The lake ${lake} is in S3, so Falconry's own state needs a place: give --work <path or s3://…>.`,
    {
      exitCode: 2,
    },
  );

export const locked = (where: string, owner: string) =>
  new FalconryError(
    'WORK_LOCKED',
    `Another conversion into this lake is running (${owner}); wait for it, or delete ${where} if it is no more.`,
  );

export const rangeOverlaps = (key: string, done: string, asked: string) =>
  new FalconryError(
    'RANGE_OVERLAPS',
    `${key} was converted for ${done} already, and for ${asked} some of its events would come twice; give --from and --to that begin and end where that does.`,
    { exitCode: 2 },
  );

export const stagingLost = (unit: string, key: string) =>
  new FalconryError(
    'STAGING_LOST',
    `Unit ${unit} was committed, but its object ${key} is neither staged nor in the lake; restore the work area, or delete the unit's ledger and convert again.`,
  );

export const ledgerBroken = (key: string, cause: unknown) =>
  new FalconryError(
    'LEDGER_BROKEN',
    `The ledger ${key} in the work area cannot be read; restore it, or delete it together with its objects.`,
    {
      cause,
    },
  );

export const workInExt = (work: string) =>
  new FalconryError(
    'WORK_IN_LAKE',
    `The work area ${work} lies under the lake's ext/, which is Security Lake's alone; name another place.`,
    {
      exitCode: 2,
    },
  );

/** DuckDB words the operating system's errors; it keeps no number. */
const ERRNO_OF_TEXT: Record<string, string> = {
  'No space left on device': 'ENOSPC',
  'Disk quota exceeded': 'EDQUOT',
  'Permission denied': 'EACCES',
  'Read-only file system': 'EROFS',
  'Input/output error': 'EIO',
  'Too many open files': 'EMFILE',
};

/** What the operating system says of a scratch folder, through Node or DuckDB, as an error that tells what to do; others as they are. */
export function scratchError(error: unknown, folder: string): unknown {
  if (!(error instanceof Error) || error instanceof FalconryError) return error;
  const attempt = { where: folder, doing: 'written' } as const;
  if ((error as NodeJS.ErrnoException).syscall !== undefined) return storeError(error, attempt);
  const text = /^IO Error: .*: ([A-Z][\w/ -]+)$/s.exec(error.message)?.[1];
  const code = text === undefined ? undefined : ERRNO_OF_TEXT[text];
  return code === undefined ? error : storeError(Object.assign(new Error(error.message, { cause: error }), { code }), attempt);
}
