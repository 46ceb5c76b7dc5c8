/** The errors of a conversion. */
import { FalconryError } from '../error.js';

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
