/** What the errors of AWS's SDK say, whatever the service. */
import { FalconryError } from '../error.js';

/** As far as it is used here. */
export interface SdkError extends Error {
  code?: string;
  $metadata?: { httpStatusCode?: number };
}

/**
 * An error of a request as ours.
 *
 * @param ours undefined for what is no error of a request
 * @returns our own errors, and what `ours` does not know (a bug), as they are
 */
export function translated(error: unknown, ours: (error: SdkError) => FalconryError | undefined): Error {
  if (error instanceof FalconryError) return error;
  return error instanceof Error ? (ours(error) ?? error) : new Error(String(error));
}

/** Whether the service answered or the connection failed; undefined where it is neither: a bug. */
export function sdkFault(error: SdkError): { kind: 'answer'; status: number } | { kind: 'connection'; why: string } | undefined {
  const { name, code, $metadata } = error;
  const status = $metadata?.httpStatusCode;
  if (error instanceof TypeError || error instanceof RangeError || code?.startsWith('ERR_')) return undefined;
  if (status === undefined && code === undefined && name !== 'TimeoutError' && $metadata === undefined) return undefined;
  if (status !== undefined && status >= 400) return { kind: 'answer', status };
  return { kind: 'connection', why: code ?? name };
}
