/** DuckDB's memory limit, reached: its own error as one that tells the limit, what was being done, and what to do. */
import { FalconryError } from '../error.js';

export interface MemoryUse {
  /** completes "too little to …" */
  doing: string;
  limitMiB: number;
  /** completes "; …" */
  advice: string;
}

/**
 * DuckDB: "Out of Memory Error: failed to pin block of size 256.0 KiB (511.9 MiB/512.0 MiB used)", with its own advice behind; from some
 * places the same as JSON.
 */
const OUT_OF_MEMORY = /^(?:Out of Memory Error: |\{"exception_type":"Out of Memory","exception_message":")([^\n\\"]*)/;

/** LAKE_OUT_OF_MEMORY where DuckDB says so; all else as it is. */
export function outOfMemory(error: unknown, { doing, limitMiB, advice }: MemoryUse): unknown {
  const said = error instanceof Error && !(error instanceof FalconryError) ? OUT_OF_MEMORY.exec(error.message)?.[1] : undefined;
  if (said === undefined) return error;
  const asked = said.replace(/[.!]$/, '').replace(/ \(/, ', ').replace(/\)$/, '');
  return new FalconryError(
    'LAKE_OUT_OF_MEMORY',
    `DuckDB's memory of ${limitMiB} MiB is too little to ${doing} (${asked}); ${advice}.`,
    { cause: error },
  );
}
