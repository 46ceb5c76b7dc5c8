/** What of a claim lies in the lake. */
import { readRecord, recordKey } from '../lake/journal.js';
import type { ObjectStore } from '../store/store.js';
import type { Claimed } from './plan-file.js';

/** The keys of those objects of a claim that lie in the lake: after they were retired, none. */
export async function objectsThere(work: ObjectStore, lake: ObjectStore, { journal, number }: Claimed): Promise<string[]> {
  const there: string[] = [];
  for (const { key } of (await readRecord(work, recordKey(journal, number))).inputs) {
    if ((await lake.head(key)) !== undefined) there.push(key);
  }
  return there;
}
