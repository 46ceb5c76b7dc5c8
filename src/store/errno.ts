/** The operating system's error codes. */

export function errnoOf(error: unknown): string | undefined {
  return error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
}

/** What a promise gives, or undefined if it fails with one of the codes. */
export async function unless<T>(codes: readonly string[], promise: Promise<T>): Promise<T | undefined> {
  try {
    return await promise;
  } catch (error) {
    if (codes.includes(errnoOf(error) ?? '')) return undefined;
    throw error;
  }
}

/** Nothing is there: no such name, or a file where a folder would have to be. */
export const ABSENT = ['ENOENT', 'ENOTDIR'] as const;
