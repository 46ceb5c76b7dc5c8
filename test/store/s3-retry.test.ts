/** The waits between attempts, and which failures get another one. */
import { afterEach, expect, it, vi } from 'vitest';
import { retryDelay, retryStrategy } from '../../src/store/s3-retry.js';

const policy = { maxAttempts: 4, baseDelay: 100 };

afterEach(() => {
  vi.restoreAllMocks();
});

it('doubles the bound of the wait up to 20 s, and waits longer when throttled', () => {
  vi.spyOn(Math, 'random').mockReturnValue(1);
  expect([1, 2, 3, 8, 9, 30].map((attempt) => retryDelay(policy, attempt))).toEqual([100, 200, 400, 12_800, 20_000, 20_000]);
  expect([1, 2, 7].map((attempt) => retryDelay(policy, attempt, true))).toEqual([500, 1000, 20_000]);
});

it('spreads the waits over the whole time below the bound', () => {
  const waits = Array.from({ length: 1000 }, () => retryDelay(policy, 4));
  expect(Math.min(...waits)).toBeLessThan(80);
  expect(Math.max(...waits)).toBeGreaterThan(720);
});

it('tries again what passes, and nothing else, up to the last attempt', async () => {
  const strategy = retryStrategy({ maxAttempts: 3, baseDelay: 0 }) as ReturnType<typeof v2>;
  const error = (name: string) => Object.assign(new Error(name), { name });
  for (const [errorType, name] of [
    ['THROTTLING', 'SlowDown'],
    ['TRANSIENT', 'TimeoutError'],
    ['CLIENT_ERROR', 'ConditionalRequestConflict'],
  ] as const) {
    const first = await strategy.acquireInitialRetryToken('');
    const second = await strategy.refreshRetryTokenForRetry(first, { errorType, error: error(name) });
    const third = await strategy.refreshRetryTokenForRetry(second, { errorType, error: error(name) });
    expect(third.getRetryCount()).toBe(2);
    await expect(strategy.refreshRetryTokenForRetry(third, { errorType, error: error(name) })).rejects.toThrow();
  }
  const token = await strategy.acquireInitialRetryToken('');
  await expect(
    strategy.refreshRetryTokenForRetry(token, { errorType: 'CLIENT_ERROR', error: error('AccessDenied') }),
  ).rejects.toThrow();
});

/** The shape of the SDK's current strategies, which it exports no name for. */
declare function v2(): {
  acquireInitialRetryToken(scope: string): Promise<{ getRetryCount(): number }>;
  refreshRetryTokenForRetry(token: object, info: { errorType: string; error: Error }): Promise<{ getRetryCount(): number }>;
};
