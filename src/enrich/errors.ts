/** The errors of enrichment. */
import { FalconryError } from '../error.js';

export const snapshotTooLarge = () =>
  new FalconryError(
    'SNAPSHOT_TOO_LARGE',
    'The facts of this archive pass 4 GiB of one kind, more than a snapshot holds; take snapshots of parts of the archive and convert each with its own.',
  );

export const snapshotMissing = (workUri: string, archiveUri: string) =>
  new FalconryError(
    'SNAPSHOT_MISSING',
    `There is no snapshot of host and user facts in the work area ${workUri}; make one first: falconry snapshot ${archiveUri} --work ${workUri}`,
    { exitCode: 2 },
  );

export const snapshotUnknown = (id: string, workUri: string) =>
  new FalconryError('SNAPSHOT_UNKNOWN', `The work area ${workUri} holds no snapshot ${id}; its snapshots lie under snapshot/.`, {
    exitCode: 2,
  });

export const snapshotBroken = (key: string, why: string, cause?: unknown) =>
  new FalconryError(
    'SNAPSHOT_BROKEN',
    `The snapshot ${key} cannot be used: ${why}; delete it and run falconry snapshot again.`,
    cause === undefined ? {} : { cause },
  );
