/** Deletes what lies under a prefix. */
import type { ObjectStore } from './store.js';

/** Lists first: an object that comes meanwhile may stay. */
export async function deletePrefix(store: ObjectStore, prefix: string): Promise<void> {
  const keys: string[] = [];
  for await (const { key } of store.list(prefix)) keys.push(key);
  for (const key of keys) await store.delete(key);
}
