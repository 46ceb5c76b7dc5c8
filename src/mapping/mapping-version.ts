/** The name of a mapping's text. */
import { createHash } from 'node:crypto';

/**
 * 12 hex digits of the SHA-256 over names and texts, in byte order of the names; every part is preceded by its length, so no
 * text can pass for another file's name.
 */
export function mappingVersion(files: readonly { name: string; text: string }[]): string {
  const hash = createHash('sha256');
  const inOrder = files
    .map(({ name, text }) => [Buffer.from(name), Buffer.from(text)] as const)
    .sort(([a], [b]) => Buffer.compare(a, b));
  for (const part of inOrder.flat()) hash.update(`${part.length}:`).update(part);
  return hash.digest('hex').slice(0, 12);
}
