/**
 * The one error type of the project: a stable code, one sentence with the values, what to do.
 *
 * Each room keeps a table of factories for its own errors. Worker threads drop own properties of errors, so what crosses
 * a thread is {@link ErrorRecord}, never an Error.
 */
export class FalconryError extends Error {
  override readonly name = 'FalconryError';
  constructor(
    /** Stable, SCREAMING_SNAKE, prefixed with the room: `STORE_ACCESS_DENIED`. */
    readonly code: string,
    message: string,
    options: { cause?: unknown /** exit code of the command line; 1 unless told */; exitCode?: number } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.exitCode = options.exitCode ?? 1;
  }
  readonly exitCode: number;
}

/** A {@link FalconryError} as plain data, to cross a thread or to stand in a report. */
export interface ErrorRecord {
  code: string;
  message: string;
  exitCode: number;
}

/** Any thrown value as data; what is not a {@link FalconryError} gets the code `INTERNAL` and exit code 70. */
export function errorRecord(error: unknown): ErrorRecord {
  if (error instanceof FalconryError) return { code: error.code, message: error.message, exitCode: error.exitCode };
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { code: 'INTERNAL', message, exitCode: 70 };
}

/** The error of {@link errorRecord}, on the other side of the thread. */
export function errorFromRecord(record: ErrorRecord): FalconryError {
  return new FalconryError(record.code, record.message, { exitCode: record.exitCode });
}
