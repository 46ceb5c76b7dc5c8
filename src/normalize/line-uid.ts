/** `metadata.uid` of an event that has no `id`: a hash of its line, so that the same line gives the same uid. */
import { createHash } from 'node:crypto';
import type { LineCells } from '../scan/cells.js';
import type { TextBuffer } from '../scan/exact-text.js';
import type { Placeholders } from './placeholders.js';

/**
 * Puts the SHA-256 of the line in the place of an `id` that is missing or a placeholder.
 *
 * @param id the dictionary's number of `id`
 * @param text holds the cells' text; the hash is added to it
 */
export function ensureUid(cells: LineCells, text: TextBuffer, id: number, placeholders: Placeholders, line: Uint8Array): void {
  let at = -1;
  for (let i = 0; i < cells.count; i++) if (cells.field[i] === id) at = i;
  if (at >= 0 && cells.length[at]! > 0 && !placeholders.has(text.bytes, cells.offset[at]!, cells.length[at]!)) return;
  if (at < 0) {
    if (cells.count === cells.field.length) cells.grow();
    at = cells.count++;
  }
  const hash = createHash('sha256').update(line).digest('hex');
  text.reserve(hash.length);
  text.bytes.set(Buffer.from(hash, 'latin1'), text.length);
  cells.field[at] = id;
  cells.offset[at] = text.length;
  cells.length[at] = hash.length;
  text.length += hash.length;
  cells.bytes = text.bytes;
}
