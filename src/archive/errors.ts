/** The errors of finding an archive. Damage to a file is not an error but data: see {@link Damage}. */
import { FalconryError } from '../error.js';

export const archiveNotFound = (uri: string) =>
  new FalconryError('ARCHIVE_NOT_FOUND', `${uri} holds nothing; check the path.`, { exitCode: 2 });

/** @param found what lies there instead, in words */
export const archiveEmpty = (uri: string, found: string) =>
  new FalconryError('ARCHIVE_EMPTY', `${uri} holds no readable FDR files (.gz), only ${found}.`, { exitCode: 2 });
