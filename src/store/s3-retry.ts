/** When a request to S3 is tried again, and how long to wait before. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { S3ClientConfig } from '@aws-sdk/client-s3';

export interface RetryPolicy {
  /** of one request, the first included */
  maxAttempts: number;
  /** upper bound of the first wait, milliseconds; doubles with every attempt, up to 20 s */
  baseDelay: number;
}

const LONGEST_DELAY = 20_000;

/** A throttled client waits longer: S3 scales a prefix up within minutes, not milliseconds. */
const THROTTLING_FACTOR = 5;

/** "Full jitter": anything from nothing to the bound, so that many workers do not come back together. `attempt` counts from 1. */
export function retryDelay({ baseDelay }: RetryPolicy, attempt: number, throttled = false): number {
  const bound = baseDelay * (throttled ? THROTTLING_FACTOR : 1) * 2 ** (attempt - 1);
  return Math.random() * Math.min(bound, LONGEST_DELAY);
}

export async function waitToRetry(policy: RetryPolicy, attempt: number): Promise<void> {
  await sleep(retryDelay(policy, attempt));
}

/** Two conditional writes met; S3 asks to try again. The SDK takes any 409 as final. */
const CONFLICTS = new Set(['ConditionalRequestConflict', 'OperationAborted']);

/**
 * The SDK's own strategy but for its token bucket, which gives up on all requests after some 35 failures in a row, and for the
 * conflicts above. The SDK decides what is transient: 500, 502, 503, 504, resets, time-outs.
 */
export function retryStrategy(policy: RetryPolicy): NonNullable<S3ClientConfig['retryStrategy']> {
  const token = (retries: number) => ({ getRetryCount: () => retries, getRetryDelay: () => 0, getRetryCost: () => undefined });
  return {
    acquireInitialRetryToken: async () => token(0),
    refreshRetryTokenForRetry: async (last, { errorType, error }) => {
      const attempt = last.getRetryCount() + 1;
      const throttled = errorType === 'THROTTLING';
      const passing = throttled || errorType === 'TRANSIENT' || CONFLICTS.has((error as Error | undefined)?.name ?? '');
      if (!passing || attempt >= policy.maxAttempts) throw new Error('no attempt is left');
      await sleep(retryDelay(policy, attempt, throttled));
      return token(attempt);
    },
    recordSuccess: () => {},
  };
}
