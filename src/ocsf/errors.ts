/** The errors of the OCSF room. */
import { FalconryError } from '../error.js';
import { OCSF_VERSIONS } from './schema.js';

export const ocsfVersionUnknown = (version: string): FalconryError =>
  new FalconryError(
    'OCSF_VERSION_UNKNOWN',
    `There is no OCSF table for version "${version}"; choose one of ${OCSF_VERSIONS.join(', ')}.`,
    { exitCode: 2 },
  );

export const ocsfClassUnknown = (name: string, version: string, nearest: readonly string[]): FalconryError =>
  new FalconryError('OCSF_CLASS_UNKNOWN', `OCSF ${version} has no event class "${name}"${nearestText(nearest)}.`, {
    exitCode: 2,
  });

export const ocsfPathUnknown = (problem: { message: string }): FalconryError =>
  new FalconryError('OCSF_PATH_UNKNOWN', problem.message, { exitCode: 2 });

export const ocsfTableBroken = (version: string, place: string, text: string): FalconryError =>
  new FalconryError(
    'OCSF_TABLE_BROKEN',
    `The OCSF ${version} table cannot be read at ${place}: "${text}" is not understood; restore the file.`,
    {
      exitCode: 70,
    },
  );

/** ` (nearest: a, b)`, or nothing. */
export function nearestText(nearest: readonly string[]): string {
  return nearest.length === 0 ? '' : ` (nearest: ${nearest.join(', ')})`;
}
