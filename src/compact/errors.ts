/** The errors of compaction. */
import { FalconryError } from '../error.js';

export const dayOpen = (day: string, closes: string) =>
  new FalconryError(
    'DAY_OPEN',
    `Day ${day} is still open for late events: it closes at ${closes}; wait, or give --settle with fewer days.`,
    { exitCode: 2 },
  );

export const nothingToCompact = (uri: string, what: string) =>
  new FalconryError('COMPACT_NOTHING', `${uri} holds no objects of ${what}; "falconry verify" lists its days and sources.`, {
    exitCode: 2,
  });

export const outputLost = (record: string, key: string) =>
  new FalconryError(
    'OUTPUT_LOST',
    `The journal ${record} names ${key}, but it is neither staged nor in the lake; restore the work area. Its inputs were not deleted.`,
  );

export const rowsDiffer = (key: string, expected: number, found: number) =>
  new FalconryError(
    'ROWS_DIFFER',
    `Merging ${key} and its neighbours should give ${expected} rows and gave ${found}; nothing was changed: run "falconry verify" on the day.`,
  );

export const tooContended = (partition: string) =>
  new FalconryError(
    'COMPACT_CONTENDED',
    `Other compactions of ${partition} were quicker each time; let one run at a time, and run this again.`,
  );

export const planBroken = (uri: string, cause: unknown) =>
  new FalconryError('PLAN_BROKEN', `${uri} is no list of partitions to compact; write one with "falconry compact --plan".`, {
    cause,
    exitCode: 2,
  });

export const planExists = (uri: string) =>
  new FalconryError('PLAN_EXISTS', `${uri} is there already and stays as it is; give --plan another name.`, { exitCode: 2 });

export const noPartition = (index: number, partitions: number) =>
  new FalconryError(
    'PLAN_NO_PARTITION',
    `The plan has ${partitions} partitions and none of number ${index}; submit an array of that size.`,
    {
      exitCode: 2,
    },
  );
