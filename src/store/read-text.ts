/** A small object as text. */
import type { ObjectStore } from './store.js';

export async function readText(store: ObjectStore, key: string): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of await store.read(key)) parts.push(part as Buffer);
  return Buffer.concat(parts).toString('utf8');
}
